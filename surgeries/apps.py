from django.apps import AppConfig


class SurgeriesConfig(AppConfig):
    """The diary: venues, series, surgeries, slots, seats, shifts."""

    name = "surgeries"

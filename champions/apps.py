from django.apps import AppConfig


class ChampionsConfig(AppConfig):
    """Champions and what they know."""

    name = "champions"

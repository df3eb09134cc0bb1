from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """Who did what, recorded by the database itself."""

    name = "history"

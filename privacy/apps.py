from importlib import import_module

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """What is held about people: for how long, how they get it, and how it goes."""

    name = "privacy"

    def ready(self) -> None:
        import_module("privacy.duties")

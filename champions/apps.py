from importlib import import_module

from django.apps import AppConfig


class ChampionsConfig(AppConfig):
    """Champions and what they know."""

    name = "champions"

    def ready(self) -> None:
        for name in ("emails", "duties"):
            import_module(f"champions.{name}")

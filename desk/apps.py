from importlib import import_module

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The first page of organisers: what needs them, gathered from everything below."""

    name = "desk"

    def ready(self) -> None:
        for name in ("emails", "duties"):
            import_module(f"desk.{name}")

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from surgeries.transactions import plan_again


class SurgeriesConfig(AppConfig):
    """The diary: venues, series, surgeries, slots, seats, shifts."""

    name = "surgeries"

    def ready(self) -> None:
        connection_created.connect(_instrument)
        for name in ("milestones", "duties", "lists"):
            import_module(f"surgeries.{name}")


def _instrument(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if plan_again not in connection.execute_wrappers:
        connection.execute_wrappers.append(plan_again)

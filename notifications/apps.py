from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Email as rows in an outbox, and the worker that sends them. Knows no domain."""

    name = "notifications"

    def ready(self) -> None:
        import_module("notifications.duties")

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Email as rows in an outbox, and the worker that sends them. Knows no domain."""

    name = "notifications"

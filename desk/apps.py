from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The first page of organisers: what needs them, gathered from everything below."""

    name = "desk"

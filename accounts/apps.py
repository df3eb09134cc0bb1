from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who signs in: a user is known by an email address."""

    name = "accounts"

    def ready(self) -> None:
        for name in ("emails", "duties", "sessions"):
            import_module(f"accounts.{name}")

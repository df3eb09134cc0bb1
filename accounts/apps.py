from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who signs in: a user is known by an email address."""

    name = "accounts"

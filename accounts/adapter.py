"""Where django-allauth asks this project what to do."""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up here, nothing is sent from a request, and pages say what happened without allauth's messages."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Users are made by those who run the programme."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> NoReturn:
        """Every email is a row in the outbox: see accounts.emails."""
        raise NotImplementedError(f"Nothing is sent from a request: {template_prefix}.")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing in the words of allauth."""

    def get_login_stages(self) -> list[str]:
        """What has to be shown, one after the other."""
        return ["allauth.account.stages.LoginByCodeStage", "accounts.second_factor.SecondFactorStage"]

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """As if nobody knew them."""
        return redirect("account_login")

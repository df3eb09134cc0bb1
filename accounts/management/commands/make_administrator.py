"""Make somebody an administrator."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.fields import WorkEmailField
from accounts.second_factor import forget
from accounts.services import make_administrator


class Command(BaseCommand):
    help = (
        "Makes whoever has this email address an administrator, who may let others in. They sign in with a code. A "
        "second factor that they had is forgotten, in case it is lost; they set up a new one when they sign in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="what to call them")

    def handle(self, *args, **options) -> None:
        try:
            email = WorkEmailField().clean(options["email"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        user = make_administrator(email=email, name=options["name"])
        forget(user=user)
        self.stdout.write(f"{user.email} is an administrator. Sign in at {settings.PUBLIC_BASE_URL}/sign-in/.")

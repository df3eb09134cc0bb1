"""What somebody applies with, from the form until the code shows that the address is theirs.

Meanwhile it is kept in their session, and in no table: anybody can type anybody's name and address, so until then
nothing about a person is written where organisers, lists or exports would find it. A session lapses by itself, and is
deleted within the hour after (accounts.duties).
"""

from allauth.account.internal.stagekit import clear_login
from django.http import HttpRequest, HttpResponseBase, QueryDict

from accounts.codes import EmailedCode
from accounts.models import User
from champions.forms import JoinForm

APPLICATION = "application"


class CodeToApply(EmailedCode):
    """The same code, which goes to whoever reads the address, known or not."""

    kind = "champion_code"

    def finish_as(self, user: User, onwards: str) -> HttpResponseBase:
        """Sign the user in, whose address this is."""
        self._user = user
        return self.finish(onwards)


def begin(request: HttpRequest, form: JoinForm) -> None:
    """Keep what was typed, and send a code to the address."""
    request.session[APPLICATION] = form.typed().urlencode()
    send_code(request, form.cleaned_data["email"])


def send_code(request: HttpRequest, email: str) -> None:
    """Send a code, which ends the one before."""
    clear_login(request)
    CodeToApply.begin(request=request, email=email)


def kept(request: HttpRequest) -> QueryDict | None:
    """What was typed and has not become an application yet."""
    return QueryDict(request.session[APPLICATION]) if APPLICATION in request.session else None


def forget(request: HttpRequest) -> None:
    """It has become an application, or need not."""
    request.session.pop(APPLICATION, None)

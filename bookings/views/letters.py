"""Writing to the people of one surgery: the form, the email as it will arrive, and sending it."""

import uuid
from http import HTTPStatus
from typing import Any

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone

from accounts.sessions import signed_in
from bookings import letters
from bookings.errors import LetterSentAlready, OutOfDate
from bookings.forms.letters import LetterForm
from bookings.models import Letter
from bookings.views.manage import see_surgery, surgery_page
from notifications.mailbox import style_hashes
from surgeries.models import Surgery


@surgery_page
def write_to(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Write to people of the surgery; nothing is sent before it was seen with everybody who gets it.

    A link can say to whom, in `to`: they are ticked at first. With `about=outcomes` it begins with the question to the
    hosts what came of it; whom they helped stands in no address.
    """
    now = timezone.now()
    if not letters.can_be_written_to(surgery, now=now):
        return see_surgery(surgery, done="closed" if request.method == "POST" else "")
    groups = letters.groups_of(surgery, now=now)
    counts = {group: len(people) for group, people in groups.items()}
    data: QueryDict | None = None
    if request.method == "POST":
        data = request.POST.copy()
    initial: dict[str, Any] = {"request_id": uuid.uuid4(), "groups": request.GET.getlist("to")}
    if data is None and request.GET.get("about") == "outcomes":
        initial |= letters.asking_for_outcomes(surgery)
    form = LetterForm(data, counts=counts, initial=initial)
    context: dict[str, Any] = {"surgery": surgery, "form": form, "nobody": not any(counts.values())}
    status = HTTPStatus.OK
    if data is not None and "request_id" in form.errors:
        data["request_id"] = str(uuid.uuid4())
    if form.is_valid():
        said = form.cleaned_data
        if data is not None and "send" in request.POST:
            try:
                letters.send_letter(
                    surgery=surgery, by=signed_in(request), as_seen=request.POST.get("seen", ""), now=now, **said
                )
            except OutOfDate:
                context["is_anew"], status = True, HTTPStatus.CONFLICT
            except LetterSentAlready:
                context["is_another"], status = True, HTTPStatus.CONFLICT
                data["request_id"] = str(uuid.uuid4())
            else:
                return see_surgery(surgery, done="written")
        to = letters.addressees(groups, said["groups"])
        letter = Letter(surgery=surgery, subject=said["subject"], words=said["words"])
        context |= {"to": to, "message": letters.as_it_arrives(letter)}
        context["seen"] = letters.seen(said["subject"], said["words"], to)
    response = render(request, "bookings/write_to.html", context, status=status)
    if "message" in context:  # the email's own styles, and nothing else of it
        response["Content-Security-Policy"] = build_policy(update={"style-src": style_hashes(context["message"].html)})
    return response

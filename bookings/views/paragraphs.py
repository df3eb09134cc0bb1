"""Paragraphs of the department's own in emails: written by organisers, and shown in a real email before they go out."""

from typing import Any

from csp.utils import build_policy
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.paragraphs import ATTENDEES, CHAMPIONS, kinds, preview
from notifications.form_pages import SeeOther
from notifications.mailbox import style_hashes
from organisation.forms.words import ParagraphForm
from organisation.models import EmailParagraph
from organisation.paragraphs import paragraph_of
from organisation.services import set_paragraph


@organiser_page
@require_safe
def email_paragraphs(request: HttpRequest) -> HttpResponse:
    """Every email that may have one, and what it says."""
    written = dict(EmailParagraph.objects.values_list("email", "words"))
    every = [(kind, written.get(kind.email, "")) for kind in kinds().values()]
    sections = [(to, [each for each in every if each[0].to == to]) for to in (ATTENDEES, CHAMPIONS)]
    context = {"sections": sections, "done": request.GET.get("done")}
    return render(request, "bookings/email_paragraphs.html", context)


@organiser_page
def email_paragraph(request: HttpRequest, email: str) -> HttpResponseBase:
    """Write one, and look at it in the latest email of its kind. It goes out once it is saved."""
    kind = kinds().get(email)
    if kind is None:
        raise Http404
    saved = paragraph_of(email)
    form = ParagraphForm(request.POST if request.method == "POST" else None, initial={"words": saved})
    words = saved
    if form.is_valid():
        words = form.cleaned_data["words"].strip()
        if "preview" not in request.POST:
            set_paragraph(email=email, words=words)
            return SeeOther(f"{reverse('bookings:email_paragraphs')}?done={'saved' if words else 'taken_out'}")
    shown = None if form.errors else preview(kind, words)
    context: dict[str, Any] = {"kind": kind, "form": form, "preview": shown, "is_saved": words == saved}
    response = render(request, "bookings/email_paragraph.html", context)
    if shown:  # the email's own styles, and nothing else of it
        response["Content-Security-Policy"] = build_policy(update={"style-src": style_hashes(shown.message.html)})
    return response

"""The demonstration mailbox. Everybody may read it: in demonstration mode there is nobody but you."""

import mimetypes

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from notifications.mailbox import attachments, letter, parse, part
from notifications.models import MailboxEmail

PAGE = 25


@login_not_required
@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The emails, newest first; with `?to=` those to one address."""
    to = request.GET.get("to", "").replace("\0", "")
    emails = MailboxEmail.objects.defer("raw")
    paginator = Paginator(emails.filter(recipient=to) if to else emails, PAGE)
    page = paginator.get_page(request.GET.get("page"))
    pages = paginator.get_elided_page_range(page.number)
    return render(request, "notifications/mailbox.html", {"page": page, "pages": pages, "to": to})


@login_not_required
@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One email: what it looks like, what it says as plain text, its headers and its files."""
    email = get_object_or_404(MailboxEmail, pk=pk)
    mime = parse(email)
    context = {
        "email": email,
        "headers": list(mime.items()),
        "text": part(mime, "plain"),
        "has_letter": bool(part(mime, "html")),
        "attachments": [name for name, _ in attachments(mime)],
    }
    return render(request, "notifications/message.html", context)


@login_not_required
@xframe_options_sameorigin
@require_safe
def message_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of one email, for the frame on its page."""
    html, policy = letter(part(parse(get_object_or_404(MailboxEmail, pk=pk)), "html"))
    return HttpResponse(html, headers={"Content-Security-Policy": policy})


@login_not_required
@require_safe
def message_attachment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One of the files that are attached to an email; `number` counts from 0."""
    files = attachments(parse(get_object_or_404(MailboxEmail, pk=pk)))
    if number >= len(files):
        raise Http404
    name, content = files[number]
    response = HttpResponse(content, content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response

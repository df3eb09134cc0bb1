"""A champion's journal: theirs alone, but for the entries that they share with the organisers."""

from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.forms.recording import EntryForm
from bookings.models import JournalEntry
from champions.models import Champion
from champions.roles import applicant_page
from notifications.form_pages import SeeOther

PER_PAGE = 20
DONE = {"written": "Your entry is saved.", "deleted": "The entry is deleted."}


@applicant_page
@require_safe
def journal(request: HttpRequest, champion: Champion) -> HttpResponse:
    """What they wrote, the latest first."""
    context = _page_of(request, champion) | {"done": DONE.get(request.GET.get("done", ""))}
    return render(request, "bookings/journal.html", context)


@applicant_page
def write_entry(request: HttpRequest, champion: Champion) -> HttpResponseBase:
    """A new entry. The form that made one changes it when it is sent again: a second press makes no second entry."""
    form = EntryForm(request.POST if request.method == "POST" else None, instance=JournalEntry(champion=champion))
    request_id = _request_id(request)
    if form.is_valid():
        said = form.cleaned_data
        written = said | {"written_at": timezone.now()}
        champion.journal.update_or_create(request_id=request_id, defaults=said, create_defaults=written)
        return SeeOther(f"{reverse('bookings:journal')}?done=written")
    return render(request, "bookings/entry.html", {"form": form, "request_id": request_id})


@applicant_page
def entry(request: HttpRequest, champion: Champion, pk: int) -> HttpResponseBase:
    """An entry of theirs, to change."""
    entry = get_object_or_404(champion.journal, pk=pk)
    form = EntryForm(request.POST if request.method == "POST" else None, instance=entry)
    if form.is_valid():
        form.save()
        return SeeOther(f"{reverse('bookings:journal')}?done=written")
    return render(request, "bookings/entry.html", {"form": form, "entry": entry})


@applicant_page
def delete_entry(request: HttpRequest, champion: Champion, pk: int) -> HttpResponseBase:
    """An entry of theirs goes for good, once they have said so."""
    entry = get_object_or_404(champion.journal.latest_first(), pk=pk)
    if request.method == "POST":
        entry.delete()
        return SeeOther(f"{reverse('bookings:journal')}?done=deleted")
    return render(request, "bookings/delete_entry.html", {"entry": entry})


@organiser_page
@require_safe
def shared_journal(request: HttpRequest, pk: int) -> HttpResponse:
    """What a champion lets the organisers read."""
    champion = get_object_or_404(Champion, pk=pk)
    context = _page_of(request, champion, is_shared=True) | {"champion": champion}
    return render(request, "bookings/shared_journal.html", context)


def _page_of(request: HttpRequest, champion: Champion, **which: bool) -> dict[str, object]:
    paginator = Paginator(champion.journal.latest_first().filter(**which), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return {"page": page, "pages": paginator.get_elided_page_range(page.number)}


def _request_id(request: HttpRequest) -> UUID:
    """By which the form that is sent is known, or a new one for a form that is known by none yet."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()

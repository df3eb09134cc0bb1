"""The department's own lists, for organisers: to look at, to add to, to change, and to retire from."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import organiser_page
from notifications.form_pages import SeeOther
from organisation.forms.department import DepartmentForm
from organisation.forms.headcounts import CountForm
from organisation.forms.rows import RowForm
from organisation.lists import SECTIONS, OwnList, lists
from organisation.models import Department, EmailParagraph, Guidelines, Headcount
from organisation.overview import overview_of
from organisation.services import InUse, bring_back, delete_unused, record_headcount, retire
from organisation.uses import uses_of

PER_PAGE = 50
DONE = {
    "added": "Added.",
    "saved": "Saved.",
    "retired": "Retired. It is no longer offered, and what happened stays on record.",
    "back": "It is offered again.",
    "deleted": "Deleted.",
    "counted": "The headcount is saved.",
    "uncounted": "The headcount is removed.",
    "imported": "The headcounts are imported.",
    "unchanged": "Nothing had to be changed.",
}
LONGEST_SEARCH = 100


def list_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of organisers about one list: the view gets the list instead of its name."""

    @organiser_page
    @wraps(view)
    def page(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
        if slug not in lists:
            raise Http404
        return view(request, lists[slug], **kwargs)

    return page


def row_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of organisers about one row: the view gets the list and the row."""

    @list_page
    @wraps(view)
    def page(request: HttpRequest, own_list: OwnList, pk: int, **kwargs: Any) -> HttpResponseBase:
        return view(request, own_list, get_object_or_404(own_list.model, pk=pk), **kwargs)

    return page


@organiser_page
@require_safe
def all_lists(request: HttpRequest) -> HttpResponse:
    """Every list, with how many rows there are and what is missing."""
    entries = overview_of(lists.values())
    context = {
        "sections": [(section, [entry for entry in entries if entry.of.section == section]) for section in SECTIONS],
        "current": Department.objects.first(),
        "guidelines": Guidelines.objects.published(timezone.localdate()).defer("body").first(),
        "paragraphs": EmailParagraph.objects.count(),
    }
    return render(request, "organisation/all_lists.html", context)


@list_page
@require_safe
def own_list(request: HttpRequest, own_list: OwnList) -> HttpResponse:
    """One list: what is offered first, what is retired last."""
    search = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip()
    paginator = Paginator(own_list.listed(search), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    rows = [(row, own_list.cells(row)) for row in page]
    context = {
        "list": own_list,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "offered": [each for each in rows if not each[0].is_retired],
        "retired": [each for each in rows if each[0].is_retired],
        "search": search,
        "is_long": search or paginator.num_pages > 1,
        "done": DONE.get(request.GET.get("done", "")),
    }
    return render(request, "organisation/own_list.html", context)


@list_page
def add_row(request: HttpRequest, own_list: OwnList) -> HttpResponseBase:
    """Add to the list."""
    form = own_list.form(request.POST if request.method == "POST" else None)
    if form.is_valid() and (row := form.save_row()):
        return _see_row(own_list, row, "added")
    return render(request, "organisation/add_row.html", {"list": own_list, "form": form})


@row_page
def row(request: HttpRequest, own_list: OwnList, row: models.Model) -> HttpResponseBase:
    """One row: to change, to count its people, and to retire."""
    form = own_list.form(request.POST if request.method == "POST" else None, instance=row)
    if form.is_valid() and form.save_row():
        return _see_row(own_list, row, "saved")
    return _show_row(request, own_list, row, row_form=form)


@row_page
@require_POST
def retire_row(request: HttpRequest, own_list: OwnList, row: models.Model) -> HttpResponseBase:
    """Offer it no longer."""
    retire(row=row)
    return _see_row(own_list, row, "retired")


@row_page
@require_POST
def bring_row_back(request: HttpRequest, own_list: OwnList, row: models.Model) -> HttpResponseBase:
    """Offer it again."""
    bring_back(row=row)
    return _see_row(own_list, row, "back")


@row_page
def delete_row(request: HttpRequest, own_list: OwnList, row: models.Model) -> HttpResponseBase:
    """Delete it after asking, unless something refers to it: then the page says what does."""
    if request.method == "POST":
        try:
            delete_unused(row=row)
        except InUse as uses:
            return render(request, "organisation/delete_row.html", {"list": own_list, "row": row, "uses": uses})
        return SeeOther(f"{reverse('organisation:own_list', args=[own_list.slug])}?done=deleted")
    context = {"list": own_list, "row": row, "uses": uses_of(row)}
    return render(request, "organisation/delete_row.html", context)


@row_page
@require_POST
def count_row(request: HttpRequest, own_list: OwnList, row: models.Model) -> HttpResponseBase:
    """Say how many people it had on a day."""
    if not own_list.has_headcounts:
        raise Http404
    form = CountForm(request.POST)
    if not form.is_valid():
        return _show_row(request, own_list, row, count_form=form)
    record_headcount(of=row, **form.cleaned_data)
    return _see_row(own_list, row, "counted")


@row_page
@require_POST
def remove_count(request: HttpRequest, own_list: OwnList, row: models.Model, count: int) -> HttpResponseBase:
    """Take a headcount back that was wrong."""
    if not own_list.has_headcounts:
        raise Http404
    Headcount.objects.filter(pk=count, **{own_list.owner: row}).delete()
    return _see_row(own_list, row, "uncounted")


@organiser_page
def department(request: HttpRequest) -> HttpResponseBase:
    """What holds for the programme as a whole. Until it is saved, the settings of the installation do."""
    current = Department.current()
    form = DepartmentForm(request.POST if request.method == "POST" else None, instance=current)
    if form.is_valid():
        form.save()
        return SeeOther(f"{reverse('organisation:department')}?done=saved")
    context = {"form": form, "is_saved": current.pk and not current._state.adding, "done": request.GET.get("done")}
    return render(request, "organisation/department.html", context)


def _see_row(own_list: OwnList, row: models.Model, done: str) -> SeeOther:
    return SeeOther(f"{reverse('organisation:row', args=[own_list.slug, row.pk])}?done={done}")


def _show_row(
    request: HttpRequest,
    own_list: OwnList,
    row: models.Model,
    *,
    row_form: RowForm | None = None,
    count_form: CountForm | None = None,
) -> HttpResponse:
    wrong = next((form for form in (row_form, count_form) if form and form.errors), None)
    if wrong is row_form:  # what was typed is none of the facts yet
        row = get_object_or_404(own_list.model, pk=row.pk)
    context: dict[str, Any] = {
        "list": own_list,
        "row": row,
        "form": wrong,  # whose mistakes stand on top
        "row_form": row_form or own_list.form(instance=row),
        "count_form": count_form or CountForm(),
        "page": own_list.page(row),
        "done": DONE.get(request.GET.get("done", "")) if request.method == "GET" else None,
        "is_added": request.GET.get("done") == "added",
    }
    if own_list.has_headcounts:
        counts = Headcount.objects.filter(**{own_list.owner: row})
        context |= {"counts": list(counts), "today": timezone.localdate()}
    return render(request, "organisation/row.html", context)

"""Headcounts from a file: what it would change is shown before anything is."""

import csv
from datetime import date
from http import HTTPStatus
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from notifications.form_pages import SeeOther
from organisation.forms.headcounts import ImportForm
from organisation.importing import (
    LARGEST,
    NotReadable,
    Plan,
    begins_like_a_formula,
    columns_of,
    plan,
    text_of,
)
from organisation.lists import OwnList
from organisation.models import Team
from organisation.services import HasChanged, import_headcounts
from organisation.views.lists import list_page

# Of how many wrong lines the page says what is wrong with them.
MOST_SAID = 200


@list_page
def import_counts(request: HttpRequest, own_list: OwnList) -> HttpResponseBase:
    """Choose a file; look at what it would change, or at what is wrong with it; and let it.

    Between these steps the page holds the text of the file, so that nothing has to be kept for anybody.
    """
    if not own_list.has_headcounts:
        raise Http404
    if request.method != "POST":
        return _ask(request, own_list, ImportForm())
    text, form = request.POST.get("text"), ImportForm(request.POST, request.FILES)
    if text is not None:
        form.fields["file"].required = False
    if not form.is_valid():
        return _ask(request, own_list, form)
    try:
        if text is None:
            file = form.cleaned_data["file"]
            text = text_of(file.read(LARGEST + 1))
        return _go_on(request, own_list, form, text)
    except NotReadable as why:
        form.add_error("file", str(why))
        return _ask(request, own_list, form)


def _go_on(request: HttpRequest, own_list: OwnList, form: ImportForm, text: str) -> HttpResponseBase:
    """With a text that can be read, in parts at least. Raises NotReadable."""
    counted_on: date = form.cleaned_data["counted_on"]
    made, leaves_out = plan(own_list, text, counted_on=counted_on), "leave_out" in request.POST
    if made.wrong and not leaves_out:
        form.add_error("file", _how_many(made))
        return _ask(request, own_list, form, made=made, text=text)
    has_changed = False
    if "seen" in request.POST:
        try:
            done = import_headcounts(of=own_list, text=text, counted_on=counted_on, seen=request.POST["seen"])
            what = "unchanged" if done.is_empty else "imported"
            return SeeOther(f"{reverse('organisation:own_list', args=[own_list.slug])}?done={what}")
        except HasChanged:
            made, has_changed = plan(own_list, text, counted_on=counted_on), True
    context = {"list": own_list, "plan": made, "text": text, "leaves_out": leaves_out, "has_changed": has_changed}
    status = HTTPStatus.CONFLICT if has_changed else HTTPStatus.OK
    return render(request, "organisation/import_preview.html", context, status=status)


def _how_many(made: Plan) -> str:
    """How many lines are wrong, for the summary and beside the field. What is wrong with each stands between them."""
    if len(made.wrong) == 1:
        return "A line of the file is wrong. Put it right and choose the file again"
    return f"{len(made.wrong):,} lines of the file are wrong. Put them right and choose the file again"


def _ask(
    request: HttpRequest, own_list: OwnList, form: ImportForm, *, made: Plan | None = None, text: str = ""
) -> HttpResponse:
    wrong = made.wrong if made else []
    more = len(wrong) - MOST_SAID
    context: dict[str, Any] = {
        "list": own_list,
        "form": form,
        "plan": made,
        "wrong": wrong[:MOST_SAID],
        "more_wrong": f"{more:,} more {'line is' if more == 1 else 'lines are'}" if more > 0 else "",
        "text": text,
        "columns": columns_of(own_list),
        "can_add": own_list.is_added_by_file,
    }
    return render(request, "organisation/import_counts.html", context)


@list_page
@require_safe
def template_for_counts(request: HttpRequest, own_list: OwnList) -> HttpResponse:
    """The list as a file, to fill in the headcounts. What a spreadsheet would take for a formula is left out."""
    if not own_list.has_headcounts:
        raise Http404
    columns = columns_of(own_list)
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    for row in own_list.listed().filter(is_retired=False):
        words = [row.name, *([row.directorate.name, row.also_known_as] if own_list.model is Team else [])]
        if not any(begins_like_a_formula(word) for word in words):
            writer.writerow([words[0], "" if row.headcount is None else row.headcount, *words[1:]])
    disposition = content_disposition_header(True, f"{own_list.slug}-{timezone.localdate()}.csv")
    # Without the mark at the beginning, Excel takes UTF-8 for something else.
    content = file.getvalue().encode("utf-8-sig")
    return HttpResponse(content, "text/csv; charset=utf-8", headers={"Content-Disposition": disposition})

"""A cheat sheet, which also says where somebody can be asked about its topic."""

from functools import partial
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.finding import Search, about, known_choices, nearest
from bookings.kept import Kept
from organisation.kept import kept
from organisation.models import CheatSheet

# It says how many seats are left, like the list.
SHEET_IS_KEPT = 1.0


@login_not_required
@require_safe
def cheat_sheet(request: HttpRequest, topic: str, level: str) -> HttpResponseBase:
    """One page about a topic, rendered at most once a second in each process. One that is retired is gone."""
    sheets = CheatSheet.objects.filter(topic__slug=topic).select_related("topic")
    sheet = next((each for each in sheets if each.level == level), None)
    others = [each for each in sheets if each != sheet and not (each.is_retired or each.topic.is_retired)]
    if sheet is None or sheet.is_retired or sheet.topic.is_retired:
        context = {"sheet": sheet, "others": others, "nearest": nearest(Search(), now=timezone.now())}
        return render(request, "bookings/cheat_sheet_unknown.html", context, status=HTTPStatus.NOT_FOUND)
    page = partial(_page, sheet, others, path=request.path)
    return kept(f"cheat-sheet:{sheet.pk}", page, seconds=SHEET_IS_KEPT).respond(request)


def _page(sheet: CheatSheet, others: list[CheatSheet], *, path: str) -> Kept:
    context = {
        "department": known_choices().department,
        "sheet": sheet,
        "others": others,
        "entries": about(sheet.topic, now=timezone.now()),
    }
    return Kept.render("bookings/cheat_sheet.html", context, path=path)

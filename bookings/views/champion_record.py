"""What a champion has done, to look back on."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.forms.recording import PeriodForm
from bookings.models import JournalEntry
from bookings.record import Period, first_hosted_on, record_of
from champions.models import Champion
from champions.roles import applicant_page


@applicant_page
@require_safe
def record(request: HttpRequest, champion: Champion) -> HttpResponse:
    """The surgeries that they hosted in a period, who came meanwhile, and what people asked about."""
    now = timezone.now()
    form = PeriodForm(request.GET, otherwise=Period.appraisal_year(timezone.localdate(now)))
    context = {
        "form": form,
        "period": form.period,
        "periods": _periods(champion, now),
        "record": record_of(champion, form.period, now=now) if form.period else None,
    }
    return render(request, "bookings/record.html", context)


@applicant_page
@require_safe
def summary(request: HttpRequest, champion: Champion) -> HttpResponse:
    """The same for an appraisal, to print, with the entries of their journal that the address names."""
    now = timezone.now()
    form = PeriodForm(request.GET, otherwise=Period.appraisal_year(timezone.localdate(now)))
    context: dict[str, Any] = {"form": form, "champion": champion, "period": form.period}
    if form.period:
        entries = JournalEntry.objects.between(form.period.starts_at, form.period.ends_at).filter(champion=champion)
        wanted = set(request.GET.getlist("entry"))
        context |= {
            "record": record_of(champion, form.period, now=now),
            "entries": entries,
            "chosen": [entry for entry in entries if str(entry.pk) in wanted],
        }
    return render(request, "bookings/summary.html", context)


def _periods(champion: Champion, now: datetime) -> list[tuple[str, Period]]:
    """Those that most people want."""
    today = timezone.localdate(now)
    this_year = Period.appraisal_year(today)
    everything = Period(first_hosted_on(champion, now=now) or today, today)
    return [("This appraisal year", this_year), ("Last appraisal year", this_year.before), ("Everything", everything)]

"""What an organiser types after the day: who sat with somebody, from when to when, and when they left."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from accounts.fields import NOT_SHOWN, UNSEEN
from bookings.models import Help, Visit
from bookings.services.attending import doors_open_at
from bookings.services.righting import Sitting
from surgeries.fields import LocalTimeField
from surgeries.models import Shift, local_moment
from surgeries.templatetags.times import clock

BEGAN, ENDED = "Enter when it began", "Enter when it ended"
ROWS_SHOWN, LONGEST_SHOWN = 20, 20
TIME = {"size": 8, "class": "govuk-input--width-5", "autocomplete": "off"}


class RightingForm(forms.Form):
    """A row for each help that there was, and an empty one; then when they left."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, visit: Visit, helps: Sequence[Help], seen: str) -> None:
        self.visit, self.helps = visit, list(helps)
        initial: dict[str, Any] = {"seen": seen, "left": _local(visit.left_at)}
        for number, each in enumerate(self.helps):
            initial |= {f"host_{number}": each.shift_id, f"since_{number}": _local(each.starts_at)}
            initial |= {f"until_{number}": _local(each.ends_at)}
        super().__init__(data, initial=initial)
        shifts = Shift.objects.filter(surgery=visit.surgery).select_related("champion").order_by("starts_at", "pk")
        hosted = {each.shift_id for each in self.helps}
        self.shifts = {each.pk: each for each in shifts if each.ended_at is None or each.pk in hosted}
        self.numbers = range(len(self.helps) + 1)
        for number in self.numbers:
            self.fields[f"host_{number}"] = forms.TypedChoiceField(
                choices=[("", "Nobody"), *((pk, each.champion.name) for pk, each in self.shifts.items())],
                coerce=int,
                empty_value=None,
                required=False,
                label="Who sat with them",
                error_messages=NOT_SHOWN,
            )
            self.fields[f"since_{number}"] = _time("From", BEGAN)
            self.fields[f"until_{number}"] = _time("Until", ENDED)
        self.fields["left"] = _time("When did they leave?", "Enter when they left", is_required=True)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The fields of each help, to show."""
        for number in self.numbers:
            fields = {name: self[f"{name}_{number}"] for name in ("host", "since", "until")}
            yield fields | {"number": number + 1, "is_new": number == len(self.helps)}

    def typed(self) -> list[str]:
        """What was sent, in words: of a form that comes too late it is shown beside how things are now."""
        names = {str(pk): shift.champion.name for pk, shift in self.shifts.items()}
        said = []
        for number in range(ROWS_SHOWN):
            host, *times = (self._sent(f"{name}_{number}") for name in ("host", "since", "until"))
            if host or any(times):
                said.append(f"{names.get(host, 'Nobody')}, from {times[0] or '?'} to {times[1] or '?'}")
        return [*said, f"Left at {left}"] if (left := self._sent("left")) else said

    def _sent(self, name: str) -> str:
        return UNSEEN.sub("", self.data.get(name, "")).strip()[:LONGEST_SHOWN]

    def clean(self) -> dict[str, Any]:
        """Both times of every help, in order, while they were here, and nobody helped by two at once."""
        kept = [(number, sitting) for number in self.numbers if (sitting := self._sitting(number))]
        kept.sort(key=lambda row: (row[1].starts_at, row[1].ends_at))
        for (_, one), (number, other) in pairwise(kept):
            if _is_before(other.starts_at, one.ends_at):
                self.add_error(
                    f"since_{number}",
                    f"{one.shift.champion.name} sat with them until {clock(one.ends_at)}: enter a time from then on",
                )
        left = self._moment("left", self.visit.left_at)
        end = max((sitting.ends_at for _, sitting in kept), default=None)
        if left and (arrived := self.visit.arrived_at) and _is_before(left, arrived):
            self.add_error("left", f"They arrived at {clock(arrived)}: enter that time or a later one")
        elif left and end and _is_before(left, end):
            self.add_error("left", f"Somebody sat with them until {clock(end)}: enter that time or a later one")
        return self.cleaned_data | {
            "sittings": _one_after_another(sitting for _, sitting in kept),
            "left_at": max(filter(None, (left, end, self.visit.arrived_at))) if left else None,
        }

    def _sitting(self, number: int) -> Sitting | None:
        """What a row says, if it says something whole."""
        was = self.helps[number] if number < len(self.helps) else None
        names = [f"{name}_{number}" for name in ("host", "since", "until")]
        if any(name in self.errors for name in names):
            return None
        shift = self.cleaned_data[names[0]]
        if shift is None:
            # Of a help that there was, "nobody" takes it away. A new one that has times lacks its host.
            if was is None and any(self.cleaned_data[name] for name in names[1:]):
                self.add_error(names[0], "Choose who sat with them")
            return None
        for name, words in ((names[1], BEGAN), (names[2], ENDED)):
            if self.cleaned_data[name] is None:
                self.add_error(name, words)
        since = self._moment(names[1], was.starts_at if was else None)
        until = self._moment(names[2], was.ends_at if was else None)
        if since is None or until is None:
            return None
        first = self.visit.arrived_at or doors_open_at(self.visit.surgery)
        if _is_before(since, first):
            said = "They arrived" if self.visit.arrived_at else "The doors opened"
            self.add_error(names[1], f"{said} at {clock(first)}: enter that time or a later one")
        elif _is_before(until, since):
            self.add_error(names[2], f"It began at {clock(since)}: enter that time or a later one")
        else:
            return Sitting(self.shifts[shift], since, max(since, until))
        return None

    def _moment(self, name: str, was: datetime | None) -> datetime | None:
        """On the day of the surgery. A time that nobody changed keeps its seconds."""
        at: time | None = self.cleaned_data.get(name)
        if at is None:
            return None
        if was and _local(was) == at:
            return was
        return local_moment(timezone.localdate(self.visit.surgery.starts_at), at)


def _time(label: str, ask: str, *, is_required: bool = False) -> LocalTimeField:
    return LocalTimeField(
        required=is_required,
        label=label,
        help_text="",
        widget=forms.TimeInput(attrs=TIME),
        error_messages={"required": ask, "invalid": f"{ask} as a time, such as 10:20am"},
    )


def _local(moment: datetime | None) -> time | None:
    return timezone.localtime(moment, settings.ZONE).time().replace(second=0, microsecond=0) if moment else None


def _is_before(moment: datetime, other: datetime) -> bool:
    """By the clock on the wall, which shows no seconds."""
    return moment.replace(second=0, microsecond=0) < other.replace(second=0, microsecond=0)


def _one_after_another(sittings: Iterable[Sitting]) -> list[Sitting]:
    """Those that follow each other within one minute, without an overlap of seconds."""
    made: list[Sitting] = []
    for each in sittings:
        since = max(each.starts_at, made[-1].ends_at) if made else each.starts_at
        made.append(replace(each, starts_at=since, ends_at=max(since, each.ends_at)))
    return made

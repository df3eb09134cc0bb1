"""Which changes are asked for, in the address."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst

from accounts.fields import NOT_SHOWN
from accounts.models import User
from bookings.change_words import NOT_ASKED_FOR, kind
from bookings.changes import kinds
from bookings.forms.recording import PeriodForm
from bookings.record import Period
from history.models import Change

NOBODY = "nobody"


class ChangesForm(PeriodForm):
    """Two days, a person, and a kind of thing. What nobody chose is anything."""

    who = forms.ChoiceField(required=False, label="Who", error_messages=NOT_SHOWN)
    kind = forms.ChoiceField(required=False, label="What", error_messages=NOT_SHOWN)

    def __init__(self, asked: Any) -> None:
        today = timezone.localdate()
        forms.Form.__init__(self, {"since": today - timedelta(days=28), "until": today} | asked.dict())
        users = User.objects.filter(pk__in=Change.objects.filter(who__isnull=False).values("who"))
        people = [(str(user.pk), str(user)) for user in users.order_by("name", "email")]
        self._choose("who", [("", "Anybody"), (NOBODY, "Somebody not signed in, or the service itself"), *people])
        asked_for = [(name, model) for name, model in kinds().items() if model not in NOT_ASKED_FOR]
        named = sorted((kind(model, many=True), name) for name, model in asked_for)
        self._choose("kind", [("", "Everything"), *((name, capfirst(plural)) for plural, name in named)])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def condition(self) -> Q | None:
        """What is asked for as a condition on changes, if that makes sense."""
        if not self.is_valid():
            return None
        chosen = self.cleaned_data
        period = Period(chosen["since"], chosen["until"])
        condition = Q(changed_at__gte=period.starts_at, changed_at__lt=period.ends_at)
        if chosen["who"]:
            condition &= Q(who__isnull=True) if chosen["who"] == NOBODY else Q(who=int(chosen["who"]))
        if chosen["kind"]:
            condition &= Q(table=kinds()[chosen["kind"]]._meta.db_table)
        return condition

"""What champions choose when they rest or leave."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import dateformat, timezone

from accounts.fields import NOT_SHOWN
from bookings.forms.hosting import GiveBackForm
from organisation.fields import ComingDayField

LONGEST = timedelta(days=730)
GIVE_BACK, KEEP = "give_back", "keep"


class AwayForm(GiveBackForm):
    """Why the coming shifts are given back, if there are any."""

    def __init__(self, *args: Any, has_shifts: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not has_shifts:
            del self.fields["reason"]


class LeaveForm(AwayForm):
    """Somebody who gave their time need not say why they stop."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if reason := self.fields.get("reason"):
            reason.required = False
            reason.label = "Would you like to tell the organisers why? (optional)"


class RestForm(AwayForm):
    """Until when somebody rests, and what becomes of the shifts until then."""

    month = forms.ChoiceField(required=False, label="Back in", error_messages=NOT_SHOWN)
    back_on = ComingDayField(named="The day on which you are back", required=False, label="Or on this day")
    shifts = forms.ChoiceField(
        label="What about your shifts until then?",
        choices=[(GIVE_BACK, "Give them back: others are asked"), (KEEP, "I will still host them")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether you give them back or still host them", **NOT_SHOWN},
    )
    field_order = ("month", "back_on", "shifts", "reason")

    def __init__(self, *args: Any, has_shifts: bool, **options: Any) -> None:
        super().__init__(*args, has_shifts=has_shifts, **options)
        today = timezone.localdate()
        first = [date(today.year + (today.month + n) // 12, (today.month + n) % 12 + 1, 1) for n in range(12)]
        month = self.fields["month"]
        assert isinstance(month, forms.ChoiceField)
        months = [(each.isoformat(), dateformat.format(each, "F Y")) for each in first]
        month.choices = [("", "Choose a month"), *months]
        if has_shifts:
            self.fields["reason"].required = False
            self.fields["reason"].help_text = f"Only if you give shifts back. {self.fields['reason'].help_text}"
        else:
            del self.fields["shifts"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("shifts") == GIVE_BACK and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say in a few words why")
        if {"month", "back_on"} <= cleaned.keys():
            back = cleaned["back_on"] or (date.fromisoformat(cleaned["month"]) if cleaned["month"] else None)
            if back is None:
                self.add_error("month", "Choose a month, or enter a day")
            elif not timezone.localdate() < back <= timezone.localdate() + LONGEST:
                self.add_error("back_on", "Enter a day from tomorrow on, within the next two years")
            else:
                cleaned["until"] = back - timedelta(days=1)
        return cleaned

"""What champions choose and type on the pages of their record."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.fields import NOT_SHOWN, SentencesField
from bookings.models import JournalEntry
from bookings.record import Period
from organisation.fields import DayField
from surgeries.models import Shift, Surgery
from surgeries.templatetags.times import day_and_year


class PeriodForm(forms.Form):
    """Any two days, in the address."""

    since = DayField(named="The first day", label="From")
    until = DayField(named="The last day", label="To")

    def __init__(self, asked: Any, *, otherwise: Period) -> None:
        """Whoever names neither day means the period `otherwise`."""
        is_asked = "since" in asked or "until" in asked
        super().__init__(asked if is_asked else {"since": otherwise.first, "until": otherwise.last})

    def clean(self) -> dict[str, Any]:
        days = super().clean() or self.cleaned_data
        if not self.errors and days["until"] < days["since"]:
            self.add_error("until", "The last day has to come after the first one")
        return days

    @property
    def period(self) -> Period | None:
        """The period, if the days make one."""
        return Period(self.cleaned_data["since"], self.cleaned_data["until"]) if self.is_valid() else None


class PartField(SentencesField):
    """One of the three things that an entry may say."""

    def __init__(self, *, named: str, **options: Any) -> None:
        super().__init__(
            named=named,
            max_length=JournalEntry.LONGEST,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            **options,
        )


class HostedField(forms.ModelChoiceField):
    """A surgery that they hosted, by its day and venue."""

    def label_from_instance(self, surgery: Surgery) -> str:
        return f"{day_and_year(surgery.starts_at)}, {surgery.venue}"


class EntryForm(forms.ModelForm):
    """An entry of the journal of the champion whose `instance` is given."""

    learned = PartField(named="What you learned", label="What I learned")
    wants_to_learn = PartField(named="What you want to learn", label="What I want to learn")
    would_change = PartField(named="What you would do differently", label="What I would do differently")
    surgery = HostedField(
        Surgery.objects.none(),
        required=False,
        label="Which surgery is it about? (optional)",
        empty_label="None in particular",
        error_messages=NOT_SHOWN,
    )
    is_shared = forms.BooleanField(
        required=False,
        label="Let the organisers read this entry",
        help_text="You can change your mind at any time.",
        widget=forms.CheckboxInput(attrs={"class": "govuk-checkboxes--small"}),
    )

    class Meta:
        model = JournalEntry
        fields = ("learned", "wants_to_learn", "would_change", "surgery", "is_shared")

    def __init__(self, data: QueryDict | None = None, *, instance: JournalEntry) -> None:
        super().__init__(data, instance=instance)
        hosted = Shift.objects.hosted(timezone.now()).filter(champion=instance.champion)
        surgeries = Surgery.objects.filter(Q(pk__in=hosted.values("surgery")) | Q(pk=instance.surgery_id))
        field = self.fields["surgery"]
        assert isinstance(field, HostedField)
        field.queryset = surgeries.select_related("venue__office").order_by("-starts_at", "-pk")

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if not self.errors and not any(answers[part] for part in ("learned", "wants_to_learn", "would_change")):
            self.add_error("learned", "Write something in at least one of the three")
        return answers

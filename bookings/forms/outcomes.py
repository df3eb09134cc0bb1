"""What champions choose and type once they have helped somebody."""

from typing import Self

from django import forms
from django.db.models import Case, Q, QuerySet, When
from django.forms.boundfield import BoundWidget
from django.forms.models import model_to_dict
from django.http import QueryDict

from accounts.fields import NOT_SHOWN
from bookings.models import Booking, Outcome, Visit
from champions.forms import LineField
from organisation.models import Topic

PLAIN = ("result", "next_step", "is_next_step_shared", "pledge", "is_possible_story")
TICKS = {"class": "govuk-checkboxes--small app-columns"}


class OutcomeForm(forms.Form):
    """What came of a visit: filled in with what was recorded or else with what they came to ask about."""

    result = forms.ChoiceField(
        label="What became of it?",
        choices=Outcome.Result.choices,
        error_messages={"required": "Choose what became of it", **NOT_SHOWN},
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
    )
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.none(),
        label="What was it about?",
        error_messages={"required": "Choose what it was about", **NOT_SHOWN},
        widget=forms.CheckboxSelectMultiple(attrs=TICKS),
    )
    next_step = LineField(
        named="The next step",
        max_length=Outcome.LONGEST,
        required=False,
        label="One next step",
        help_text="In a line. They see it too, and may delete it.",
    )
    is_next_step_shared = forms.BooleanField(
        required=False,
        label="They are happy for the next champion to see this",
        widget=forms.CheckboxInput(attrs={"class": "govuk-checkboxes--small"}),
    )
    pledge = LineField(
        named="The pledge",
        max_length=Outcome.LONGEST,
        required=False,
        label="One new thing that they will do online",
        help_text="Their pledge, in a line. They see it too.",
    )
    platforms = forms.ModelMultipleChoiceField(
        Topic.objects.none(),
        required=False,
        label="On which platforms?",
        error_messages=NOT_SHOWN,
        widget=forms.CheckboxSelectMultiple(attrs=TICKS),
    )
    is_possible_story = forms.BooleanField(
        required=False,
        label="This could be a story",
        help_text="Something changed that others would like to hear of. Nobody is told before they agree.",
        widget=forms.CheckboxInput(attrs={"class": "govuk-checkboxes--small"}),
    )

    # The version that the form was opened with.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, visit: Visit, outcome: Outcome | None) -> None:
        topics = list(outcome.topics.all() if outcome else _came_for(visit))
        platforms = list(outcome.platforms.all()) if outcome else []
        said = model_to_dict(outcome, PLAIN) | {"seen": outcome.version} if outcome else {}
        super().__init__(data, initial=said | {"topics": topics, "platforms": platforms})
        # What was chosen once stays a choice when the department retires it.
        known = Topic.objects.filter(Q(is_retired=False) | Q(pk__in=[topic.pk for topic in topics + platforms]))
        chosen_first = Case(When(pk__in=[topic.pk for topic in topics], then=0), default=1)
        _choose_from(self.fields["topics"], known.order_by(chosen_first, *(Topic._meta.ordering or ())))
        self._first = len(topics)
        _choose_from(self.fields["platforms"], known.filter(kind=Topic.Kind.PLATFORM))

    @property
    def first_topics(self) -> list[BoundWidget]:
        """What they came to ask about, or what was recorded: seldom more than three."""
        return self["topics"].subwidgets[: self._first]

    @property
    def other_topics(self) -> list[BoundWidget]:
        """The rest, which stay out of the way."""
        return self["topics"].subwidgets[self._first :]

    @property
    def is_about_something_else(self) -> bool:
        """Whether the rest has to be seen: something among them is ticked, or wrong."""
        return bool(self["topics"].errors) or _any_is_ticked(self.other_topics)

    @property
    def opened_accounts(self) -> bool:
        """The same of the platforms."""
        return bool(self["platforms"].errors) or _any_is_ticked(self["platforms"].subwidgets)

    def asked_again(self, *, visit: Visit, outcome: Outcome) -> Self:
        """The same, with what was typed, once it is another outcome than the one that the form was opened with.

        Saved as it is, it brings back nothing that the person has deleted, and shares nothing that they keep.
        """
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        if not outcome.next_step:
            data["next_step"] = ""
        if not outcome.is_next_step_shared:
            data.pop("is_next_step_shared", None)
        data["seen"] = outcome.version
        return type(self)(data, visit=visit, outcome=outcome)


def _came_for(visit: Visit) -> QuerySet[Topic]:
    """What they said at the door or when they booked: topics, and those that the symptoms which they chose point to."""
    booked = Booking.objects.filter(attendee=visit.attendee_id, surgery=visit.surgery_id)
    said = Q(pk__in=visit.topics.values("pk")) | Q(pk__in=booked.values("topics"))
    meant = Q(symptoms__in=booked.values("symptoms"), is_retired=False)
    return Topic.objects.filter(said | meant).distinct()


def _choose_from(field: forms.Field, topics: QuerySet[Topic]) -> None:
    assert isinstance(field, forms.ModelMultipleChoiceField)
    field.queryset = topics


def _any_is_ticked(boxes: list[BoundWidget]) -> bool:
    return any(box.data["selected"] for box in boxes)

"""What champions choose and type once they have helped somebody."""

from django import forms
from django.db.models import Q, QuerySet
from django.forms.models import model_to_dict
from django.http import QueryDict

from accounts.fields import NOT_SHOWN
from bookings.models import Outcome, Visit
from champions.forms import LineField
from organisation.models import Topic

PLAIN = ("result", "next_step", "is_next_step_shared", "pledge", "is_possible_story")
TICKS = {"class": "govuk-checkboxes--small app-columns"}


class OutcomeForm(forms.Form):
    """What came of a visit: filled in with what was recorded or else with what they came to ask about."""

    topics = forms.ModelMultipleChoiceField(
        Topic.objects.none(),
        label="What was it about?",
        error_messages={"required": "Choose what it was about", **NOT_SHOWN},
        widget=forms.CheckboxSelectMultiple(attrs=TICKS),
    )
    result = forms.ChoiceField(
        label="What became of it?",
        choices=Outcome.Result.choices,
        error_messages={"required": "Choose what became of it", **NOT_SHOWN},
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
    )
    next_step = LineField(
        named="The next step",
        max_length=Outcome.LONGEST,
        required=False,
        label="One next step (optional)",
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
        label="One new thing that they will do online (optional)",
        help_text="Their pledge, in a line. They see it too.",
    )
    platforms = forms.ModelMultipleChoiceField(
        Topic.objects.none(),
        required=False,
        label="Did they open an account? (optional)",
        error_messages=NOT_SHOWN,
        widget=forms.CheckboxSelectMultiple(attrs=TICKS),
    )
    is_possible_story = forms.BooleanField(
        required=False,
        label="This could be a story",
        help_text="Something changed that others would like to hear of. Nobody is told before they agree.",
        widget=forms.CheckboxInput(attrs={"class": "govuk-checkboxes--small"}),
    )

    def __init__(self, data: QueryDict | None = None, *, visit: Visit, outcome: Outcome | None) -> None:
        came_for = visit.booking.topics if visit.booking else visit.topics
        topics = list((outcome.topics if outcome else came_for).all())
        platforms = list(outcome.platforms.all()) if outcome else []
        said = model_to_dict(outcome, PLAIN) if outcome else {}
        super().__init__(data, initial=said | {"topics": topics, "platforms": platforms})
        # What was chosen once stays a choice when the department retires it.
        known = Topic.objects.filter(Q(is_retired=False) | Q(pk__in=[topic.pk for topic in topics + platforms]))
        _choose_from(self.fields["topics"], known)
        _choose_from(self.fields["platforms"], known.filter(kind=Topic.Kind.PLATFORM))


def _choose_from(field: forms.Field, topics: QuerySet[Topic]) -> None:
    assert isinstance(field, forms.ModelMultipleChoiceField)
    field.queryset = topics

"""What champions say of themselves, and what organisers answer."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property

from accounts.fields import NOT_SHOWN, NameField, SentencesField, TheirEmailField, TheirNameField, WorkEmailField
from champions.models import Champion, Skill
from champions.services import Said
from organisation.addresses import check_work_email
from organisation.models import Office, Topic

LONGEST_TYPED = 1000
AS_OFTEN_AS_NEEDED = "0"
HOW_OFTEN = [
    ("", "Choose how often"),
    ("1", "Once a month"),
    ("2", "Twice a month"),
    ("3", "3 times a month"),
    ("4", "4 times a month"),
    (AS_OFTEN_AS_NEEDED, "As often as you need me"),
]
LEVELS = [
    ("", "Not one of mine"),
    (Skill.Level.CAN_HELP_A_BEGINNER, "I can help a beginner"),
    (Skill.Level.USES_IT_DAILY, "I use it daily"),
    (Skill.Level.COULD_TEACH_IT, "I could teach it"),
]


class LineField(SentencesField):
    """A line in one's own words, however it was typed."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class KnowsForm(forms.Form):
    """Which topics somebody knows, and how well: a field for each topic."""

    levels_to_choose: ClassVar[list[tuple[Any, Any]]] = LEVELS
    lacking = "Say how well you know at least one topic"
    # What is wrong is about all topics together, and said above them; the summary leads to the first.
    lacks_a_topic = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for topic in self.topics:
            self.fields[_level_of(topic)] = forms.ChoiceField(
                choices=self.levels_to_choose, required=False, label=topic.name, error_messages=NOT_SHOWN
            )
        # What is wrong is listed in the order of the page.
        self.order_fields(["name", "email", *(_level_of(topic) for topic in self.topics)])

    @cached_property
    def topics(self) -> list[Topic]:
        """The topics that can be known."""
        return list(Topic.objects.current())

    @property
    def levels(self) -> list[forms.BoundField]:
        """The field of each topic."""
        return [self[_level_of(topic)] for topic in self.topics]

    @property
    def known(self) -> dict[Topic, int]:
        """How well each topic is known that is. The form is valid."""
        answers = self.cleaned_data
        return {topic: int(answers[_level_of(topic)]) for topic in self.topics if answers[_level_of(topic)]}

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        wrong = any(name.startswith("topic_") for name in self.errors)
        if self.topics and not wrong and not any(answers.get(_level_of(topic)) for topic in self.topics):
            self.lacks_a_topic = True
            self.add_error(_level_of(self.topics[0]), self.lacking)
        return answers


class SayForm(KnowsForm):
    """What somebody says of themselves as a champion: the same when they apply and later."""

    name = NameField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}))
    offices = forms.ModelMultipleChoiceField(
        Office.objects.current(),
        label="Where could you host?",
        error_messages={"required": "Choose at least one office", **NOT_SHOWN},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small app-columns"}),
    )
    usual_days = forms.TypedMultipleChoiceField(
        choices=Champion.Weekday.choices,
        coerce=int,
        required=False,
        label="Which days suit you as a rule? (optional)",
        help_text="Tick none if any day would do.",
        error_messages=NOT_SHOWN,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small app-columns"}),
    )
    most_shifts_a_month = forms.ChoiceField(
        choices=HOW_OFTEN,
        label="How often at most would you host?",
        help_text="A surgery takes one to two hours. We never ask for more than you say here.",
        error_messages={"required": "Choose how often at most", **NOT_SHOWN},
    )
    about = LineField(
        named="The line about you",
        max_length=200,
        required=False,
        label="A line about you (optional)",
        help_text="Everybody sees it where you host. What would make a colleague glad to sit down with you?",
    )
    experience = LineField(
        named="Your experience",
        max_length=300,
        required=False,
        label="Your experience, in a sentence (optional)",
        help_text="For the organisers only. A hobby counts as much as a job.",
    )
    is_manager_aware = forms.BooleanField(
        required=False,
        label="My manager knows that I would like to do this",
        widget=forms.CheckboxInput(attrs={"class": "govuk-checkboxes--small"}),
    )

    def __init__(self, data: QueryDict | None = None, *, champion: Champion | None = None, name: str = "") -> None:
        super().__init__(data, initial=said_by(champion) if champion else {"name": name})

    def typed(self) -> QueryDict:
        """What was typed, so that the form can be filled in with it again: of a valid form it is never much."""
        typed = QueryDict(mutable=True)
        assert isinstance(self.data, QueryDict)
        for name in self.fields:
            values = dict.fromkeys(value.strip()[:LONGEST_TYPED] for value in self.data.getlist(name))
            typed.setlist(name, list(values))
        return typed

    def said(self) -> Said:
        """What was said. The form is valid."""
        answers = self.cleaned_data
        return Said(
            name=answers["name"],
            about=answers["about"],
            offices=list(answers["offices"]),
            levels=self.known,
            usual_days=sorted(answers["usual_days"]),
            most_shifts_a_month=int(answers["most_shifts_a_month"]) or None,
            experience=answers["experience"],
            is_manager_aware=answers["is_manager_aware"],
        )


class JoinForm(SayForm):
    """An application by somebody whose address is not known to be theirs yet."""

    email = WorkEmailField(
        label="Work email address",
        help_text="We send a code there, to be sure that it is yours.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    field_order = ("name", "email")

    def clean_email(self) -> str:
        return check_work_email(self.cleaned_data["email"])


class ProfileForm(SayForm):
    """The same by a champion, who also says what the directory shows."""

    is_listed = forms.BooleanField(
        required=False,
        label="Show me in the directory of champions",
        widget=forms.CheckboxInput(attrs={"class": "govuk-checkboxes--small"}),
    )
    shown = forms.MultipleChoiceField(
        choices=Champion.Shown.choices,
        required=False,
        label="What it shows besides your name",
        error_messages=NOT_SHOWN,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )


class AddForm(KnowsForm):
    """Somebody whom an organiser knows: what has to be known so that they can host. The rest is theirs to say."""

    levels_to_choose: ClassVar[list[tuple[Any, Any]]] = [("", "Not one of theirs"), *Skill.Level.choices]
    lacking = "Say how well they know at least one topic"

    name = TheirNameField(help_text="Everybody sees it where they host.")
    email = TheirEmailField(help_text="They are told there, and sign in with it.")
    offices = forms.ModelMultipleChoiceField(
        Office.objects.current(),
        label="Where could they host?",
        error_messages={"required": "Choose at least one office", **NOT_SHOWN},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small app-columns"}),
    )

    def clean_email(self) -> str:
        return check_work_email(self.cleaned_data["email"], whose="their")

    def said(self) -> Said:
        """What is known of them so far. The form is valid."""
        return Said(
            name=self.cleaned_data["name"],
            about="",
            offices=list(self.cleaned_data["offices"]),
            levels=self.known,
            usual_days=[],
            most_shifts_a_month=None,
            experience="",
            is_manager_aware=False,
        )


class AskBackForm(forms.Form):
    """What an organiser would like to know."""

    question = SentencesField(
        named="Your question",
        missing="Write what you would like to know",
        max_length=500,
        label="Your question",
        help_text="They read it by email, and answer by changing their application.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(forms.Form):
    """Why somebody is not taken in."""

    reason = SentencesField(
        named="The reason",
        missing="Write the reason, as kindly as you can",
        max_length=500,
        label="The reason",
        help_text="They read it by email, in your words. They may apply again.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def said_by(champion: Champion) -> dict[str, Any]:
    """What a champion says of themselves, as the form shows it."""
    most = champion.most_shifts_a_month
    facts = {
        "name": champion.name,
        "offices": list(champion.offices.all()),
        "usual_days": champion.usual_days,
        "most_shifts_a_month": AS_OFTEN_AS_NEEDED if most is None else str(most),
        "about": champion.about,
        "experience": champion.experience,
        "is_manager_aware": champion.is_manager_aware,
        "is_listed": champion.is_listed,
        "shown": champion.shown,
    }
    return facts | {_level_of(skill.topic): skill.level for skill in champion.skills.select_related("topic")}


def _level_of(topic: Topic) -> str:
    return f"topic_{topic.pk}"

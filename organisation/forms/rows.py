"""The rows of the department's own lists, as organisers type them."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from accounts.fields import NOT_SHOWN
from organisation.fields import ChosenField, DayField, LineField, NumberField, TextField
from organisation.models import (
    CheatSheet,
    Directorate,
    Grade,
    Office,
    Symptom,
    Team,
    Topic,
)

SMALL = "govuk-radios--small"
COLUMNS = "govuk-checkboxes--small app-columns"
AT_THE_SAME_TIME = "Somebody saved something like it a moment ago. Look at the list, and then try again"


class RowForm(forms.ModelForm):
    """One row of a list. What only the database sees, as when two people save at once, is said in words as well."""

    # What may be chosen although it is retired, because the row has it: those fields.
    keeps_chosen: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.keeps_chosen:
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            assert field.queryset is not None
            chosen = field.prepare_value(self.initial.get(name))
            chosen = chosen if isinstance(chosen, list) else [chosen]
            field.queryset = field.queryset.filter(Q(is_retired=False) | Q(pk__in=[pk for pk in chosen if pk]))

    def save_row(self) -> models.Model | None:
        """Save it, or say why it cannot be: then None. The form is valid."""
        try:
            with transaction.atomic():
                return self.save()
        except IntegrityError:
            self.add_error(None, AT_THE_SAME_TIME)
            return None

    def others(self) -> models.QuerySet:
        """The other rows of the list."""
        return type(self.instance)._default_manager.exclude(pk=self.instance.pk)

    def clean_name(self) -> str:
        """No two names that differ in capitals alone."""
        name = self.cleaned_data["name"]
        if self.others().filter(name__iexact=name).exists():
            raise ValidationError(f"There is one called “{name}” already")
        return name


class WithSlug(RowForm):
    """A row that has a name in addresses. Left empty, it follows from the name."""

    slug = forms.CharField(
        required=False,
        max_length=50,
        label="Name in addresses (optional)",
        help_text="Left empty, it follows from the name. Links that people have kept stop working when you change it.",
        error_messages={"max_length": "The name in addresses has to be 50 characters or fewer"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "govuk-input--width-20"}),
    )

    def clean_slug(self) -> str:
        """As it may stand in an address, and no other row's."""
        typed = self.cleaned_data["slug"]
        slug = slugify(typed or self.instance.slug or self.cleaned_data.get("name", ""))[:50]
        if (typed and not slug) or ("name" in self.cleaned_data and not slug):
            raise ValidationError("Write a name in addresses with letters from a to z, such as leeds")
        if slug and self.others().filter(slug=slug).exists():
            raise ValidationError(f"Something else is called “{slug}” in addresses already. Write another name here")
        return slug


class OfficeForm(WithSlug):
    """A building where the department works."""

    name = LineField(named="The name", missing="Enter the name of the office", max_length=80, label="Name")
    nation = forms.ChoiceField(
        choices=Office.Nation.choices,
        initial=Office.Nation.ENGLAND,
        label="Nation",
        help_text="Bank holidays differ between them.",
        error_messages={"required": "Choose the nation", **NOT_SHOWN},
        widget=forms.RadioSelect(attrs={"class": SMALL}),
    )

    class Meta:
        model = Office
        fields = ("name", "nation", "slug")


class DirectorateForm(RowForm):
    """A group of teams."""

    name = LineField(named="The name", missing="Enter the name of the directorate", max_length=120, label="Name")

    class Meta:
        model = Directorate
        fields = ("name",)


class TeamForm(RowForm):
    """Where somebody works. Two directorates may each have a team of one name."""

    keeps_chosen = ("directorate",)
    name = LineField(named="The name", missing="Enter the name of the team", max_length=120, label="Name")
    directorate = ChosenField(queryset=Directorate.objects.all(), missing="Choose the directorate", label="Directorate")
    also_known_as = LineField(
        named="What it is also known as",
        max_length=200,
        required=False,
        label="Also known as (optional)",
        help_text="Other names and initials that people use for it, so that the search finds it. Put a semicolon "
        "between several: comms; press office.",
    )

    class Meta:
        model = Team
        fields = ("name", "directorate", "also_known_as")

    def clean_name(self) -> str:
        return self.cleaned_data["name"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if {"name", "directorate"} <= said.keys() and self.others().filter(
            name__iexact=said["name"], directorate=said["directorate"]
        ).exists():
            self.add_error("name", f"{said['directorate']} has a team called “{said['name']}” already")
        return said


class GradeForm(RowForm):
    """A civil service grade."""

    name = LineField(named="The name", missing="Enter the name of the grade", max_length=60, label="Name")
    rank = NumberField(named="The place", least=1, most=999, label="Place", help_text="1 is the most junior grade.")

    class Meta:
        model = Grade
        fields = ("name", "rank")

    def clean_rank(self) -> int:
        """Each place once."""
        rank = self.cleaned_data["rank"]
        if there := self.others().filter(rank=rank).first():
            raise ValidationError(f"{there} is at place {rank} already")
        return rank


class TopicForm(WithSlug):
    """What help is about."""

    name = LineField(named="The name", missing="Enter the name of the topic", max_length=60, label="Name")
    kind = forms.ChoiceField(
        choices=Topic.Kind.choices,
        initial=Topic.Kind.PLATFORM,
        label="What is it?",
        error_messages={"required": "Choose what it is", **NOT_SHOWN},
        widget=forms.RadioSelect(attrs={"class": SMALL}),
    )

    class Meta:
        model = Topic
        fields = ("name", "kind", "slug")


class SymptomForm(RowForm):
    """Plain words for somebody who cannot frame a question."""

    keeps_chosen = ("topics",)
    words = LineField(
        named="The words",
        missing="Enter the words",
        max_length=120,
        label="Words",
        help_text="As somebody would say it: “I opened an account and never used it”.",
    )
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(),
        label="Which topics is it about?",
        help_text="Champions who know them are suggested.",
        error_messages={"required": "Choose at least one topic", **NOT_SHOWN},
        widget=forms.CheckboxSelectMultiple(attrs={"class": COLUMNS}),
    )
    position = NumberField(
        named="The place in the list", least=0, most=32_767, initial=100, label="Place in the list",
        help_text="Those with a lower number come first.",
    )  # fmt: skip

    class Meta:
        model = Symptom
        fields = ("words", "topics", "position")

    def clean_words(self) -> str:
        """No two that say the same."""
        words = self.cleaned_data["words"]
        if self.others().filter(words__iexact=words).exists():
            raise ValidationError("There is one with these words already")
        return words


class CheatSheetForm(RowForm):
    """What to know about a topic, on one page."""

    keeps_chosen = ("topic",)
    topic = ChosenField(queryset=Topic.objects.all(), missing="Choose the topic", label="Topic")
    level = forms.ChoiceField(
        choices=CheatSheet.Level.choices,
        initial=CheatSheet.Level.BEGINNER,
        label="Whom is it for?",
        error_messages={"required": "Choose whom it is for", **NOT_SHOWN},
        widget=forms.RadioSelect(attrs={"class": SMALL}),
    )
    title = LineField(
        named="The title", missing="Enter a title", max_length=100, label="Title",
        help_text="It says what the reader gets, such as “Your first week on LinkedIn”.",
    )  # fmt: skip
    body = TextField(
        rows=8,
        is_a_page=True,
        named="The sheet",
        missing="Write the sheet",
        max_length=5000,
        label="The sheet",
        help_text="About 400 words fit on one printed page. Leave an empty line between paragraphs. Begin a line with "
        "## for a heading, with - for a bullet point, with 1. for a numbered step. Write **bold**, and a link as "
        "[its words](https://…).",
    )
    reviewed_on = DayField(
        named="When it was last read with care", initial=timezone.localdate, label="Last read with care on",
        help_text="Everybody sees it.",
    )  # fmt: skip

    class Meta:
        model = CheatSheet
        fields = ("topic", "level", "title", "body", "reviewed_on")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if {"topic", "level"} <= said.keys() and self.others().filter(
            topic=said["topic"], level=said["level"]
        ).exists():
            self.add_error("level", f"There is a cheat sheet about {said['topic']} at this level already")
        return said

"""What organisers type into the department's own lists."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from accounts.fields import NOT_SHOWN, WorkEmailField
from organisation.fields import ChosenField, DayField, LineField, NumberField, TextField
from organisation.models import (
    CheatSheet,
    Department,
    Directorate,
    EmailParagraph,
    Grade,
    Guidelines,
    Office,
    Symptom,
    Team,
    Topic,
)

MOST_PEOPLE = 1_000_000
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
        help_text="Other names and initials that people use for it, so that the search finds it.",
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


class CountForm(forms.Form):
    """How many people there were on a day."""

    people = NumberField(named="The headcount", least=0, most=MOST_PEOPLE, label="Headcount")
    counted_on = DayField(named="The day of the headcount", initial=timezone.localdate, label="Counted on")

    def clean_counted_on(self) -> date:
        return not_to_come(self.cleaned_data["counted_on"])


def not_to_come(day: date) -> date:
    """The day, unless it is yet to come. Nobody has been counted then."""
    if day > timezone.localdate():
        raise ValidationError("The day of the headcount has to be today or earlier")
    return day


class ImportForm(forms.Form):
    """A file with headcounts, and the day on which people were counted."""

    file = forms.FileField(
        label="The file",
        error_messages={"required": "Choose a file", "empty": "The file is empty", "invalid": "Choose a file"},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv", "class": "app-file"}),
    )
    counted_on = DayField(named="The day of the headcounts", initial=timezone.localdate, label="Counted on")

    def clean_counted_on(self) -> date:
        return not_to_come(self.cleaned_data["counted_on"])


class GuidelinesForm(forms.ModelForm):
    """One version of the guidelines: words, or a link to where they are."""

    title = LineField(
        named="The title", missing="Enter a title", max_length=120, initial="Social media guidelines", label="Title"
    )
    version = LineField(
        named="The version", missing="Enter the version", max_length=20, label="Version",
        help_text="As people speak of it, such as 2 or 2026.1.",
    )  # fmt: skip
    published_on = DayField(
        named="The day of publication", initial=timezone.localdate, label="Published on",
        help_text="From that day on everybody reads this version. It may be a day to come.",
    )  # fmt: skip
    link = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="Where they are (optional)",
        help_text="The address of a page, if they are on your intranet. Otherwise write them below.",
        error_messages={
            "invalid": "Enter the whole address of the page, such as https://intranet.example.gov.uk/guidelines",
            "max_length": "The address has to be 500 characters or fewer",
        },
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    body = TextField(
        rows=8,
        is_a_page=True,
        named="The text",
        max_length=30_000,
        required=False,
        label="The guidelines (optional)",
        help_text="Leave an empty line between paragraphs. Begin a line with ## for a heading, with - for a bullet "
        "point, with 1. for a numbered step. Write **bold**, and a link as [its words](https://…).",
    )

    class Meta:
        model = Guidelines
        fields = ("title", "version", "published_on", "link", "body")

    def clean_link(self) -> str:
        """An address that everybody may follow."""
        link = self.cleaned_data["link"]
        if link and not link.lower().startswith(("https://", "http://")):
            raise ValidationError(self.fields["link"].error_messages["invalid"])
        return link

    def clean_version(self) -> str:
        """Each once."""
        version = self.cleaned_data["version"]
        if Guidelines.objects.exclude(pk=self.instance.pk).filter(version__iexact=version).exists():
            raise ValidationError(f"There is a version {version} already")
        return version

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if {"link", "body"} <= said.keys() and bool(said["link"]) == bool(said["body"]):
            both = "Leave out either the address or the words: it is one of them that people read"
            self.add_error("link", both if said["link"] else "Enter the address of the guidelines, or write them below")
        return said


class ParagraphForm(forms.Form):
    """A paragraph of the department's own in one kind of email."""

    words = TextField(
        rows=5,
        named="The paragraph",
        max_length=EmailParagraph.LONGEST,
        required=False,
        label="The paragraph (optional)",
        help_text="Plain text. An address of a page becomes a link. Left empty, the email has no paragraph of yours.",
    )


class DomainField(forms.CharField):
    """A domain, whether somebody writes it with an @, in capitals or with spaces around it."""

    default_validators = [DomainNameValidator(message="“%(value)s” is not a domain. Write it like example.gov.uk")]

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").lower().lstrip("@.")


class DepartmentForm(forms.ModelForm):
    """What holds for the programme as a whole."""

    name = LineField(
        named="The name", missing="Enter the name of the department", max_length=120, label="Name of the department"
    )
    email_domains = SimpleArrayField(
        DomainField(max_length=253, error_messages={"required": "leave nothing empty between two commas"}),
        label="Email domains",
        help_text="Whose addresses may book. A domain stands for itself and everything under it. Put commas between "
        "several, as in example.gov.uk, example.org.",
        error_messages={
            "required": "Enter at least one email domain. Without one nobody could book",
            "item_invalid": "Domain %(nth)s:",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact_email = WorkEmailField(
        required=False,
        label="Where people can reach you (optional)",
        help_text="It stands in every email and on the page about privacy.",
    )
    cutoff_minutes = NumberField(
        named="The time when waiting lists stop", least=0, most=10_080,
        label="Waiting lists stop how many minutes before the start?",
        help_text="For new surgeries. From then on nobody is moved up, and free seats are open to all.",
    )  # fmt: skip
    reminder_hour = NumberField(
        named="The hour of reminders", least=0, most=23,
        label="At which hour do reminders go out?",
        help_text="On the working day before, from 0 to 23.",
    )  # fmt: skip

    class Meta:
        model = Department
        fields = ("name", "email_domains", "contact_email", "cutoff_minutes", "reminder_hour")

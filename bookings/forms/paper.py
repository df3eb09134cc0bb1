"""What stands on the sign-in sheet, typed afterwards."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import Truncator, get_text_list

from accounts.fields import NOT_SHOWN, NameField, SentencesField, WorkEmailField
from bookings.forms.fields import Label
from bookings.models import Booking
from bookings.register import Entry, folded
from bookings.services.paper import Line, numbered
from organisation.models import Department
from surgeries.templatetags.times import clock

MOST_LINES = 200


class PeopleCheckboxes(forms.CheckboxSelectMultiple):
    """Everybody who booked. Who is noted already is ticked, and stays so."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **options)
        if label.is_closed:
            option["attrs"]["disabled"] = option["selected"] = True
        return option


class NamesField(SentencesField):
    """People by name, one in a line, with an address after a comma if there is one. What is wrong is said by line."""

    name = NameField(
        error_messages={
            "required": "write a name before the email address",
            "max_length": "the name has to be %(limit_value)d characters or fewer",
            "unseen": "write the name without special characters",
            "link": "write the name first, then a comma, then the email address",
            "markup": "write the name without the signs < and >",
            "no_letter": "write a name, with at least one letter",
        }
    )
    email = WorkEmailField(
        required=False,
        error_messages={"invalid": "write the email address in the correct format, like name@example.gov.uk"},
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(named="The list of names", required=False, strip=False, widget=forms.Textarea, **options)

    def clean(self, value: Any) -> list[Line]:
        lines = [(number, line) for number, line in enumerate(super().clean(value).split("\n"), 1) if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(f"The list of names has to be {MOST_LINES} lines or fewer. Send the others after it")
        faults = [ValidationError(fault) for number, line in lines for fault in self._faults(number, line)]
        if faults:
            raise ValidationError(faults)
        return [self._line(line) for _, line in lines]

    def _faults(self, number: int, line: str) -> Iterator[str]:
        try:
            self._line(line)
        except ValidationError as error:
            # With the words themselves: nobody has to count lines.
            words = Truncator("".join(filter(str.isprintable, line)).strip()).chars(60)
            quoted = "" if getattr(error, "code", "") == "domain" else f" (“{words}”)"
            yield from (f"Line {number}: {message}{quoted}" for message in error.messages)

    def _line(self, line: str) -> Line:
        name, comma, email = line.rpartition(",")
        if not comma or "@" not in email:
            name, email = line, ""  # such as "Lovelace, Ada"
        email = self.email.clean(email)
        if email and not Department.recent().lets_book(email):
            advice = "Leave it out, and keep the name"
            raise ValidationError(f"{email} is not an address of the department. {advice}", code="domain")
        return self.name.clean(name), email


class PaperForm(forms.Form):
    """Who came, of everybody who booked, and who walked in."""

    came = forms.MultipleChoiceField(
        required=False,
        label="Who came, of those who had booked?",
        widget=PeopleCheckboxes({"class": "govuk-checkboxes--small"}),
        error_messages=NOT_SHOWN,
    )
    walked_in = NamesField(
        label="Who walked in?",
        help_text="One name in each line. If you know it, write their work email address after a comma.",
    )

    are_others = forms.BooleanField(required=False, label="These are other people of the same name")

    def __init__(self, data: QueryDict | None = None, *, entries: Iterable[Entry], request_id: UUID) -> None:
        super().__init__(data)
        entries = list(entries)
        self.request_id = request_id
        self.booked = {entry.booking.pk: entry.booking for entry in entries if entry.booking}
        # Who stands in the register, each with the number under which a form has entered them, if one has.
        self.there: dict[str, set[UUID | None]] = {}
        for entry in entries:
            self.there.setdefault(folded(entry.name), set()).add(entry.visit.request_id if entry.visit else None)
        # Asked only where there are any.
        self.asks_about_others = "are_others" in self.data
        came = self.fields["came"]
        assert isinstance(came, forms.MultipleChoiceField)
        came.choices = [(entry.booking.pk, _named(entry)) for entry in entries if entry.booking]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not said["came"] and not said["walked_in"]:
            self.add_error("walked_in", "Tick or write down at least one person")
        namesakes = list(self._namesakes(said.get("walked_in", ())))
        if namesakes:
            self.asks_about_others = True
        if namesakes and not said["are_others"]:
            who = f"{get_text_list(namesakes, 'and')} {'is' if len(namesakes) == 1 else 'are'} in the register already"
            self.add_error(
                "walked_in", f"{who}. Leave out who is the same person, or tick below that it is somebody else"
            )
        return said

    def _namesakes(self, lines: Iterable[Line]) -> Iterator[str]:
        """Names without an address, which would tell people apart, that stand in the register already.

        Those whom this very form has entered do not count: it may be sent twice.
        """
        for (name, email), number in numbered(lines, request_id=self.request_id):
            if not email and number not in self.there.get(folded(name), {number}):
                yield name

    @property
    def bookings(self) -> list[Booking]:
        """Of those who are ticked. The form is valid."""
        return [self.booked[int(pk)] for pk in self.cleaned_data["came"]]


def _named(entry: Entry) -> Label:
    booking, visit = entry.booking, entry.visit
    assert booking
    words = f"{entry.place}, {entry.name}" if booking.is_confirmed else entry.name
    hint = "" if booking.is_confirmed or visit else booking.get_state_display()
    if visit:
        words += f": arrived at {clock(visit.arrived_at)}" if visit.arrived_at else ": in the register already"
    label = Label(words, hint=hint)
    label.is_closed = visit is not None
    return label

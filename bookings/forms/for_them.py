"""What organisers choose and type when they book, move or cancel for somebody."""

from typing import Any

from django import forms

from accounts.fields import SentencesField, TheirEmailField, TheirNameField
from bookings.forms.booking import AdjustmentsField, BookForm, QuestionField, SlotField, choose_from
from bookings.forms.changing import ChangeForm
from bookings.forms.fields import Label
from bookings.models import Attendee
from bookings.offers import Offer
from bookings.people import Owner
from organisation.addresses import check_work_email

THEIRS = {
    "suits": "Which times would suit them?",
    "symptoms": "Does any of this sound like them? (optional)",
    "team": "Their team (optional)",
}


class SlotForThemField(SlotField):
    """The same slots, said of somebody else."""

    def _offered(self) -> list[tuple[str, Label]]:
        offered = super()._offered()
        for _, label in offered:
            label.hint = label.hint.replace("You ", "They ")
        return offered


class BookForThemForm(BookForm):
    """A seat or a place on the waiting list, for somebody who is known or, without an `attendee`, for somebody new.

    It begins with the team that is known of them, and with no other answer: what they ask is new each time.
    """

    slot = SlotForThemField(can_wait=True, label="Choose a time")
    name = TheirNameField()
    email = TheirEmailField(help_text="For the confirmation, and the link to change or cancel it.")
    question = QuestionField(named="What they would like to ask", label="What would they like to ask? (optional)")
    adjustments = AdjustmentsField(
        named="What would make it easier for them to come",
        label="Anything that would make it easier for them to come? (optional)",
    )

    def __init__(self, *args: Any, offer: Offer, attendee: Attendee | None, **options: Any) -> None:
        super().__init__(*args, offer=offer, **options)
        self.attendee = attendee
        self.owner: Owner | None = None
        for name, label in THEIRS.items():
            self.fields[name].label = label
        self.fields["team"].help_text = "Its name or its initials."
        for name in ("name", "email") if attendee else ():
            self.fields[name].disabled = True
            self.initial[name] = getattr(attendee, name)
        if attendee and not self.is_bound:
            said = attendee.bookings.filter(team__isnull=False).order_by("-created_at", "-pk")
            self.initial["team"] = said.values_list("team", flat=True).first()

    def ask_whether_it_is(self, owner: Owner) -> None:
        """Say whose the address is that was typed for somebody new. Sent once more with their key, the form books."""
        self.owner = owner
        self.add_error("email", f"{owner.name} is known by this address. Is it them? Then press the button once more")

    def refuse_since_busy(self, words: str, owner: Owner | None) -> None:
        """Say what they have that is in the way; beside the address, if it was typed and so may be another's."""
        self.owner = owner
        if self.attendee is None:
            self.add_error("email", f"{owner.name} is known by this address. {words}" if owner else words)
        else:
            self._add_error_to_the_times(words)

    def _add_error_to_the_times(self, words: str) -> None:
        """Of a surgery that is full no times are shown, to which what is wrong could lead."""
        self.add_error(None if self.can_only_wait else "slot", words)

    def is_meant(self, owner: Owner) -> bool:
        """Whether the page from which the form was sent said that the address is theirs."""
        return self.data.get("owner") == owner.key

    @property
    def place_in_line(self) -> str:
        return super().place_in_line.replace("You ", "They ")

    def clean_email(self) -> str:
        """Of somebody who is known it is not asked, so what is wrong with it is said beside the times."""
        email = self.cleaned_data["email"]
        if self.attendee is None:
            return check_work_email(email, whose="their")
        try:
            return check_work_email(email)
        except forms.ValidationError:
            words = "Their address is not one that may book any more. Book for somebody new instead"
            self._add_error_to_the_times(words)
            return email


class ChangeForThemForm(ChangeForm):
    """Another slot, of the same surgery or of another."""

    slot = SlotForThemField(can_wait=False, label="Choose a time")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose_from(self, self.offer)


class CancelForThemForm(forms.Form):
    """Why an organiser cancels. The person reads it."""

    reason = SentencesField(
        named="The reason",
        missing="Say why: they read it in the email",
        max_length=200,
        label="Why?",
        help_text="They read this by email, such as “As you asked on the phone.”",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

"""What people choose and type on the pages of their private link."""

from datetime import datetime
from typing import Any

from django import forms

from accounts.fields import NOT_SHOWN, NameField, SentencesField, WorkEmailField
from bookings.forms.booking import SlotField, choose_from, lost_race
from bookings.forms.fields import Label, SlotsField
from bookings.models import Booking, Thanks
from bookings.offers import Offer
from organisation.addresses import check_work_email
from organisation.models import Grade, Office
from surgeries.models import Surgery


class ChangeForm(forms.Form):
    """Another slot, of the same surgery or of another."""

    slot = SlotField(can_wait=False, label="Choose a time")

    def __init__(self, *args: Any, booking: Booking, surgery: Surgery, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.booking = booking
        self.offer = Offer(surgery, now=now, held=booking.slot)
        choose_from(self, self.offer)

    def refuse(self, *, now: datetime) -> None:
        """Say that somebody else has the last seat of that slot, and offer what there is now."""
        slot = self.cleaned_data["slot"]
        self.offer = Offer(self.offer.surgery, now=now, held=self.booking.slot)
        choose_from(self, self.offer)
        instead = "These times are still free." if self.offer.free else "No other time is free."
        self.add_error("slot", f"{lost_race(slot)} {instead}")


class WaitForm(forms.Form):
    """Which slots would suit somebody who waits, or who hands their seat back in order to wait."""

    suits = SlotsField(
        label="Which times would suit you?",
        help_text="Tick those that would. If you tick none, any of these will do.",
        widget=forms.CheckboxSelectMultiple,
    )
    # What the page said when it was opened: a second press on "hand my seat back" is not about the waiting list.
    holds = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, booking: Booking, now: datetime, **options: Any) -> None:
        holds = booking.slot_id if booking.is_confirmed else None
        suits = [] if holds else [slot.pk for slot in booking.suits.all()]
        super().__init__(*args, **{"initial": {"holds": holds, "suits": suits}, **options})
        self.offer = Offer(booking.surgery, now=now, held=booking.slot)
        field = self.fields["suits"]
        assert isinstance(field, SlotsField)
        field.choose_from(lambda: [slot for slot in self.offer.slots if slot.pk != holds])


class EmailForm(forms.Form):
    """The address that was meant, `instead_of` the one that we have."""

    email = WorkEmailField(
        label="Your work email address",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, instead_of: str | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instead_of = instead_of

    def clean_email(self) -> str:
        email = check_work_email(self.cleaned_data["email"])
        if email == self.instead_of:
            raise forms.ValidationError("That is the address we have. Give us the one that you meant.")
        return email


class CorrectNameForm(forms.Form):
    """The name that was meant."""

    name = NameField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}))


class EvidenceForm(forms.Form):
    """What serves the evidence only: nothing of it has to be said, and "prefer not to say" is nothing."""

    office = forms.ModelChoiceField(
        Office.objects.current(),
        required=False,
        label="Which office do you work in?",
        empty_label="Prefer not to say",
        error_messages=NOT_SHOWN,
    )
    grade = forms.ModelChoiceField(
        Grade.objects.current(),
        required=False,
        label="What is your grade?",
        empty_label="Prefer not to say",
        error_messages=NOT_SHOWN,
    )
    feeling = forms.ChoiceField(
        required=False,
        label="How do you feel about social media?",
        help_text="Whoever hosts sees this beside your name, so that they can begin where you are.",
        choices=[*Booking.Feeling.choices, ("", Label("Prefer not to say", divider="or"))],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages=NOT_SHOWN,
    )


class CancelForm(forms.Form):
    """Why somebody cannot come, if they like to say. The choices hold nothing private."""

    reason = forms.ChoiceField(
        required=False,
        label="Would you tell us why? (optional)",
        help_text="It helps us to plan.",
        choices=[
            (words, words)
            for words in (
                "Something else came up",
                "I will not be in the office",
                "The time does not suit me any more",
                "I found help elsewhere",
                "Another reason",
            )
        ],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages=NOT_SHOWN,
    )


class MissedForm(forms.Form):
    """Why somebody did not come. The choices hold nothing private."""

    missed_because = forms.ChoiceField(
        label="What kept you?",
        choices=[*Booking.Missed.choices[:-1], (Booking.Missed.WAS_THERE, Label("I was there", divider="or"))],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages={"required": "Choose what comes closest", **NOT_SHOWN},
    )


class ThanksForm(forms.Form):
    """A few words for whoever hosted. None are needed."""

    words = SentencesField(
        named="What you write",
        max_length=Thanks.LONGEST,
        required=False,
        label="A few words for them (optional)",
        help_text="What helped, or what you have done since. Your name goes with it. Nobody else sees it, and the "
        "words are deleted 90 days after the surgery.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

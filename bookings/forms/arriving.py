"""What people say at the door: who they are and, without a booking, what brings them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.fields import NameField, WorkEmailField
from bookings.forms.fields import Label, RowsField
from bookings.services.attending import Introduction
from organisation.addresses import check_work_email
from organisation.models import Department, Topic
from surgeries.models import Surgery

CURIOUS = "curious"
BOOKED, WITHOUT_BOOKING = "booked", "without_booking"
"""The two buttons. Enter presses neither: then whoever typed a name has not booked."""

NO_BOOKING = "We did not find a booking with this address"


class ArriveForm(forms.Form):
    """An address, which is enough for whoever has booked; if people may drop in, a name and topics as well."""

    email = WorkEmailField(
        label="Your work email address",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    name = NameField(
        required=False,
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    topics = RowsField(
        Topic.objects.current(),
        otherwise=(CURIOUS, Label("Just curious", exclusive=True)),
        is_first=True,
        required=False,
        label="What is it about?",
        help_text="Tick what comes nearest.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small app-columns"}),
    )

    def __init__(self, *args: Any, surgery: Surgery, **options: Any) -> None:
        super().__init__(*args, **options)
        if not surgery.is_drop_in:
            del self.fields["name"], self.fields["topics"]
        elif WITHOUT_BOOKING in self.data:
            self.fields["name"].required = True

    def introduction(self) -> Introduction | None:
        """What lets somebody walk in: None if they say that they booked, or nobody may walk in. The form is valid."""
        said = self.cleaned_data
        if BOOKED in self.data or not said.get("name") or not Department.recent().lets_book(said["email"]):
            return None
        return Introduction(said["name"], list(said["topics"]), CURIOUS in self["topics"].data)

    def ask_for_more(self) -> None:
        """Say kindly what an address without a booking lacks. Everything that was typed is kept."""
        if "name" not in self.fields:
            self.add_error("email", f"{NO_BOOKING}. Is it the one that you booked with?")
            return
        try:
            check_work_email(self.cleaned_data["email"])
        except ValidationError as refusal:
            advice = refusal.message.rstrip(".")
            self.add_error("email", f"Ask a host, who can add you. Or {advice[:1].lower()}{advice[1:]}")
        else:
            # Of the address alone: a mistyped one would make a walk-in of somebody who booked, and a no-show. To have
            # given no name is no mistake.
            self.add_error("email", f"{NO_BOOKING}. Check that it is the one that you booked with")
            missing = "" if self.cleaned_data["name"] else "type your name, and "
            self["name"].help_text = f"If you have not booked, {missing}press “I’m here, without a booking”."

"""What people type and choose when they book, change their booking or cancel it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import capfirst

from accounts.fields import NOT_SHOWN, NameField, SentencesField, WorkEmailField
from bookings.errors import BookingError, SlotFull, SlotGone
from bookings.forms.fields import (
    UNSURE,
    Label,
    Shared,
    SlotsField,
    SymptomsField,
    TeamField,
    TopicsField,
    renumbered,
)
from bookings.offers import ID, Offer
from bookings.services.booking import Answers
from bookings.templatetags.seats import ordinal, seats_left_in_words
from organisation.addresses import check_work_email
from surgeries.models import Slot, Surgery
from surgeries.templatetags.times import clock, day, span

WAIT = "wait"


class SlotRadios(forms.RadioSelect):
    """Slots as radios. A full one is shown, and cannot be chosen."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **options)
        if getattr(label, "is_closed", False):
            option["attrs"]["disabled"] = True
            option["selected"] = False
        return option

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Without an index: the first that can be chosen, so that the error summary leads to it."""
        if index is None:
            values = (label for _, label in self.choices)
            index = next((str(n) for n, label in enumerate(values) if not getattr(label, "is_closed", False)), "0")
        return super().id_for_label(id_, index)


class SlotField(forms.ChoiceField):
    """A slot of the surgery on offer or, if a waiting list is offered too, None to wait."""

    widget = SlotRadios
    default_error_messages = {
        "required": "Choose a time",
        **NOT_SHOWN,
    }
    offer: Offer

    def __init__(self, *, can_wait: bool, **options: Any) -> None:
        super().__init__(**options)
        self.can_wait = can_wait

    def choose_from(self, offer: Offer) -> None:
        """Take the slots of this offer. They are looked up when they are shown."""
        self.offer = offer
        self.choices = self._offered

    def _offered(self) -> list[tuple[str, Label]]:
        can_wait = self.can_wait and self.offer.can_wait
        if can_wait and self.offer.is_full:
            return [(WAIT, Label("Join the waiting list", hint=place_in_line(self.offer)))]
        shown = [(str(slot.pk), _slot_label(slot, self.offer)) for slot in self.offer.slots]
        if can_wait:
            shown.append((WAIT, _wait_label(self.offer)))
        return shown

    def clean(self, value: Any) -> Slot | None:
        # By id alone. Whether the slot has seats left, or has begun by now, is decided under the lock, not here.
        chosen = self.to_python(value)
        self.run_validators(chosen)
        if not chosen:
            raise ValidationError(self.error_messages["required"], code="required")
        if chosen == WAIT and self.can_wait:
            return None
        slot = self.offer.find(chosen)
        if slot is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return slot


def choose_from(form: forms.Form, offer: Offer) -> None:
    """Let the form's slot be one of this offer."""
    slot = form.fields["slot"]
    assert isinstance(slot, SlotField)
    slot.choose_from(offer)


def _slot_label(slot: Any, offer: Offer) -> Label:
    if slot == offer.held:
        return Label(capfirst(span(slot)), hint="You have this one", is_closed=True)
    return Label(capfirst(span(slot)), hint=seats_left_in_words(slot.seats_left), is_closed=not slot.seats_left)


def _wait_label(offer: Offer) -> Label:
    which = f"{span(offer.full[0])}, which is full" if len(offer.full) == 1 else "a time that is full"
    return Label(f"Wait for {which}", hint=place_in_line(offer), divider="or")


def place_in_line(offer: Offer) -> str:
    """What joining the waiting list comes to."""
    surgery = offer.surgery
    until = f"{clock(surgery.cutoff_at)} on {day(surgery.cutoff_at)}"
    place = ordinal(offer.waiting + 1)
    return f"You would be {place} in line. A seat that comes free goes to the first in line until {until}."


class AnswerField(SentencesField):
    """An answer of a sentence or two, which nobody has to give. `named` and `label` say of whom."""

    def __init__(self, *, named: str, label: str, help_text: str) -> None:
        widget = forms.Textarea(attrs={"rows": 2})
        super().__init__(named=named, label=label, help_text=help_text, widget=widget, required=False, max_length=500)


class QuestionField(AnswerField):
    """What somebody would like to ask."""

    def __init__(self, *, named: str, label: str) -> None:
        super().__init__(named=named, label=label, help_text="One sentence is plenty.")


class AdjustmentsField(AnswerField):
    """What would make it easier for somebody to come."""

    def __init__(self, *, named: str, label: str) -> None:
        help_text = "Such as a quieter table, a hearing loop or step-free access."
        super().__init__(named=named, label=label, help_text=help_text)


class AnswersForm(forms.Form):
    """What somebody would like help with, and what would make it easier to come. Nothing of it has to be said."""

    symptoms = SymptomsField(
        required=False,
        label="Does any of this sound like you? (optional)",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    topics = TopicsField(
        required=False,
        label="Is it about any of these? (optional)",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small app-columns"}),
    )
    question = QuestionField(named="What you would like to ask", label="What would you like to ask? (optional)")
    team = TeamField(
        required=False,
        label="Your team (optional)",
        help_text="Its name or its initials. It helps us to see who we have not reached yet.",
        empty_label="",
    )
    adjustments = AdjustmentsField(
        named="What would make it easier for you to come",
        label="Anything that would make it easier for you to come? (optional)",
    )

    def answers(self) -> Answers:
        """What was said. The form is valid."""
        said = self.cleaned_data
        return Answers(
            team=said["team"],
            topics=self._chosen("topics"),
            symptoms=self._chosen("symptoms"),
            is_unsure=UNSURE in self["symptoms"].data,
            question=said["question"],
            adjustments=said["adjustments"],
        )

    def _chosen(self, name: str) -> list:
        """The rows that were ticked, without asking the database for none."""
        return list(self.cleaned_data[name]) if self[name].data else []


class BookForm(AnswersForm):
    """A seat at a surgery, or a place on its waiting list."""

    request_id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid"), "Part of the form got lost on the way. Please press the button once more"
        ),
    )
    slot = SlotField(can_wait=True, label="Choose a time")
    suits = SlotsField(
        label="Which times would suit you?",
        help_text="Tick those that would. If you tick none, any of these will do.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    among = forms.CharField(required=False, widget=forms.HiddenInput)
    name = NameField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}))
    email = WorkEmailField(
        label="Work email address",
        help_text="For your confirmation, and the link to change or cancel it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    field_order = ("slot", "suits", "name", "email")

    def __init__(self, *args: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*args, **options)
        suits = self.fields["suits"]
        assert isinstance(suits, SlotsField)
        self.offer = offer
        choose_from(self, self.offer)
        self.fields["slot"].initial = self._only_choice
        suits.choose_from(self._every_slot, shown=self._slots_to_wait_for)

    @property
    def can_only_wait(self) -> bool:
        """Nothing is left but the waiting list. Whoever chose a time that was just taken has to say so, though."""
        return self.offer.is_full and (not self.is_bound or self["slot"].value() == WAIT)

    @property
    def place_in_line(self) -> str:
        """What joining the waiting list comes to."""
        return place_in_line(self.offer)

    def _only_choice(self) -> str | int | None:
        free = self.offer.free
        if self.offer.can_wait:
            return None if free else WAIT
        return free[0].pk if len(free) == 1 else None

    def _every_slot(self) -> QuerySet[Slot]:
        """As of now, because what is chosen of them is written down."""
        return Slot.objects.filter(surgery=self.offer.surgery)

    def _slots_to_wait_for(self) -> list[Slot]:
        return self.offer.slots if self.offer.is_full else self.offer.full

    def clean_email(self) -> str:
        return check_work_email(self.cleaned_data["email"])

    def waits_for(self) -> Any:
        """The slots that would suit somebody who waits. The form is valid.

        None stands for any. While some slots are free the form names the full ones in `among`, because those who
        choose none of them mean any of those.
        """
        if self.cleaned_data["slot"]:
            return ()
        among = self.cleaned_data["among"].split()
        if self.cleaned_data["suits"] or not among:
            return self.cleaned_data["suits"]
        return [slot for slot in self._every_slot() if str(slot.pk) in among]

    def renew(self) -> None:
        """Give the form a new number, so that sending it once more is a booking of its own."""
        self.data = renumbered(self.data)

    def refuse(self, refusal: BookingError, *, now: datetime) -> None:
        """Say why that could not be booked, and offer what there is now. Everything that was typed is kept."""
        slot = self.cleaned_data["slot"]
        surgery = Surgery.objects.select_related("venue__office").get(pk=self.offer.surgery.pk)
        self.offer = Offer(surgery, now=now)
        choose_from(self, self.offer)
        if self.offer.free:
            instead = "These times are still free."
        else:
            instead = "You can join the waiting list." if self.offer.can_wait else "No other time is free."
        self.add_error("slot", f"{_why(refusal, surgery, slot)} {instead} Everything you typed is kept.")


BookForm.base_fields = Shared(BookForm.base_fields, own={"slot", "suits"})


def _why(refusal: BookingError, surgery: Surgery, slot: Slot | None) -> str:
    if isinstance(refusal, SlotGone):
        return "A time that would have suited you has been taken out of this surgery."
    if slot is None:
        return f"The waiting list closed at {clock(surgery.cutoff_at)} on {day(surgery.cutoff_at)}."
    if isinstance(refusal, SlotFull):
        return lost_race(slot)
    return f"The time at {clock(slot.starts_at)} has begun."


def lost_race(slot: Slot) -> str:
    """Such as "Somebody took the 10:20am seat a moment ago."."""
    return f"Somebody took the {clock(slot.starts_at)} seat a moment ago."


def why_not(offer: Offer, pk: str) -> str:
    """Why the slot with this id, to which a link leads, cannot be taken. Nothing if it can, or if that is no id."""
    slot = next((slot for slot in offer.every_slot if str(slot.pk) == pk), None)
    if not ID.fullmatch(pk) or slot in offer.free:
        return ""
    if slot is None:
        why = "That time cannot be booked here."
    elif slot in offer.full:
        why = f"{capfirst(span(slot))} is full now."
    else:
        why = f"The time at {clock(slot.starts_at)} has begun."
    return f"{why} These times are still free." if offer.free else why

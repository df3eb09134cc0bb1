"""The forms behind a surgery's administration page: its facts, its slots with their seats, and who hosts.

Dates and times are those of clocks in the programme's time zone. Whatever is saved goes through a service, under the
surgery's lock; the forms check beforehand only to put the message beside the field.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminTextInputWidget
from django.db.models import Q
from django.utils import timezone

from bookings.errors import StillBooked
from bookings.services.diary import add_slot, set_seats
from bookings.services.editing import end_shift, host, remove_slot
from champions.models import Champion
from organisation.models import Department
from surgeries.fields import LocalTimeField
from surgeries.models import Shift, Slot, Surgery, Venue, local_moment
from surgeries.services import MOST_SEATS_PER_SLOT, SHORTEST_SLOT_MINUTES, DiaryError, slot_times
from surgeries.templatetags.times import span

END_AFTER_START = "The end has to come after the start."
IN_THE_PAST = "That is in the past. Choose a time that is still to come."


def clock(moment: datetime) -> time:
    """The local time of day of a moment."""
    return timezone.localtime(moment).time()


class SurgeryForm(forms.ModelForm):
    """When, where and how a surgery is held."""

    on = forms.DateField(label="Date", widget=AdminDateWidget)
    begins = LocalTimeField(label="From")
    ends = LocalTimeField(label="Until")

    class Meta:
        model = Surgery
        fields = ("venue", "hosts_wanted", "is_drop_in", "cutoff_minutes", "note")
        help_texts = {"hosts_wanted": "Champions are asked until there are as many. Two make the best surgeries."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        surgery: Surgery = self.instance
        venues = Venue.objects.filter(Q(is_retired=False) | Q(pk=surgery.venue_id)).select_related("office")
        if isinstance(field := self.fields.get("venue"), forms.ModelChoiceField):
            field.queryset = venues
        if surgery.pk:
            self.initial["on"] = timezone.localdate(surgery.starts_at)
            self.initial["begins"], self.initial["ends"] = clock(surgery.starts_at), clock(surgery.ends_at)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if {"on", "begins", "ends"} <= cleaned.keys():
            # The forms for slots and shifts below look at the times that are about to be saved.
            self.instance.starts_at = local_moment(cleaned["on"], cleaned["begins"])
            self.instance.ends_at = local_moment(cleaned["on"], cleaned["ends"])
            if self.instance.ends_at <= self.instance.starts_at:
                self.add_error("ends", END_AFTER_START)
            if self.instance.starts_at <= timezone.now() and self._is_given_a_start():
                self.add_error("on" if cleaned["on"] < timezone.localdate() else "begins", IN_THE_PAST)
        return cleaned

    def _is_given_a_start(self) -> bool:
        """Whether it is new or moves: one that has begun may be edited, and keeps its start."""
        return not self.instance.pk or not {"on", "begins"}.isdisjoint(self.changed_data)

    def facts(self) -> dict[str, Any]:
        """What services are to be told, once the form is valid."""
        facts = {name: self.cleaned_data[name] for name in SurgeryForm.Meta.fields}
        return facts | {"starts_at": self.instance.starts_at, "ends_at": self.instance.ends_at}


class NewSurgeryForm(SurgeryForm):
    """A surgery outside any series, with its slots and seats."""

    slot_minutes = forms.IntegerField(
        label="Minutes per slot",
        min_value=SHORTEST_SLOT_MINUTES,
        max_value=24 * 60,
        initial=20,
        help_text="As long as the surgery makes it one long slot.",
    )
    seats_per_slot = forms.IntegerField(label="Seats per slot", min_value=1, max_value=MOST_SEATS_PER_SLOT, initial=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("cutoff_minutes", Department.current().cutoff_minutes)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if {"on", "begins", "ends", "slot_minutes"} <= cleaned.keys() and not slot_times(
            self.instance.starts_at, self.instance.ends_at, cleaned["slot_minutes"]
        ):
            self.add_error("slot_minutes", "A slot cannot be longer than the surgery.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        return super().facts() | {name: self.cleaned_data[name] for name in ("slot_minutes", "seats_per_slot")}


class RowForm(forms.ModelForm):
    """A slot or a shift. Once it is there its times stay, because people go by them."""

    surgery: Surgery
    times_required = True

    begins = LocalTimeField(label="From")
    ends = LocalTimeField(label="Until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, moment in (("begins", self.instance.starts_at), ("ends", self.instance.ends_at)):
            self.fields[name].required = self.times_required
            if self.instance.pk:
                self.fields[name].disabled = True
                self.initial[name] = clock(moment)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        surgery = self.surgery
        if self.instance.pk or not self.has_changed() or not surgery.starts_at or not surgery.ends_at:
            return cleaned
        if not {"begins", "ends"} <= cleaned.keys():
            return cleaned
        starts_at = self._moment(cleaned["begins"], surgery.starts_at)
        ends_at = self._moment(cleaned["ends"], surgery.ends_at)
        if ends_at <= starts_at:
            self.add_error("ends", END_AFTER_START)
        elif starts_at < surgery.starts_at or ends_at > surgery.ends_at:
            self.add_error("begins", f"It has to lie within the surgery, {span(surgery)}.")
        self.times = {"starts_at": starts_at, "ends_at": ends_at}
        return cleaned

    def _moment(self, at: time | None, otherwise: datetime) -> datetime:
        day: date = timezone.localdate(self.surgery.starts_at)
        return local_moment(day, at) if at else otherwise


class RowFormSet(forms.BaseInlineFormSet):
    """Rows of a surgery that services keep: `added`, `changed` and `removed` are what each does for one form."""

    added: Callable
    changed: Callable
    removed: Callable
    # What there is to say of what was removed.
    said: list[str]

    def _construct_form(self, i: int, **kwargs: Any) -> forms.ModelForm:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.surgery = self.instance
        return form

    def keep(self) -> None:
        """Save what was added, changed and ticked for deletion. Raises DiaryError if a service refuses."""
        self.new_objects: list[Any] = []
        self.said = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        for form in self.deleted_forms:
            if form.instance.pk:
                self.removed(form)
                self.deleted_objects.append(form.instance)
        for form in self.forms:
            if form in self.deleted_forms or not form.has_changed():
                continue
            if form.instance.pk:
                self.changed(form)
                self.changed_objects.append((form.instance, form.changed_data))
            else:
                self.new_objects.append(self.added(form))


class SlotForm(RowForm):
    """A slot with the number of its seats. The formset has counted how many are `booked`."""

    seats = forms.IntegerField(min_value=0, max_value=MOST_SEATS_PER_SLOT)

    class Meta:
        model = Slot
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seats"] = self.instance.number_of_seats

    def clean_seats(self) -> int:
        seats = self.cleaned_data["seats"]
        if self.instance.pk and seats < self.instance.booked:
            raise forms.ValidationError(fewer_than_booked(self.instance.booked))
        return seats


def fewer_than_booked(booked: int) -> str:
    """What to say to somebody who would take away booked seats."""
    return f"{booked} {'is' if booked == 1 else 'are'} booked, so it cannot have fewer seats than that."


class SlotFormSet(RowFormSet):
    def added(self, form: Any) -> Slot:
        return add_slot(surgery=self.instance, seats=form.cleaned_data["seats"], **form.times)

    def changed(self, form: Any) -> None:
        try:
            set_seats(slot=form.instance, seats=form.cleaned_data["seats"])
        except StillBooked as error:
            raise DiaryError(f"{form.instance}: {fewer_than_booked(error.booked)}") from None

    def removed(self, form: Any) -> None:
        remove_slot(slot=form.instance)


class ChampionField(forms.ModelChoiceField):
    """Active champions, each with the offices where they host."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Champion.objects.active().prefetch_related("offices"), **kwargs)

    def label_from_instance(self, champion: Champion) -> str:
        offices = ", ".join(office.name for office in champion.offices.all())
        return f"{champion.name} ({offices})" if offices else champion.name


class ShiftForm(RowForm):
    """A host. Without times it is from the start to the end of the surgery."""

    times_required = False
    who = ChampionField(label="Champion")

    class Meta:
        model = Shift
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["who"] = forms.CharField(label="Champion", disabled=True)
            self.initial["who"] = self.instance.champion.name

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if hasattr(self, "times") and "who" in cleaned and not self.errors:
            clash = (
                Shift.objects.live()
                .filter(
                    champion=cleaned["who"],
                    starts_at__lt=self.times["ends_at"],
                    ends_at__gt=self.times["starts_at"],
                )
                .select_related("surgery__venue__office")
                .first()
            )
            if clash and clash.surgery_id != self.surgery.pk:
                self.add_error("who", f"{cleaned['who'].name} hosts at {clash.surgery.venue} then, {span(clash)}.")
        return cleaned


class ShiftFormSet(RowFormSet):
    def added(self, form: Any) -> Shift:
        return host(surgery=self.instance, champion=form.cleaned_data["who"], **form.times)

    def removed(self, form: Any) -> None:
        for stopped in end_shift(shift=form.instance, reason=Shift.TAKEN_OFF):
            guest = stopped.visit.name
            self.said.append(f"{form.instance.champion} sat with {guest}. {guest} waits again for the next host.")


class CallOffForm(forms.Form):
    """Why a surgery is called off: everybody reads it."""

    reason = forms.CharField(
        max_length=200,
        widget=AdminTextInputWidget,
        help_text="Everybody who booked reads it in their email, so write it to them.",
    )

    def clean_reason(self) -> str:
        """On one line, however it was pasted."""
        return " ".join(self.cleaned_data["reason"].split())

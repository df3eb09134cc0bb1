"""The diary: surgeries with their slots, seats and hosts. Whatever is saved here goes through the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from bookings.admin.forms import (
    CallOffForm,
    NewSurgeryForm,
    RowFormSet,
    ShiftForm,
    ShiftFormSet,
    SlotForm,
    SlotFormSet,
    SurgeryForm,
)
from bookings.admin.series import links_to_print, publish_all
from bookings.availability import counted
from bookings.errors import BookingClosed, BookingError
from bookings.facts import Facts
from bookings.models import Booking
from bookings.services import diary
from bookings.services.moving import change_surgery
from organisation.kind_admin import KindAdmin, acting
from surgeries.models import Seat, Shift, Slot, Surgery
from surgeries.services import DiaryError, create_surgery, left_over
from surgeries.templatetags.times import clock, span


def is_open(surgery: Surgery | None) -> bool:
    """Whether it can still be changed: it is neither called off nor over. What has been stays as it was."""
    return surgery is None or not (surgery.is_called_off or surgery.is_over(timezone.now()))


class RowInline(admin.TabularInline):
    """Slots or shifts of one surgery: rows to add, and to delete as long as nobody relies on them."""

    extra = 1

    def has_add_permission(self, request: HttpRequest, obj: Surgery | None = None) -> bool:
        return super().has_add_permission(request, obj) and is_open(obj)

    def has_change_permission(self, request: HttpRequest, obj: Surgery | None = None) -> bool:
        return super().has_change_permission(request, obj) and is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Surgery | None = None) -> bool:
        return super().has_delete_permission(request, obj) and is_open(obj)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        # Django would list what refers to the row; the services say the same in better words.
        formset.form.hand_clean_DELETE = lambda form: None
        return formset

    @admin.display(description="from")
    def begins(self, row: Slot | Shift) -> str:
        return clock(row.starts_at)

    @admin.display(description="until")
    def ends(self, row: Slot | Shift) -> str:
        return clock(row.ends_at)


class SlotInline(RowInline):
    model = Slot
    form = SlotForm
    formset = SlotFormSet
    fields = ("begins", "ends", "seats", "taken")
    readonly_fields = ("taken",)
    verbose_name_plural = "slots: more seats go to the waiting list first"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slot]:
        taken = Count("seats", filter=Q(seats__booking__isnull=False))
        slots = super().get_queryset(request).annotate(number_of_seats=Count("seats"), booked=taken)
        return slots.order_by("starts_at", "pk")

    def seats(self, slot: Any) -> int:
        return slot.number_of_seats

    @admin.display(description="booked")
    def taken(self, slot: Any) -> int | str:
        return slot.booked if slot.pk else ""


class ShiftInline(RowInline):
    model = Shift
    form = ShiftForm
    formset = ShiftFormSet
    fields = ("who", "begins", "ends")
    verbose_name = "host"
    verbose_name_plural = "hosts: without times, for the whole of it"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shift]:
        return super().get_queryset(request).filter(ended_at=None).select_related("champion")

    @admin.display(description="champion")
    def who(self, shift: Shift) -> str:
        return shift.champion.name


class WhenFilter(admin.SimpleListFilter):
    """What is coming, unless somebody asks for more."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("past", "Over"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        coming, *others = super().choices(changelist)
        yield coming | {"display": "Coming"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Surgery]) -> QuerySet[Surgery]:
        now = timezone.now()
        if self.value() == "past":
            return queryset.filter(ends_at__lte=now).order_by("-starts_at")
        return queryset if self.value() == "all" else queryset.filter(ends_at__gt=now)


class HostsFilter(admin.SimpleListFilter):
    """Which surgeries still need a champion."""

    title = "hosts"
    parameter_name = "hosts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "Nobody yet"), ("short", "Fewer than wanted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Surgery]) -> QuerySet[Surgery]:
        if self.value() == "short":
            # Django promises any queryset; that of surgeries is ours.
            return queryset.short_of_hosts()  # type: ignore[attr-defined]
        return queryset.filter(Q(number_of_hosts=0)) if self.value() == "none" else queryset


@admin.register(Surgery)
class SurgeryAdmin(KindAdmin):
    """One coffee morning."""

    list_display = ["day", "times", "venue", "state", "booked", "waiting", "hosts"]
    list_filter = [WhenFilter, "state", HostsFilter, "venue__office", "series"]
    list_select_related = ["venue__office"]
    search_fields = ["reference", "venue__name", "venue__office__name", "series__name"]
    search_help_text = "Search by venue, office, series or the reference in the address."
    readonly_fields = ["in_state", "series", "reference", "who_comes", "to_print"]
    actions = ["publish", "call_off"]
    refusing = (*KindAdmin.refusing, DiaryError, BookingError)
    refusals = {
        "surgery_is_once_per_date_of_its_series": "The series has a surgery at that time already.",
        "slot_start_is_unique_in_its_surgery": "The surgery has a slot at that time already.",
        "shift_of_a_champion_never_overlaps": "A champion hosts somewhere else at that time.",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Surgery]:
        here = Q(surgery=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                number_of_seats=counted(Seat.objects.filter(here), "surgery"),
                number_booked=counted(Booking.objects.holding_a_seat().filter(here), "surgery"),
                number_waiting=counted(Booking.objects.waiting().filter(here), "surgery"),
                number_of_hosts=counted(Shift.objects.live().filter(here), "surgery"),
            )
        )

    @admin.display(description="day", ordering="starts_at")
    def day(self, surgery: Surgery) -> str:
        return date_format(surgery.local_start, "D j M Y")

    @admin.display(description="times")
    def times(self, surgery: Surgery) -> str:
        return span(surgery)

    @admin.display(description="state", ordering="state")
    def in_state(self, surgery: Surgery) -> str:
        if surgery.state == Surgery.State.DRAFT:
            return "Draft: only organisers see it"
        return f"Called off: {surgery.called_off_reason}" if surgery.is_called_off else surgery.get_state_display()

    @admin.display(description="booked")
    def booked(self, surgery: Any) -> str:
        return f"{surgery.number_booked} of {surgery.number_of_seats}"

    @admin.display(description="waiting", ordering="number_waiting")
    def waiting(self, surgery: Any) -> int:
        return surgery.number_waiting

    @admin.display(description="hosts", ordering="number_of_hosts")
    def hosts(self, surgery: Any) -> str:
        return f"{surgery.number_of_hosts} of {surgery.hosts_wanted}"

    @admin.display(description="who comes")
    def who_comes(self, surgery: Any) -> str:
        return format_html(
            '<a href="{}?surgery__id__exact={}">{} booked, {} waiting</a>; <a href="{}">the brief for hosts</a>; '
            '<a href="{}">the register</a>',
            reverse("admin:bookings_booking_changelist"),
            surgery.pk,
            surgery.number_booked,
            surgery.number_waiting,
            reverse("bookings:brief", args=[surgery.reference]),
            reverse("bookings:register", args=[surgery.reference]),
        )

    @admin.display(description="to print and share")
    def to_print(self, surgery: Surgery) -> str:
        return links_to_print("bookings:poster", "bookings:cards", "bookings:share", surgery.reference)

    def has_change_permission(self, request: HttpRequest, obj: Surgery | None = None) -> bool:
        return super().has_change_permission(request, obj) and is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Surgery | None = None) -> bool:
        """Drafts only: whatever was published is called off, so that its address still says something."""
        is_draft = obj is None or obj.state == Surgery.State.DRAFT
        return super().has_delete_permission(request, obj) and is_draft

    def get_fields(self, request: HttpRequest, obj: Surgery | None = None) -> Any:
        facts = ["venue", "on", "begins", "ends"]
        more = ["hosts_wanted", "is_drop_in", "cutoff_minutes", "note"]
        if obj is None:
            return [*facts, "slot_minutes", "seats_per_slot", *more]
        if not self.has_change_permission(request, obj):
            facts = ["venue", "day", "times"]
        return ["in_state", "who_comes", "to_print", *facts, *more, "series", "reference"]

    def get_inlines(self, request: HttpRequest, obj: Surgery | None) -> list[Any]:
        return [ShiftInline, SlotInline] if obj else []

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        return super().get_form(request, obj, change, **{"form": SurgeryForm if obj else NewSurgeryForm} | kwargs)

    def get_view_on_site_url(self, obj: Surgery | None = None) -> str | None:
        """To the page that everybody sees; a draft has none."""
        return obj.get_absolute_url() if obj and obj.state != Surgery.State.DRAFT else None

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Surgery:
        """A new surgery comes with its slots and seats at once."""
        unsaved = super().save_form(request, form, change)
        if change:
            return unsaved
        facts = form.facts()
        surgery = create_surgery(**facts)
        if words := left_over(surgery.starts_at, surgery.ends_at, facts["slot_minutes"]):
            self.message_user(request, words, messages.WARNING)
        return surgery

    def save_model(self, request: HttpRequest, obj: Surgery, form: Any, change: bool) -> None:
        """Changed even when nothing was, because that takes the lock under which slots and hosts are saved."""
        if change:
            change_surgery(surgery=obj, facts=Facts(**form.facts()))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        assert isinstance(formset, RowFormSet)
        formset.keep()
        for words in formset.said:
            self.message_user(request, words, messages.WARNING)

    def response_add(self, request: HttpRequest, obj: Surgery, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to its page, where hosts are added."""
        if "_addanother" not in request.POST:
            sent = request.POST.copy()
            sent["_continue"] = "1"
            request.POST = sent  # type: ignore[assignment]
        return super().response_add(request, obj, post_url_continue)

    @admin.action(description="Publish, so that they can be booked", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Surgery]) -> None:
        """Publish the chosen drafts."""
        publish_all(self, request, queryset)

    @admin.action(description="Call off, and tell everybody who booked", permissions=["change"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[Surgery]) -> HttpResponse | None:
        """Ask for the reason on a page of its own, then call the chosen surgeries off."""
        form = CallOffForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return TemplateResponse(
                request,
                "admin/bookings/call_off.html",
                {
                    **self.admin_site.each_context(request),
                    "title": "Call off",
                    "opts": self.opts,
                    "form": form,
                    "surgeries": queryset,
                    "checkbox": ACTION_CHECKBOX_NAME,
                    "media": self.media,
                },
            )
        for surgery in queryset:
            try:
                diary.call_off(surgery=surgery, reason=form.cleaned_data["reason"], by=acting(request))
            except BookingClosed:
                self.message_user(request, f"{surgery}: it is over, so it cannot be called off.", messages.ERROR)
            else:
                self.log_change(request, surgery, "Called off.")
                self.message_user(request, f"{surgery}: called off. Everybody who booked is told.", messages.SUCCESS)
        return None

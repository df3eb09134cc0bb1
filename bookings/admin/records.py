"""What people booked and asked for: to look at only. They change it themselves, from their private link.

There is no search by name or address on purpose: what is searched for would be part of the page's address, and
addresses are kept in histories and logs. Bookings are found from their surgery.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from bookings.availability import counted
from bookings.models import Attendee, Booking, SurgeryRequest, Visit
from bookings.register import NOT_KNOWN
from bookings.templatetags.seats import ordinal
from organisation.kind_admin import ReadOnlyAdmin
from surgeries.models import Surgery
from surgeries.templatetags.times import day_and_time, span, when

OF_A_SURGERY = "surgery__id__exact"


class StateFilter(admin.SimpleListFilter):
    """Who comes or would like to, unless somebody asks for more."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Booking.State.choices, ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        live, *others = super().choices(changelist)
        yield live | {"display": "Confirmed or waiting"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        if self.value() == "all":
            return queryset
        return queryset.filter(state__in=[self.value()] if self.value() else Booking.LIVE)


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    """Of one surgery, this is the list that its hosts have on the table: in order of the slots, and on one page."""

    list_display = ["name", "time", "standing", "asks", "adjustments", "team"]
    list_filter = [StateFilter, "surgery__venue__office"]
    list_select_related = ["surgery__venue__office", "slot", "team"]
    list_per_page = 200
    fields = (
        "name", "surgery", "standing", "time", "suits", "topics", "symptoms", "is_unsure", "question", "adjustments",
        "team", "office", "grade", "feeling", "created_at", "changed_at", "confirmed_at", "cancelled_at", "canceller",
        "cancelled_reason",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        ahead = Booking.objects.waiting().filter(surgery=OuterRef("surgery"), position__lt=OuterRef("position"))
        rows = super().get_queryset(request).annotate(ahead=counted(ahead, "surgery"))
        return rows.prefetch_related("topics", "symptoms")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Those who wait come after the slots, in their order."""
        if OF_A_SURGERY not in request.GET:
            return ["-created_at", "-id"]
        return [F("slot__starts_at").asc(nulls_last=True), F("position").asc(nulls_first=True), "name", "id"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """What people ask is read surgery by surgery: beside the surgery's name it would be too narrow to read."""
        if OF_A_SURGERY in request.GET:
            return self.list_display
        return ["name", "surgery", "time", "standing", "team", "made"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say on top whose bookings they are: on paper nothing else would."""
        if surgery := _chosen(request):
            extra_context = {"title": f"{when(surgery)}, {surgery.venue}", **(extra_context or {})}
        return super().changelist_view(request, extra_context)

    @admin.display(description="time")
    def time(self, booking: Booking) -> str:
        return span(booking.slot) if booking.slot else ""

    @admin.display(description="state")
    def standing(self, booking: Any) -> str:
        """With the place in line as people count it. The position that is stored leaves gaps."""
        said = booking.get_state_display()
        return f"{said}, {ordinal(booking.ahead + 1)} in line" if booking.is_waiting else said

    @admin.display(description="what they ask")
    def asks(self, booking: Booking) -> SafeString:
        said = [", ".join(topic.name for topic in booking.topics.all())]
        said += [symptom.words for symptom in booking.symptoms.all()]
        said += ["Not sure yet" if booking.is_unsure else "", f"“{booking.question}”" if booking.question else ""]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in said if line))

    @admin.display(description="booked on", ordering="created_at")
    def made(self, booking: Booking) -> str:
        return day_and_time(booking.created_at)


def _chosen(request: HttpRequest) -> Surgery | None:
    """The surgery whose bookings are asked for, if it is one."""
    try:
        return Surgery.objects.select_related("venue__office").filter(pk=request.GET.get(OF_A_SURGERY, "")).first()
    except ValueError:
        return None


@admin.register(Attendee)
class AttendeeAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "known_since"]
    ordering = ["-created_at", "-id"]
    fields = ("name", "email", "created_at")

    @admin.display(description="known since", ordering="created_at")
    def known_since(self, attendee: Attendee) -> str:
        return day_and_time(attendee.created_at)


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    list_display = ["attendee", "surgery", "has_booked", "arrived"]
    list_filter = ["surgery__venue__office"]
    list_select_related = ["attendee", "surgery__venue__office"]
    ordering = [F("arrived_at").desc(nulls_last=True), "-id"]
    fields = ("attendee", "surgery", "booking", "arrived")

    @admin.display(description="booked", boolean=True)
    def has_booked(self, visit: Visit) -> bool:
        return visit.booking_id is not None

    @admin.display(description="arrived", ordering="arrived_at")
    def arrived(self, visit: Visit) -> str:
        return day_and_time(visit.arrived_at) if visit.arrived_at else NOT_KNOWN


@admin.register(SurgeryRequest)
class SurgeryRequestAdmin(ReadOnlyAdmin):
    list_display = ["office", "topic", "asked"]
    list_filter = ["office", "topic"]
    list_select_related = ["office", "topic"]

    @admin.display(description="asked on", ordering="created_at")
    def asked(self, request: SurgeryRequest) -> str:
        return day_and_time(request.created_at)

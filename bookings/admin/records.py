"""What people booked and asked for: to look at only. They change it themselves, from their private link.

There is no search by name or address on purpose: what is searched for would be part of the page's address, and
addresses are kept in histories and logs. Bookings are found from their surgery.
"""

from django.contrib import admin

from bookings.models import Attendee, Booking, SurgeryRequest, Visit
from organisation.kind_admin import ReadOnlyAdmin


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ["name", "surgery", "slot", "state", "position", "team", "created_at"]
    list_filter = ["state", "surgery__venue__office"]
    list_select_related = ["surgery__venue__office", "slot", "team"]
    ordering = ["-created_at", "-id"]
    fields = (
        "name", "surgery", "state", "slot", "position", "suits", "topics", "symptoms", "is_unsure", "question",
        "adjustments", "team", "office", "grade", "feeling", "created_at", "changed_at", "confirmed_at", "cancelled_at",
        "canceller", "cancelled_reason",
    )  # fmt: skip


@admin.register(Attendee)
class AttendeeAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "created_at"]
    ordering = ["-created_at", "-id"]
    fields = ("name", "email", "created_at")


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    list_display = ["attendee", "surgery", "has_booked", "arrived_at"]
    list_filter = ["surgery__venue__office"]
    list_select_related = ["attendee", "surgery__venue__office"]
    ordering = ["-arrived_at", "-id"]
    fields = ("attendee", "surgery", "booking", "arrived_at")

    @admin.display(description="booked", boolean=True)
    def has_booked(self, visit: Visit) -> bool:
        return visit.booking_id is not None


@admin.register(SurgeryRequest)
class SurgeryRequestAdmin(ReadOnlyAdmin):
    list_display = ["office", "topic", "created_at"]
    list_filter = ["office", "topic"]
    list_select_related = ["office", "topic"]

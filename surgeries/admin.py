"""Venues, for organisers until they get pages of their own. Series and surgeries are in the app above: bookings."""

from django.contrib import admin
from django.http import HttpRequest

from organisation.kind_admin import KindAdmin
from surgeries.models import Venue


@admin.register(Venue)
class VenueAdmin(KindAdmin):
    """Where surgeries are held: directions and accessibility facts are shown to everybody."""

    list_display = ["name", "office", "is_retired"]
    list_filter = ["office", "is_retired"]
    list_select_related = ["office"]
    search_fields = ["name", "office__name"]
    instead_of_deleting = "Tick “is retired” instead: it is no longer offered, and what happened there stays on record."

    def get_readonly_fields(self, request: HttpRequest, obj: Venue | None = None) -> list[str]:
        """A venue does not move to another office once surgeries were held there: people would go to the wrong one."""
        return ["office"] if obj and obj.surgeries.exists() else []

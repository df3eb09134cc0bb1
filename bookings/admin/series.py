"""Series, for organisers until they get pages of their own."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from bookings.services.diary import publish
from organisation.kind_admin import KindAdmin
from surgeries.fields import LocalTimeField
from surgeries.models import Series, Surgery, Venue, local_moment
from surgeries.services import (
    MOST_SEATS_PER_SLOT,
    SHORTEST_SLOT_MINUTES,
    WEEKS_AHEAD,
    DiaryError,
    extend_series,
    left_over,
    slot_times,
)
from surgeries.templatetags.times import clock, day_and_year, rhythm


class SeriesForm(forms.ModelForm):
    start_time = LocalTimeField()
    end_time = LocalTimeField()
    slot_minutes = forms.IntegerField(
        min_value=SHORTEST_SLOT_MINUTES,
        max_value=24 * 60,
        initial=20,
        help_text="As long as the surgery makes it one long slot.",
    )
    seats_per_slot = forms.IntegerField(
        min_value=1, max_value=MOST_SEATS_PER_SLOT, initial=3, help_text="How many people can book the same slot."
    )

    class Meta:
        model = Series
        fields = (
            "name", "venue", "starts_on", "ends_on", "every_weeks", "start_time", "end_time", "slot_minutes",
            "seats_per_slot", "hosts_wanted", "is_drop_in",
        )  # fmt: skip
        help_texts = {
            "starts_on": "Its weekday is the day of the series.",
            "ends_on": "Leave it empty to go on and on.",
            "every_weeks": "1 for every week, 2 for every second week.",
            "hosts_wanted": "Champions are asked until there are as many. Two make the best surgeries.",
            "is_drop_in": "People are welcome without a booking.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venues = Venue.objects.filter(Q(is_retired=False) | Q(pk=self.instance.venue_id)).select_related("office")
        if isinstance(field := self.fields.get("venue"), forms.ModelChoiceField):
            field.queryset = venues

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        day = timezone.localdate()
        if {"start_time", "end_time", "slot_minutes"} <= cleaned.keys():
            start, end = (datetime.combine(day, cleaned[name]) for name in ("start_time", "end_time"))
            if start < end and not slot_times(start, end, cleaned["slot_minutes"]):
                self.add_error("slot_minutes", "A slot cannot be longer than the surgery.")
        return cleaned


@admin.register(Series)
class SeriesAdmin(KindAdmin):
    """A pattern. What is changed here applies to surgeries made from now on, not to those that are there already."""

    form = SeriesForm
    fields = (*SeriesForm.Meta.fields, "to_print")
    readonly_fields = ("to_print",)
    list_display = ["name", "venue", "day", "times", "drafts", "published_ahead"]
    list_filter = ["venue__office"]
    list_select_related = ["venue__office"]
    search_fields = ["name", "venue__name"]
    actions = ["add_surgeries", "publish_drafts"]
    instead_of_deleting = "Give it a last date instead."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        ahead = Q(surgeries__ends_at__gt=timezone.now())
        return (
            super()
            .get_queryset(request)
            .annotate(
                drafts_ahead=Count("surgeries", filter=ahead & Q(surgeries__state=Surgery.State.DRAFT)),
                shown_ahead=Count("surgeries", filter=ahead & Q(surgeries__state=Surgery.State.PUBLISHED)),
            )
        )

    def save_model(self, request: HttpRequest, obj: Series, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        starts_at, ends_at = (local_moment(obj.starts_on, at) for at in (obj.start_time, obj.end_time))
        if words := left_over(starts_at, ends_at, obj.slot_minutes):
            self.message_user(request, words, messages.WARNING)

    @admin.display(description="day")
    def day(self, series: Series) -> str:
        return rhythm(series)

    @admin.display(description="times")
    def times(self, series: Series) -> str:
        return f"{clock(series.start_time)} to {clock(series.end_time)}"

    @admin.display(description="to print and share")
    def to_print(self, series: Series) -> str:
        if not series.pk:
            return "A poster, table cards and words to share, once it is saved"
        names = ("bookings:series_poster", "bookings:series_cards", "bookings:share_series")
        return links_to_print(*names, series.reference)

    @admin.display(description="drafts", ordering="drafts_ahead")
    def drafts(self, series: Any) -> int:
        return series.drafts_ahead

    @admin.display(description="published", ordering="shown_ahead")
    def published_ahead(self, series: Any) -> int:
        return series.shown_ahead

    @admin.action(description=f"Add its surgeries for the next {WEEKS_AHEAD} weeks, as drafts", permissions=["change"])
    def add_surgeries(self, request: HttpRequest, queryset: QuerySet[Series]) -> None:
        """Make what is missing, and say what was made and what was left out, with the reason."""
        until = timezone.localdate() + timedelta(weeks=WEEKS_AHEAD)
        for series in queryset:
            try:
                extension = extend_series(series=series, until=until)
            except DiaryError as error:
                self.message_user(request, f"{series}: nothing was added. {error}", messages.ERROR)
                continue
            said = f"{series}: {len(extension.made)} added as drafts."
            if extension.made:
                self.log_change(request, series, f"Surgeries added as drafts: {len(extension.made)}.")
            if extension.skipped:
                left_out = ", ".join(f"{day_and_year(each.day)} ({each.reason})" for each in extension.skipped)
                said = f"{said} Left out: {left_out}."
            self.message_user(request, said, messages.SUCCESS)

    @admin.action(description="Publish its drafts, so that they can be booked", permissions=["change"])
    def publish_drafts(self, request: HttpRequest, queryset: QuerySet[Series]) -> None:
        """Publish every draft that is still to come."""
        drafts = Surgery.objects.drafts(timezone.now()).filter(series__in=queryset)
        publish_all(self, request, drafts)


def links_to_print(poster: str, cards: str, share: str, reference: str) -> str:
    """The links to what is printed about a surgery or a series, and to the words that make it known."""
    words = '<a href="{}">Poster</a>; <a href="{}">table cards</a>; <a href="{}">words to share</a>'
    return format_html(words, *(reverse(name, args=[reference]) for name in (poster, cards, share)))


def publish_all(page: admin.ModelAdmin, request: HttpRequest, surgeries: QuerySet[Surgery]) -> None:
    """Publish each of them, and say how many that were and which could not be, and why."""
    published = 0
    for surgery in surgeries.select_related("venue__office"):
        try:
            publish(surgery=surgery)
        except DiaryError as error:
            page.message_user(request, f"{surgery}: not published. {error}", messages.ERROR)
        else:
            page.log_change(request, surgery, "Published.")
            published += 1
    page.message_user(request, f"{published} published.", messages.SUCCESS if published else messages.WARNING)

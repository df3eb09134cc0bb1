"""New surgeries and series, their dates before they are made, and the pages of series, in each of their states."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.test import Client
from django.utils import timezone

from surgeries.models import Making, PatternSlot, Series, Surgery
from tests.everyone.booking import LONG, State
from tests.everyone.diary import DIARY, NOW, seen
from tests.factories import (
    OfficeFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)

NEW, DATES = f"{DIARY}new/", f"{DIARY}new/dates/"
SERIES, OF_SERIES = "/organise/series/", "/organise/series/knpw2x3/"


def typed(venue: int, **said: Any) -> dict[str, Any]:
    """A year of every second Tuesday, as it stands in the address."""
    usual = {
        "venue": venue, "starts_on": "2027-03-16", "begins": "10am", "ends": "12pm", "slot_minutes": 20,
        "seats_per_slot": 3, "hosts_wanted": 2, "is_drop_in": "on", "often": "w2", "ends_on": "2028-03-14",
        "times": "", "name": "",
    }  # fmt: skip
    return usual | said


def dates(posted: dict[str, Any] | None = None, **said: Any) -> State:
    """The dates of what was typed, with a bank holiday, a clash and a surgery of the same office among them."""

    def state(client: Client) -> Any:
        with time_machine.travel(NOW, tick=False):
            venue = VenueFactory.create(office=OfficeFactory.create(name="Leeds"), name="Ground floor café")
            SurgeryFactory.create(venue=venue, starts_at=local(33), draft=True)
            SurgeryFactory.create(venue=VenueFactory.create(office=venue.office, name=LONG), starts_at=local(19, 14))
            client.force_login(UserFactory.create(organiser=True))
            address = f"{DATES}?{urlencode(typed(venue.pk, **said))}"
            return client.get(address) if posted is None else client.post(address, posted)

    return state


def series(**facts: Any) -> Series:
    """One with drafts, published ones and one called off ahead, made in a press just now; a date is left out."""
    venue = VenueFactory.create(office=OfficeFactory.create(name="Leeds"), name="Ground floor café")
    pattern = SeriesFactory.create(
        name="Tuesday coffee morning", reference="knpw2x3", venue=venue, starts_on=local(5).date(),
        planned_until=local(47).date(), **facts,
    )  # fmt: skip
    making = Making.objects.create(
        request_id="11111111-1111-4111-8111-111111111111", digest="x", series=pattern, made_at=timezone.now()
    )
    published = SurgeryFactory.create(venue=venue, series=pattern, starts_at=local(5))
    ShiftFactory.create(surgery=published)
    for days in (33, 47):
        SurgeryFactory.create(venue=venue, series=pattern, starts_at=local(days), draft=True, making=making)
    return pattern


def page(address: str, query: str = "", make: Callable[[], Any] = series) -> State:
    return seen(query, page=address, make=make)


def many_series() -> None:
    SeriesFactory.create(name=LONG, ends_on=local(400).date(), nth_in_month=-1, every_weeks=1)
    for _ in range(60):
        SeriesFactory.create()


def made(said: str) -> State:
    """The page of the series to which a press leads."""

    def state(client: Client) -> Any:
        with time_machine.travel(NOW, tick=False):
            series()
            client.force_login(UserFactory.create(organiser=True))
            return client.get(f"{OF_SERIES}?made={Making.objects.get().pk}&said={said}")

    return state


def one_made(client: Client) -> Any:
    with time_machine.travel(NOW, tick=False):
        making = Making.objects.create(
            request_id="11111111-1111-4111-8111-111111111111", digest="x", made_at=timezone.now()
        )
        SurgeryFactory.create(draft=True, making=making)
        client.force_login(UserFactory.create(organiser=True))
        return client.get(f"{DIARY}?month=2027-03&made={making.pk}")


def published(weeks: int = 3) -> Series:
    """One whose surgeries were all published: at the first somebody hosts, at the others nobody has booked."""
    pattern = series()
    Surgery.objects.update(state=Surgery.State.PUBLISHED)
    for week in range(1, weeks):
        SurgeryFactory.create(venue=pattern.venue, series=pattern, starts_at=local(47 + 14 * week), slots=6)
    return pattern


def unpublished(client: Client) -> Any:
    """As it comes back when one of those that were listed cannot be a draft again by now."""
    with time_machine.travel(NOW, tick=False):
        hosted = published().surgeries.earliest("starts_at")
        client.force_login(UserFactory.create(organiser=True))
        return client.post(f"{OF_SERIES}unpublish/", {"listed": hosted.reference})


def with_own_slots() -> None:
    own = series()
    Series.objects.update(name=LONG[:100])
    for begins_after in (0, 20, 60):
        PatternSlot.objects.create(series=own, begins_after=begins_after, minutes=20, seats=begins_after // 20 + 1)


def edited(**said: Any) -> State:
    """The page that edits the series, as it comes back."""

    def state(client: Client) -> Any:
        with time_machine.travel(NOW, tick=False):
            one = series()
            client.force_login(UserFactory.create(organiser=True))
            usual = typed(one.venue_id, name="Tuesday coffee morning", starts_on=one.starts_on.isoformat())
            return client.post(f"{OF_SERIES}edit/", usual | said)

    return state


STATES: dict[str, State] = {
    "new surgery": page(NEW, make=VenueFactory.create),
    "new surgery, at an office without a venue": page(NEW, "office=truro", lambda: OfficeFactory.create(slug="truro")),
    "new surgery, no venue": page(NEW, make=lambda: None),
    "new surgery, wrong": page(DATES, "often=w2&begins=x&ends=9&slot_minutes=0&times=x&ends_on=2020-02-31"),
    "new surgery, like a series": page(NEW, "like_series=knpw2x3"),
    "new dates": dates(),
    "new dates, once": dates(often="once", ends_on=""),
    "new dates, without an end": dates(often="m-1", ends_on="", slot_minutes=50),
    "new dates, partly past": dates(starts_on="2027-02-16", often="w1", ends_on="2027-03-16"),
    "new dates, all past": dates(starts_on="2027-02-16", often="w1", ends_on="2027-02-23"),
    "new dates, nothing ticked": dates({}),
    "new dates, one made": one_made,
    "series": page(OF_SERIES),
    "series, with a last date": page(OF_SERIES, make=lambda: series(ends_on=local(200).date())),
    "series, nothing ahead": page(OF_SERIES, make=lambda: SeriesFactory.create(reference="knpw2x3", name=LONG)),
    "series, made": made(""),
    **{
        f"series, {said}": made(said)
        for said in (
            "undone",
            "published",
            "ended",
            "used",
            "kept",
            "called_off",
            "off_before",
            "deleted",
            "changed",
            "unpublished",
        )
    },
    "series, all": page(SERIES),
    "series, not there": page(SERIES, "said=gone"),
    "series, many": page(SERIES, make=many_series),
    "series, none": page(SERIES, make=lambda: None),
    "series, extend": page(f"{OF_SERIES}extend/"),
    "series, extend until": page(f"{OF_SERIES}extend/", "until=2027-06-30"),
    "series, extend, nothing to add": page(f"{OF_SERIES}extend/", "until=2027-03-12"),
    "series, publish": page(f"{OF_SERIES}publish/"),
    "series, publish nothing": page(f"{OF_SERIES}publish/", make=lambda: SeriesFactory.create(reference="knpw2x3")),
    "series, unpublish": page(f"{OF_SERIES}unpublish/", make=published),
    "series, unpublish, meanwhile": unpublished,
    "series, unpublish none": page(f"{OF_SERIES}unpublish/"),
    "series, unpublish nothing": page(f"{OF_SERIES}unpublish/", make=lambda: SeriesFactory.create(reference="knpw2x3")),
    "series, edit": page(f"{OF_SERIES}edit/"),
    "series, edit, with slots of its own": page(f"{OF_SERIES}edit/", make=with_own_slots),
    "series, edit, wrong": edited(name="", begins="x", seats_per_slot="0"),
    "series, edit, changed meanwhile": edited(seen="x"),
    "series, with slots of its own": page(OF_SERIES, make=with_own_slots),
    "series, call off": page(f"{OF_SERIES}call-off/"),
    "series, call off, nothing ahead": page(
        f"{OF_SERIES}call-off/", make=lambda: SeriesFactory.create(reference="knpw2x3")
    ),
    "series, end": page(f"{OF_SERIES}end/"),
    "series, end, too early": page(f"{OF_SERIES}end/", "last=2026-01-01"),
    "series, end soon": page(f"{OF_SERIES}end/", "last=2027-03-16"),
    "series, end late": page(f"{OF_SERIES}end/", "last=2027-12-31"),
}

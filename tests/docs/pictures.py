"""The pictures of the documentation: one line in the table adds one, and `make pictures` makes it.

They show the demonstration department on a Tuesday morning, each page as it is for whoever sees it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from bookings.demonstration import diary
from bookings.demonstration.signing_in import ready_made
from bookings.services.attending import check_in
from bookings.services.room import sit_down
from surgeries.models import Surgery, Venue

# Twenty past eight. The coffee morning begins at ten.
NOW = datetime(2026, 11, 24, 8, 20, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 10, tzinfo=UTC)
WEEK = timedelta(weeks=1)
CHAMPION, ORGANISER = 0, 1


@dataclass(frozen=True)
class Picture:
    """A part of a page, from its top on: of which page, who sees it and when, and how many pixels wide and high."""

    name: str
    address: Callable[[], str]
    who: int | None = ORGANISER
    at: datetime = NOW
    part: str = "main"
    width: int = 1040
    height: int = 720

    @property
    def user(self) -> User | None:
        """Who is signed in, if anybody."""
        return User.objects.get(email=ready_made()[self.who].email) if self.who is not None else None


def page(name: str, query: str = "", **kwargs: str) -> Callable[[], str]:
    """The page of this name."""
    return lambda: reverse(name, kwargs=kwargs) + query


def of_surgery(name: str, *, starts_at: datetime = TEN) -> Callable[[], str]:
    """A page of the coffee morning of that day."""
    return lambda: reverse(name, args=[coffee_morning(starts_at).reference])


def coffee_morning(starts_at: datetime) -> Surgery:
    return Surgery.objects.get(series__name=diary.COFFEE_MORNING, starts_at=starts_at)


def dates_of_a_series() -> str:
    """The dates of every second Monday in Cardiff, one of them a bank holiday."""
    said = {
        "venue": Venue.objects.get(name="Coffi’r Bae").pk, "starts_on": "2026-12-14", "begins": "2pm", "ends": "4pm",
        "slot_minutes": 20, "seats_per_slot": 3, "hosts_wanted": 2, "is_drop_in": "on", "often": "w2",
        "ends_on": "2027-02-22", "times": "", "name": "",
    }  # fmt: skip
    return f"{reverse('bookings:preview')}?{urlencode(said)}"


def room_in_use() -> str:
    """The room when some are here, and each host sits with somebody."""
    surgery, now = coffee_morning(TEN), DURING
    shifts = list(surgery.shifts.live())
    host = shifts[0].champion.user
    begun = surgery.bookings.holding_a_seat().filter(slot__starts_at__lte=now).order_by("slot__starts_at", "pk")
    visits = [check_in(booking=booking, by=host, now=now - timedelta(minutes=15)) for booking in begun]
    for visit, shift in zip(visits, shifts, strict=False):
        sit_down(visit=visit, shift=shift, by=host, now=now - timedelta(minutes=5))
    return reverse("bookings:room", args=[surgery.reference])


DURING = TEN + timedelta(minutes=25)
PICTURES = [
    Picture("list", page("bookings:upcoming"), who=None, part="body", height=820),
    Picture("needs", page("desk:what_needs_you"), height=820),
    Picture("lists", page("organisation:all_lists")),
    Picture("diary", page("bookings:diary")),
    Picture("dates", dates_of_a_series),
    Picture("surgery", of_surgery("bookings:manage_surgery", starts_at=TEN + WEEK)),
    Picture("brief", of_surgery("bookings:brief"), height=900),
    Picture("room", room_in_use, who=CHAMPION, at=DURING, width=390),
    Picture("register", of_surgery("bookings:register", starts_at=TEN - WEEK)),
    Picture("attendance", page("bookings:attendance"), part="table", height=560),
]

"""The demonstration diary: venues, the series held there, who hosts, and what is out of the ordinary."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bookings.services.diary import publish
from organisation.models import Office
from surgeries.models import Series, Surgery, Venue
from surgeries.services import extend_series

WEEKS_BACK = WEEKS_AHEAD = 10

# office, name, directions, accessibility
VENUES = [
    (
        "London",
        "Ground floor café",
        "Weir House, 2 Lambeth Reach. Show your pass at reception and go left past the lifts. We are at the long table "
        "under the tide clock, with a yellow cup on it.",
        "Step-free from the street. Hearing loop at the counter. Accessible toilet behind the lifts. It is noisy from "
        "10:30am; the booth at the back is quieter and we keep it free for whoever needs it.",
    ),
    (
        "London",
        "Seventh floor kitchen",
        "Weir House, 2 Lambeth Reach. Take the lifts to the seventh floor and turn right. The kitchen is at the "
        "river end.",
        "Lifts with spoken floors. Two tables at wheelchair height. Accessible toilet on the same floor. Quiet.",
    ),
    (
        "Sheffield",
        "The Forge café",
        "Rivelin House, 40 Furnace Hill. Through the barriers, across the atrium, and down the ramp. Look for the "
        "table by the window with a yellow cup on it.",
        "A ramp and a lift from the atrium. Hearing loop. Accessible toilet and a changing place by reception.",
    ),
    (
        "Plymouth",
        "Quayside canteen",
        "Breakwater House, Sutton Quay. Come in by the car park side, sign in, and the canteen is straight ahead.",
        "Step-free by the car park entrance only; the harbour entrance has eight steps. Blue badge spaces at the door. "
        "Assistance dogs welcome, water bowl included.",
    ),
    (
        "Cardiff",
        "Coffi’r Bae",
        "Tŷ’r Afon, 11 Harbour Drive. The coffee bar is on the first floor, at the top of the stairs or opposite the "
        "lift. Signs are in Welsh and in English.",
        "Lift to every floor. Adjustable tables. Low lighting on request: tell us when you book.",
    ),
    (
        "Edinburgh",
        "The Anchor room",
        "Customs Wharf, 3 Commercial Street, Leith. Ask for the Anchor room at reception; it is the door behind the "
        "model ship.",
        "Step-free. Hearing loop. Accessible toilet across the corridor. The room is carpeted and quiet.",
    ),
    (
        "Belfast",
        "Lagan coffee bar",
        "Weir Court, 9 Oxford Street. Second floor: turn left out of the lift and follow the smell of toast.",
        "Two lifts. Accessible toilet on the second floor. A gender-neutral toilet beside it.",
    ),
]

MON, TUE, WED, THU, FRI = range(5)


@dataclass(frozen=True)
class Pattern:
    """A series to make, and how sought after its surgeries are: bookings asked for, as a share of its seats."""

    name: str
    venue: str
    weekday: int
    every_weeks: int
    start: time
    end: time
    slot_minutes: int
    seats_per_slot: int
    demand: float
    offset_weeks: int = 0
    hosts: int = 2
    is_drop_in: bool = field(default=True)


COFFEE_MORNING = "Tuesday coffee morning"
PATTERNS = [
    # Its seats are never all asked for: somebody who looks at the demonstration can always book one on Tuesday.
    Pattern(COFFEE_MORNING, "Ground floor café", TUE, 1, time(10), time(12), 20, 3, demand=0.7),
    Pattern("Lunchtime on seven", "Seventh floor kitchen", THU, 1, time(12), time(13, 30), 30, 2, demand=1.1),
    Pattern("Midweek at the Forge", "The Forge café", WED, 1, time(10, 30), time(12), 20, 2, demand=0.95),
    Pattern("Monday elevenses", "Coffi’r Bae", MON, 1, time(11), time(12), 20, 2, demand=1.1),
    Pattern("Harbour surgery", "Quayside canteen", THU, 2, time(14), time(15, 30), 30, 2, 0.7, offset_weeks=1),
    Pattern("Leith coffee morning", "The Anchor room", WED, 2, time(10), time(11, 30), 30, 3, 0.8, hosts=1),
    Pattern("Toast and social media", "Lagan coffee bar", TUE, 1, time(9, 30), time(11), 30, 2, demand=0.7),
    # One long slot with room for twelve: come when you like, stay as long as you like.
    Pattern("Open table", "The Forge café", FRI, 4, time(13), time(15), 120, 12, demand=0.5, offset_weeks=1),
]
BY_APPOINTMENT = {"Lunchtime on seven"}
BY_NAME = {pattern.name: pattern for pattern in PATTERNS}
OFFICE_OF = {name: office for office, name, *_ in VENUES}
# Weekly, on each day from Monday to Thursday: whatever today is, and whatever bank holidays there are, one of these is
# held within the coming week. The next few are made to be full.
SOUGHT_AFTER = ("Monday elevenses", "Toast and social media", "Midweek at the Forge", "Lunchtime on seven")
CROWDED = 2
CALLED_OFF_SERIES = "Leith coffee morning"
CALLED_OFF_REASON = "The Anchor room is being repainted that week."


def pattern_of(surgery: Surgery) -> Pattern:
    """The pattern that made a surgery of the demonstration, known by the name of its series."""
    return BY_NAME[str(surgery.series)]


def load_diary(*, today: date) -> None:
    """Make the venues and the series, which begin `WEEKS_BACK` weeks before the week of `today`."""
    offices = {office.name: office for office in Office.objects.all()}
    venues = {
        name: Venue.objects.create(
            office=offices[office], name=name, directions=directions, accessibility=accessibility
        )
        for office, name, directions, accessibility in VENUES
    }
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS_BACK)
    for pattern in PATTERNS:
        Series.objects.create(
            name=pattern.name,
            venue=venues[pattern.venue],
            starts_on=monday + timedelta(days=pattern.weekday, weeks=pattern.offset_weeks),
            every_weeks=pattern.every_weeks,
            start_time=pattern.start,
            end_time=pattern.end,
            slot_minutes=pattern.slot_minutes,
            seats_per_slot=pattern.seats_per_slot,
            hosts_wanted=pattern.hosts,
            is_drop_in=pattern.name not in BY_APPOINTMENT,
        )


def extend_diary(*, since: datetime, now: datetime) -> list[Surgery]:
    """Make and publish what is missing in the demonstration's series until ten weeks ahead; return what was made."""
    until = timezone.localdate(now) + timedelta(weeks=WEEKS_AHEAD)
    made: list[Surgery] = []
    for series in Series.objects.filter(name__in=BY_NAME).order_by("pk"):
        for surgery in extend_series(series=series, until=until, now=since).made:
            publish(surgery=surgery, now=since)
            made.append(surgery)
    return sorted(made, key=lambda surgery: (surgery.starts_at, surgery.pk))

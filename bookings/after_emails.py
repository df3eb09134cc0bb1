"""The emails once a surgery is over: to who came, to who did not, and to hosts who left outcomes out.

They name nobody who came and say nothing that anybody typed, not even a name: whoever types an address has not shown
that it is theirs, and what came of a visit is for that person and the hosts alone. It is behind a link.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from bookings.finding import hosts_of, names_of
from bookings.links import link_to_visit, private_link
from bookings.models import Booking, Help, Visit
from bookings.services.outcomes import RECORDED_FOR
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import button_to, render_email
from notifications.services import NewEmail, queue_emails
from organisation.models import Department
from surgeries.models import Shift, Surgery
from surgeries.templatetags.times import when

CAME, MISSED, WITHOUT_OUTCOME = "visit_over", "visit_missed", "outcomes_missing"
# So long after the surgery nobody wonders why they hear of it only now.
WORTH_SENDING = timedelta(days=10)


def queue_thanks_for_coming(visits: Iterable[Visit], *, now: datetime) -> int:
    """Thank you for coming: once to each person for each surgery. Returns how many are new."""
    return queue_emails(
        [
            NewEmail(
                kind=CAME,
                to=visit.attendee.email,
                about={"surgery": visit.surgery_id},
                dedupe_key=f"{CAME}:{visit.surgery_id}:{visit.attendee_id}",
                not_after=visit.surgery.ends_at + WORTH_SENDING,
            )
            for visit in visits
            if visit.attendee.email
        ],
        now=now,
    )


def queue_missed(bookings: Iterable[Booking], *, now: datetime) -> int:
    """Sorry that we missed you: once for each booking. Returns how many are new."""
    return queue_emails(
        [
            NewEmail(
                kind=MISSED,
                to=booking.attendee.email,
                about={"booking": booking.pk},
                dedupe_key=f"{MISSED}:{booking.pk}",
                not_after=booking.surgery.ends_at + WORTH_SENDING,
            )
            for booking in bookings
            if booking.attendee.email
        ],
        now=now,
    )


def queue_without_outcome(surgeries: Iterable[Surgery], *, now: datetime) -> int:
    """Whose outcome is missing: one email to each host for each surgery. Returns how many are new."""
    ends = {surgery.pk: surgery.ends_at for surgery in surgeries}
    left_out = without_outcome(ends)
    hosts = Champion.objects.filter(pk__in={champion for _, champion in left_out}, user__is_active=True)
    users = {champion.pk: champion.user for champion in hosts.select_related("user")}
    return queue_emails(
        [
            NewEmail(
                kind=WITHOUT_OUTCOME,
                to=user.email,
                about={"surgery": surgery, "champion": champion},
                dedupe_key=f"{WITHOUT_OUTCOME}:{surgery}:{champion}",
                not_after=ends[surgery] + RECORDED_FOR,
            )
            for surgery, champion in left_out
            if (user := users.get(champion))
        ],
        now=now,
    )


def without_outcome(surgeries: Iterable[int]) -> dict[tuple[int, int], list[int]]:
    """The visits to these surgeries without an outcome, by the surgery and the champion who helped last.

    Of champions who still host there: nobody else may record one.
    """
    last = Help.objects.filter(visit=OuterRef("pk")).order_by("-starts_at", "-pk")
    visits = Visit.objects.filter(surgery__in=list(surgeries), outcome=None)
    visits = visits.annotate(last=Subquery(last.values("shift")[:1])).filter(last__isnull=False)
    helped_by = {pk: (surgery, shift) for pk, surgery, shift in visits.values_list("pk", "surgery", "last")}
    shifts = Shift.objects.live().filter(pk__in={shift for _, shift in helped_by.values()})
    champions = dict(shifts.values_list("pk", "champion"))
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for visit, (surgery, shift) in helped_by.items():
        if shift in champions:
            found[surgery, champions[shift]].append(visit)
    return found


@email(CAME, called="Thank you for coming")
def thank_you_for_coming(row: OutboxEmail) -> Message | None:
    """To everybody who came, with the way to their next step and to saying thank you."""
    visits = Visit.objects.select_related("attendee", "booking__slot", "surgery__venue__office", "outcome")
    published = visits.filter(surgery__state=Surgery.State.PUBLISHED, attendee__email=row.recipient)
    visit = published.filter(surgery=row.about["surgery"]).first()
    if visit is None:
        return None
    outcome = getattr(visit, "outcome", None)
    has_words = bool(outcome and outcome.is_in_words)
    button = {"text": "See what came of it" if has_words else "Say thank you", "url": link_to_visit(visit)}
    return _message(CAME, visit.surgery, is_walk_in=visit.booking_id is None, has_words=has_words, button=button)


@email(MISSED, called="Sorry that we missed you")
def sorry_that_we_missed_you(row: OutboxEmail) -> Message | None:
    """To who had a seat and is not in the register, as long as that is so and they have not said why."""
    no_shows = Booking.objects.plain_no_shows(timezone.now()).filter(missed_because="", attendee__email=row.recipient)
    booking = no_shows.for_the_page().filter(pk=row.about["booking"]).first()
    if booking is None:
        return None
    link = private_link(booking, page="missed")
    return _message(MISSED, booking.surgery, button={"text": "Answer, or book again", "url": link})


@email(WITHOUT_OUTCOME, called="Outcomes still to be recorded")
def outcomes_missing(row: OutboxEmail) -> Message | None:
    """To a host, as long as an outcome is missing that they may record."""
    champion = Champion.objects.filter(pk=row.about["champion"], user__email=row.recipient).first()
    surgery = Surgery.objects.select_related("venue__office").filter(pk=row.about["surgery"]).first()
    left_out = without_outcome([surgery.pk]).get((surgery.pk, champion.pk)) if surgery and champion else None
    if not (surgery and champion and left_out):
        return None
    if len(left_out) == 1:
        button = button_to("Record the outcome", "bookings:outcome", surgery.reference, *left_out)
    else:
        button = button_to("Record the outcomes", "bookings:outcomes", surgery.reference)
    return _message(
        WITHOUT_OUTCOME,
        surgery,
        name=champion.name,
        people=len(left_out),
        until=surgery.ends_at + RECORDED_FOR,
        button=button,
    )


def _message(kind: str, surgery: Surgery, **more: object) -> Message:
    facts = [("When", when(surgery)), ("Where", str(surgery.venue))]
    if hosts := names_of(hosts_of(surgery)):
        facts.append(("With", hosts))
    context = {"surgery": surgery, "venue": surgery.venue, "facts": facts, "department": Department.current()}
    return render_email(kind, context | more)

"""What the clock does for this app: it forgets who has been away for long, and what nothing else forgets."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts.models import NOWHERE, User
from bookings.models import Attendee, Booking, Submission, Thanks, Visit
from bookings.people import REMOVED, Person, person_of, person_who_signs_in
from champions.models import Champion, Decision
from notifications.registry import duty
from privacy.periods import FORMS_KEPT, IDENTITY_KEPT
from privacy.services import forget
from surgeries.models import Shift
from surgeries.transactions import retried

# So many rows are looked at with one statement, and so many people forgotten in one go: the rest at the next.
SLICE, MOST = 2000, 500


@duty(every=timedelta(hours=1))
def forget_who_is_away(now: datetime) -> None:
    """Take the identity of whoever did nothing here for 13 months, and has nothing ahead. Figures stay as they are."""
    since = now - IDENTITY_KEPT
    left = MOST
    for of, due, person in _KINDS:
        for pk in _each(of, due, since):
            if left == 0:
                return
            left -= _forget(of, pk, due, person, since)


@duty(every=timedelta(days=1))
def forget_forms(now: datetime) -> None:
    """Delete by which form somebody booked, once nobody sends it again."""
    old = Submission.objects.filter(created_at__lt=now - FORMS_KEPT)
    while old.filter(pk__in=old.values("pk")[:SLICE]).delete()[0]:
        pass


@duty(every=timedelta(days=1))
def forget_history(now: datetime) -> None:  # noqa: ARG001 - the clock of the database counts
    """Delete who did what after 24 months: by a function of the owner, since the application may delete no history.

    How old is for that function to say, by the clock of the database.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT privacy_forget_history(%s)", [SLICE])
        while cursor.fetchone()[0]:
            cursor.execute("SELECT privacy_forget_history(%s)", [SLICE])


def away_attendees(attendees: QuerySet[Attendee], since: datetime) -> QuerySet[Attendee]:
    """Those who did nothing since then. Who signs in as well is looked at as a user."""
    users = User.objects.filter(Q(pk=OuterRef("user")) | Q(email=OuterRef("email")))
    known = attendees.filter(~Q(name=REMOVED) | Q(email__isnull=False))
    return known.filter(~Exists(users), ~_came_or_booked(since))


def away_users(users: QuerySet[User], since: datetime) -> QuerySet[User]:
    """Those who did nothing since then, and neither host nor rest at present."""
    attendees = Attendee.objects.filter(Q(user=OuterRef("pk")) | Q(email=OuterRef("email")))
    champions = Champion.objects.filter(user=OuterRef("pk"))
    seen = Q(last_login__gte=since) | Q(joined_at__gte=since)
    known = users.exclude(email__endswith=NOWHERE).exclude(seen)
    return known.filter(
        ~Exists(attendees.filter(_came_or_booked(since))), ~Exists(champions.filter(_hosts_or_may(since)))
    )


def away_champions(champions: QuerySet[Champion], since: datetime) -> QuerySet[Champion]:
    """The same of champions of whom no address is known."""
    return champions.filter(~_hosts_or_may(since), user=None).exclude(name=REMOVED)


def _came_or_booked(since: datetime) -> Q:
    """A condition on attendees: they did something since then, or have something ahead."""
    bookings = Booking.objects.filter(attendee=OuterRef("pk"))
    recent = bookings.filter(Q(surgery__ends_at__gte=since) | Q(changed_at__gte=since))
    visits = Visit.objects.filter(attendee=OuterRef("pk"), surgery__ends_at__gte=since)
    thanks = Thanks.objects.filter(attendee=OuterRef("pk"), said_at__gte=since)
    return Q(created_at__gte=since) | Q(Exists(recent)) | Q(Exists(visits)) | Q(Exists(thanks))


def _hosts_or_may(since: datetime) -> Q:
    """A condition on champions: they host or rest, or did something since then."""
    shifts = Shift.objects.filter(champion=OuterRef("pk"), ends_at__gte=since)
    decisions = Decision.objects.filter(champion=OuterRef("pk"), decided_at__gte=since)
    at_present = Q(state__in=[Champion.State.ACTIVE, Champion.State.RESTING])
    applied = Q(applied_at__isnull=False, applied_at__gte=since)
    return at_present | applied | Q(Exists(shifts)) | Q(Exists(decisions))


_KINDS: tuple[tuple, ...] = (
    (Attendee, away_attendees, person_of),
    (User, away_users, person_who_signs_in),
    (Champion, away_champions, lambda champion: Person(champions=frozenset({champion.pk}))),
)


def _each(of: type[Model], due: Callable, since: datetime) -> Iterable[int]:
    """The ids of the rows that are due, found slice by slice: no statement looks at all there ever was."""
    after = 0
    while seen := list(of._default_manager.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:SLICE]):
        after = seen[-1]
        yield from list(due(of._default_manager.filter(pk__in=seen), since).order_by("pk").values_list("pk", flat=True))


@retried
@transaction.atomic
def _forget(of: type[Model], pk: int, due: Callable, person: Callable, since: datetime) -> bool:
    """Forget them, unless they have just come back: locked whole, so that nothing can come to point at them."""
    rows = of._default_manager.filter(pk=pk)
    if not rows.select_for_update().first() or not due(rows, since).exists():
        return False
    forget(person(rows.get()))
    return True

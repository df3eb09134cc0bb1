"""What came of visits, as pages show it. Each function asks the same few statements however many people came."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, OuterRef, Prefetch, Subquery, Value, When
from django.utils import timezone

from accounts.models import User
from bookings.models import WORDS_KEPT, Booking, Help, Outcome, Visit, VisitQuerySet
from bookings.services.outcomes import RECORDED_FOR
from champions.models import all_called
from surgeries.models import Shift, Surgery

LATEST = ("-visit__surgery__starts_at", "-pk")
HELPS = Prefetch("helps", Help.objects.select_related("shift__champion__user"))


@dataclass(frozen=True)
class Visitor:
    """Somebody who came: who helped them, in turn, and what is recorded of it."""

    visit: Visit
    helps: tuple[Help, ...]
    outcome: Outcome | None

    @property
    def helpers(self) -> list[str]:
        """Who helped them, each once."""
        return all_called(each.shift.champion for each in self.helps)

    @property
    def is_still_here(self) -> bool:
        """Whether they are being helped, or wait: what came of it is not known yet."""
        return self.visit.left_at is None and not self.visit.surgery.is_over(timezone.now())

    @property
    def is_missing(self) -> bool:
        """Whether what came of it is still to be recorded: they were helped and have gone, and somebody may know."""
        is_gone = not self.outcome and not self.is_still_here
        return is_gone and bool(self.helps) and not self.visit.is_outcome_unknown

    def was_helped_last_by(self, user: User) -> bool:
        """Whether it is for this champion to record what came of it."""
        return bool(self.helps) and self.helps[-1].shift.champion.user_id == user.pk


def visitor(visit: Visit) -> Visitor:
    """Of a visit that was read with its surgery, outcome and HELPS."""
    outcome = getattr(visit, "outcome", None)
    if outcome and timezone.now() >= visit.surgery.ends_at + WORDS_KEPT:
        # Deleted once a day; nobody reads them meanwhile.
        outcome.next_step = outcome.pledge = ""
    return Visitor(visit, tuple(visit.helps.all()), outcome)


def visitors(visits: VisitQuerySet) -> list[Visitor]:
    """Everybody whose visit this is, in order of arrival."""
    visits = visits.select_related("outcome", "surgery")
    visits = visits.prefetch_related(HELPS, "outcome__topics", "outcome__platforms")
    return [visitor(visit) for visit in visits.order_by("arrived_at", "pk")]


@dataclass(frozen=True)
class ToRecord:
    """A surgery at which a champion helped, and of how many people whom they helped last nothing is recorded yet."""

    surgery: Surgery
    missing: int


def to_record(user: User, *, now: datetime) -> list[ToRecord]:
    """Where this champion may record what came of whom they helped last, the latest surgery first.

    Where they host still, the room asks them until the surgery is over.
    """
    recent = Visit.objects.helped_last_by(user).filter(surgery__ends_at__gt=now - RECORDED_FOR)
    still = Shift.objects.live().filter(surgery=OuterRef("surgery"), surgery__ends_at__gt=now, champion__user=user)
    theirs = recent.filter(~Exists(still)).select_related("surgery__venue", "outcome").order_by("-surgery__starts_at")
    missing: Counter[Surgery] = Counter()
    for visit in theirs:
        is_gone = visit.left_at is not None or visit.surgery.is_over(now)
        missing[visit.surgery] += is_gone and not hasattr(visit, "outcome")
    return [ToRecord(surgery, number) for surgery, number in missing.items()]


def came(*, attendee: int | None, surgery: int) -> Visitor | None:
    """The person's visit to the surgery, if they came."""
    visits = Visit.objects.filter(attendee=attendee, surgery=surgery).select_related("outcome", "surgery")
    visit = visits.prefetch_related(HELPS).first()
    return visitor(visit) if visit else None


def last_next_step(*, before: datetime) -> Subquery:
    """The last next step of each attendee of a query of bookings or visits, to annotate it with; None or "" if none.

    Of surgeries that began before a moment, and only if they agreed that the next champion sees it. A step that they
    keep to themselves hides older ones.
    """
    kept = Outcome.objects.filter(visit__surgery__ends_at__gt=timezone.now() - WORDS_KEPT)
    steps = kept.exclude(next_step="").filter(visit__surgery__starts_at__lt=before)
    latest = steps.filter(visit__attendee=OuterRef("attendee")).order_by(*LATEST)
    seen = Case(When(is_next_step_shared=True, then="next_step"), default=Value(""))
    return Subquery(latest.annotate(seen=seen).values("seen")[:1])


def missed_reasons(surgeries: Iterable[Surgery], *, now: datetime) -> dict[str, int]:
    """Why people with a seat did not come to these surgeries, in words, with how many said so; the most first.

    Whoever says that they were there is counted as well, until the register says it too.
    """
    said = Booking.objects.no_shows(now).filter(surgery__in=surgeries).exclude(missed_because="")
    counts = Counter(said.values_list("missed_because", flat=True))
    return {str(Booking.Missed(reason).label): count for reason, count in counts.most_common()}

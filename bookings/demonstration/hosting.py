"""Who hosts the demonstration's surgeries: usually two champions, sometimes one, and now and then nobody yet."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from random import Random

from champions.models import Champion
from surgeries.models import Shift, Surgery

from .diary import COFFEE_MORNING, pattern_of
from .signing_in import CHAMPION

# From then on hosts may still be missing: nearer surgeries have theirs.
SHORT_AFTER = timedelta(weeks=2)


def host(surgeries: list[Surgery], *, now: datetime) -> None:
    """Put champions of the office on live shifts at these new surgeries, given in order of time, never on two at once.

    Those with the fewest shifts come first, but whoever one can be in the demonstration hosts every coffee morning, and
    so has a brief to see. Of the surgeries more than two weeks ahead every ninth has no host, and
    every fifth is one short because somebody gave the shift back.
    """
    champions = defaultdict(list)
    for champion in Champion.objects.active().prefetch_related("offices"):
        for office in champion.offices.all():
            champions[office.pk].append(champion)
    live = Shift.objects.live()
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for champion_id, start, end in live.values_list("champion_id", "starts_at", "ends_at"):
        busy[champion_id].append((start, end))
    load = Counter(live.values_list("champion_id", flat=True))
    rng = Random(f"hosts {surgeries[0].starts_at if surgeries else ''}")
    shifts = []
    far = 0
    for surgery in surgeries:
        pattern = pattern_of(surgery)
        wanted = pattern.hosts
        given_back = 0
        if surgery.starts_at > now + SHORT_AFTER and pattern.name != COFFEE_MORNING:
            far += 1
            given_back = wanted if far % 9 == 0 else min(wanted, 1) if far % 5 == 0 else 0
        free = [
            champion
            for champion in champions[surgery.venue.office_id]
            if all(end <= surgery.starts_at or start >= surgery.ends_at for start, end in busy[champion.pk])
        ]
        regular = CHAMPION if pattern.name == COFFEE_MORNING else ""
        free.sort(key=lambda champion: (champion.name != regular, load[champion.pk], rng.random()))
        for champion in free[:wanted]:
            shift = Shift(champion=champion, surgery=surgery, starts_at=surgery.starts_at, ends_at=surgery.ends_at)
            if given_back:
                given_back -= 1
                shift.ended_at, shift.ended_reason = now, "Annual leave"
            else:
                load[champion.pk] += 1
                busy[champion.pk].append((surgery.starts_at, surgery.ends_at))
            shifts.append(shift)
    Shift.objects.bulk_create(shifts)

"""The emails about shifts: what queues them, and what they say when they are sent."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import get_text_list

from accounts.models import User
from bookings.calendars import shift_calendar
from bookings.elsewhere import Clash, kept_instead
from bookings.fit import fit
from bookings.links import step_in_link
from bookings.models import Ask
from bookings.needs import candidate_of, needs
from champions.models import Champion, all_called
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import button_to, render_email
from notifications.services import NewEmail, queue_emails
from organisation.models import Department
from surgeries.hosts import gaps
from surgeries.models import Shift, Surgery
from surgeries.templatetags.times import when

TAKEN, MOVED, ENDED = "shift_taken", "shift_moved", "shift_ended"
GIVEN_BACK, ASKED = "shift_given_back", "shift_asked"
AWAY, ASK, SHIFT = "champion_away", "ask:", "shift:"


def queue_taken(shifts: Iterable[Shift], *, now: datetime, by_organiser: bool = False) -> None:
    """They host; with the entry for their calendar. It says so if organisers put them on."""
    _queue_to_hosts(TAKEN, shifts, now=now, about={"by_organiser": True} if by_organiser else {})


def queue_ended(shifts: Iterable[Shift], *, now: datetime) -> None:
    """They host no more; with what takes the entry out of their calendar."""
    _queue_to_hosts(ENDED, shifts, now=now)


def queue_released(released: Iterable[tuple[Shift, str, Clash]], *, now: datetime) -> None:
    """Their surgery has moved to a time when they cannot host.

    Each shift with where and when it was, in words, and what is in the way of it.
    """
    released = list(released)
    context = {shift.pk: clash.told(before) for shift, before, clash in released}
    _queue_to_hosts(ENDED, [shift for shift, _, _ in released], now=now, context=context)


def queue_moved(moved: Iterable[tuple[Shift, str]], *, now: datetime, once: int) -> None:
    """Their surgery has moved; with the entry as it is now, and where and when it was, in words.

    They are told once for each value of `once`.
    """
    before = {shift.pk: {"before": words} for shift, words in moved}
    _queue_to_hosts(MOVED, [shift for shift, _ in moved], now=now, once=f":{once}", context=before)


def _queue_to_hosts(
    kind: str,
    shifts: Iterable[Shift],
    *,
    now: datetime,
    once: str = "",
    about: dict[str, int] | None = None,
    context: dict[int, dict] | None = None,
) -> None:
    """To each champion who has an address, once for each shift; of a draft nobody is told."""
    queue_emails(
        [
            NewEmail(
                kind=kind,
                to=shift.champion.user.email,
                about={"shift": shift.pk, **(about or {})},
                dedupe_key=f"{kind}:{shift.pk}{once}",
                context=(context or {}).get(shift.pk, {}),
                not_after=shift.ends_at,
            )
            for shift in shifts
            if shift.champion.user and shift.surgery.state != Surgery.State.DRAFT
        ],
        now=now,
    )


def queue_given_back(shifts: Iterable[Shift], *, now: datetime) -> None:
    """Tell every organiser, of each shift."""
    organisers = list(User.objects.organisers())
    queue_emails(
        [
            NewEmail(
                kind=GIVEN_BACK,
                to=organiser.email,
                about={"shift": shift.pk},
                dedupe_key=f"{GIVEN_BACK}:{shift.pk}:{organiser.pk}",
                not_after=shift.ends_at,
            )
            for shift in shifts
            for organiser in organisers
        ],
        now=now,
    )


def queue_asked(asks: Iterable[Ask], *, now: datetime) -> None:
    """Ask each champion about all of it in one email. `asks` have their champion with the user, and their surgery."""
    by_champion: dict[int, list[Ask]] = defaultdict(list)
    for ask in asks:
        by_champion[ask.champion_id].append(ask)
    emails = []
    for theirs in by_champion.values():
        user = theirs[0].champion.user
        assert user
        emails.append(
            NewEmail(
                kind=ASKED,
                to=user.email,
                about={f"{ASK}{ask.pk}": ask.pk for ask in theirs},
                dedupe_key=f"{ASKED}:{min(ask.pk for ask in theirs)}",
                not_after=max(ask.surgery.starts_at for ask in theirs),
            )
        )
    queue_emails(emails, now=now)


def queue_away(champion: Champion, given_back: Iterable[Shift], *, now: datetime) -> None:
    """Tell every organiser that a champion rests or has left, and which shifts they gave back with it."""
    shifts = {f"{SHIFT}{shift.pk}": shift.pk for shift in given_back}
    queue_emails(
        [
            NewEmail(
                kind=AWAY,
                to=organiser.email,
                about={"champion": champion.pk, **shifts},
                dedupe_key=f"{AWAY}:{champion.pk}:{now.isoformat()}:{organiser.pk}",
            )
            for organiser in User.objects.organisers()
        ],
        now=now,
    )


@email(AWAY, called="Champion rests or has left")
def away(row: OutboxEmail) -> Message | None:
    """To an organiser, as long as it is so: what was given back, and where they host all the same."""
    gone = Champion.objects.filter(state__in=[Champion.State.RESTING, Champion.State.LEFT])
    champion = gone.filter(pk=row.about["champion"]).first()
    if champion is None or not User.objects.organisers().filter(email=row.recipient).exists():
        return None
    theirs = _shifts().filter(champion=champion)
    context = {
        "champion": champion,
        "who": _who(champion),
        "given_back": theirs.filter(pk__in=[pk for key, pk in row.about.items() if key.startswith(SHIFT)]),
        "kept": theirs.filter(ended_at=None, ends_at__gt=timezone.now()),
        "department": Department.current(),
    }
    return render_email("champion_away", context)


@email(TAKEN, called="Shift taken")
def taken(row: OutboxEmail) -> Message | None:
    """The confirmation, as long as they host."""
    return _while_they_host(row)


@email(MOVED, called="Shift moved")
def moved(row: OutboxEmail) -> Message | None:
    """Where and when they host now."""
    before = row.context.get("before")  # which only the email itself knows
    return _while_they_host(row, and_also=[("Before", before)] if before else [])


def _while_they_host(row: OutboxEmail, *, and_also: Iterable[tuple[str, str]] = ()) -> Message | None:
    """With the entry for their calendar, as it is by now."""
    shift = _shifts().filter(ended_at=None, pk=row.about["shift"], champion__user__email=row.recipient).first()
    if shift is None:
        return None
    calendar = shift_calendar(shift, method="REQUEST", stamp=row.created_at)
    button = button_to("Open the brief", "bookings:brief", shift.surgery.reference)
    by_organiser = "by_organiser" in row.about
    return _message(row.kind, shift, calendar=calendar, button=button, and_also=and_also, by_organiser=by_organiser)


@email(ENDED, called="Shift ended")
def ended(row: OutboxEmail) -> Message | None:
    """They gave it back, were taken off, or the surgery was called off or moved. It takes the entry out of their
    calendar.
    """
    shift = _shifts().exclude(ended_at=None).filter(pk=row.about["shift"], champion__user__email=row.recipient).first()
    if shift is None:
        return None
    button = None if shift.champion.is_barred else button_to("See your shifts", "bookings:shifts")
    calendar = shift_calendar(shift, method="CANCEL", stamp=row.created_at)
    because: dict[str, Any] = {
        "by_organiser": shift.was_taken_off,
        "by_barring": shift.ended_reason == Shift.BARRED,
        "by_move": shift.ended_reason == Shift.MOVED_AWAY,
    }
    if because["by_move"]:
        # Only the email itself knows what they had and what they keep: the surgery is elsewhere by now.
        surgery, told = shift.surgery, row.context
        had = [("You had", told["before"])] if "before" in told else []
        facts = [*had, ("It is now", f"{when(surgery)}, {surgery.venue}"), *kept_instead(told)]
        because |= {"has_seat": "keeps" in told, "hosts": "hosts" in told, "is_known": bool(had), "facts": facts}
        because["before"] = told.get("before", when(shift))
    return _message("shift_ended", shift, calendar=calendar, button=button, **because)


@email(GIVEN_BACK, called="Shift given back")
def given_back(row: OutboxEmail) -> Message | None:
    """To an organiser: who gave it back and why, who hosts still, and who has been asked."""
    shift = _shifts().exclude(ended_at=None).filter(pk=row.about["shift"]).first()
    if shift is None or not User.objects.organisers().filter(email=row.recipient).exists():
        return None
    asked = Ask.objects.filter(surgery=shift.surgery, asked_at=shift.ended_at).order_by("champion__name")
    names = list(asked.values_list("champion__name", flat=True))
    return _message(
        "shift_given_back",
        shift,
        who=_who(shift.champion),
        is_removed=shift.champion.is_removed,
        asked=get_text_list(names, "and"),
        hosts=get_text_list([each.champion.name for each in _hosting(shift.surgery)], "and"),
        missing=bool(gaps(shift.surgery, _hosting(shift.surgery))),
        button=button_to("Open the surgery", "bookings:manage_surgery", shift.surgery.reference),
    )


def _who(champion: Champion) -> str:
    """What organisers read them called; whoever was removed has no name by now."""
    return "A champion who was removed" if champion.is_removed else champion.name


@email(ASKED, called="Champion asked to host")
def asked(row: OutboxEmail) -> Message | None:
    """To a champion: the surgeries that still need somebody, each with a press that takes the shift."""
    now = timezone.now()
    theirs = Ask.objects.filter(pk__in=row.about.values(), champion__in=Champion.objects.active())
    asks = list(
        theirs.filter(champion__user__email=row.recipient, surgery__starts_at__gt=now)
        .select_related("champion__user", "surgery__venue__office")
        .order_by("surgery__starts_at", "pk")
    )
    open_still = [ask.surgery for ask in asks if not ask.surgery.is_called_off]
    found = {need.surgery.pk: need for need in needs(open_still, now=now)}
    if not found:
        return None
    candidate, today = candidate_of(asks[0].champion, now=now), timezone.localdate(now)
    entries = [
        {
            "surgery": ask.surgery,
            "why": fit(candidate, found[ask.surgery_id], today=today).why,
            "link": step_in_link(ask),
        }
        for ask in asks
        if ask.surgery_id in found and candidate.can_be_asked_about(found[ask.surgery_id])
    ]
    if not entries:
        return None
    context = {
        "name": candidate.champion.name,
        "entries": entries,
        "is_given_back": asks[0].is_given_back,
        "department": Department.current(),
    }
    return render_email("shift_asked", context)


def _hosting(surgery: Surgery) -> list[Shift]:
    return list(surgery.shifts.live().select_related("champion").order_by("champion__name"))


def _shifts() -> Any:
    return Shift.objects.select_related("champion__user", "surgery__venue__office")


def _message(
    name: str,
    shift: Shift,
    *,
    calendar: bytes | None = None,
    and_also: Iterable[tuple[str, str]] = (),
    **more: Any,
) -> Message:
    """A message to a champion about a shift of theirs."""
    context = {
        "name": shift.champion.name,
        "shift": shift,
        "surgery": shift.surgery,
        "venue": shift.surgery.venue,
        "facts": [("When", when(shift)), ("Where", str(shift.surgery.venue)), *_beside(shift), *and_also],
        "department": Department.current(),
        **more,
    }
    return render_email(name, context, calendar=calendar)


def _beside(shift: Shift) -> list[tuple[str, str]]:
    """With whom they host, unless they do not any more."""
    if shift.ended_at:
        return []
    others = shift.surgery.shifts.live().exclude(champion=shift.champion_id).select_related("champion")
    names = all_called(other.champion for other in others.order_by("champion__name"))
    return [("With", ", ".join(names) or "Nobody else so far")]

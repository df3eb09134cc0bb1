"""Writing to the people of one surgery: who they are, what it will say, and sending it once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils.crypto import salted_hmac
from django.utils.text import get_text_list

from accounts.models import User
from bookings.errors import LetterSentAlready, OutOfDate
from bookings.models import WORDS_KEPT, Attendee, Booking, Letter, Visit
from bookings.outcomes import visitors
from bookings.people import REMOVED
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import render_email
from notifications.services import NewEmail, queue_emails
from organisation.models import Department
from surgeries.models import Shift, Surgery
from surgeries.templatetags.times import when
from surgeries.transactions import retried

KIND = "surgery_letter"
Group = Letter.Group


@dataclass(frozen=True)
class Addressee:
    """Somebody of a surgery: an attendee or, of hosts, a user. `key` is the row, and no personal data."""

    key: str
    user: int | None
    name: str
    email: str


@dataclass(frozen=True)
class Addressees:
    """Who gets a letter, each once, and who cannot because no address of theirs is known."""

    people: tuple[Addressee, ...]
    without: tuple[Addressee, ...]


def groups_of(surgery: Surgery, *, now: datetime) -> dict[str, list[Addressee]]:
    """Everybody who belongs to each group: four statements, however many there are."""
    found: dict[str, list[Addressee]] = {group: [] for group in Group.values}
    missed = set(Booking.objects.no_shows(now).filter(surgery=surgery).values_list("pk", flat=True))
    live = surgery.bookings.live().select_related("attendee").order_by("name", "pk")
    for booking in live:
        somebody = _attendee(booking.attendee, booking.name)
        found[Group.BOOKED if booking.is_confirmed else Group.WAITING].append(somebody)
        if booking.pk in missed:
            found[Group.DID_NOT_COME].append(somebody)
    for visit in Visit.objects.filter(surgery=surgery).select_related("attendee").order_by("name", "pk"):
        found[Group.CAME].append(_attendee(visit.attendee, visit.name))
    for shift in Shift.objects.live().filter(surgery=surgery).select_related("champion__user"):
        user = shift.champion.user
        key = f"user-{user.pk}" if user else f"champion-{shift.champion_id}"
        address = user.email if user else ""
        found[Group.HOSTS].append(Addressee(key, user.pk if user else None, shift.champion.name, address))
    return {group: [each for each in people if each.name != REMOVED] for group, people in found.items()}


def addressees(groups: dict[str, list[Addressee]], chosen: Iterable[str]) -> Addressees:
    """Whoever is in any of the chosen groups, each once: an address is one person, and so is a user."""
    people: list[Addressee] = []
    without: dict[str, Addressee] = {}
    seen: set[object] = set()
    for somebody in (each for group in chosen for each in groups[group]):
        if not somebody.email:
            without[somebody.key] = somebody
        elif somebody.email not in seen and (somebody.user is None or somebody.user not in seen):
            seen |= {somebody.email, somebody.user} - {None}
            people.append(somebody)
    return Addressees(tuple(people), tuple(without.values()))


def seen(subject: str, words: str, to: Addressees) -> str:
    """What an organiser saw in the preview: another one as soon as anything of it, or anybody, changes."""
    contents = repr((subject, words, sorted(each.key for each in to.people)))
    return salted_hmac("bookings.letter", contents, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def as_it_arrives(letter: Letter) -> Message:
    """The email, which is the same for everybody."""
    surgery = letter.surgery
    return render_email(
        KIND,
        {
            "letter": letter, "heading": letter.subject, "department": Department.current(),
            "facts": [("When", when(surgery)), ("Where", str(surgery.venue))],
        },
    )  # fmt: skip


def asking_for_outcomes(surgery: Surgery) -> dict[str, str]:
    """What to begin with to ask its hosts what came of it: whose outcomes are missing. Nothing if none is."""
    names = [each.visit.name for each in visitors(surgery.visits.all()) if each.is_missing and each.visit.name]
    if not names:
        return {}
    whom = f"You helped {get_text_list(names, 'and')}, and we do not know yet what came of it."
    asked = "Did they get what they came for, or is there a next step? A line for each is enough."
    return {"subject": "What came of it?", "words": f"Hello,\n\n{whom} {asked}"[: Letter.LONGEST]}


def can_be_written_to(surgery: Surgery, *, now: datetime) -> bool:
    """Whether it was ever published, and its words are not due to be deleted yet."""
    return surgery.state != Surgery.State.DRAFT and now < surgery.ends_at + WORDS_KEPT


@retried
@transaction.atomic
def send_letter(
    *, surgery: Surgery, groups: list[str], subject: str, words: str, by: User, request_id: UUID, as_seen: str,
    now: datetime,
) -> Letter:  # fmt: skip
    """Queue it to everybody, once: the same `request_id` again changes nothing.

    Raises LetterSentAlready if something else was sent with it, OutOfDate if it comes to something else than `as_seen`.
    """
    if letter := Letter.objects.filter(request_id=request_id).first():
        sent = (letter.surgery_id, sorted(letter.groups), letter.subject, letter.words)
        if sent != (surgery.pk, sorted(groups), subject, words):
            raise LetterSentAlready
        return letter
    to = addressees(groups_of(surgery, now=now), groups)
    if not to.people or seen(subject, words, to) != as_seen:
        raise OutOfDate
    letter = Letter.objects.create(
        surgery=surgery, groups=groups, subject=subject, words=words, written_at=now, written_by=by,
        people=len(to.people), request_id=request_id,
    )  # fmt: skip
    queue_emails(
        (
            NewEmail(kind=KIND, to=each.email, about={"letter": letter.pk}, dedupe_key=f"{KIND}:{letter.pk}:{each.key}")
            for each in to.people
        ),
        now=now,
    )
    return letter


def letters_to(surgery: Surgery) -> list[tuple[Letter, int | None]]:
    """What was written to its people, and to how many it was delivered, as long as the outbox knows: two statements."""
    letters = list(Letter.objects.filter(surgery=surgery).select_related("written_by"))
    rows = OutboxEmail.objects.filter(kind=KIND, about__letter__in=[letter.pk for letter in letters])
    sent = Count("pk", filter=Q(state=OutboxEmail.State.SENT))
    counted = dict(rows.order_by().values("about__letter").annotate(n=sent).values_list("about__letter", "n"))
    return [(letter, counted.get(letter.pk)) for letter in letters]


@email(KIND, called="Letter from the organisers")
def letter_email(row: OutboxEmail) -> Message | None:
    """What an organiser wrote, as long as its words are kept."""
    letter = Letter.objects.select_related("surgery__venue__office").filter(pk=row.about["letter"]).first()
    return as_it_arrives(letter) if letter and letter.words else None


def _attendee(attendee: Attendee, name: str) -> Addressee:
    return Addressee(f"attendee-{attendee.pk}", attendee.user_id, name or attendee.name, attendee.email or "")

"""Erasing somebody: nothing is left of who they were, and the figures stay as they are."""

import dataclasses
import logging
import pickle

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import NOWHERE
from bookings.models import Attendee, Booking
from bookings.people import REMOVED, person_of
from bookings.register import register_of
from champions.models import Champion
from config.logs import JSONFormatter
from notifications import outbox
from notifications.models import OutboxEmail
from notifications.registry import writers
from privacy import services
from privacy.models import Erasure
from privacy.policy import HOLDINGS
from privacy.services import ErasureRefused, erase, forget
from surgeries.models import Shift, Surgery
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)
from tests.kept import everything_kept
from tests.privacy.canaries import ADDRESS, alice, dump

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(db):
    return UserFactory.create(organiser=True)


# No word can stand in these, or a constraint or the next row's number would be broken at once.
NOT_BY_WORDS = {"reference", "password", "email", "resting_until"}


def left() -> list[str]:
    """The rows in which something of Alice is left; what an organiser wrote for somebody else is not hers."""
    not_hers = ("champions_decision", "surgeries_surgery ")
    return [row for row in dump().splitlines() if "canary" in row and not row.startswith(not_hers)]


def test_nothing_is_left_of_who_they_were(organiser, caplog, django_capture_on_commit_callbacks):
    attendee = alice()
    assert len(left()) > 20
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        erase(attendee=attendee, by=organiser)
    assert left() == []
    logged = "\n".join(JSONFormatter().format(record) for record in caplog.records)
    assert '"erasure"' in logged
    assert "canary" not in logged
    assert b"canary" not in pickle.dumps(everything_kept())


def test_control_each_field_that_is_skipped_is_found(monkeypatch):
    person = person_of(alice())
    skipped = [
        (number, name)
        for number, holding in enumerate(HOLDINGS)
        for name in holding.changes
        if name in holding.fields and not holding.goes and name not in NOT_BY_WORDS
    ]
    found = []
    for number, name in [*skipped, *((number, None) for number, each in enumerate(HOLDINGS) if each.goes)]:
        less = list(HOLDINGS)
        kept = {key: rule for key, rule in less[number].fields.items() if key != name}
        less[number] = dataclasses.replace(less[number], fields=kept, goes=False)
        monkeypatch.setattr(services, "HOLDINGS", less)
        with transaction.atomic():
            forget(person)
            if left():
                found.append((less[number].model, name))
            transaction.set_rollback(True)
    texts = {"name", "question", "adjustments", "cancelled_reason", "next_step", "pledge", "words", "ended_reason"}
    expected = {(HOLDINGS[number].model, name) for number, name in skipped if name in texts | {"about", "experience"}}
    gone = {"bookings.Submission", "champions.CalendarLink", "bookings.JournalEntry", "notifications.OutboxEmail"}
    gone |= {"account.EmailAddress", "mfa.Authenticator", "socialaccount.SocialAccount"}
    assert expected | {(model, None) for model in gone} <= set(found)
    assert len(expected) >= 12


def figures() -> list:
    """Every number about what is over: registers, attendance, and what champions look back on."""
    now = timezone.now()
    over = Surgery.objects.filter(ends_at__lt=now).order_by("pk")
    registers = [register_of(each, now=now, for_organiser=True).totals for each in over]
    hosted = [(champion.shifts.hosted(now).count(), champion.milestones.count()) for champion in Champion.objects.all()]
    taken = list(Booking.objects.filter(surgery__in=over).order_by("pk").values_list("team", "grade", "feeling"))
    return [registers, hosted, taken]


def test_the_figures_stay_as_they_are(organiser):
    attendee = alice()
    before = figures()
    erase(attendee=attendee, by=organiser)
    assert figures() == before


def test_what_is_ahead_is_cancelled_and_given_back_first(organiser, django_capture_on_commit_callbacks):
    attendee = AttendeeFactory.create(email=ADDRESS)
    full = SurgeryFactory.create(slots=1, seats=1)
    theirs = BookingFactory.create(surgery=full, attendee=attendee)
    next_in_line = BookingFactory.create(surgery=full, waiting=True)
    # Waits at the same time elsewhere, where a seat is free: it must not be theirs once they cancel here.
    other = SurgeryFactory.create(slots=1, seats=1)
    waits = BookingFactory.create(surgery=other, attendee=attendee, waiting=True)
    shift = ShiftFactory.create(champion=ChampionFactory.create(user=UserFactory.create(email=ADDRESS)),
                                surgery=SurgeryFactory.create())  # fmt: skip
    substitute = ChampionFactory.create(user=UserFactory.create())

    erase(attendee=attendee, by=organiser)

    for booking in (theirs, waits, next_in_line):
        booking.refresh_from_db()
    assert [theirs.state, waits.state, next_in_line.state] == ["cancelled", "cancelled", "confirmed"]
    shift.refresh_from_db()
    assert (shift.ended_reason, shift.champion.state) == (Shift.GIVEN_BACK, Champion.State.LEFT)
    of_them = OutboxEmail.objects.filter(recipient=organiser.email, kind__in=["champion_away", "shift_given_back"])
    for row in of_them:
        message = writers[row.kind](row)
        assert "A champion who was removed has" in message.text
        assert REMOVED not in message.text + message.subject
    assert len(of_them) == 2
    told = set(OutboxEmail.objects.values_list("recipient", flat=True))
    assert {next_in_line.attendee.email, substitute.user.email, organiser.email} <= told
    assert ADDRESS not in told


def test_what_an_organiser_has_not_seen_ends_with_nothing(organiser, client):
    """The page comes back with what would end by now, and its button then ends that."""
    booking = BookingFactory.create(attendee__email=ADDRESS)
    client.force_login(organiser)
    page = f"/organise/people/{booking.attendee_id}/erase/"
    seen = client.get(page).context["ending"].version
    other = BookingFactory.create(attendee=booking.attendee, surgery__starts_at=local(9))
    for sent in (seen, ""):
        asked = client.post(page, {"seen": sent})
        assert asked.status_code == 409
        assert "Something has changed since you looked." in asked.content.decode()
        assert str(other.surgery.venue) in asked.content.decode()
    assert not Erasure.objects.exists()
    assert client.post(page, {"seen": asked.context["ending"].version}).status_code == 303
    other.refresh_from_db()
    assert other.is_cancelled


def test_the_private_link_stops_working(organiser, client):
    from bookings.links import token_for

    booking = BookingFactory.create()
    page = f"/bookings/{token_for(booking)}/"
    assert client.get(page).status_code == 200
    erase(attendee=booking.attendee, by=organiser)
    assert client.get(page).status_code == 404


def test_old_addresses_of_their_pages_lead_to_what_is_left(organiser, client):
    user = UserFactory.create()
    attendee = BookingFactory.create(attendee__email=user.email).attendee
    erase(attendee=attendee, by=organiser)
    client.force_login(organiser)
    for old in (f"people/users/{user.pk}/", f"people/{attendee.pk}/", f"people/{attendee.pk}/book/"):
        said = client.get(f"/organise/{old}", follow=True)
        assert (said.status_code, "Somebody who was removed" in said.content.decode()) == (200, True)
    for old in ("data", "book"):
        assert client.post(f"/organise/people/users/{user.pk}/{old}/").status_code == 404
    assert not Attendee.objects.filter(email__endswith=NOWHERE).exists()


def test_a_name_alone_goes_as_well_and_joins_nobody(organiser):
    first = VisitFactory.create(attendee__email=None, attendee__name="Ada", name="Ada").attendee
    other = VisitFactory.create(attendee__email=None, attendee__name="Ada", name="Ada").attendee
    erase(attendee=first, by=organiser)
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.name, first.visits.get().name) == (REMOVED, REMOVED)
    assert (other.name, other.visits.get().name) == ("Ada", "Ada")
    assert Erasure.objects.get().address_hash == ""


def test_whoever_is_erased_books_again_as_somebody_new(organiser):
    attendee = AttendeeFactory.create(email=ADDRESS)
    erase(attendee=attendee, by=organiser)
    assert AttendeeFactory.create(email=ADDRESS).pk != attendee.pk


def test_an_email_that_is_being_sent_goes_and_the_worker_minds_nothing(organiser):
    attendee = BookingFactory.create(attendee__email=ADDRESS).attendee
    from bookings.emails import queue_changed

    queue_changed(attendee.bookings.get(), now=timezone.now())
    (email,) = outbox.claim(timezone.now())
    erase(attendee=attendee, by=organiser)
    assert not outbox.mark_sent(email, timezone.now())
    assert not OutboxEmail.objects.filter(recipient=ADDRESS).exists()


def test_erasing_again_changes_nothing(organiser):
    attendee = AttendeeFactory.create()
    assert len(erase(attendee=attendee, by=organiser)) == 1
    before = dump()
    assert erase(attendee=attendee, by=organiser) == []
    assert dump() == before


def test_nobody_erases_themselves_nor_an_organiser_without_an_administrator(organiser):
    administrator = UserFactory.create(administrator=True)
    own = AttendeeFactory.create(email=organiser.email)
    for by in (organiser, UserFactory.create(organiser=True)):
        with pytest.raises(ErasureRefused):
            erase(attendee=own, by=by)
    assert Attendee.objects.get(pk=own.pk).email == organiser.email
    erase(attendee=own, by=administrator)
    organiser.refresh_from_db()
    assert (organiser.is_active, organiser.is_staff, organiser.name) == (False, False, REMOVED)

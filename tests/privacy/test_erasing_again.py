"""A restored database brings back who was erased since the backup; the ledger erases them again, and nobody else."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from bookings.models import Attendee, Booking
from bookings.people import REMOVED
from privacy import ledger
from privacy.ledger import line_of
from privacy.models import Erasure
from privacy.services import erase
from tests.factories import AttendeeFactory, BookingFactory, ChampionFactory, UserFactory, VisitFactory
from tests.privacy.canaries import ADDRESS

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(db):
    return UserFactory.create(organiser=True)


def restored_after(act) -> str:
    """Do it, and then restore the database from before; returns what was exported meanwhile."""
    with transaction.atomic():
        act()
        exported = io.StringIO()
        call_command("export_erasures", stdout=exported)
        transaction.set_rollback(True)
    return exported.getvalue()


def replay(tmp_path, *texts: str) -> str:
    files = []
    for number, text in enumerate(texts):
        files.append(str(tmp_path / f"{number}.jsonl"))
        (tmp_path / f"{number}.jsonl").write_text(text)
    said = io.StringIO()
    call_command("replay_erasures", *files, stdout=said)
    return said.getvalue()


def test_whoever_was_erased_since_the_backup_is_erased_again(organiser, tmp_path):
    booking = BookingFactory.create(attendee__email=ADDRESS)
    waits = BookingFactory.create(surgery=booking.surgery, waiting=True)
    waits.surgery.seats.filter(booking=None).delete()
    champion = ChampionFactory.create(user=UserFactory.create(email=ADDRESS))
    nameless = VisitFactory.create(attendee__email=None, attendee__name="Ada", name="Ada").attendee
    others = AttendeeFactory.create_batch(3)

    def act():
        erase(attendee=booking.attendee, by=organiser)
        erase(attendee=nameless, by=organiser)

    exported = restored_after(act)
    assert ADDRESS not in exported
    assert Attendee.objects.get(pk=booking.attendee_id).email == ADDRESS, "the backup brought them back"

    assert replay(tmp_path, exported) == "2 in the ledger, 2 of them new here. Erased again: 2.\n"

    assert not Attendee.objects.filter(email=ADDRESS).exists()
    for row in (booking, waits, nameless, champion):
        row.refresh_from_db()
    assert (booking.state, waits.state) == (Booking.State.CANCELLED, Booking.State.CONFIRMED)
    assert (nameless.name, champion.name, champion.user) == (REMOVED, REMOVED, None)
    assert Attendee.objects.filter(pk__in=[each.pk for each in others], email=None).count() == 0
    assert replay(tmp_path, exported) == "2 in the ledger, 0 of them new here. Erased again: 0.\n"


def test_the_log_will_do_as_well(organiser, tmp_path, caplog, django_capture_on_commit_callbacks):
    from config.logs import JSONFormatter

    attendee = AttendeeFactory.create(email=ADDRESS)
    with caplog.at_level("INFO"), django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        erase(attendee=attendee, by=organiser)
    logged = [JSONFormatter().format(record) for record in caplog.records if record.message == "erased"]
    Attendee.objects.filter(pk=attendee.pk).update(email=ADDRESS, name="Alice")
    other = json.dumps({"at": "x", "message": "request", "status": 200})
    assert "Erased again: 1." in replay(tmp_path, "\n".join([other, *logged, ""]))


def test_whoever_has_the_number_since_is_somebody_else(organiser, tmp_path):
    attendee = AttendeeFactory.create(email=ADDRESS)
    exported = restored_after(lambda: erase(attendee=attendee, by=organiser))
    # Restored from before they first booked: their number is given to the next, a moment later.
    Attendee.objects.filter(pk=attendee.pk).update(
        name="Bob", email="bob@example.gov.uk", created_at=timezone.now() + timedelta(minutes=1)
    )
    assert "Erased again: 0." in replay(tmp_path, exported)
    assert Attendee.objects.get(pk=attendee.pk).name == "Bob"


def test_whoever_came_back_after_being_erased_stays(organiser, tmp_path):
    attendee = AttendeeFactory.create(email=ADDRESS)
    erase(attendee=attendee, by=organiser)
    again = AttendeeFactory.create(email=ADDRESS)
    Attendee.objects.filter(pk=again.pk).update(created_at=timezone.now() + timedelta(days=1))
    assert "Erased again: 0." in replay(tmp_path)
    assert Attendee.objects.get(pk=again.pk).email == ADDRESS


def test_an_address_with_another_number_is_them(organiser, tmp_path):
    """Merged or entered anew before the backup: the hash finds them. Under a key that was replaced as well."""
    attendee = AttendeeFactory.create(email=ADDRESS)
    exported = restored_after(lambda: erase(attendee=attendee, by=organiser))
    Attendee.objects.filter(pk=attendee.pk).update(email=None)
    twin = AttendeeFactory.create(email=ADDRESS)
    Attendee.objects.filter(pk=twin.pk).update(created_at=attendee.created_at - timedelta(days=9))
    replay(tmp_path, exported)
    assert Attendee.objects.get(pk=twin.pk).email is None


def test_an_earlier_key_still_finds_them(organiser, tmp_path, settings):
    attendee = AttendeeFactory.create(email=ADDRESS)
    entry = ledger.note(attendee, person=_alone(attendee), by=organiser, now=timezone.now())
    stranger = Attendee(pk=attendee.pk + 1, email=ADDRESS, created_at=attendee.created_at)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert ledger.matches(entry, stranger)
    settings.SECRET_KEY_FALLBACKS = []
    assert not ledger.matches(entry, stranger)


def _alone(attendee):
    from bookings.people import person_of

    return person_of(attendee)


@pytest.mark.parametrize("broken", ["{", '{"address_hash": ""}', '{"erasure": {"address_hash": "", "made_at": "x"}}'])
def test_a_broken_ledger_erases_nobody_and_says_where(organiser, tmp_path, broken):
    attendee = AttendeeFactory.create(email=ADDRESS)
    good = restored_after(lambda: erase(attendee=attendee, by=organiser))
    with pytest.raises(CommandError, match="Line 2"):
        replay(tmp_path, good + broken)
    assert Attendee.objects.get(pk=attendee.pk).email == ADDRESS
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("replay_erasures", str(tmp_path / "nowhere"))


def test_an_entry_says_nothing_of_who_it_was(organiser):
    attendee = AttendeeFactory.create(name="Alice Adeyemi", email=ADDRESS)
    (entry,) = erase(attendee=attendee, by=organiser)
    said = json.dumps(line_of(entry))
    assert "Alice" not in said
    assert ADDRESS not in said
    assert Erasure.objects.get().erased_by == organiser


@pytest.mark.parametrize("act", ["UPDATE privacy_erasure SET address_hash = ''", "DELETE FROM privacy_erasure"])
def test_the_application_can_change_no_entry(organiser, act):
    erase(attendee=AttendeeFactory.create(), by=organiser)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(act)

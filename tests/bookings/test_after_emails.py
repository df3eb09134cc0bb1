"""Once a surgery is over its people hear from us once: who came, who did not, and hosts who left outcomes out."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from bookings.duties import miss_no_shows, remind_of_outcomes, thank_for_coming
from bookings.models import Attendee, Booking, Visit
from notifications.models import OutboxEmail
from surgeries.models import Surgery
from tests.bookings.letters import write
from tests.bookings.test_emails_in_words import Elements
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    OfficeFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.fit import html_faults

pytestmark = pytest.mark.django_db
DUTIES = (thank_for_coming, miss_no_shows, remind_of_outcomes)


def at(day: str, clock: str = "08:00") -> datetime:
    return timezone.make_aware(datetime.fromisoformat(f"{day}T{clock}"))


@pytest.fixture
def tuesday(db):
    """A surgery that was yesterday: Tuesday 3 March 2026."""
    with time_machine.travel(at("2026-03-04", "07:59"), tick=False):
        yield SurgeryFactory.create(starts_at=at("2026-03-03", "10:00"))


MORNING = at("2026-03-04")


def told(kind: str) -> list[str]:
    return list(OutboxEmail.objects.filter(kind=kind).order_by("recipient").values_list("recipient", flat=True))


def helped(surgery: Surgery, *shifts, **facts) -> Visit:
    """Somebody whom the hosts of these shifts helped, one after the other."""
    visit = VisitFactory.create(surgery=surgery, **facts)
    for minutes, shift in enumerate(shifts):
        start = visit.arrived_at + timedelta(minutes=minutes)
        HelpFactory.create(visit=visit, shift=shift, starts_at=start, ends_at=start)
    return visit


def host(surgery: Surgery, name: str = "Amina Yusuf"):
    return ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create(), champion__name=name)


# ── Who came ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_everybody_who_came_and_has_an_address_is_thanked_the_morning_after_once(tuesday):
    booked = VisitFactory.create(booking=BookingFactory.create(surgery=tuesday))
    dropped_in = VisitFactory.create(surgery=tuesday)
    VisitFactory.create(surgery=tuesday, attendee=AttendeeFactory.create(email=None))
    BookingFactory.create(surgery=tuesday)
    thank_for_coming(MORNING - timedelta(seconds=1))
    assert told("visit_over") == []
    for minutes in range(0, 48 * 60, 25):
        thank_for_coming(MORNING + timedelta(minutes=minutes))
    assert told("visit_over") == sorted([booked.attendee.email, dropped_in.attendee.email])
    VisitFactory.create(surgery=tuesday)
    thank_for_coming(MORNING + timedelta(days=2))
    assert len(told("visit_over")) == 2, "by then nobody wonders any more"


def test_who_is_written_into_the_register_late_hears_late(tuesday):
    thank_for_coming(MORNING)
    late = VisitFactory.create(surgery=tuesday)
    thank_for_coming(MORNING + timedelta(hours=5))
    assert told("visit_over") == [late.attendee.email]


def test_whose_tick_is_taken_back_and_put_again_is_thanked_once(tuesday):
    visit = VisitFactory.create(surgery=tuesday)
    thank_for_coming(MORNING)
    letter = OutboxEmail.objects.get()
    visit.delete()
    assert write(letter) is None
    VisitFactory.create(surgery=tuesday, attendee=visit.attendee)
    thank_for_coming(MORNING + timedelta(hours=1))
    assert told("visit_over") == [visit.attendee.email]
    assert write(letter), "the one that was queued holds again"


def test_nobody_hears_of_a_surgery_that_was_called_off(tuesday):
    VisitFactory.create(surgery=tuesday)
    Surgery.objects.filter(pk=tuesday.pk).update(
        state="called_off", called_off_at=tuesday.starts_at, called_off_reason="The café is being painted."
    )
    for duty in DUTIES:
        duty(MORNING)
    assert not OutboxEmail.objects.exists()


def test_what_is_not_true_any_more_is_not_sent(tuesday):
    shift = host(tuesday)
    visit, booking = helped(tuesday, shift), BookingFactory.create(surgery=tuesday)
    for duty in DUTIES:
        duty(MORNING)
    thanks, missed, outcomes = (OutboxEmail.objects.get(kind__endswith=end) for end in ("_over", "_missed", "missing"))
    assert all(write(row) for row in (thanks, missed, outcomes))
    OutcomeFactory.create(visit=visit)
    assert write(outcomes) is None
    VisitFactory.create(booking=booking)
    assert write(missed) is None
    Attendee.objects.filter(pk=visit.attendee_id).update(email=None)
    assert write(thanks) is None


# ── Who did not ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("day", "nation", "morning"),
    [
        ("2026-03-03", "ENG", "2026-03-04"),
        ("2026-03-06", "ENG", "2026-03-09"),
        ("2026-04-02", "ENG", "2026-04-07"),
        ("2026-04-02", "SCT", "2026-04-06"),
    ],
)
def test_who_did_not_come_is_missed_on_the_next_working_morning_once(day, nation, morning):
    with time_machine.travel(at(day, "07:00"), tick=False):
        venue = VenueFactory.create(office=OfficeFactory.create(nation=nation))
        surgery = SurgeryFactory.create(starts_at=at(day, "10:00"), venue=venue)
        seat = BookingFactory.create(surgery=surgery)
        came = VisitFactory.create(booking=seat, taken_in_by=UserFactory.create()).booking
        missed = BookingFactory.create(surgery=surgery)
        for facts in ({"waiting": True}, {"cancelled": True}, {"attendee": AttendeeFactory.create(email=None)}):
            BookingFactory.create(surgery=surgery, **facts)
    assert came.attendee.email not in told("visit_missed")
    miss_no_shows(at(morning) - timedelta(seconds=1))
    assert told("visit_missed") == []
    for hours in range(0, 96, 7):
        miss_no_shows(at(morning) + timedelta(hours=hours))
    assert told("visit_missed") == [missed.attendee.email]


def test_a_register_that_nobody_kept_accuses_nobody(tuesday):
    BookingFactory.create(surgery=tuesday)
    miss_no_shows(MORNING)
    assert told("visit_missed") == []
    VisitFactory.create(surgery=tuesday, taken_in_by=UserFactory.create())
    miss_no_shows(MORNING)
    assert len(told("visit_missed")) == 1


def test_one_of_three_who_scans_the_code_by_the_door_is_no_register(tuesday):
    first, second, _ = BookingFactory.create_batch(3, surgery=tuesday)
    VisitFactory.create(booking=first), VisitFactory.create_batch(3, surgery=tuesday)
    miss_no_shows(MORNING)
    assert told("visit_missed") == []
    VisitFactory.create(booking=second)
    miss_no_shows(MORNING)
    assert len(told("visit_missed")) == 1, "at least half of them came"


def test_whom_a_host_helped_was_seen_by_a_host(tuesday):
    helped(tuesday, host(tuesday)), BookingFactory.create_batch(3, surgery=tuesday)
    miss_no_shows(MORNING)
    assert len(told("visit_missed")) == 3


def test_who_has_said_why_already_is_not_asked(tuesday):
    VisitFactory.create(surgery=tuesday)
    BookingFactory.create(surgery=tuesday, missed_because=Booking.Missed.FORGOT)
    miss_no_shows(MORNING)
    assert told("visit_missed") == []


# ── Outcomes that were left out ───────────────────────────────────────────────────────────────────────────────
def test_the_host_who_helped_last_is_reminded_once(tuesday):
    amina, tom = host(tuesday), host(tuesday, "Tom Price")
    helped(tuesday, tom, amina), helped(tuesday, amina)
    OutcomeFactory.create(visit=helped(tuesday, tom))
    VisitFactory.create(surgery=tuesday)
    remind_of_outcomes(MORNING - timedelta(seconds=1))
    assert told("outcomes_missing") == []
    for minutes in range(0, 30 * 60, 25):
        remind_of_outcomes(MORNING + timedelta(minutes=minutes))
    assert told("outcomes_missing") == [amina.champion.user.email]
    row = OutboxEmail.objects.get()
    message = write(row)
    assert message
    assert "For 2 people whom you helped" in message.text
    assert f"/champion/surgeries/{tuesday.reference}/outcomes/" in message.text
    assert row.not_after == tuesday.ends_at + timedelta(days=2)


def test_the_link_lands_on_the_form_after_signing_in(tuesday, client):
    visit = helped(tuesday, host(tuesday))
    remind_of_outcomes(MORNING)
    message = write(OutboxEmail.objects.get())
    assert message
    form = f"/champion/surgeries/{tuesday.reference}/outcome/{visit.pk}/"
    assert f"http://127.0.0.1{form}" in Elements(message.html).links
    assert "For 1 person whom" in message.text
    assert client.get(form)["Location"] == f"/sign-in/?next={form}"


def test_who_could_not_record_it_any_more_is_not_reminded(tuesday):
    gone = host(tuesday)
    inactive, without = host(tuesday), ShiftFactory.create(surgery=tuesday, champion=ChampionFactory.create(user=None))
    for shift in (gone, inactive, without):
        helped(tuesday, shift)
    type(gone).objects.filter(pk=gone.pk).update(ended_at=tuesday.ends_at, ended_reason="Given back")
    type(inactive.champion.user).objects.filter(pk=inactive.champion.user_id).update(is_active=False)
    remind_of_outcomes(MORNING)
    late = host(tuesday)
    helped(tuesday, late)
    remind_of_outcomes(tuesday.ends_at + timedelta(days=2))
    assert told("outcomes_missing") == []


# ── All three ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_nothing_that_anybody_typed_is_in_any_of_them_and_both_parts_say_the_same(tuesday):
    visit = helped(tuesday, host(tuesday), booking=BookingFactory.create(surgery=tuesday))
    VisitFactory.create(surgery=tuesday), BookingFactory.create(surgery=tuesday)
    for duty in DUTIES:
        duty(MORNING)
    Booking.objects.update(name="Canary", question="Canary", adjustments="Canary")
    Visit.objects.update(name="Canary"), Attendee.objects.update(name="Canary")
    letters = [write(row) for row in OutboxEmail.objects.all()]
    assert len(letters) == 4
    for letter in letters:
        assert letter
        assert "Canary" not in f"{letter}"
        for link in Elements(letter.html).links:
            assert link.removeprefix("mailto:") in letter.text
        for line in ("When: Tuesday 3 March", f"Where: {tuesday.venue}", "With: Amina Yusuf"):
            assert line in letter.text
    outcome = OutcomeFactory.create(visit=visit, next_step="Canary", pledge="Canary")
    thanks = write(OutboxEmail.objects.get(kind="visit_over", recipient=visit.attendee.email))
    assert thanks
    assert outcome.next_step not in f"{thanks}"
    assert html_faults({str(number): letter.html for number, letter in enumerate(letters) if letter}) == []


def test_control_with_the_canary_in_a_fact_it_would_be_found(tuesday):
    VisitFactory.create(surgery=tuesday)
    thank_for_coming(MORNING)
    type(tuesday.venue).objects.update(name="Canary")
    assert "Canary" in f"{write(OutboxEmail.objects.get())}"


@pytest.mark.parametrize("duty", DUTIES)
def test_control_without_the_key_everybody_would_hear_each_time(tuesday, duty):
    helped(tuesday, host(tuesday)), BookingFactory.create(surgery=tuesday)
    for _ in range(2):
        duty(MORNING)
        OutboxEmail.objects.filter(dedupe_key__contains=":").update(dedupe_key=uuid4())
    assert OutboxEmail.objects.count() == 2


def test_control_a_register_that_forgot_somebody_would_miss_them(tuesday):
    came = VisitFactory.create(booking=BookingFactory.create(surgery=tuesday))
    VisitFactory.create(surgery=tuesday, taken_in_by=UserFactory.create())
    miss_no_shows(MORNING)
    assert told("visit_missed") == []
    came.delete()
    miss_no_shows(MORNING)
    assert told("visit_missed") == [came.attendee.email]


@pytest.mark.parametrize("duty", DUTIES)
def test_a_duty_takes_the_same_few_statements_however_many_surgeries_there_are(
    tuesday, duty, django_assert_max_num_queries
):
    for made in range(2):
        for surgery in [tuesday] if not made else SurgeryFactory.create_batch(4, starts_at=tuesday.starts_at):
            helped(surgery, host(surgery)), BookingFactory.create(surgery=surgery)
        with django_assert_max_num_queries(6):
            duty(MORNING)
    assert OutboxEmail.objects.count() == 5

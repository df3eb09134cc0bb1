"""The brief by email: to each host once, on the working day before. And what has changed since, on the morning."""

import logging
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail

from bookings import duties
from bookings.brief_emails import changes_since
from bookings.duties import brief_hosts, tell_hosts_what_changed, told_at
from bookings.models import Booking
from bookings.services.booking import cancel, move
from bookings.services.diary import call_off
from bookings.services.editing import end_shift
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.registry import names
from notifications.worker import Worker
from organisation.models import Office
from surgeries.models import Surgery, local_moment
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    OutcomeFactory,
    PairingFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)
from tests.fit import html_faults

pytestmark = pytest.mark.django_db
SECRET = "I have not told anybody but you"
# A Tuesday, and the working day before it.
TUESDAY, MONDAY = "2026-03-03", "2026-03-02"


def at(day: str, clock: str = "08:00") -> datetime:
    """The moment when clocks in London show that time."""
    return local_moment(date.fromisoformat(day), time.fromisoformat(clock))


def surgery_on(day: str = TUESDAY, *, clock: str = "10:00", hosts: int = 1, **facts) -> Surgery:
    surgery = SurgeryFactory.create(**{"starts_at": at(day, clock), "venue__name": "Café", **facts})
    for _ in range(hosts):
        ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create())
    return surgery


def seat_at(surgery: Surgery, name: str = "Ada Lovelace", **facts) -> Booking:
    """A booking that was made three weeks before."""
    return BookingFactory.create(
        surgery=surgery, attendee__name=name, created_at=surgery.starts_at - timedelta(days=21), **facts
    )


def queued(kind: str = "brief") -> int:
    return OutboxEmail.objects.filter(kind=kind).count()


def sent_at(moment: datetime) -> list:
    """What the worker sends when the clock shows that moment, all duties done."""
    mail.outbox.clear()
    with time_machine.travel(moment, tick=False):
        for _ in range(2):
            brief_hosts(moment)
            tell_hosts_what_changed(moment)
            while (worker := Worker()).turn():
                worker.let_go()
    return [email for email in mail.outbox if "brief" in email.subject]


# ── The brief: when, and to whom ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("day", "nation", "before"),
    [
        (TUESDAY, "ENG", MONDAY),
        ("2026-03-02", "ENG", "2026-02-27"),  # over a weekend
        ("2026-04-07", "ENG", "2026-04-02"),  # and over Easter
        ("2026-04-07", "SCT", "2026-04-06"),  # where Easter Monday is none
        ("2026-03-30", "ENG", "2026-03-27"),  # the clocks go forward between
        ("2026-10-26", "ENG", "2026-10-23"),  # and back
    ],
)
def test_it_is_sent_at_eight_on_the_working_day_before(day, nation, before):
    surgery_on(day, venue__office__nation=Office.Nation(nation))
    brief_hosts(at(before, "07:59"))
    assert queued() == 0
    brief_hosts(at(before, "08:00"))
    assert queued() == 1


def test_control_if_every_day_were_a_working_day_it_would_come_on_the_wrong_one(monkeypatch):
    monkeypatch.setattr(duties, "working_day_before", lambda day, nation: day - timedelta(days=1))
    surgery_on("2026-04-07")
    brief_hosts(at("2026-04-02"))
    assert queued() == 0


def test_to_each_host_once():
    surgery = surgery_on(hosts=2)
    shift = surgery.shifts.first()
    shift.ends_at = surgery.slots.first().ends_at
    shift.save()
    ShiftFactory.create(surgery=surgery, champion=shift.champion, starts_at=surgery.slots.last().starts_at)
    assert len(sent_at(at(MONDAY))) == 2
    assert sent_at(at(MONDAY, "16:00")) == []
    late = ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create())
    assert [email.to for email in sent_at(at(TUESDAY, "07:00"))] == [[late.champion.user.email]]


@pytest.mark.parametrize("sent_before", [True, False])
def test_whoever_gave_the_shift_back_and_takes_it_again_gets_it_anew(sent_before):
    surgery = surgery_on()
    given_back = surgery.shifts.get()
    brief_hosts(at(MONDAY))
    if sent_before:
        assert len(sent_at(at(MONDAY))) == 1
    end_shift(shift=given_back, reason="Ill", now=at(MONDAY))
    assert sent_at(at(MONDAY, "09:00")) == []
    ShiftFactory.create(surgery=surgery, champion=given_back.champion)
    late_booking(surgery)
    (again,) = sent_at(at(MONDAY, "16:00"))
    assert "Cy Twombly" in again.body
    assert sent_at(at(TUESDAY)) == [], "what came before it is in it"


def test_not_to_those_who_have_no_address_or_may_not_sign_in_or_no_longer_host():
    surgery = surgery_on(hosts=0)
    ShiftFactory.create(surgery=surgery)
    ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create(is_active=False))
    gone = ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create())
    brief_hosts(at(MONDAY))
    assert queued() == 1
    end_shift(shift=gone, reason="Ill", now=at(MONDAY))
    assert sent_at(at(MONDAY, "08:01")) == []
    assert OutboxEmail.objects.get(kind="brief").state == "dropped"


@pytest.mark.parametrize("facts", [{"draft": True}, {"called_off": True}])
def test_not_for_a_surgery_that_is_not_held(facts):
    surgery = SurgeryFactory.create(starts_at=at(TUESDAY, "10:00"), **facts)
    if not surgery.is_called_off:
        ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create())
    assert sent_at(at(MONDAY)) == []


def test_not_once_it_is_called_off():
    surgery = surgery_on()
    brief_hosts(at(MONDAY))
    call_off(surgery=surgery, reason="Paint.", now=at(MONDAY))
    assert sent_at(at(MONDAY, "08:01")) == []


def test_it_takes_no_more_queries_for_more_surgeries(django_assert_num_queries):
    for more in (1, 5):
        for _ in range(more):
            seat_at(surgery_on(hosts=2))
        with django_assert_num_queries(5):
            brief_hosts(at(MONDAY))


# ── What it says ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def briefed() -> Surgery:
    """Amina and Tom host; Ada asks about LinkedIn, Bob about nothing, and Bob sits with Tom as the hosts want it."""
    linkedin = TopicFactory.create(name="LinkedIn")
    surgery = surgery_on(hosts=0)
    for name, topics in (("Amina Yusuf", [linkedin]), ("Tom Price", [])):
        user = UserFactory.create(email=f"{name.split()[0].lower()}@example.gov.uk")
        ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(name=name, topics=topics, user=user))
    ada = seat_at(surgery, question=f"{SECRET}:\r\n <b>how</b> do I begin?", adjustments=f"{SECRET} at all")
    ada.topics.set([linkedin, TopicFactory.create(name="Tumblr")])
    earlier = VisitFactory.create(attendee=ada.attendee, surgery__starts_at=at("2026-02-03"))
    OutcomeFactory.create(visit=earlier, next_step=f"{SECRET} here", is_next_step_shared=True)
    bob = seat_at(surgery, "Bob https://example.com", slot=surgery.slots.last(), is_unsure=True)
    PairingFactory.create(booking=bob, shift=surgery.shifts.last())
    return surgery


def test_it_says_who_comes_when_and_what_they_ask_and_leads_to_the_page(briefed):
    email = next(each for each in sent_at(at(MONDAY)) if each.to == ["amina@example.gov.uk"])
    assert email.subject == f"Your brief: Tuesday 3 March, 10am, {briefed.venue}"
    for words in (
        "You host tomorrow", "When: Tuesday 3 March, 10am to 11am", "With: Tom Price (tom@example.gov.uk)",
        f"10am to 10:20am\n* Ada Lovelace: LinkedIn, Tumblr “{SECRET}: <b>how</b> do I begin?” (may sit with Amina",
        "10:40am to 11am\n* Somebody: not sure yet (sits with Tom Price)", "nobody hosts who knows it: Tumblr\n",
        "1 person has told us what would make it easier to come.", "Past reception, second door on the left.",
        f"http://127.0.0.1/champion/surgeries/{briefed.reference}/",
    ):  # fmt: skip
        assert words in email.body
    assert f"{SECRET} here" not in email.body + email.alternatives[0].content, "the last next step is on the page"
    html = email.alternatives[0].content
    assert "&lt;b&gt;how&lt;/b&gt;" in html
    assert html_faults({"brief": html}) == []


def test_what_people_typed_is_in_the_body_alone_and_kept_nowhere(briefed, caplog):
    caplog.set_level(logging.DEBUG)
    for email in sent_at(at(MONDAY)):
        assert f"{SECRET} at all" not in email.body
        assert SECRET not in str(email.message()["Subject"])
    assert SECRET not in caplog.text
    assert SECRET not in str(list(OutboxEmail.objects.values()))
    assert "Ada" not in caplog.text + str(list(OutboxEmail.objects.values()))


def test_when_nobody_has_booked_it_says_so():
    surgery_on()
    (email,) = sent_at(at(MONDAY))
    assert "Nobody has booked yet. People may still drop in." in email.body
    assert "With: Nobody else so far" in email.body


# ── What has changed ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def after_the_brief() -> Surgery:
    """Ada and Bob were in the brief, which went out on Monday at eight."""
    surgery = surgery_on()
    seat_at(surgery)
    seat_at(surgery, "Bob O’Brien", slot=surgery.slots.last())
    assert len(sent_at(at(MONDAY))) == 1
    return surgery


def ada() -> Booking:
    return Booking.objects.get(name="Ada Lovelace")


def late_booking(surgery: Surgery) -> None:
    BookingFactory.create(surgery=surgery, attendee__name="Cy Twombly", created_at=at(MONDAY, "15:00"))


CHANGED = {
    "a late booking": (late_booking, "Cy Twombly comes as well, 10am to 10:20am."),
    "a cancellation": (
        lambda surgery: cancel(booking=ada(), now=at(MONDAY, "15:00")), "Ada Lovelace no longer comes 10am to 10:20am."
    ),
    "another time": (
        lambda surgery: move(booking=ada(), slot=surgery.slots.last(), now=at(MONDAY, "15:00")),
        "Ada Lovelace comes 10:40am to 11am, no longer 10am to 10:20am.",
    ),
    "another surgery": (
        lambda surgery: move(
            booking=ada(), slot=SurgeryFactory.create(starts_at=at("2026-03-05")).slots.first(), now=at(MONDAY, "15:00")
        ),
        "Ada Lovelace no longer comes 10am to 10:20am.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CHANGED.values(), ids=CHANGED)
def test_a_change_reaches_the_hosts_once_in_the_morning(after_the_brief, change, words):
    change(after_the_brief)
    assert sent_at(at(TUESDAY, "07:59")) == []
    (email,) = sent_at(at(TUESDAY, "08:00"))
    assert email.subject == f"Changes since your brief: Tuesday 3 March, 10am, {after_the_brief.venue}"
    assert words in email.body
    assert words in email.alternatives[0].content
    assert email.body.count("* ") == 1 + after_the_brief.bookings.holding_a_seat().count()
    assert html_faults({"changes": email.alternatives[0].content}) == []
    late_booking(after_the_brief)
    assert sent_at(at(TUESDAY, "09:30")) == []


def test_all_changes_come_in_one(after_the_brief):
    cancel(booking=ada(), now=at(MONDAY, "15:00"))
    late_booking(after_the_brief)
    (email,) = sent_at(at(TUESDAY, "08:00"))
    assert "no longer comes" in email.body
    assert "comes as well" in email.body


def test_where_nothing_has_changed_nothing_is_sent(after_the_brief):
    Booking.objects.update(question="Something else?", changed_at=at(MONDAY, "15:00"))
    assert sent_at(at(TUESDAY, "08:00")) == []
    assert sent_at(at(TUESDAY, "09:59")) == []
    assert queued("brief_changes") == 0


def test_what_came_before_the_brief_was_sent_is_in_it_and_no_change():
    surgery = surgery_on()
    gone = seat_at(surgery)
    brief_hosts(at(MONDAY))
    cancel(booking=gone, now=at(MONDAY, "08:30"))
    late = seat_at(surgery, "Cy Twombly")
    Booking.objects.filter(pk=late.pk).update(created_at=at(MONDAY, "08:30"), changed_at=at(MONDAY, "08:30"))
    (email,) = sent_at(at(MONDAY, "09:00"))  # the mail server was away
    assert "Cy Twombly" in email.body
    assert "Ada" not in email.body
    assert sent_at(at(TUESDAY)) == []


def test_a_change_that_was_taken_back_is_none(after_the_brief):
    first = after_the_brief.slots.first()
    move(booking=ada(), slot=after_the_brief.slots.all()[1], now=at(MONDAY, "15:00"))
    move(booking=ada(), slot=first, now=at(MONDAY, "15:30"))
    assert sent_at(at(TUESDAY)) == []


def test_what_came_in_the_minute_before_may_not_be_in_it_and_is_told():
    surgery = surgery_on()
    brief_hosts(at(MONDAY))
    assert len(sent_at(at(MONDAY))) == 1
    late = seat_at(surgery, "Cy Twombly")
    Booking.objects.filter(pk=late.pk).update(changed_at=at(MONDAY) - timedelta(seconds=59))
    assert len(sent_at(at(TUESDAY))) == 1


def test_while_the_brief_waits_nobody_is_told_of_changes(after_the_brief):
    OutboxEmail.objects.update(state="queued", sent_at=None, next_try_at=at(TUESDAY, "09:00"))
    late_booking(after_the_brief)
    tell_hosts_what_changed(at(TUESDAY))
    assert queued("brief_changes") == 0


def test_not_to_an_address_that_is_theirs_no_more():
    surgery = surgery_on()
    brief_hosts(at(MONDAY))
    Champion.objects.filter(shifts__surgery=surgery).update(user=UserFactory.create())
    assert [email.to for email in sent_at(at(MONDAY, "08:01"))] == []


def test_control_without_its_brief_nobody_is_told_of_changes():
    surgery = surgery_on()
    late_booking(surgery)
    tell_hosts_what_changed(at(TUESDAY))
    assert queued("brief_changes") == 0


def test_somebody_who_no_longer_hosts_is_told_nothing(after_the_brief):
    late_booking(after_the_brief)
    end_shift(shift=after_the_brief.shifts.get(), reason="Ill", now=at(MONDAY, "16:00"))
    assert sent_at(at(TUESDAY)) == []


def test_a_booking_or_slot_that_is_no_more_is_told_of_as_well(after_the_brief):
    booking = ada()
    slot = booking.slot
    booking.delete()
    slot.seats.all().delete()
    slot.delete()
    brief = OutboxEmail.objects.get(kind="brief")
    assert [change.words for change in changes_since(brief)] == ["Somebody no longer comes."]


@pytest.mark.parametrize(
    ("day", "clock", "told"),
    [
        (TUESDAY, "10:00", "2026-03-03T08:00Z"),
        (TUESDAY, "14:00", "2026-03-03T08:00Z"),
        (TUESDAY, "08:30", "2026-03-03T07:30Z"),
        ("2026-03-30", "10:00", "2026-03-30T07:00Z"),
        ("2026-10-26", "10:00", "2026-10-26T08:00Z"),
    ],
)
def test_the_morning_is_that_of_the_clock_and_never_too_late(day, clock, told):
    assert told_at(Surgery(starts_at=at(day, clock))) == datetime.fromisoformat(told)


def test_organisers_read_what_these_emails_are():
    assert (names["brief"], names["brief_changes"]) == ("Brief for a host", "Changes since a host’s brief")

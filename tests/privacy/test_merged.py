"""Two records were one person: what becomes of everything that either had."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from bookings.emails import queue_already_booked
from bookings.invariants import violations
from bookings.links import link_to_visit, private_link
from bookings.messages import already_booked
from bookings.models import Booking, Outcome, Thanks, Visit
from bookings.people import REMOVED, person_of
from bookings.person import figures
from bookings.services.booking import correct_email
from bookings.services.disowning import disown
from bookings.services.thanking import thank
from notifications.models import OutboxEmail
from notifications.outbox import claim
from notifications.registry import writers
from notifications.services import queue_email, try_again
from organisation.models import Office
from privacy.merging import HOSTS, IN_LINE, SAME_TIME, TWICE, merging_of
from privacy.services import erase
from surgeries.models import Seat, Venue
from surgeries.templatetags.times import span
from tests.bookings.letters import write
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    CorrectionFactory,
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    ThanksFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)
from tests.privacy.two_records import one, read

pytestmark = pytest.mark.django_db
WRONG = 404


def overlapping(at=None) -> tuple:
    """Two surgeries at one time."""
    starts_at = at or local(9)
    return SurgeryFactory.create(starts_at=starts_at), SurgeryFactory.create(starts_at=starts_at)


def test_everything_is_one_persons_and_the_figures_stay(zoe, zoe_married):
    ours = BookingFactory.create(attendee=zoe, surgery__starts_at=local(20))
    theirs = [
        BookingFactory.create(attendee=zoe_married),
        BookingFactory.create(attendee=zoe_married, waiting=True),
        BookingFactory.create(attendee=zoe_married, cancelled=True),
        BookingFactory.create(attendee=zoe_married, surgery__starts_at=local(-9)),
    ]
    VisitFactory.create(booking=theirs[3])
    VisitFactory.create(attendee=zoe_married, surgery__starts_at=local(-12))
    ThanksFactory.create(attendee=zoe_married, surgery=theirs[3].surgery)
    uids = [each.calendar_uid for each in theirs]
    now = timezone.now()
    before = [figures(person_of(each), now=now) for each in (zoe, zoe_married)]
    rows = (Booking.objects.count(), Visit.objects.count(), Thanks.objects.count())

    one(zoe, zoe_married)

    after = figures(person_of(zoe), now=now)
    # One who waited has a seat now.
    assert after.booked + after.waits == sum(each.booked + each.waits for each in before)
    for name in ("came", "walked_in", "missed", "cancelled"):
        assert getattr(after, name) == sum(getattr(each, name) for each in before), name
    assert (Booking.objects.count(), Visit.objects.count(), Thanks.objects.count()) == rows
    assert [each.calendar_uid for each in Booking.objects.filter(pk__in=[each.pk for each in theirs])] == uids
    assert set(Booking.objects.values_list("attendee", flat=True)) == {zoe.pk}
    ours.refresh_from_db()
    assert ours.is_confirmed
    assert (zoe_married.name, zoe_married.email, zoe_married.merged_into) == (REMOVED, None, zoe)


def test_private_links_of_both_keep_working(client, zoe, zoe_married):
    booking = BookingFactory.create(attendee=zoe_married)
    walked_in = VisitFactory.create(attendee=zoe_married, surgery__starts_at=local(-3))
    twice = VisitFactory.create(attendee=zoe_married, surgery__starts_at=local(-5))
    theirs = VisitFactory.create(attendee=zoe, surgery=twice.surgery)
    # Of these two the second one’s visit stays, since something came of it.
    goes = VisitFactory.create(attendee=zoe, surgery__starts_at=local(-7))
    OutcomeFactory.create(visit=VisitFactory.create(attendee=zoe_married, surgery=goes.surgery))
    links = [private_link(booking), *(link_to_visit(each) for each in (walked_in, twice, theirs, goes))]
    assert [client.get(link).status_code for link in links] == [200] * 5
    one(zoe, zoe_married)
    assert [client.get(link).status_code for link in links] == [200] * 5
    # And once more, when that one turns out to be a third.
    third = AttendeeFactory.create()
    one(third, zoe)
    zoe_married.refresh_from_db()
    assert zoe_married.merged_into == third
    assert [client.get(link).status_code for link in links] == [200] * 5
    # Nobody has a link to a visit of a record that is not theirs.
    assert client.get(link_to_visit(Visit(pk=goes.pk, attendee=AttendeeFactory.create()))).status_code == WRONG
    Visit.objects.update(stands_for=None)
    assert WRONG in {client.get(link).status_code for link in links}, "the control: nothing says what they stand for"


def test_the_visit_that_was_not_theirs_is_disowned_by_the_link_of_the_record_that_went(client, zoe, zoe_married):
    link = link_to_visit(VisitFactory.create(attendee=zoe_married, surgery__starts_at=local(-3)))
    BookingFactory.create(attendee=zoe)
    one(zoe, zoe_married)
    disown(visit=Visit.objects.get())
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("left", ["merged", "corrected"])
def test_an_address_can_be_put_right_of_whoever_is_named_for_good(zoe, zoe_married, left):
    booking = BookingFactory.create(attendee=zoe)
    if left == "merged":
        one(zoe, zoe_married)
    else:
        CorrectionFactory.create(attendee=zoe)
    assert correct_email(booking=Booking.objects.get(), email="ada@example.gov.uk")
    booking.refresh_from_db(), zoe.refresh_from_db()
    assert (booking.attendee.email, violations()) == ("ada@example.gov.uk", {})


def test_of_two_bookings_there_the_seat_stays_and_the_other_ones_goes_to_who_waits(zoe, zoe_married):
    surgery = SurgeryFactory.create(slots=1, seats=2)
    late = BookingFactory.create(attendee=zoe, surgery=surgery, created_at=timezone.now())
    early = BookingFactory.create(attendee=zoe_married, surgery=surgery, created_at=timezone.now() - timedelta(days=1))
    waits = BookingFactory.create(surgery=surgery, waiting=True)

    one(zoe, zoe_married)

    for each in (late, early, waits):
        each.refresh_from_db()
    assert (late.state, early.state, waits.state) == ("cancelled", "confirmed", "confirmed")
    which = f"{TWICE} The one from {span(early.slot)} stays."
    assert (late.canceller, late.cancelled_reason) == (Booking.Canceller.ORGANISER, which)
    told = OutboxEmail.objects.filter(kind="booking_cancelled").get()
    assert (told.recipient, told.about["booking"]) == (zoe_married.merged_into.email, late.pk)
    assert OutboxEmail.objects.filter(kind="booking_promoted", recipient=waits.attendee.email).exists()


def test_a_seat_stays_before_a_place_in_line(zoe, zoe_married):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    seat = BookingFactory.create(attendee=zoe_married, surgery=surgery)
    line = BookingFactory.create(attendee=zoe, surgery=surgery, waiting=True)
    one(zoe, zoe_married)
    for each in (seat, line):
        each.refresh_from_db()
    assert (seat.state, line.state) == ("confirmed", "cancelled")


def test_of_two_places_in_line_the_one_that_stays_is_named(zoe, zoe_married):
    surgery = SurgeryFactory.create(slots=1, seats=0)
    first, second = (BookingFactory.create(attendee=each, surgery=surgery, waiting=True) for each in (zoe_married, zoe))
    one(zoe, zoe_married)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.cancelled_reason) == ("waiting", f"{TWICE} Your place on the waiting list stays.")


def test_nobody_is_at_two_places_at_once_afterwards(zoe, zoe_married):
    here, there = overlapping()
    first = BookingFactory.create(attendee=zoe, surgery=here, created_at=timezone.now() - timedelta(days=1))
    second = BookingFactory.create(attendee=zoe_married, surgery=there, created_at=timezone.now())
    one(zoe, zoe_married)
    for each in (first, second):
        each.refresh_from_db()
    assert (first.state, second.state) == ("confirmed", "cancelled")
    assert second.cancelled_reason == f"{SAME_TIME} {span(first.slot)}, {here.venue}."


@pytest.mark.parametrize("because", [SAME_TIME, HOSTS])
def test_whose_seat_ends_reads_in_plain_sentences_that_their_place_in_line_there_stays(zoe, zoe_married, because):
    here, there = overlapping()
    Venue.objects.filter(pk=here.venue_id).update(name="v" * 100)
    if because == HOSTS:
        champion = ChampionFactory.create(user=UserFactory.create(email=zoe.email))
        ShiftFactory.create(surgery=here, champion=champion, starts_at=here.starts_at, ends_at=here.ends_at)
    else:
        BookingFactory.create(attendee=zoe, surgery=here, created_at=timezone.now() - timedelta(days=1))
    seat = BookingFactory.create(attendee=zoe_married, surgery=there, created_at=timezone.now())
    Seat.objects.filter(booking=None).delete()
    line = BookingFactory.create(attendee=zoe, surgery=there, waiting=True)
    one(zoe, zoe_married, email=zoe.email)
    line.refresh_from_db()
    assert line.is_waiting
    text = write(OutboxEmail.objects.get(kind="booking_cancelled", about__booking=seat.pk)).text
    assert f"The organisers have cancelled your booking. {because} " in text
    assert f". {IN_LINE}\n" in text


def test_however_long_the_name_of_the_place_the_reason_can_be_kept(zoe, zoe_married):
    here, there = overlapping()
    Venue.objects.filter(pk=here.venue_id).update(name="v" * 100)
    Office.objects.filter(venues=here.venue_id).update(name="o" * 80)
    BookingFactory.create(attendee=zoe, surgery=here, created_at=timezone.now() - timedelta(days=1))
    second = BookingFactory.create(attendee=zoe_married, surgery=there, created_at=timezone.now())
    one(zoe, zoe_married)
    second.refresh_from_db()
    assert "vvv…." in second.cancelled_reason


def test_whoever_hosts_then_keeps_the_shift(zoe, zoe_married):
    user = UserFactory.create(email=zoe_married.email)
    here, there = overlapping()
    shift = ShiftFactory.create(champion=ChampionFactory.create(user=user), surgery=here)
    seat = BookingFactory.create(attendee=zoe, surgery=there)
    one(zoe, zoe_married)
    shift.refresh_from_db(), seat.refresh_from_db()
    assert shift.ended_at is None
    assert (seat.state, seat.cancelled_reason) == ("cancelled", HOSTS)
    assert person_of(zoe).champions == {shift.champion_id}


def test_what_both_were_booked_for_long_ago_ends_without_a_word(zoe, zoe_married):
    surgery = SurgeryFactory.create(starts_at=local(-9))
    missed = BookingFactory.create(attendee=zoe, surgery=surgery)
    came = BookingFactory.create(attendee=zoe_married, surgery=surgery)
    VisitFactory.create(booking=came)
    one(zoe, zoe_married)
    missed.refresh_from_db(), came.refresh_from_db()
    assert (missed.state, came.state, came.attendee) == ("cancelled", "confirmed", zoe)
    assert not OutboxEmail.objects.exists()


def test_two_visits_become_one_with_what_came_of_both(zoe, zoe_married):
    surgery = SurgeryFactory.create(starts_at=local(-9))
    booked = VisitFactory.create(booking=BookingFactory.create(attendee=zoe_married, surgery=surgery))
    walked_in = VisitFactory.create(attendee=zoe, surgery=surgery)
    start = surgery.starts_at
    kept = HelpFactory.create(visit=booked, starts_at=start, ends_at=start + timedelta(minutes=10))
    HelpFactory.create(visit=walked_in, starts_at=start, ends_at=start + timedelta(minutes=5))
    later = HelpFactory.create(
        visit=walked_in, starts_at=start + timedelta(minutes=20), ends_at=start + timedelta(minutes=30)
    )
    earlier = OutcomeFactory.create(
        visit=booked, next_step="Open an account", recorded_at=start, result=Outcome.Result.COME_BACK
    )
    earlier.topics.add(TopicFactory.create(name="Tumblr"))
    last = OutcomeFactory.create(
        visit=walked_in, next_step="", recorded_at=start + timedelta(hours=1), result=Outcome.Result.ANSWERED
    )
    last.topics.add(TopicFactory.create(name="Mastodon"))

    one(zoe, zoe_married)

    visit = Visit.objects.get(surgery=surgery)
    assert (visit.attendee, visit.booking, visit.stands_for) == (zoe, booked.booking, [walked_in.pk])
    assert set(visit.helps.all()) == {kept, later}, "nobody was helped by two at once"
    assert (visit.outcome.result, visit.outcome.next_step) == (Outcome.Result.ANSWERED, "Open an account")
    assert {topic.name for topic in visit.outcome.topics.all()} >= {"Tumblr", "Mastodon"}


def test_what_was_left_open_of_either_stays_open(zoe, zoe_married):
    surgery = SurgeryFactory.create(starts_at=local(-9))
    start = surgery.starts_at
    helped = VisitFactory.create(attendee=zoe_married, surgery=surgery, is_outcome_unknown=True)
    HelpFactory.create(visit=helped, starts_at=start, ends_at=start + timedelta(minutes=10))
    VisitFactory.create(attendee=zoe, surgery=surgery)

    one(zoe, zoe_married)

    assert Visit.objects.get(surgery=surgery).helps.exists()
    assert not surgery.visits.without_an_outcome().exists()


def test_of_two_thanks_to_the_same_hosts_the_last_words_stay(zoe, zoe_married):
    surgery, now = SurgeryFactory.create(starts_at=local(-9)), timezone.now()
    ThanksFactory.create(attendee=zoe, surgery=surgery, words="First", said_at=now - timedelta(days=2))
    ThanksFactory.create(attendee=zoe_married, surgery=surgery, words="Last", said_at=now)
    one(zoe, zoe_married)
    said = Thanks.objects.get()
    assert (said.attendee, said.words) == (zoe, "Last")


def test_emails_that_wait_go_to_the_address_that_stays_and_nobody_is_thanked_twice(zoe, zoe_married):
    booking = BookingFactory.create(attendee=zoe)
    queue_email(kind="booking_reminder", to=zoe.email, about={"booking": booking.pk}, dedupe_key="waits")
    visit = VisitFactory.create(attendee=zoe_married, surgery__starts_at=local(-1))
    key = f"visit_over:{visit.surgery_id}:"
    queue_email(kind="visit_over", to=zoe_married.email, about={}, dedupe_key=f"{key}{zoe_married.pk}")
    queue_already_booked(zoe_married, surgery=booking.surgery, slot=booking.slot, once="once", now=timezone.now())
    address = zoe_married.email
    one(zoe, zoe_married)
    assert set(OutboxEmail.objects.values_list("recipient", flat=True)) == {address}
    assert set(OutboxEmail.objects.values_list("dedupe_key", flat=True)) >= {"waits", f"{key}{zoe.pk}"}
    assert already_booked(OutboxEmail.objects.get(kind="already_booked")), "it has something to say still"


def test_what_was_sent_to_the_address_that_went_is_not_said_to_have_gone_to_the_other_one(client, organiser, zoe):
    goes = AttendeeFactory.create(name="Zoë Brown", email="zoe.old@example.gov.uk")
    for state in ("sent", "dead", "queued"):
        queue_email(kind=f"booking_{state}", to=goes.email, about={}, dedupe_key=state)
    queue_email(kind="booking_here", to=zoe.email, about={}, dedupe_key="here")
    now, emails = timezone.now(), OutboxEmail.objects
    emails.filter(dedupe_key__in=["sent", "here"]).update(state="sent", sent_at=now)
    emails.filter(dedupe_key="dead").update(state="dead", last_error="550 no such mailbox")
    old = goes.email
    one(zoe, goes, name=zoe.name, email=zoe.email)

    before = "to an address that they had before"
    listed = client.get(f"/organise/people/{zoe.pk}/").context["emails"]
    assert {each.called: each.went_elsewhere for each in listed} == {
        "booking_sent": True, "booking_dead": True, "booking_queued": False, "booking_here": False,
    }  # fmt: skip
    assert read(client.get(f"/organise/people/{zoe.pk}/")).count(before) == 2
    assert "It was for an address that they had before, and goes to this one if you try again." in read(
        client.get("/organise/emails/")
    )
    # Tried again, it goes to the address that is theirs now.
    assert try_again(email=emails.get(dedupe_key="dead"))
    assert not emails.get(dedupe_key="dead").is_not_to_recipient
    with patch.dict(writers, dict.fromkeys(["booking_dead", "booking_queued"])):
        assert {each.recipient for each in claim(now + timedelta(minutes=1))} == {zoe.email}
    emails.filter(dedupe_key="dead").update(state="sent", sent_at=now, lease=None, lease_until=None)
    assert not emails.get(dedupe_key="dead").is_not_to_recipient
    # The address that went is nowhere, and what was sent there goes with whoever it was sent to.
    assert old not in str(list(emails.values()))
    erase(attendee=zoe, by=None)
    assert not emails.filter(dedupe_key__in=["sent", "dead", "queued", "here"]).exists()


def test_a_name_alone_becomes_somebody_with_an_address(zoe):
    nameless = AttendeeFactory.create(name="Zoe", email=None)
    visit = VisitFactory.create(attendee=nameless, surgery__starts_at=local(-2))
    it = merging_of(nameless, zoe, now=timezone.now())
    assert it.addresses == [zoe.email]
    one(nameless, zoe)
    visit.refresh_from_db()
    assert (visit.attendee.name, visit.attendee.email) == ("Zoë Adams", "zoe.adams@example.gov.uk")


def test_thanks_that_were_on_the_way_are_by_who_has_the_record(zoe, zoe_married):
    visit = VisitFactory.create(attendee=zoe_married, surgery__starts_at=local(-2))
    one(zoe, zoe_married)
    assert thank(came=visit, words="It was read before").attendee == zoe

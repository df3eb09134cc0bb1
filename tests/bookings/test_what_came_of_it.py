"""Afterwards people see who helped them, their next step and their pledge, and have the last word on the step."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from bookings.after_emails import queue_thanks_for_coming
from bookings.links import Disowned, LinkWrong, link_to_visit, private_link, visit_for, visit_token
from bookings.models import Attendee, Booking, Outcome, Thanks, Visit
from bookings.outcomes import last_next_step
from bookings.services.outcomes import share_next_step
from notifications.models import OutboxEmail
from tests.bookings.letters import write
from tests.bookings.pages import private, words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
STEP, PLEDGE = "Post once about the tide tables.", "One photo a week."


def helped(**facts) -> Visit:
    """Somebody whom Tom and then Amina helped yesterday, with a next step and a pledge."""
    visit = VisitFactory.create(**facts)
    for name in ("Tom Price", "Amina Yusuf"):
        shift = ShiftFactory.create(surgery=visit.surgery, champion__name=name)
        HelpFactory.create(visit=visit, shift=shift, ends_at=visit.arrived_at)
    OutcomeFactory.create(visit=visit, next_step=STEP, pledge=PLEDGE).topics.set([TopicFactory.create()])
    return visit


@pytest.fixture
def alice(db) -> Visit:
    """Alice had booked."""
    return helped(booking=BookingFactory.create(surgery__starts_at=local(-1), attendee__name="Alice Adeyemi"))


@pytest.fixture
def bob(db) -> Visit:
    """Bob walked in."""
    return helped(surgery__starts_at=local(-1))


def of_visit(visit: Visit, page: str = "") -> str:
    """Where the visit's link leads."""
    return link_to_visit(visit).removeprefix("http://127.0.0.1") + page


@pytest.fixture(params=["alice", "bob"])
def somebody(request) -> Visit:
    return request.getfixturevalue(request.param)


def test_they_see_who_helped_the_next_step_and_the_pledge(client, somebody):
    said = words_of(client.get(of_visit(somebody)))
    assert "Thank you for coming. Tom Price and Amina Yusuf helped you." in said
    assert f"Your next step {STEP}" in said
    assert f"Your pledge {PLEDGE}" in said


def test_whoever_booked_has_it_on_the_link_that_they_know_and_others_on_one_of_their_own(alice, bob):
    assert link_to_visit(alice) == private_link(alice.booking)
    assert "/visits/" in link_to_visit(bob)


def test_they_agree_that_the_next_champion_sees_it_and_take_that_back(client, somebody):
    for press, words, is_shared in (
        ("share", "The next champion will see where you left off", True),
        ("unshare", "The next champion will not see it", False),
    ):
        assert words in words_of(client.post(of_visit(somebody, "next-step/"), {"do": press}, follow=True))
        assert Outcome.objects.get().is_next_step_shared is is_shared


def test_they_delete_it_and_keep_the_pledge(client, somebody):
    share_next_step(visit=somebody, is_shared=True)
    said = words_of(client.post(of_visit(somebody, "next-step/"), {"do": "delete"}, follow=True))
    assert "Your next step is deleted." in said
    assert STEP not in said
    outcome = Outcome.objects.get()
    assert (outcome.next_step, outcome.is_next_step_shared, outcome.pledge) == ("", False, PLEDGE)
    client.post(of_visit(somebody, "next-step/"), {"do": "share"})
    assert not Outcome.objects.get().is_next_step_shared, "there is nothing to share any more"


@pytest.mark.parametrize("sent", [{}, {"do": "publish"}])
def test_looking_changes_nothing_nor_does_any_other_press(client, somebody, sent):
    before = Outcome.objects.values().get()
    client.get(of_visit(somebody, "next-step/"), {"do": "delete"})
    client.post(of_visit(somebody, "next-step/"), sent)
    assert Outcome.objects.values().get() == before


def test_who_walked_in_says_thank_you_as_well(client, bob):
    assert "Tom Price hosted" in words_of(client.get(of_visit(bob)))
    answer = client.post(of_visit(bob, "thanks/"), {"words": "Nothing broke."}, follow=True)
    assert "Amina Yusuf and Tom Price will see your thanks" in words_of(answer)
    assert Thanks.objects.get(attendee=bob.attendee, surgery=bob.surgery).words == "Nothing broke."


def test_during_the_slot_nothing_of_it_is_shown(client, alice):
    with time_machine.travel(alice.booking.slot.starts_at + timedelta(minutes=1)):
        assert STEP not in words_of(client.get(of_visit(alice)))


def test_whom_nobody_helped_is_thanked_all_the_same(client):
    visit = VisitFactory.create(booking=BookingFactory.create(surgery__starts_at=local(-1)))
    said = words_of(client.get(private(visit.booking)))
    assert "Thank you for coming." in said
    assert "helped you" not in said


def test_where_nothing_is_written_down_nothing_is_promised(client, bob):
    assert "What came of it" in words_of(client.get(of_visit(bob)))
    assert "See what came of it" in thanks_to(bob)
    Outcome.objects.update(next_step="", pledge="")
    for _ in ("an outcome without words", "no outcome"):
        said = words_of(client.get(of_visit(bob)))
        assert "What came of it" not in said
        assert "It was good to have you" in said
        letter = thanks_to(bob)
        assert "what came of it" not in letter
        assert "You can say thank you to whoever hosted." in letter
        Outcome.objects.all().delete()


def thanks_to(visit: Visit) -> str:
    """The email that thanks them for coming, as it is written now."""
    queue_thanks_for_coming([visit], now=timezone.now())
    letter = write(OutboxEmail.objects.get(kind="visit_over"))
    assert letter
    return letter.text


def test_who_waited_and_came_all_the_same_is_not_told_that_there_was_no_seat(client):
    waited = BookingFactory.create(surgery__starts_at=local(-1), waiting=True)
    helped(attendee=waited.attendee, surgery=waited.surgery)
    said = words_of(client.get(private(waited)))
    assert "Thank you for coming" in said
    assert "No seat came free" not in said


def test_whose_address_was_mistyped_says_so_and_sees_nothing_any_more(client, bob):
    old = bob.attendee
    assert "That was not me" in words_of(client.get(of_visit(bob)))
    for _ in range(2):
        answer = client.post(of_visit(bob, "not-me/"), follow=True)
        assert answer.status_code == 410
        assert "Your address is taken off" in words_of(answer)
        assert STEP not in words_of(answer)
    visit = Visit.objects.get(pk=bob.pk)
    assert (visit.name, visit.attendee.name, visit.attendee.email) == (bob.name, bob.name, None)
    assert visit.outcome.next_step == STEP, "it stays with the hosts"
    assert not Attendee.objects.filter(pk=old.pk).exists()


def test_the_address_stays_known_for_what_else_it_is_known_for(client, bob):
    booking = BookingFactory.create(attendee=bob.attendee)
    client.post(of_visit(bob, "not-me/"))
    assert Booking.objects.get(pk=booking.pk).attendee == bob.attendee
    assert Visit.objects.get(pk=bob.pk).attendee != bob.attendee


def test_looking_takes_no_address_off_and_whoever_had_booked_was_meant(client, bob, alice):
    client.get(of_visit(bob, "not-me/"))
    assert Visit.objects.get(pk=bob.pk).attendee == bob.attendee
    page = f"/visits/{visit_token(alice)}/"
    assert "That was not me" not in words_of(client.get(page))
    client.post(f"{page}not-me/")
    assert Visit.objects.get(pk=alice.pk).attendee == alice.attendee


def test_after_90_days_the_link_of_a_visit_says_kindly_that_it_is_no_longer_kept(client, bob):
    with time_machine.travel(bob.surgery.ends_at + timedelta(days=90), tick=False):
        answer = client.get(of_visit(bob))
    assert answer.status_code == 410
    assert "This page is no longer kept" in words_of(answer)
    assert STEP not in words_of(answer)


def test_after_90_days_nobody_reads_the_words_though_they_are_deleted_only_once_a_day(client, alice):
    share_next_step(visit=alice, is_shared=True)
    pages = [private(alice.booking), reverse("bookings:outcomes", args=[alice.surgery.reference])]
    for passed, is_read in ((timedelta(days=90, seconds=-1), True), (timedelta(days=90), False)):
        with time_machine.travel(alice.surgery.ends_at + passed, tick=False):
            client.force_login(UserFactory.create(organiser=True))
            for page in pages:
                said = words_of(client.get(page))
                assert [words in said for words in (STEP, PLEDGE)] == [is_read, is_read]
            step = Booking.objects.annotate(step=last_next_step(before=timezone.now())).get().step
            assert bool(step) is is_read
    assert Outcome.objects.get().next_step == STEP, "the duty has not run yet"


def test_a_made_up_link_and_one_of_somebody_who_was_removed_open_nothing(client, bob):
    token = visit_token(bob)
    made_up = f"{token[:-2]}{'xy' if token[-2:] != 'xy' else 'yx'}"
    assert client.get(f"/visits/{made_up}/").status_code == 404
    assert client.get(f"/visits/{token.replace(str(bob.pk), str(bob.pk + 1), 1)}/").status_code == 404
    other = AttendeeFactory.create()
    Visit.objects.filter(pk=bob.pk).update(attendee=other)
    with pytest.raises(Disowned):
        visit_for(token)
    type(other).objects.update(email=None)
    with pytest.raises(LinkWrong):
        visit_for(visit_token(Visit.objects.get(pk=bob.pk)))


def test_the_pages_are_kept_by_nobody_and_tell_nobody_where_visitors_come_from(client, bob):
    for page in ("", "thanks/"):
        answer = client.get(of_visit(bob, page))
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "strict-origin")


def test_they_take_the_same_few_statements_however_often_somebody_was_passed_on(client, somebody):
    SurgeryFactory.create()
    few = statements(lambda: client.get(of_visit(somebody)))
    for _ in range(5):
        shift = ShiftFactory.create(surgery=somebody.surgery)
        HelpFactory.create(visit=somebody, shift=shift, ends_at=somebody.arrived_at)
    SurgeryFactory.create_batch(5)
    assert statements(lambda: client.get(of_visit(somebody))) == few <= 12


def test_a_booking_that_was_cancelled_before_the_time_came_leads_to_the_visit(alice):
    Booking.objects.filter(pk=alice.booking_id).update(
        state="cancelled", seat=None, cancelled_at=alice.arrived_at, canceller="attendee", cancelled_reason="Early."
    )
    assert "/visits/" in link_to_visit(Visit.objects.get(pk=alice.pk))

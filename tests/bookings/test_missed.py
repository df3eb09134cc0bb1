"""Who had a seat and did not come is missed, kindly: one question, and one press to book again."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from bookings.errors import BookingClosed
from bookings.models import Booking
from bookings.outcomes import missed_reasons
from bookings.services.booking import correct_email, give_evidence
from bookings.services.missing import say_why
from notifications.models import OutboxEmail
from surgeries.models import Surgery
from tests.bookings.pages import private, words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    BookingFactory,
    GradeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
EMAIL = "alice.adeyemi@example.gov.uk"


@pytest.fixture
def yesterday(db) -> Surgery:
    """With a register: somebody came."""
    return VisitFactory.create(surgery__starts_at=local(-1)).surgery


@pytest.fixture
def alice(yesterday) -> Booking:
    """Alice's booking there. She did not come."""
    booking = BookingFactory.create(
        surgery=yesterday, attendee__email=EMAIL, name="Alice Adeyemi", team=TeamFactory.create(), feeling="keen",
        grade=GradeFactory.create(), question="How do I begin?", adjustments="I lip-read.", is_unsure=True,
    )  # fmt: skip
    booking.topics.set([TopicFactory.create()]), booking.symptoms.set([SymptomFactory.create()])
    return booking


@pytest.fixture
def next_week(yesterday) -> Surgery:
    return SurgeryFactory.create(venue=yesterday.venue, seats=1)


def again(booking: Booking, surgery: Surgery) -> str:
    return private(booking, f"missed/{surgery.reference}/")


def is_missed(booking: Booking, now=None) -> bool:
    return booking in Booking.objects.no_shows(now or timezone.now())


# ── Who is missed ─────────────────────────────────────────────────────────────────────────────────────────────
def test_somebody_with_a_seat_and_without_a_visit_is_and_nobody_else(alice, yesterday):
    came = VisitFactory.create(booking=BookingFactory.create(surgery=yesterday)).booking
    walked_in = BookingFactory.create(surgery=yesterday)
    VisitFactory.create(attendee=walked_in.attendee, surgery=yesterday)
    waited, cancelled = (
        BookingFactory.create(surgery=yesterday, **{state: True}) for state in ("waiting", "cancelled")
    )
    VisitFactory.create(attendee=alice.attendee, surgery__starts_at=local(-8)), VisitFactory.create(surgery=yesterday)
    assert [each for each in (alice, came, walked_in, waited, cancelled) if is_missed(each)] == [alice]
    assert Booking.objects.no_shows(timezone.now()).count() == 1


def test_before_the_end_nobody_is(alice):
    assert not is_missed(alice, alice.surgery.ends_at - timedelta(seconds=1))
    assert is_missed(alice, alice.surgery.ends_at)


def test_a_register_that_nobody_kept_accuses_nobody(client):
    booking = BookingFactory.create(surgery__starts_at=local(-1))
    assert not is_missed(booking)
    assert "did not see you" not in words_of(client.get(private(booking)))
    assert client.get(private(booking, "missed/")).status_code == 303


# ── Why ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_link_leads_to_the_question_and_the_answer_is_counted(client, alice, yesterday):
    assert "Say why, or book again" in words_of(client.get(private(alice)))
    assert "Sorry that we missed you" in words_of(client.get(private(alice, "missed/")))
    answer = client.post(private(alice, "missed/"), {"missed_because": "forgot"}, follow=True)
    assert "That helps us to plan." in words_of(answer)
    assert "Change what you said" in words_of(answer)
    later = client.get(private(alice, "missed/"))
    assert '<details class="govuk-details">' in later.content.decode(), "the question recedes"
    assert 'value="forgot" checked' in later.content.decode()
    other = BookingFactory.create(surgery=yesterday, missed_because="forgot")
    BookingFactory.create(surgery=yesterday, missed_because="was_there")
    elsewhere = BookingFactory.create(surgery=VisitFactory.create(surgery__starts_at=local(-2)).surgery)
    Booking.objects.filter(pk=elsewhere.pk).update(missed_because="not_in")
    assert missed_reasons([yesterday], now=timezone.now()) == {"I forgot": 2, "I was there": 1}
    VisitFactory.create(booking=other)
    assert missed_reasons([yesterday], now=timezone.now()) == {"I forgot": 1, "I was there": 1}


def test_who_was_there_is_told_that_the_mistake_is_ours(client, alice):
    answer = client.post(private(alice, "missed/"), {"missed_because": "was_there"}, follow=True)
    assert "Then the mistake is ours" in words_of(answer)
    assert "did not see you" not in words_of(answer)
    assert "missed you" not in words_of(answer)
    assert Booking.objects.get(pk=alice.pk).missed_because == "was_there"
    client.force_login(UserFactory.create(organiser=True))
    register = reverse("bookings:register", args=[alice.surgery.reference])
    assert "Says: “I was there”" in words_of(client.get(register))
    VisitFactory.create(booking=alice)
    assert "Says:" not in words_of(client.get(register))


@pytest.mark.parametrize("sent", [{}, {"missed_because": "the dog"}])
def test_without_one_of_the_answers_nothing_is_kept(client, alice, sent):
    answer = client.post(private(alice, "missed/"), sent)
    assert "Choose" in words_of(answer)
    assert not Booking.objects.get(pk=alice.pk).missed_because


def test_looking_says_nothing(client, alice, next_week):
    for page in ("missed/", f"missed/{next_week.reference}/"):
        client.get(private(alice, page), {"missed_because": "forgot"})
    assert not Booking.objects.get(pk=alice.pk).missed_because
    assert not next_week.bookings.exists()


def test_whom_the_register_has_meanwhile_is_asked_no_more(client, alice):
    VisitFactory.create(booking=alice)
    assert client.get(private(alice, "missed/")).status_code == 303
    with pytest.raises(BookingClosed):
        say_why(booking=alice, missed_because="forgot")


def test_after_90_days_nobody_is_asked(client, alice):
    with time_machine.travel(alice.surgery.ends_at + timedelta(days=90), tick=False):
        assert client.get(private(alice, "missed/")).status_code == 303


# ── Again ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_press_books_the_first_free_slot_with_the_same_answers(client, alice, next_week):
    BookingFactory.create(surgery=next_week)
    assert "Book a seat" in words_of(client.get(private(alice, "missed/")))
    answer = client.post(again(alice, next_week), follow=True)
    made = next_week.bookings.get(attendee=alice.attendee)
    assert answer.request["PATH_INFO"] == private(made)
    assert made.slot == next_week.slots.all()[1]
    same = ("name", "team", "question", "adjustments", "is_unsure", "feeling", "grade")
    assert [getattr(made, name) for name in same] == [getattr(alice, name) for name in same]
    assert list(made.topics.all()) == list(alice.topics.all())
    assert list(made.symptoms.all()) == list(alice.symptoms.all())
    assert OutboxEmail.objects.get(kind="booking_booked").recipient == EMAIL


def test_what_they_booked_again_is_said_and_not_offered_once_more(client, alice, next_week):
    elsewhere = SurgeryFactory.create(starts_at=local(9))
    BookingFactory.create(attendee=alice.attendee, surgery=elsewhere)
    client.post(again(alice, next_week))
    page = client.get(private(alice, "missed/"))
    assert words_of(page).count("You are booked for") == 1, "of what was booked elsewhere the link says nothing"
    assert [entry.surgery for entry in page.context["elsewhere"]] == [elsewhere]


def test_pressed_twice_it_is_one_booking(client, alice, next_week):
    first, second = (client.post(again(alice, next_week)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert next_week.bookings.count() == 1
    assert OutboxEmail.objects.count() == 1


def test_pressed_again_after_their_own_seat_was_the_last_it_is_theirs_and_stays_as_they_changed_it(client, alice):
    last = SurgeryFactory.create(slots=1, seats=1)
    first = client.post(again(alice, last))
    made = last.bookings.get()
    give_evidence(booking=made, office=None, grade=None, feeling="")
    second = client.post(again(alice, last))
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert last.bookings.get().feeling == ""


def test_pressed_again_after_it_went_to_another_address_its_link_is_not_given_away(client, alice, next_week):
    client.post(again(alice, next_week))
    correct_email(booking=next_week.bookings.get(), email="bob.brown@example.gov.uk")
    assert client.post(again(alice, next_week))["Location"] == "/emailed/"


def test_however_many_slots_are_free_it_takes_the_same_statements(client, alice):
    few, many = (SurgeryFactory.create(starts_at=local(days), slots=slots) for days, slots in ((7, 2), (8, 12)))
    counts = [statements(lambda surgery=surgery: client.post(again(alice, surgery))) for surgery in (few, many)]
    assert counts[0] == counts[1]


def test_a_slot_in_which_they_host_is_passed_over(client, alice, next_week):
    slot, host = next_week.slots.all()[0], UserFactory.create(email=EMAIL)
    ShiftFactory.create(surgery=next_week, champion__user=host, starts_at=slot.starts_at, ends_at=slot.ends_at)
    client.post(again(alice, next_week))
    assert next_week.bookings.get().slot == next_week.slots.all()[1]


def test_a_slot_in_which_they_are_busy_is_passed_over(client, alice, next_week):
    BookingFactory.create(attendee=alice.attendee, surgery__starts_at=next_week.starts_at)
    client.post(again(alice, next_week))
    assert next_week.bookings.get().slot == next_week.slots.all()[1]


def test_who_is_booked_there_already_learns_that_by_email_alone(client, alice, next_week):
    BookingFactory.create(attendee=alice.attendee, surgery=next_week)
    assert client.post(again(alice, next_week))["Location"] == "/emailed/"
    assert next_week.bookings.count() == 1


def test_full_meanwhile_it_says_so_and_offers_the_others_which_work(client, alice, next_week):
    other = SurgeryFactory.create(starts_at=local(9))
    BookingFactory.create_batch(3, surgery=next_week)
    answer = client.post(again(alice, next_week))
    assert answer.status_code == 409
    said = words_of(answer)
    assert "Somebody took the last seat there a moment ago" in said
    assert f'action="../{other.reference}/"' in answer.content.decode()
    assert client.post(again(alice, other)).status_code == 303
    assert other.bookings.exists()


def test_the_same_office_comes_first_and_only_free_seats_are_offered(client, alice):
    sooner = SurgeryFactory.create(starts_at=local(1))
    here = SurgeryFactory.create(starts_at=local(9), venue__office=alice.surgery.venue.office)
    for seats, state in ((0, {}), (1, {"called_off": True}), (1, {"draft": True})):
        SurgeryFactory.create(seats=seats, **state)
    entries = client.get(private(alice, "missed/")).context["elsewhere"]
    assert [entry.surgery for entry in entries] == [here, sooner]


@pytest.mark.parametrize("state", ["called_off", "draft"])
def test_where_nothing_can_be_booked_nothing_is(client, alice, state):
    surgery = SurgeryFactory.create(**{state: True})
    assert client.post(again(alice, surgery)).status_code in {404, 409}
    assert not surgery.bookings.exists()


def test_who_came_books_as_everybody_does(client, yesterday, next_week):
    came = VisitFactory.create(booking=BookingFactory.create(surgery=yesterday)).booking
    client.post(again(came, next_week))
    assert not next_week.bookings.exists()


def test_the_page_takes_the_same_few_statements_however_much_there_is(client, alice, next_week):
    few = statements(lambda: client.get(private(alice, "missed/")))
    SurgeryFactory.create_batch(3), BookingFactory.create_batch(2, surgery=next_week)
    assert statements(lambda: client.get(private(alice, "missed/"))) == few <= 12


def test_the_name_of_a_topic_may_be_a_question(client, alice, next_week):
    topic = TopicFactory.create(name="Can I say this?")
    ShiftFactory.create(surgery=next_week, champion__topics=[topic])
    words = words_of(client.get(private(alice, "missed/")))
    assert "Can I say this? 3 seats left" in words

"""Everything about one person is on one page, for organisers."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking, Outcome
from bookings.people import REMOVED, Person, person_of
from bookings.person import emails_to
from bookings.record import Period, record_of
from notifications.services import queue_email
from privacy.services import hosted
from surgeries.templatetags.times import day_and_year
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    TeamFactory,
    ThanksFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))


def read(client, attendee, query: str = "") -> str:
    answer = client.get(f"/organise/people/{attendee.pk}/{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]))


def test_it_says_what_became_of_each_booking(client, alice, bob):
    BookingFactory.create(attendee=alice, surgery__venue__name="Ahead café", team=TeamFactory.create(name="Tides"))
    BookingFactory.create(attendee=alice, waiting=True, surgery__venue__name="Waiting café")
    gone = {"canceller": Booking.Canceller.ORGANISER, "cancelled_reason": "A fire drill."}
    BookingFactory.create(attendee=alice, cancelled=True, name="Ally", **gone)
    came = BookingFactory.create(attendee=alice, surgery__starts_at=local(-9))
    helped = HelpFactory.create(visit=VisitFactory.create(booking=came), shift__champion__name="Tom Price")
    OutcomeFactory.create(visit=helped.visit, result=Outcome.Result.COME_BACK)
    missed = BookingFactory.create(attendee=alice, surgery__starts_at=local(-20), missed_because="forgot")
    VisitFactory.create(surgery=missed.surgery, attendee=bob)
    BookingFactory.create(attendee=alice, surgery__starts_at=local(-30), surgery__venue__name="No register café")
    VisitFactory.create(attendee=alice, surgery__starts_at=local(-40))
    text = read(client, alice)
    for words in (
        "4 booked waits for 1 more, did not come to 1, cancelled 1", "2 visits 1 booked, 1 walked in", "from Tides",
        "by an organiser: A fire drill.", "as Ally", "helped by Tom Price. Will come back", "Says: “I forgot”",
        "Walked in",
    ):  # fmt: skip
        assert words in text
    assert re.search(r"Waiting café, Office \d+ Waiting", text)
    # Where nobody kept a register, nobody is accused.
    assert re.search(r"No register café, Office \d+ Booked", text)
    assert "Bob" not in text


def test_whoever_only_waits_has_booked_nothing_and_waits_no_more_once_it_is_over(client, alice):
    BookingFactory.create(attendee=alice, waiting=True)
    BookingFactory.create(attendee=alice, waiting=True, surgery__starts_at=local(-3))
    text = read(client, alice)
    assert "0 booked waits for 1 0 visits" in text


def test_two_bookings_of_one_day_have_links_of_different_names(client, alice):
    for hour in (10, 14):
        BookingFactory.create(attendee=alice, surgery__starts_at=local(7, hour))
    page = client.get(f"/organise/people/{alice.pk}/").content.decode().partition("<main")[2].partition("</ol>")[0]
    links = [re.sub(r"\s*<[^>]+>", "", inner) for inner in re.findall(r"<a [^>]+>(.*?)</a>", page)]
    assert [link for link in links if link.startswith("Cancel") and ", 2pm to 2:20pm" in link]
    assert len(links) == len(set(links))


def test_it_says_which_surgery_an_email_is_about(client, django_assert_num_queries):
    user = UserFactory.create(email="zoe@example.gov.uk")
    zoe = AttendeeFactory.create(email=user.email)
    at = [SurgeryFactory.create(starts_at=local(7 + n), venue__name=f"Café {n}") for n in range(3)]
    booking = BookingFactory.create(attendee=zoe, surgery=at[0])
    shift = ShiftFactory.create(champion=ChampionFactory.create(user=user), surgery=at[1])
    gone = {"booking": 10**12}
    for number, about in enumerate(({"booking": booking.pk}, {"shift": shift.pk}, {"surgery": at[2].pk}, gone, {})):
        queue_email(kind="booking_booked", to=user.email, about=about, dedupe_key=str(number))
    somebody = person_of(zoe)
    with django_assert_num_queries(1):
        emails_to(somebody)
    text = read(client, zoe)
    for each in at:
        assert (
            f"Booking received About {day_and_year(each.starts_at)}, 10am, {each.venue} "
            in text.partition("Emails to")[2]
        )
    assert text.count("Booking received") == 5


def test_it_says_nothing_of_what_never_happened(client, alice):
    VisitFactory.create(attendee=alice, surgery__starts_at=local(-9))
    assert "0 booked 1 visit 1 walked in" in read(client, alice)


def test_it_says_where_they_host_and_what_was_sent_to_them(client):
    user = UserFactory.create(email="zoe@example.gov.uk")
    attendee = AttendeeFactory.create(email=user.email)
    champion = ChampionFactory.create(user=user)
    ShiftFactory.create(champion=champion)
    ShiftFactory.create(champion=champion, surgery__starts_at=local(-3))
    queue_email(kind="booking_booked", to=user.email, about={}, dedupe_key="a")
    queue_email(kind="booking_booked", to="somebody.else@example.gov.uk", about={}, dedupe_key="b")
    text = read(client, attendee)
    assert "Hosts 10am to 11am" in text
    assert "1 hosted" in text
    assert text.count("Booking received") == 1


def test_whoever_hosted_two_parts_of_a_surgery_hosted_it_once_as_their_record_says(client):
    user = UserFactory.create(email="zoe@example.gov.uk")
    champion, surgery = ChampionFactory.create(user=user), SurgeryFactory.create(starts_at=local(-3))
    ShiftFactory.create(champion=champion, surgery=surgery, ends_at=surgery.starts_at + timedelta(minutes=20))
    ShiftFactory.create(champion=champion, surgery=surgery, starts_at=surgery.starts_at + timedelta(minutes=40))
    now = timezone.now()
    assert len(record_of(champion, Period.appraisal_year(timezone.localdate(surgery.starts_at)), now=now).sessions) == 1
    assert "1 hosted" in read(client, AttendeeFactory.create(email=user.email))
    assert hosted(Person(champions=frozenset({champion.pk})), now=now) == 1


def test_older_emails_are_folded_away(client, alice):
    for number in range(30):
        kind = "booking_reminder" if number < 25 else "booking_booked"
        queue_email(kind=kind, to=alice.email, about={}, dedupe_key=str(number))
    text = read(client, alice)
    open_ones, folded = text.split("20 before that")
    assert (open_ones.count("Booking received"), open_ones.count("Reminder")) == (5, 0)
    assert folded.count("Reminder") == 20


def test_what_is_for_others_is_not_there(client, alice):
    visit = VisitFactory.create(attendee=alice, surgery__starts_at=local(-2))
    ThanksFactory.create(attendee=alice, surgery=visit.surgery, words="What is for the host alone")
    assert "for the host alone" not in read(client, alice)


def test_a_long_history_comes_in_pages(client, alice):
    for days in range(1, 29):
        VisitFactory.create(attendee=alice, surgery=SurgeryFactory.create(starts_at=local(-days)))
    first, second = read(client, alice), read(client, alice, "?page=2")
    assert first.count("Walked in") == 25
    assert second.count("Walked in") == 3
    assert "What was before" in first
    assert "What was before" not in second
    for wrong in ("0", "-1", "x", "9" * 30, "٣"):
        read(client, alice, f"?page={wrong}")


def test_it_takes_as_many_statements_however_much_there_is(client, alice, django_assert_max_num_queries):
    for days in range(1, 13):
        booking = BookingFactory.create(attendee=alice, surgery__starts_at=local(-days))
        HelpFactory.create(visit=VisitFactory.create(booking=booking))
        OutcomeFactory.create(visit=booking.visit)
        queue_email(kind="booking_booked", to=alice.email, about={}, dedupe_key=str(days))
    with django_assert_max_num_queries(12):
        read(client, alice)


def test_who_is_known_in_another_way_has_one_page_and_who_was_removed_none(client):
    user = UserFactory.create(email="zoe@example.gov.uk")
    champion = ChampionFactory.create(user=user)
    alone = ChampionFactory.create(name="Priya Nair")
    assert client.get(f"/organise/people/users/{user.pk}/").status_code == 200
    assert client.get(f"/organise/people/champions/{champion.pk}/")["Location"] == f"/organise/people/users/{user.pk}/"
    assert client.get(f"/organise/people/champions/{alone.pk}/").status_code == 200
    attendee = AttendeeFactory.create(email=user.email)
    assert client.get(f"/organise/people/users/{user.pk}/")["Location"] == f"/organise/people/{attendee.pk}/"
    removed = AttendeeFactory.create(name=REMOVED, email=None)
    assert client.get(f"/organise/people/{removed.pk}/")["Location"] == f"/organise/people/{removed.pk}/data/"
    for nobody in ("0", "9" * 30, "users/0", f"users/{'9' * 30}", f"champions/{'9' * 30}"):
        assert client.get(f"/organise/people/{nobody}/").status_code == 404

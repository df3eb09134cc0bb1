"""The brief of a surgery: all that its hosts want to know, for them and for organisers alone."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Booking, Pairing
from bookings.services.diary import call_off
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    CheatSheetFactory,
    OutcomeFactory,
    ShiftFactory,
    SkillFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db


def address(surgery) -> str:
    return reverse("bookings:brief", args=[surgery.reference])


def press(client, booking, champion=None, /, **facts):
    sent = {"booking": booking.pk, "champion": champion.pk if champion else ""} | facts
    return client.post(reverse("bookings:sit_with", args=[booking.surgery.reference]), sent)


def host_of(surgery, name="Amina Yusuf", **facts):
    champion = ChampionFactory.create(name=name, user=UserFactory.create(), **facts)
    return ShiftFactory.create(surgery=surgery, champion=champion).champion


@pytest.fixture
def linkedin(db):
    return TopicFactory.create(name="LinkedIn")


@pytest.fixture
def amina(surgery, linkedin):
    return host_of(surgery, topics=[linkedin])


@pytest.fixture
def tom(surgery):
    return host_of(surgery, "Tom Price")


@pytest.fixture
def hosts_browser(client, amina):
    client.force_login(amina.user)
    return client


def read(client, surgery) -> str:
    response = client.get(address(surgery))
    assert response.status_code == 200
    return words_of(response)


# ── What it says ──────────────────────────────────────────────────────────────────────────────────────────────
def test_it_says_who_comes_when_and_what_they_ask_in_their_words(hosts_browser, surgery, alices_booking, linkedin):
    Booking.objects.filter(pk=alices_booking.pk).update(
        question="What do I write\n in the headline?", adjustments="I lip-read.", feeling="cautious",
        team=TeamFactory.create(name="Flood Forecasting"),
    )  # fmt: skip
    alices_booking.topics.add(linkedin)
    alices_booking.symptoms.add(SymptomFactory.create(words="My profile says nothing", topics=[linkedin]))
    BookingFactory.create(surgery=surgery, waiting=True)
    said = read(hosts_browser, surgery)
    for words in (
        "10am to 10:20am Alice Adeyemi Flood Forecasting. Feels cautious",
        "LinkedIn My profile says nothing What do I write in the headline?", "To make it easier: I lip-read.",
        "May sit with Amina Yusuf", "Amina Yusuf knows LinkedIn (uses it daily). Nobody else hosts then.",
        "1 person comes", "1 waits for a seat", "Nobody has booked 10:20am to 10:40am, 10:40am to 11am yet.",
    ):  # fmt: skip
        assert words in said


def test_it_says_how_to_reach_fellow_hosts_where_it_is_and_what_to_have_at_hand(
    hosts_browser, surgery, tom, alices_booking, linkedin
):
    alices_booking.topics.add(linkedin)
    CheatSheetFactory.create(topic=linkedin, title="A profile that sounds like you")
    CheatSheetFactory.create(topic=linkedin, level="experienced", title="Posts worth reading")
    CheatSheetFactory.create(title="Nobody asks about this")
    CheatSheetFactory.create(topic__is_retired=True)
    said = read(hosts_browser, surgery)
    assert f"Tom Price {tom.user.email}" in said
    assert "Amina Yusuf (you)" in said
    assert surgery.venue.directions in said
    assert surgery.venue.accessibility in said
    sheets = said.partition("Cheat sheets for what they ask ")[2]
    assert sheets.startswith(
        "A profile that sounds like you LinkedIn, for beginners Posts worth reading LinkedIn, for the experienced"
    )
    assert "Nobody asks" not in said


def test_it_says_plainly_what_is_not_covered(hosts_browser, surgery, alices_booking, bobs_booking, amina):
    alices_booking.topics.add(TopicFactory.create(name="Tumblr"))
    amina.shifts.update(ends_at=surgery.slots.first().ends_at)
    said = read(hosts_browser, surgery)
    assert "Not covered yet Bob O’Brien, 10:40am to 11am: nobody hosts then." in said
    assert "Asked for while nobody hosts who knows it: Tumblr (1 person)" in said
    assert "No host yet" in said


def test_the_last_next_step_is_there_if_they_agreed(hosts_browser, surgery, alices_booking, bobs_booking):
    for booking, is_shared in ((alices_booking, True), (bobs_booking, False)):
        earlier = VisitFactory.create(attendee=booking.attendee, surgery__starts_at=local(-30))
        step = f"Post once, {booking.name}."
        OutcomeFactory.create(visit=earlier, next_step=step, is_next_step_shared=is_shared)
    said = read(hosts_browser, surgery)
    assert f"Last next step: Post once, {alices_booking.name}." in said
    assert f"Post once, {bobs_booking.name}." not in said


def test_free_text_is_gone_90_days_after_the_surgery(hosts_browser, surgery, alices_booking):
    Booking.objects.update(question="How do I begin?", adjustments="I lip-read.")
    hosts_browser.logout()
    for days, is_there in ((89, True), (91, False)):
        with time_machine.travel(surgery.ends_at + timedelta(days=days), tick=False):
            hosts_browser.force_login(UserFactory.create(organiser=True))
            said = read(hosts_browser, surgery)
        assert ("How do I begin?" in said) is is_there
        assert ("I lip-read." in said) is is_there
        assert ("no longer shown" in said) is not is_there
        assert "Alice Adeyemi" in said


def test_nobody_booked_yet_and_no_fellow_host(hosts_browser, surgery):
    said = read(hosts_browser, surgery)
    assert "Nobody has booked yet" in said
    assert "Nobody hosts beside Amina Yusuf so far." in said


def test_nobody_hosts(client, surgery, alices_booking):
    client.force_login(UserFactory.create(organiser=True))
    assert "Who hosts Nobody yet." in read(client, surgery)


def test_once_called_off_its_hosts_are_told_and_nothing_else(hosts_browser, surgery, alices_booking):
    Booking.objects.update(question="How do I begin?")
    call_off(surgery=surgery, reason="The café is being painted.")
    said = read(hosts_browser, surgery)
    assert "The café is being painted." in said
    assert "Alice" not in said


def test_it_takes_the_same_few_statements_however_many_come(hosts_browser):
    def surgery(people: int, hosts: int):
        made = SurgeryFactory.create(slots=4, seats=people)
        for _ in range(hosts):
            skill = SkillFactory.create(champion=ChampionFactory.create(user=UserFactory.create()))
            ShiftFactory.create(surgery=made, champion=skill.champion)
            for booking in BookingFactory.create_batch(people, surgery=made):
                booking.topics.add(skill.topic)
                booking.symptoms.add(SymptomFactory.create(topics=[skill.topic]))
            CheatSheetFactory.create(topic=skill.topic)
        return made

    hosts_browser.force_login(UserFactory.create(organiser=True))
    few, many = (
        statements(lambda made=made: hosts_browser.get(address(made))) for made in (surgery(1, 1), surgery(5, 4))
    )
    assert few == many
    assert many <= 12


# ── For whom it is ────────────────────────────────────────────────────────────────────────────────────────────
def nobody(surgery):
    return None


def a_user(surgery):
    return UserFactory.create()


def the_host_of_another(surgery):
    return host_of(SurgeryFactory.create()).user


def somebody_who_gave_the_shift_back(surgery):
    shift = ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create(), given_back=True)
    return shift.champion.user


@pytest.mark.parametrize(
    ("who", "status"),
    [(nobody, 302), (a_user, 404), (the_host_of_another, 404), (somebody_who_gave_the_shift_back, 410)],
)
def test_nobody_else_sees_it_or_changes_anything(client, surgery, amina, alices_booking, who, status):
    if user := who(surgery):
        client.force_login(user)
    for response in (client.get(address(surgery)), press(client, alices_booking, amina)):
        assert response.status_code == status
        assert b"Alice" not in response.content
    assert not Pairing.objects.exists()


def test_organisers_see_all_and_may_swap(client, surgery, amina, tom, alices_booking):
    client.force_login(UserFactory.create(organiser=True))
    assert "Alice" in read(client, surgery)
    assert press(client, alices_booking, tom).status_code == 303
    assert Pairing.objects.get().shift.champion == tom


# ── Swapping ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_press_swaps_and_one_takes_it_back(hosts_browser, surgery, alices_booking, tom):
    assert "May sit with Amina Yusuf" in read(hosts_browser, surgery)
    for _ in range(2):
        response = press(hosts_browser, alices_booking, tom)
        assert response["Location"] == f"{address(surgery)}#booking-{alices_booking.pk}"
    said = read(hosts_browser, surgery)
    assert "Sits with Tom Price You chose this, or another host did." in said
    assert "With Amina Yusuf instead" in said
    press(hosts_browser, alices_booking)
    assert "May sit with Amina Yusuf" in read(hosts_browser, surgery)


def test_getting_changes_nothing(hosts_browser, surgery, alices_booking, tom):
    swap = reverse("bookings:sit_with", args=[surgery.reference])
    assert hosts_browser.get(swap, {"booking": alices_booking.pk, "champion": tom.pk}).status_code == 405
    assert not Pairing.objects.exists()


def test_what_cannot_be_any_more_is_explained(hosts_browser, surgery, alices_booking, tom):
    tom.shifts.update(ended_at=surgery.starts_at, ended_reason="Ill")
    response = press(hosts_browser, alices_booking, tom)
    assert "does not host at that time any more" in words_of(hosts_browser.get(response["Location"]))
    waiting = BookingFactory.create(surgery=surgery, waiting=True)
    response = press(hosts_browser, waiting, ChampionFactory.create())
    assert "no seat here any more" in words_of(hosts_browser.get(response["Location"]))


@pytest.mark.parametrize("nonsense", ["x", "-1", "0", "9" * 30, "１", "\0"])
def test_nonsense_is_none_of_theirs(hosts_browser, surgery, alices_booking, amina, nonsense):
    assert press(hosts_browser, alices_booking, booking=nonsense).status_code == 404
    assert press(hosts_browser, alices_booking, champion=nonsense).status_code == 404
    assert hosts_browser.get(f"{address(surgery)}?said={nonsense}").status_code == 200
    assert not Pairing.objects.exists()


def test_the_booking_of_another_surgery_is_none_of_theirs(hosts_browser, surgery, amina):
    elsewhere = BookingFactory.create()
    assert press(hosts_browser, BookingFactory.create(surgery=surgery), amina, booking=elsewhere.pk).status_code == 404

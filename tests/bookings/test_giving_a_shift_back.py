"""A champion gives a shift back: organisers are told, those who fit best are asked, and one press takes it."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from bookings.links import step_in_link
from bookings.models import Ask
from bookings.services.asking import BEST
from bookings.services.hosting import give_back
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.worker import Worker
from surgeries.models import Shift, Surgery
from tests.bookings.pages import title_of, words_of
from tests.bookings.test_reading_changes_nothing import everything
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db
PAGE = "/champion/shifts/"


def champion(name: str = "Bob", **facts) -> Champion:
    return ChampionFactory.create(name=name, user=UserFactory.create(email=f"{name.lower()}@example.gov.uk"), **facts)


@pytest.fixture
def shift(client) -> Shift:
    """Alice's, in a week; she is signed in."""
    made = ShiftFactory.create(champion=champion("Alice"), surgery__hosts_wanted=1)
    client.force_login(made.champion.user)
    return made


def press(client, shift: Shift, reason: str = "A clash with leave"):
    return client.post(f"{PAGE}{shift.pk}/give-back/", {"reason": reason})


def sent() -> dict[str, mail.EmailMessage]:
    """What the worker sends now, by recipient."""
    mail.outbox.clear()
    Worker().run(until_idle=True)
    return {message.to[0]: message for message in mail.outbox}


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/]+(/step-in/\S+)", str(message.body))
    assert found
    return found[1]


def test_everybody_who_has_to_know_is_told_and_whoever_fits_is_asked(client, shift):
    organiser, bob = UserFactory.create(organiser=True), champion("Bob")
    champion("Carol").offices.add(OfficeFactory.create())
    assert press(client, shift)["Location"] == f"{PAGE}?done=given_back"
    shift.refresh_from_db()
    assert (shift.ended_reason, shift.ended_at is not None) == ("A clash with leave", True)
    letters = sent()
    assert set(letters) == {"alice@example.gov.uk", organiser.email, "bob@example.gov.uk"}
    told = str(letters[organiser.email].body)
    assert "Alice has given a shift back" in told
    assert "The reason: A clash with leave" in told
    assert "We have asked Bob to step in." in told
    event = (calendar := Calendar.from_ical(letters["alice@example.gov.uk"].attachments[0][1])).walk("VEVENT")[0]
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("CANCEL", shift.calendar_uid, 1)
    # By the press in the email, signed in or not.
    client.logout()
    link = link_in(letters[bob.user.email])
    assert "Would you host?" in words_of(client.get(link))
    assert client.post(link, times_on(client.get(link)))["Location"] == link
    assert "You host this one" in words_of(client.get(link))
    assert shift.surgery.shifts.live().get().champion == bob
    assert list(sent()) == ["bob@example.gov.uk"]


def times_on(response) -> dict[str, str]:
    return dict(response.context["form"].initial)


def test_a_reason_is_asked_for_and_no_page_acts_by_being_opened(client, shift):
    for reason in ("", "  ", "a" * 201):
        response = press(client, shift, reason)
        assert title_of(response).startswith("Error: ")
    before = everything()
    client.get(f"{PAGE}{shift.pk}/give-back/")
    link = step_in_link(Ask.objects.create(champion=champion(), surgery=shift.surgery, asked_at=timezone.now()))
    before = everything()
    client.get(link)
    assert everything() == before
    assert shift.surgery.shifts.live().get() == shift


def test_giving_back_twice_tells_everybody_once(client, shift):
    UserFactory.create(organiser=True), champion()
    for _ in range(2):
        press(client, shift)
    assert OutboxEmail.objects.count() == 3


def test_somebody_elses_shift_is_nobodys_to_give_back(client, shift):
    other = ShiftFactory.create()
    assert press(client, other).status_code == 404
    assert Shift.objects.live().count() == 2


def test_on_the_morning_itself_it_still_can_and_once_it_has_begun_it_cannot(client, shift, time_machine):
    bob = champion()
    time_machine.move_to(shift.starts_at - timedelta(minutes=30))
    client.force_login(shift.champion.user)
    later = ShiftFactory.create(champion=shift.champion, surgery__starts_at=shift.starts_at + timedelta(hours=5))
    press(client, shift)
    assert Ask.objects.get().champion == bob
    time_machine.move_to(later.starts_at)
    client.force_login(shift.champion.user)
    said = words_of(client.get(PAGE))
    assert "It has begun, so it cannot be given back here." in said
    assert "Give it back" not in said
    answer = press(client, later)
    assert answer["Location"] == f"{PAGE}?done=begun"
    said = words_of(client.get(answer["Location"]))
    assert "Not given back That shift has begun" in said
    assert "Done" not in said
    later.refresh_from_db()
    assert later.ended_at is None


def test_once_it_has_begun_the_service_ends_nothing(shift):
    assert give_back(shifts=[shift], reason="Ill", now=shift.starts_at) == []
    assert give_back(shifts=[shift], reason="Ill", now=shift.starts_at - timedelta(seconds=1)) == [shift]


def test_only_those_who_could_are_asked_the_best_five_of_them_and_once(shift):
    asked = [champion(f"Fits{number}") for number in range(BEST + 1)]
    for each in asked[1:]:
        each.offices.add(shift.surgery.venue.office)
    champion("Left", left=True), champion("Rests", state="resting", resting_until=timezone.localdate())
    ShiftFactory.create(champion=champion("Busy"), surgery__starts_at=shift.starts_at)
    full = champion("Full", most_shifts_a_month=1)
    ShiftFactory.create(champion=full, surgery__starts_at=shift.starts_at + timedelta(hours=4))
    seated = champion("Seated")
    BookingFactory.create(attendee__email=seated.user.email, surgery__starts_at=shift.starts_at)
    give_back(shifts=[shift], reason="Ill")
    first = {ask.champion for ask in Ask.objects.all()}
    assert len(first) == BEST
    assert first == set(asked[1:]), "it is their office"
    # Whoever steps in and gives it back again leads to the next ones, and on the same day to nobody twice.
    again = ShiftFactory.create(surgery=shift.surgery, champion=asked[1])
    give_back(shifts=[again], reason="Ill too", now=timezone.now() + timedelta(seconds=1))
    assert {ask.champion for ask in Ask.objects.all()} == set(asked)
    assert Ask.objects.count() == BEST + 1


def test_where_there_are_few_those_are_asked_again_who_were_asked_on_another_day(shift):
    few = [champion(f"Few{number}") for number in range(BEST)]
    asked_at = timezone.now() - timedelta(days=3)
    Ask.objects.bulk_create(Ask(champion=each, surgery=shift.surgery, asked_at=asked_at) for each in few)
    never_asked = champion("Zoe")
    few[0].offices.add(shift.surgery.venue.office)
    give_back(shifts=[shift], reason="Ill")
    asked = [ask.champion for ask in Ask.objects.filter(is_given_back=True).order_by("pk")]
    assert asked[:2] == [never_asked, few[0]], "who has not been asked comes first, then who fits best"
    assert len(asked) == BEST


def test_several_at_once_are_one_email_to_each_who_is_asked(shift):
    bob = champion()
    shifts = [shift, ShiftFactory.create(champion=shift.champion, surgery__starts_at=local(9))]
    give_back(shifts=shifts, reason="A new job")
    letter = sent()[bob.user.email]
    assert letter.subject == "Could you host? 2 surgeries need somebody"
    assert str(letter.body).count("/step-in/") == 2


def test_where_hosts_are_enough_nobody_is_asked(shift):
    champion()
    Surgery.objects.update(hosts_wanted=1)
    ShiftFactory.create(surgery=shift.surgery)
    organiser = UserFactory.create(organiser=True)
    give_back(shifts=[shift], reason="Ill")
    assert not Ask.objects.exists()
    assert "There are hosts enough all the same" in str(sent()[organiser.email].body)


def test_nobody_reads_an_email_about_what_is_taken_already(shift):
    bob = champion()
    give_back(shifts=[shift], reason="Ill")
    ShiftFactory.create(surgery=shift.surgery)
    assert bob.user.email not in sent()


# ── A link that does not lead to a shift any more ─────────────────────────────────────────────────────────────


@pytest.fixture
def ask(shift) -> Ask:
    bob = champion()
    give_back(shifts=[shift], reason="Ill")
    return Ask.objects.select_related("champion", "surgery").get(champion=bob)


def test_a_link_that_comes_too_late_says_so_and_what_else_needs_hosts(client, ask):
    form = times_on(client.get(step_in_link(ask)))
    ShiftFactory.create(surgery=ask.surgery)
    other = SurgeryFactory.create()
    response = client.post(step_in_link(ask), form)
    assert response.status_code == 409
    assert "Somebody was faster, so everything is looked after. Thank you for wanting to help. These need hosts " in (
        words_of(response)
    )
    assert str(other.venue) in words_of(response)


def test_a_link_of_somebody_who_has_left_an_old_one_and_a_wrong_one_say_so(client, ask, time_machine):
    link = step_in_link(ask)
    Champion.objects.filter(pk=ask.champion_id).update(state="left")
    assert "You do not host at present" in words_of(client.post(link))
    assert client.get(f"{link[:-3]}xx/").status_code == 404
    assert client.get("/step-in/x/").status_code == 404
    other = UserFactory.create()
    Champion.objects.filter(pk=ask.champion_id).update(state="active", user=other)
    assert client.get(link).status_code == 404, "it went to an address that is theirs no more"
    other.is_active = False
    other.save()
    assert client.get(step_in_link(Ask.objects.get())).status_code == 404, "they may not sign in any more"
    other.is_active = True
    other.save()
    time_machine.move_to(ask.surgery.ends_at)
    assert "This one has begun" in words_of(client.get(step_in_link(Ask.objects.get())))
    assert not ask.surgery.shifts.live().exists()

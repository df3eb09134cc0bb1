"""A champion rests or leaves: what becomes of the shifts, who is told, and how they come back."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Ask
from bookings.services.hosting import come_back
from champions.duties import end_rests
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.registry import writers
from surgeries.models import Shift
from surgeries.templatetags.times import when
from tests.bookings.pages import title_of, words_of
from tests.factories import ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, local
from tests.fit import html_faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client) -> Champion:
    """Signed in, with a shift in a week and one in ten weeks."""
    champion = ChampionFactory.create(name="Alice", user=UserFactory.create())
    for days in (7, 70):
        ShiftFactory.create(champion=champion, surgery__starts_at=local(days), surgery__hosts_wanted=1)
    client.force_login(champion.user)
    return champion


def rest(client, days: int = 30, **typed):
    back = timezone.localdate() + timedelta(days=days)
    return client.post("/champion/rest/", {"back_on": f"{back:%d/%m/%Y}", "shifts": "keep"} | typed)


def now_of(champion: Champion) -> tuple[str, date | None, int]:
    champion.refresh_from_db()
    return champion.state, champion.resting_until, champion.shifts.live().count()


def organisers_read() -> tuple[str, list[str]]:
    """The subject of the email to organisers; what it says of shifts that are given back, and of those that are not."""
    message = writers["champion_away"](OutboxEmail.objects.get(kind="champion_away"))
    assert message
    assert html_faults({"away": message.html}) == []
    given_back, _, kept = message.text.partition("They still host")
    return message.subject, [given_back, kept]


def test_resting_gives_back_what_is_until_then_and_tells_and_asks(client, alice):
    UserFactory.create(organiser=True), ChampionFactory.create(user=UserFactory.create())
    assert rest(client, shifts="give_back", reason="A baby")["Location"] == "/champion/?done=rests"
    assert now_of(alice) == ("resting", timezone.localdate() + timedelta(days=29), 1)
    assert Shift.objects.exclude(ended_at=None).get().ended_reason == "A baby"
    kinds = sorted(OutboxEmail.objects.values_list("kind", flat=True))
    assert kinds == ["champion_away", "shift_asked", "shift_ended", "shift_given_back"]
    subject, lists = organisers_read()
    assert subject == "Alice takes a rest"
    gone, kept = (when(shift) for shift in alice.shifts.order_by("starts_at"))
    assert (gone in lists[0], kept in lists[0]) == (True, False), "what they gave back"
    assert (gone in lists[1], kept in lists[1]) == (False, True), "where they still host"
    assert "nothing is suggested to you" in words_of(client.get("/champion/shifts/"))


def test_resting_can_keep_the_shifts_and_give_them_back_later(client, alice):
    UserFactory.create(organiser=True)
    rest(client)
    assert now_of(alice)[2] == 2
    assert not Ask.objects.exists()
    _, (given_back, kept) = organisers_read()
    assert "gave these shifts back" not in given_back
    assert [when(shift) in kept for shift in alice.shifts.all()] == [True, True]
    kept = alice.shifts.first()
    assert client.post(f"/champion/shifts/{kept.pk}/give-back/", {"reason": "After all"}).status_code == 303
    assert now_of(alice)[2] == 1


def test_back_in_a_month_is_on_its_first_day(client, alice):
    month = client.get("/champion/rest/").context["form"].fields["month"].choices[3][0]
    rest(client, back_on="", month=month)
    assert now_of(alice)[1] == date.fromisoformat(month) - timedelta(days=1)


@pytest.mark.parametrize(
    "typed",
    [
        {"back_on": ""},
        {"back_on": "31/2/2027"},
        {"back_on": "1/1/1999"},
        {"back_on": "1/1/9999"},
        {"month": "\0", "back_on": ""},
        {"shifts": ""},
        {"shifts": "give_back", "reason": "  "},
        {"shifts": "give_back", "reason": "a" * 201},
    ],
)
def test_mistakes_are_told_and_nothing_changes(client, alice, typed):
    assert title_of(rest(client, **typed)).startswith("Error: ")
    assert now_of(alice) == ("active", None, 2)


def test_a_rest_ends_by_itself_the_day_after_or_by_a_press(client, alice):
    rest(client, days=10)
    end_rests(local(9, 23, 59))
    assert now_of(alice)[0] == "resting"
    end_rests(local(10, 0))
    assert now_of(alice)[:2] == ("active", None)
    rest(client)
    for _ in range(2):
        assert client.post("/champion/come-back/")["Location"] == "/champion/?done=back"
    assert now_of(alice)[:2] == ("active", None)


def test_leaving_gives_everything_back_and_opening_the_page_does_not(client, alice):
    assert "You still have these shifts" in words_of(client.get("/champion/leave/"))
    assert now_of(alice) == ("active", None, 2)
    UserFactory.create(organiser=True)
    client.post("/champion/leave/", {"reason": "A new job"})
    assert now_of(alice) == ("left", None, 0)
    assert {shift.ended_reason for shift in alice.shifts.all()} == {"A new job"}
    _, (given_back, kept) = organisers_read()
    assert [when(shift) in given_back for shift in alice.shifts.all()] == [True, True]
    assert kept == ""
    assert client.get("/champion/shifts/").status_code == 403
    assert "You have left the champions" in words_of(client.get("/champion/"))


def test_who_leaves_need_not_say_why_even_with_shifts(client, alice):
    assert "Would you like to tell the organisers why? (optional)" in words_of(client.get("/champion/leave/"))
    client.post("/champion/leave/")
    assert now_of(alice) == ("left", None, 0)
    assert {shift.ended_reason for shift in alice.shifts.all()} == {"They have left the champions"}


def test_who_leaves_while_they_host_keeps_that_shift_until_its_end_and_the_way_to_its_room(client, alice, time_machine):
    assert "You are hosting now" not in words_of(client.get("/champion/leave/"))
    shift = ShiftFactory.create(champion=alice, surgery__starts_at=timezone.now() - timedelta(minutes=5))
    asked = words_of(client.get("/champion/leave/"))
    assert f"You are hosting now: {when(shift)}, {shift.surgery.venue}. That shift stays yours until it ends" in asked
    assert "You also have these shifts" in asked
    assert client.post("/champion/leave/")["Location"] == "/champion/?done=left"
    assert now_of(alice) == ("left", None, 1)
    page = client.get("/champion/")
    assert "The shift that has begun stays yours until it ends" in words_of(page)
    for name in ("room", "brief", "register"):
        address = reverse(f"bookings:{name}", args=[shift.surgery.reference])
        assert client.get(address).status_code == 200
        assert (address in page.content.decode()) is (name != "register"), "which the brief leads to"
    time_machine.move_to(shift.ends_at + timedelta(minutes=1))
    assert "stays yours" not in words_of(client.get("/champion/"))


def test_who_rests_and_keeps_a_shift_sees_it_on_their_page(client, alice):
    client.post(
        "/champion/rest/",
        {"month": "", "back_on": f"{timezone.localdate() + timedelta(days=90):%-d/%-m/%Y}", "shifts": "keep"},
    )
    page = words_of(client.get("/champion/"))
    assert "You are resting" in page
    assert "You host next" in page


@pytest.mark.parametrize("state", ["left", "applied", "declined"])
def test_nobody_comes_back_who_does_not_rest(state):
    champion = ChampionFactory.create(applied=True, state=state)
    come_back(champion=champion)
    champion.refresh_from_db()
    assert champion.state == state


def test_whoever_has_no_shifts_need_not_say_why(client):
    bob = ChampionFactory.create(user=UserFactory.create())
    client.force_login(bob.user)
    SurgeryFactory.create()
    client.post("/champion/leave/")
    assert now_of(bob) == ("left", None, 0)

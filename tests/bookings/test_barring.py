"""A champion is barred: they are taken off whatever they were still to host, read why, and host nothing any more."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from bookings.duties import take_off_the_barred
from bookings.errors import NoChampion
from bookings.finding_people import Somebody, find_people
from bookings.needs import needs
from bookings.services.asking import ask_where_hosts_are_missing
from bookings.services.barring import take_off
from bookings.services.editing import host, know_by_email
from bookings.services.hosting import take_shift
from bookings.suggesting import suggested
from champions.models import Champion
from notifications.models import OutboxEmail
from surgeries.models import Shift, Surgery
from surgeries.services import DiaryError
from tests.bookings.letters import write
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.everyone.managing import address
from tests.factories import AttendeeFactory, ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, local

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def gareth(client) -> User:
    user = UserFactory.create(administrator=True, name="Gareth Okonkwo")
    client.force_login(user)
    return user


@pytest.fixture
def amina(surgery) -> Champion:
    """Who hosts the surgery, another one that nobody has seen yet, and one that is going on; and hosted one before."""
    amina = ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create(name="Amina Yusuf"))
    now = timezone.now()
    for there in (
        surgery,
        SurgeryFactory.create(draft=True, starts_at=local(9)),
        SurgeryFactory.create(starts_at=now - HOUR, ends_at=now + HOUR),
        SurgeryFactory.create(starts_at=local(-9)),
    ):
        ShiftFactory.create(surgery=there, champion=amina)
    return amina


def page_of(champion: Champion) -> str:
    assert champion.user
    return f"/organise/organisers/{champion.user.pk}/"


def found(typed: str) -> Somebody:
    (somebody,) = find_people(typed, now=timezone.now()).people
    return somebody


def bar(client, champion: Champion):
    return client.post(page_of(champion), {"role": "barred"})


def test_the_page_names_what_they_host_and_barring_takes_them_off(client, gareth, amina, surgery):
    hosted = Surgery.objects.filter(ends_at__gt=timezone.now())
    before = client.get(page_of(amina))
    assert "If you bar them, they are taken off" in words_of(before)
    for _ in range(2):
        done = client.get(bar(client, amina)["Location"])
        assert "They were taken off" in words_of(done)
    for page in (before, done):
        assert [each for each in hosted if f'href="{address(each)}"' not in page.content.decode()] == []
    assert not amina.shifts.live().filter(ends_at__gt=timezone.now()).exists()
    assert amina.shifts.live().count() == 1, "what they hosted they hosted"
    assert "2 more are wanted from" in words_of(client.get(address(surgery)))


def test_they_read_it_once_for_each_and_their_calendar_follows(client, gareth, amina, surgery):
    for _ in range(2):
        bar(client, amina)
    told = OutboxEmail.objects.filter(recipient=amina.user.email, kind="shift_ended")
    assert told.count() == 2, "of a draft nobody is told"
    message = write(told.get(about__shift=surgery.shifts.get().pk))
    for text in (message.text, message.html):
        assert "An organiser has taken you off this surgery, because you can no longer sign in here." in text
        assert "they were barred" not in text
    assert "/champion/" not in message.text, "where they cannot go"
    assert Calendar.from_ical(message.calendar)["METHOD"] == "CANCEL"


def test_organisers_read_what_is_true_of_somebody_else(client, gareth, amina):
    bar(client, amina)
    page = words_of(client.get(f"/organise/people/users/{amina.user.pk}/"))
    assert "Taken off by an organiser: they were barred" in page
    assert "You can no longer" not in page


def test_two_shifts_at_one_surgery_are_one_surgery(client, gareth, surgery):
    amina, half = ChampionFactory.create(user=UserFactory.create()), (surgery.ends_at - surgery.starts_at) / 2
    ShiftFactory.create(surgery=surgery, champion=amina, ends_at=surgery.starts_at + half)
    ShiftFactory.create(surgery=surgery, champion=amina, starts_at=surgery.starts_at + half)
    before = words_of(client.get(page_of(amina)))
    assert "They host 1 surgery still to come" in before
    assert "they are taken off it at once" in before
    assert "They were taken off 1 surgery still to come" in words_of(client.get(bar(client, amina)["Location"]))


def test_whoever_was_asked_before_is_not_asked_any_more(client, gareth, surgery):
    amina = ChampionFactory.create(user=UserFactory.create())
    ask_where_hosts_are_missing(since={surgery.pk: timezone.now()})
    row = OutboxEmail.objects.get(kind="shift_asked", recipient=amina.user.email)
    assert write(row)
    bar(client, amina)
    assert write(row) is None


def test_they_are_called_barred_and_not_a_champion(client, gareth, amina):
    bar(client, amina)
    for page in (f"/organise/champions/{amina.pk}/", f"/organise/champions/{amina.pk}/shifts/"):
        words = words_of(client.get(page))
        assert "Barred" in words, page
        assert "Active" not in words, page
    as_user, as_attendee = found("Amina"), AttendeeFactory.create(email=amina.user.email) and found("Amina")
    assert (as_user.kind, as_attendee.kind) == ("user", "person")
    assert (as_user.as_champion, as_attendee.as_champion) == ("Barred", "Barred")


def test_nobody_who_is_barred_is_found_suggested_or_put_on(client, gareth, surgery):
    amina = ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create())
    times = {"starts_at": surgery.starts_at, "ends_at": surgery.ends_at}
    (need,) = needs([surgery], now=timezone.now())
    bar(client, amina)
    amina = Champion.objects.get()
    assert suggested(need, now=timezone.now()) == []
    assert "Amina" not in words_of(client.get(address(surgery, "add_host")))
    assert "Amina" not in words_of(client.get("/champions/"))
    with pytest.raises(DiaryError, match="barred"):
        host(surgery=surgery, champion=amina, **times)
    with pytest.raises(NoChampion):
        take_shift(surgery=surgery, champion=amina, **times)
    client.post(page_of(amina), {"role": "neither"})
    assert [each.champion for each in suggested(need, now=timezone.now())] == [amina]


def test_whoever_may_still_sign_in_goes_on_hosting(client, gareth, amina):
    User.objects.filter(pk=amina.user.pk).update(is_staff=True)
    page = client.post(page_of(amina), {"role": "neither"}, follow=True)
    assert "They host" in words_of(page)
    assert Shift.objects.live().count() == 4


def test_whoever_was_barred_in_another_way_hosts_no_more_from_the_next_hour_on(amina):
    User.objects.filter(pk=amina.user.pk).update(is_active=False)
    tom = ShiftFactory.create(champion__user=UserFactory.create())
    for _ in range(2):
        take_off_the_barred(timezone.now())
    take_off(user=tom.champion.user)
    assert set(Shift.objects.live()) == {tom, amina.shifts.earliest("starts_at")}, "what they hosted they hosted"
    assert set(amina.shifts.exclude(ended_at=None).values_list("ended_reason", flat=True)) == {Shift.BARRED}
    assert OutboxEmail.objects.filter(recipient=amina.user.email, kind="shift_ended").count() == 2


def test_no_champion_is_known_by_the_address_of_somebody_who_is_barred(amina):
    bea = UserFactory.create(is_active=False)
    with pytest.raises(DiaryError, match="barred"):
        know_by_email(champion=amina, email=bea.email)
    assert Champion.objects.get().user == amina.user
    User.objects.filter(pk=amina.user.pk).update(is_active=False)
    know_by_email(champion=amina, email=amina.user.email)


def test_the_page_takes_the_same_few_statements_however_much_they_host(client, gareth, amina):
    few = statements(lambda: client.get(page_of(amina)))
    for days in range(20, 26):
        ShiftFactory.create(surgery=SurgeryFactory.create(starts_at=local(days)), champion=amina)
    assert statements(lambda: client.get(page_of(amina))) == few <= 12

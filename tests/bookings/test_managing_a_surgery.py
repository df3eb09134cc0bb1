"""Publishing a surgery, taking that back, calling it off, its slots and its hosts: from the organisers' pages."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.errors import OutOfDate
from bookings.forms.hosting import written
from bookings.needs import needs
from bookings.series_slots import Wanted
from bookings.services.diary import add_slot, call_off, delete_draft
from bookings.services.editing import end_shift
from bookings.services.series_slots import change_slots_of_series
from bookings.suggesting import suggested
from champions.models import Champion
from notifications.models import OutboxEmail
from surgeries.models import Shift, Surgery
from surgeries.services import DiaryError, Within, extend_series
from surgeries.templatetags.times import span
from tests.bookings.letters import write
from tests.bookings.pages import words_of
from tests.bookings.test_editing_a_surgery import hidden
from tests.bookings.test_statements_per_page import statements
from tests.everyone.managing import address, busy, needs_hosts
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True, name="Olu"))
    return client


def kinds() -> list[str]:
    return sorted(OutboxEmail.objects.values_list("kind", flat=True))


def test_a_draft_is_published_once_and_becomes_a_draft_again(organiser):
    draft = SurgeryFactory.create(draft=True)
    for _ in range(2):
        assert organiser.post(address(draft, "publish_surgery")).url.endswith("?done=published")
    assert Surgery.objects.get().state == "published"
    assert "Back to draft" in words_of(organiser.get(address(draft)))
    for _ in range(2):
        assert organiser.post(address(draft, "unpublish_surgery")).url.endswith("?done=unpublished")
    assert Surgery.objects.get().state == "draft"


@pytest.mark.parametrize("make", [BookingFactory.create, ShiftFactory.create])
def test_what_somebody_relies_on_stays_published(organiser, surgery, make):
    make(surgery=surgery)
    assert "Back to draft" not in words_of(organiser.get(address(surgery)))
    assert "It stays published" in words_of(organiser.post(address(surgery, "unpublish_surgery")))
    assert Surgery.objects.get(pk=surgery.pk).state == "published"


def test_a_draft_is_deleted_and_stays_left_out_of_its_series(organiser):
    series = SeriesFactory.create(starts_on=local(7).date(), planned_until=local(60).date(), every_weeks=4)
    draft, hosted = (SurgeryFactory.create(draft=True, series=series, starts_at=local(days)) for days in (7, 35))
    shift = ShiftFactory.create(surgery=hosted)
    assert "Somebody hosts it" in words_of(organiser.post(address(hosted, "delete_draft")))
    end_shift(shift=shift, reason="Not needed.")
    assert "Delete this draft?" in words_of(organiser.get(address(draft, "delete_draft")))
    for each in (draft, hosted):
        assert organiser.post(address(each, "delete_draft")).url.endswith("?said=deleted")
    assert not Surgery.objects.exists()
    assert extend_series(series=series, until=local(60).date()).made == []
    alone = SurgeryFactory.create(draft=True)
    assert "said=deleted" in organiser.post(address(alone, "delete_draft")).url


@pytest.mark.parametrize("page", ["manage_surgery", "edit_surgery", "delete_draft"])
def test_of_a_draft_that_is_gone_the_diary_says_so_and_of_what_never_was_nothing_does(organiser, page):
    draft = SurgeryFactory.create(draft=True, starts_at=local(70))
    was = address(draft, page)
    organiser.post(address(draft, "delete_draft"))
    back = organiser.get(was)
    assert back.url == f"/organise/diary/?month={local(70):%Y-%m}&said=gone"
    assert "deleted when it was still a draft" in words_of(organiser.get(back.url))
    if page == "delete_draft":
        assert organiser.post(was).url == back.url
    assert organiser.get(was.replace(draft.reference, "zzzzzzz")).status_code == 404


@pytest.mark.parametrize("facts", [{}, {"draft": True}])
def test_what_people_see_or_booked_is_not_deleted(organiser, facts):
    surgery = SurgeryFactory.create(**facts)
    BookingFactory.create(surgery=surgery, cancelled=True) if facts else None
    assert "It stays" in words_of(organiser.get(address(surgery, "delete_draft")))
    assert "It stays" in words_of(organiser.post(address(surgery, "delete_draft")))
    with pytest.raises(DiaryError):
        delete_draft(surgery=surgery)
    assert Surgery.objects.exists()


def test_calling_off_names_who_is_told_and_what_they_are_offered(organiser):
    surgery, other = busy(), SurgeryFactory.create()
    page = organiser.get(address(surgery, "call_off_surgery"))
    words = words_of(page)
    names = [*surgery.bookings.live().values_list("name", flat=True), "Amina Yusuf", "Tom Price"]
    assert [name for name in names if name not in words] == []
    assert "12 who booked" in words
    assert str(other.venue) in words
    for _ in range(2):
        sent = hidden(page) | {"reason": "The café\nis flooded."}
        assert organiser.post(address(surgery, "call_off_surgery"), sent).url.endswith("?done=called_off")
    surgery.refresh_from_db()
    assert (surgery.called_off_reason, surgery.called_off_by.name) == ("The café is flooded.", "Olu")
    told = OutboxEmail.objects.filter(kind="booking_called_off")
    assert told.count() == surgery.bookings.count()
    assert other.reference in write(told[0]).text


def test_whoever_calls_it_off_after_somebody_else_learns_that_their_reason_went_to_nobody(organiser, surgery):
    page = organiser.get(address(surgery, "call_off_surgery"))
    call_off(surgery=surgery, reason="Paint.")
    said = organiser.post(address(surgery, "call_off_surgery"), hidden(page) | {"reason": "Snow."}, follow=True)
    assert "What you wrote went to nobody" in words_of(said)
    assert Surgery.objects.get(pk=surgery.pk).called_off_reason == "Paint."


def test_the_page_of_what_is_called_off_says_whom_it_concerned(organiser):
    surgery = busy()
    BookingFactory.create(surgery=surgery, cancelled=True)
    waiting, hosts = surgery.bookings.waiting().count(), len({shift.champion_id for shift in surgery.shifts.live()})
    call_off(surgery=surgery, reason="Paint.")
    words = words_of(organiser.get(address(surgery, "manage_surgery")))
    assert f"12 booked, {waiting} waiting and {hosts} hosts when it was called off" in words
    assert "Write to its people" not in words
    nobodys = SurgeryFactory.create(called_off=True)
    words = words_of(organiser.get(address(nobodys, "manage_surgery")))
    assert "nobody had booked, and nobody hosted" in words
    assert "the register names" not in words


def test_calling_off_what_somebody_booked_meanwhile_is_asked_anew(organiser, surgery):
    page = organiser.get(address(surgery, "call_off_surgery"))
    BookingFactory.create(surgery=surgery, name="Carol Cave")
    anew = organiser.post(address(surgery, "call_off_surgery"), hidden(page) | {"reason": "Snow."})
    assert anew.status_code == 409
    assert "Carol Cave" in words_of(anew)
    assert "Snow." in anew.content.decode()
    with pytest.raises(OutOfDate):
        call_off(surgery=surgery, reason="Snow.", seen="x")
    assert organiser.post(address(surgery, "call_off_surgery"), hidden(anew) | {"reason": "Snow."}).status_code == 303


def test_more_seats_go_to_who_waits_and_booked_ones_stay(organiser, surgery):
    slots = list(surgery.slots.all())
    booked = BookingFactory.create_batch(6, surgery=surgery)
    waits = BookingFactory.create(surgery=surgery, waiting=True)
    page = address(surgery, "manage_slots")
    usual = {f"{name}_{slot.pk}": 2 for slot in slots for name in ("seats", "was")}
    words = words_of(organiser.post(page, usual | {f"seats_{slots[0].pk}": 1}))
    names = sorted(booking.name for booking in booked if booking.slot == slots[0])
    assert f"10am to 10:20am: 2 are booked. One of {names[0]} and {names[1]} would have to move first" in words
    words = words_of(organiser.post(page, usual | {f"seats_{slots[0].pk}": 0}))
    assert f"10am to 10:20am: 2 are booked. {names[0]} and {names[1]} would have to move first" in words
    assert organiser.post(page, usual | {f"seats_{slots[2].pk}": 3}).status_code == 303
    waits.refresh_from_db()
    assert waits.slot == slots[2]
    assert "Somebody else has given it 3 seats meanwhile" in words_of(organiser.post(page, usual))


def test_slots_are_added_and_taken_out(organiser):
    surgery = SurgeryFactory.create(slots=2, ends_at=local(hour=11))
    first, last = surgery.slots.all()
    usual = {f"{name}_{slot.pk}": 2 for slot in (first, last) for name in ("seats", "was")}
    page = address(surgery, "manage_slots")
    sent = usual | {f"remove_{first.pk}": "on", "begins": "10:40", "ends": "11am", "seats": 5}
    assert organiser.post(page, sent).status_code == 303
    added = surgery.slots.last()
    assert [slot.pk for slot in surgery.slots.all()] == [last.pk, added.pk]
    assert added.seats.count() == 5
    words = words_of(
        organiser.post(page, {f"seats_{last.pk}": 2, f"seats_{added.pk}": 5, "begins": "9am", "ends": "9:20"})
    )
    assert "Enter how many seats the new slot has" in words


@pytest.mark.parametrize("which", ["this", "all"])
def test_a_slot_that_is_added_is_as_long_as_those_of_new_surgeries_have_to_be(organiser, which):
    surgery = SurgeryFactory.create(slots=1, ends_at=local(hour=11), series=SeriesFactory.create())
    page, first = address(surgery, "manage_slots"), surgery.slots.get()
    sent = {f"seats_{first.pk}": 2, f"was_{first.pk}": 2, "begins": "10:20", "seats": 2, "which": which}
    for short in ("10:22", "10:24"):
        response = organiser.post(page, sent | {"ends": short})
        assert response.context["form"].errors["ends"] == ["A slot needs at least 5 minutes"]
        start = surgery.starts_at + timedelta(minutes=20)
        with pytest.raises(DiaryError, match="at least 5 minutes"):
            add_slot(surgery=surgery, starts_at=start, ends_at=start + timedelta(minutes=4), seats=2)
        with pytest.raises(DiaryError, match="at least 5 minutes"):
            change_slots_of_series(surgery=surgery, wanted=Wanted(added={Within(20, 4): 2}), which="all")
    enough = organiser.post(page, sent | {"ends": "10:25"})
    assert (enough.status_code, surgery.slots.count()) == ((303, 2) if which == "this" else (200, 1))


def test_who_fits_best_is_suggested_first_and_put_on(organiser):
    surgery = needs_hosts()
    (need,) = needs([surgery], now=timezone.now())
    best, *_ = suggested(need, now=timezone.now())
    words = words_of(organiser.get(address(surgery, "add_host")))
    assert words.index(best.champion.name) < words.index("Somebody else")
    assert f"At {surgery.venue.office}" in best.why
    page = organiser.get(address(surgery, "add_host")).content.decode()
    begins, ends = (page.split(f'name="{name}"')[1].split("selected")[0].split('value="')[-1].split('"')[0]
                    for name in ("begins", "ends"))  # fmt: skip
    sent = {"suggested": best.champion.pk, "begins": begins, "ends": ends}
    by_name = sent | {"suggested": "", "other": best.champion.pk}
    for again in (sent, sent, by_name):
        assert organiser.post(address(surgery, "add_host"), again).url.endswith("?done=host")
    shift = surgery.shifts.live().get(champion=best.champion)
    assert (shift.starts_at, shift.ends_at) == (surgery.starts_at, surgery.ends_at)
    assert kinds() == ["shift_taken"]
    part = {"ends": written(surgery.slots.first().ends_at)}
    for elsewhen in (sent | part, by_name | part):
        asked = organiser.post(address(surgery, "add_host"), elsewhen)
        assert "hosts already" in words_of(asked)
        assert f'<option value="{best.champion.pk}" selected>' in asked.content.decode()


def options_of(page) -> list[str]:
    """What the list of everybody reads, in its order."""
    select = page.content.decode().split('name="other"')[1].split("</select>")[0]
    return [unescape(option.split(">")[1].split("<")[0]) for option in select.split("<option")[1:]]


def test_the_list_of_everybody_says_what_they_have_at_that_time(organiser):
    surgery = SurgeryFactory.create(slots=3)
    there, seat = SurgeryFactory.create(slots=1), SurgeryFactory.create(slots=1)
    later = SurgeryFactory.create(starts_at=surgery.ends_at, slots=1)
    free, part, sits, here = (
        ChampionFactory.create(name=name, user=UserFactory.create()) for name in ("Ann", "Bo", "Cy", "Di")
    )
    eve = ChampionFactory.create(name="Eve", user=None, most_shifts_a_month=1)
    ChampionFactory.create(name="Flo", most_shifts_a_month=1)
    ShiftFactory.create(surgery=later, champion=eve)
    ShiftFactory.create(surgery=there, champion=part), ShiftFactory.create(surgery=later, champion=free)
    ShiftFactory.create(surgery=surgery, champion=here)
    booked = BookingFactory.create(surgery=seat, attendee__email=sits.user.email)
    BookingFactory.create(surgery=surgery, attendee=booked.attendee, slot=surgery.slots.last())

    page = organiser.get(address(surgery, "add_host"))

    assert options_of(page) == [
        "Choose",
        "Ann",
        f"Bo (hosts at {there.venue}, {span(there)})",
        f"Cy (has a seat at {seat.venue}, {span(seat)}; has a seat here, {span(surgery.slots.last())})",
        f"Di (hosts here, {span(surgery)})",
        f"Eve (hosts 1 in {surgery.local_start:%B}, and likes at most 1 a month)",
        "Flo",
    ]


def test_of_whoever_fits_best_and_could_host_a_part_of_it_the_choice_says_what_they_have(organiser):
    surgery = SurgeryFactory.create(slots=2, hosts_wanted=1)
    ShiftFactory.create(surgery=surgery, champion__name="Ann", ends_at=surgery.slots.first().ends_at)
    there = SurgeryFactory.create(slots=1, starts_at=surgery.starts_at)
    ShiftFactory.create(surgery=there, champion__name="Bo")

    words = words_of(organiser.get(address(surgery, "add_host")))

    assert f"Hosts at {there.venue}, {span(there)}" in words.partition("Who else")[0]


def test_whoever_was_chosen_among_those_who_fit_best_is_taken_back_for_somebody_else(organiser):
    surgery = needs_hosts()
    (need,) = needs([surgery], now=timezone.now())
    best, *_ = suggested(need, now=timezone.now())
    else_ = ChampionFactory.create(name="Somebody New", user=UserFactory.create())
    page = address(surgery, "add_host")
    times = {"begins": written(surgery.starts_at), "ends": written(surgery.slots.first().ends_at)}

    both = organiser.post(page, times | {"suggested": best.champion.pk, "other": else_.pk})
    assert f"You chose {best.champion} and Somebody New. For Somebody New choose “Somebody else” here" in words_of(both)
    kept = both.content.decode()
    assert f'value="{best.champion.pk}" checked' in kept
    assert f'value="{else_.pk}" selected' in kept
    assert f'value="{times["ends"]}" selected' in kept
    for nobody, says in (({}, "Choose a champion, or “Somebody else”"), ({"suggested": "else"}, "Choose a champion")):
        assert says in words_of(organiser.post(page, times | nobody | {"other": ""}))
    assert not surgery.shifts.filter(champion=else_).exists()

    assert organiser.post(page, times | {"suggested": "else", "other": else_.pk}).url.endswith("?done=host")
    assert surgery.shifts.live().filter(champion=else_).exists()
    assert not surgery.shifts.filter(champion=best.champion).exists()


def test_whoever_left_meanwhile_is_not_put_on_and_the_error_leads_to_the_choice(organiser):
    surgery = SurgeryFactory.create(hosts_wanted=1)
    gone = ChampionFactory.create(state=Champion.State.LEFT)
    words = organiser.post(address(surgery, "add_host"), {"suggested": gone.pk}).content.decode()
    assert '<a href="#id_other">They cannot host any more. Choose somebody else</a>' in words
    assert 'id="id_other"' in words


def test_whom_an_organiser_takes_off_reads_why(organiser, surgery):
    shift = ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(user=UserFactory.create()))
    page = reverse("bookings:take_off_host", args=[surgery.reference, shift.pk])
    for _ in range(2):
        assert organiser.post(page, {"reason": "You are needed in York."}).url.endswith("?done=off")
    shift.refresh_from_db()
    assert shift.ended_reason == "Taken off by an organiser: You are needed in York."
    (row,) = OutboxEmail.objects.all()
    message = write(row)
    assert "An organiser has taken you off this surgery: You are needed in York." in message.text
    others = ShiftFactory.create()
    assert organiser.get(reverse("bookings:take_off_host", args=[surgery.reference, others.pk])).status_code == 404


@pytest.mark.parametrize(
    "page", ["publish_surgery", "unpublish_surgery", "call_off_surgery", "manage_slots", "add_host"]
)
def test_each_page_takes_at_most_12_statements_however_many_there_are(organiser, page):
    surgery = SurgeryFactory.create(draft=page == "publish_surgery", slots=3, hosts_wanted=20)

    def more(number: int) -> None:
        if page != "unpublish_surgery":
            for _ in range(number):
                ShiftFactory.create(surgery=surgery)
                Champion.objects.filter(pk=ChampionFactory.create().pk).update(about="Likes tea.")
        if page in {"call_off_surgery", "manage_slots", "add_host"}:
            BookingFactory.create_batch(number, surgery=surgery)
            BookingFactory.create_batch(number, surgery=surgery, waiting=True)

    more(1)
    few = statements(lambda: organiser.get(address(surgery, page)))
    more(4)
    assert statements(lambda: organiser.get(address(surgery, page))) == few
    assert few <= 12
    assert Shift.objects.filter(surgery=surgery).count() in {0, 5}

"""What is done with a series as a whole: extending, publishing, ending, cloning."""

import re
from datetime import date, time, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.services import series as services
from bookings.services.diary import add_slot
from bookings.services.series import end_series, publish_drafts, undo
from bookings.services.series_slots import set_pattern
from notifications.models import OutboxEmail
from surgeries.models import Making, Series, Slot, Surgery, local_moment
from surgeries.services import DiaryError, Within, extend_series, own_slots, slots_by_place
from surgeries.templatetags.times import when
from tests.bookings.dates import dates_page, form_on, send
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.everyone.diary import DIARY, NOW
from tests.everyone.planning import DATES, NEW, OF_SERIES, series
from tests.factories import OfficeFactory, ShiftFactory, SurgeryFactory, UserFactory, VenueFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


@pytest.fixture
def venue():
    return VenueFactory.create(office=OfficeFactory.create(name="Leeds", nation="ENG"), name="Ground floor café")


def seen_on(response) -> dict[str, str]:
    """What the button of the page sends back of what it says."""
    return {"seen": response.context["seen"]}


def test_what_was_struck_out_stays_out_when_the_series_is_extended(organiser, venue):
    form = form_on(dates_page(organiser, venue, ends_on="2027-05-11"))
    form["days"].remove("2027-04-13")
    send(organiser, venue, form, ends_on="2027-05-11")
    pattern = Series.objects.get()
    Surgery.objects.filter(starts_at=local_moment(date(2027, 4, 27), time(10))).delete()
    until = f"/organise/series/{pattern.reference}/extend/?until=2027-06-30"
    response = organiser.get(until)
    assert "Tuesday 13 April 2027 Struck out before" in words_of(response)
    assert form_on(response)["days"] == ["2027-05-25", "2027-06-08", "2027-06-22"]
    organiser.post(until, form_on(response))
    assert pattern.surgeries.count() == 6
    extend_series(series=pattern, until=date(2027, 7, 31), now=NOW)
    days = {timezone.localdate(each.starts_at) for each in pattern.surgeries.all()}
    assert not days & {date(2027, 4, 13), date(2027, 4, 27)}
    pattern.refresh_from_db()
    assert pattern.ends_on == date(2027, 6, 30)


def test_its_drafts_are_published_together_and_its_hosts_told(organiser):
    pattern = series()
    ShiftFactory.create(surgery=pattern.surgeries.filter(state="draft").first(), champion__user=UserFactory.create())
    assert "Publish 2 drafts" in words_of(organiser.get(f"{OF_SERIES}publish/"))
    assert Surgery.objects.filter(state="draft").count() == 2
    organiser.post(f"{OF_SERIES}publish/", seen_on(organiser.get(f"{OF_SERIES}publish/")))
    assert not Surgery.objects.filter(state="draft").exists()
    assert OutboxEmail.objects.filter(kind="shift_taken").count() == 1
    assert publish_drafts(series=pattern, now=NOW) == 0


def test_a_last_date_names_what_goes_and_what_stays_before_it_is_given(organiser):
    pattern = series()
    hosted = pattern.surgeries.filter(state="draft").last()
    ShiftFactory.create(surgery=hosted)
    page = words_of(organiser.get(f"{OF_SERIES}end/?last=2027-03-15"))
    assert "before the first one" in page
    page = words_of(organiser.get(f"{OF_SERIES}end/?last=2027-03-16"))
    assert "1 draft after it is deleted. That cannot be undone: Tuesday 13 April 2027" in page
    assert "1 stays, because people see it or somebody hosts there." in page
    assert pattern.surgeries.count() == 3
    organiser.post(f"{OF_SERIES}end/?last=2027-03-16", seen_on(organiser.get(f"{OF_SERIES}end/?last=2027-03-16")))
    assert set(pattern.surgeries.values_list("pk", flat=True)) == {hosted.pk, pattern.surgeries.first().pk}
    pattern.refresh_from_db()
    assert pattern.ends_on == date(2027, 3, 16)
    with pytest.raises(DiaryError):
        end_series(series=pattern, last=date(2027, 3, 1), now=NOW)


def test_a_draft_that_nobody_has_seen_is_not_published(organiser):
    pattern = series()
    seen = seen_on(organiser.get(f"{OF_SERIES}publish/"))
    # The clock extends what goes on, at any hour.
    extend_series(series=pattern, until=date(2027, 5, 31), now=NOW)
    response = organiser.post(f"{OF_SERIES}publish/", seen)
    assert response.status_code == 409
    assert "Something has changed since you looked" in words_of(response)
    assert not Surgery.objects.filter(state="published", starts_at__gt=local_moment(date(2027, 3, 31), time())).exists()
    # Nor without having seen any; and what was seen now is published, however often somebody presses.
    assert organiser.post(f"{OF_SERIES}publish/").status_code == 409
    for _ in range(2):
        assert organiser.post(f"{OF_SERIES}publish/", seen_on(response))["Location"].endswith("?said=published")
    assert not pattern.surgeries.filter(state="draft").exists()


def test_a_draft_without_a_seat_stays_one_and_the_page_says_so_beforehand(organiser):
    pattern = series()
    bare = pattern.surgeries.filter(state="draft").last()
    bare.slots.all().delete()
    page = organiser.get(f"{OF_SERIES}publish/")
    assert "Publish 1 draft" in words_of(page)
    assert "Tuesday 27 April 2027 has no seat to book, and stays a draft." in words_of(page)
    organiser.post(f"{OF_SERIES}publish/", seen_on(page))
    assert [each.pk for each in pattern.surgeries.filter(state="draft")] == [bare.pk]


def test_a_draft_that_nobody_has_seen_is_not_deleted_by_a_last_date(organiser):
    pattern = series()
    page = f"{OF_SERIES}end/?last=2027-03-16"
    seen = seen_on(organiser.get(page))
    extend_series(series=pattern, until=date(2027, 5, 31), now=NOW)
    there = pattern.surgeries.count()
    for sent in (seen, {}):
        response = organiser.post(page, sent)
        assert response.status_code == 409
        assert "Something has changed since you looked" in words_of(response)
    assert pattern.surgeries.count() == there
    for _ in range(2):
        assert organiser.post(page, seen_on(response))["Location"].endswith("?said=ended")
    assert pattern.surgeries.count() == 1


@pytest.mark.parametrize("act", ["publish/", "end/?last=2027-03-16"])
def test_control_without_what_was_seen_it_would_be_done_to_other_drafts(organiser, monkeypatch, act):
    monkeypatch.setattr(services, "seen_of", lambda *groups: "always the same")
    pattern = series()
    seen = seen_on(organiser.get(f"{OF_SERIES}{act}"))
    extend_series(series=pattern, until=date(2027, 5, 31), now=NOW)
    assert organiser.post(f"{OF_SERIES}{act}", seen).status_code == 303


def test_a_clone_begins_with_everything_but_the_venue_and_a_duplicate_with_everything_but_the_date(organiser):
    pattern = series(seats_per_slot=7)
    page = organiser.get(f"{NEW}?like_series={pattern.reference}").content.decode()
    assert '<option value="w2" selected>' in page
    assert '<option value="" selected>Choose a venue' in page
    assert 'name="seats_per_slot" type="text" value="7"' in page
    assert 'value="16/3/2027"' in page
    surgery = pattern.surgeries.first()
    page = organiser.get(f"{NEW}?like={surgery.reference}").content.decode()
    assert f'<option value="{surgery.venue_id}" selected>' in page
    assert 'name="seats_per_slot" type="text" value="2"' in page
    assert organiser.get(f"{NEW}?like=nothing").status_code == 404


def test_the_form_says_of_what_it_is_a_copy_also_when_it_comes_back(organiser):
    pattern = series()
    surgery = SurgeryFactory.create(starts_at=local(5, 14))
    for like, words in (
        (f"like_series={pattern.reference}", f"copy of the series “Tuesday coffee morning”, {pattern.venue}"),
        (f"like={surgery.reference}", f"copy of {when(surgery)}, {surgery.venue}"),
    ):
        page = organiser.get(f"{NEW}?{like}")
        assert words in words_of(page)
        of = re.search(r'name="of" value="([^"]*)"', page.content.decode())[1]
        assert words in words_of(organiser.get(f"{DATES}?{urlencode({'of': of, 'venue': ''})}"))
    for nothing in ("", "?of=", "?of=surgery-", "?of=series-nothing", "?of=x"):
        assert "copy of" not in words_of(organiser.get(f"{NEW}{nothing}"))


@pytest.mark.parametrize("is_over", [True, False])
def test_a_surgery_is_duplicated_where_it_is_acted_on(organiser, is_over):
    surgery = SurgeryFactory.create(starts_at=local(-3 if is_over else 3))
    page = organiser.get(f"/organise/surgeries/{surgery.reference}/").content.decode()
    assert page.count("Duplicate it") == 1
    assert page.index("Duplicate it") < page.index("Its pages")


def test_a_list_that_goes_over_the_end_of_a_year_names_the_next_one(organiser):
    pattern = series(ends_on=date(2029, 1, 1))
    for days in (323, 673):  # 28 January 2028 and 12 January 2029
        SurgeryFactory.create(series=pattern, venue=pattern.venue, starts_at=local(days), slots=6)
    SurgeryFactory.create(series=pattern, venue=pattern.venue, starts_at=local(659), draft=True)
    for page, shown in (
        (OF_SERIES, ["Tuesday 16 March, 10am", "Friday 28 January 2028, 10am", "Friday 12 January 2029, 10am"]),
        (f"{OF_SERIES}publish/", ["Friday 29 December 2028, 10am"]),
        (f"{OF_SERIES}call-off/", ["Tuesday 16 March, 10am", "Friday 12 January 2029, 10am"]),
        (f"{OF_SERIES}call-off/?which=all", ["Tuesday 16 March, 10am", "Friday 12 January 2029, 10am"]),
    ):
        words = words_of(organiser.get(page))
        assert [each for each in shown if each not in words] == [], page


def like(client, query: str, **said) -> dict[str, str]:
    """What the form would send that begins like another one, with something else typed."""
    form = client.get(f"{NEW}?{query}").context["form"]
    values = {name: form[name].value() for name in form.fields}
    usual = {name: str(value) for name, value in values.items() if value not in {None, False}}
    return usual | {"of": form.like} | {name: str(value) for name, value in said.items()}


@pytest.mark.parametrize("which", ["series", "surgery"])
def test_what_the_form_does_not_ask_is_as_in_the_one_that_it_began_like(organiser, which):
    pattern = series(cutoff_minutes=45, end_time=time(12))
    surgery = pattern.surgeries.filter(state="draft").first()
    Surgery.objects.filter(pk=surgery.pk).update(cutoff_minutes=45)
    own, gone = slots_by_place(surgery), {Within(20, 20), Within(40, 20)}
    own = {within: seats for within, seats in own.items() if within not in gone} | {Within(20, 30): 1}
    Slot.objects.filter(pk__in=[slot.pk for slot in surgery.slots.all()[1:3]]).delete()
    add_slot(surgery=surgery, starts_at=surgery.starts_at + timedelta(minutes=20),
             ends_at=surgery.starts_at + timedelta(minutes=50), seats=1)  # fmt: skip
    set_pattern(pattern, own)
    query = f"like_series={pattern.reference}" if which == "series" else f"like={surgery.reference}"
    there = VenueFactory.create()
    said = like(organiser, query, venue=there.pk, starts_on="2027-06-01", often="w1", ends_on="2027-06-08", times="")
    page = organiser.get(f"{DATES}?{urlencode(said)}")
    assert "10:20am to 10:50am with 1 seat" in words_of(page)
    organiser.post(f"{DATES}?{urlencode(said)}", form_on(page))
    made = Series.objects.exclude(pk=pattern.pk).get()
    assert (own_slots(made), made.cutoff_minutes) == (own, 45)
    assert [(slots_by_place(each), each.cutoff_minutes) for each in made.surgeries.all()] == [(own, 45)] * 2
    # What is typed rules.
    page = organiser.get(f"{DATES}?{urlencode(said | {'seats_per_slot': '9'})}")
    assert "Slots of 20 minutes with 9 seats each" in words_of(page)
    assert organiser.get(f"{DATES}?{urlencode(said | {'of': 'series-' + chr(0)})}").status_code == 200


def test_what_was_struck_out_of_the_original_is_not_ticked_at_first_in_its_clone(organiser, venue):
    form = form_on(dates_page(organiser, venue, often="w1", ends_on="2027-05-18", name="Leeds coffee"))
    form["days"].remove("2027-04-13")
    send(organiser, venue, form, often="w1", ends_on="2027-05-18", name="Leeds coffee")
    pattern = Series.objects.get()
    on = {each.starts_at.date(): each for each in pattern.surgeries.all()}
    on[date(2027, 4, 27)].delete()
    # Nobody left out what has moved within its week, nor what could not be: its venue was taken, and is not elsewhere.
    on[date(2027, 5, 4)].delete()
    SurgeryFactory.create(venue=venue, starts_at=local_moment(date(2027, 5, 4), time(10)))
    moved = on[date(2027, 5, 11)]
    start = local_moment(date(2027, 5, 12), time(10))
    Surgery.objects.filter(pk=moved.pk).update(starts_at=start, ends_at=start + timedelta(hours=2))
    said = like(organiser, f"like_series={pattern.reference}", venue=VenueFactory.create().pk, starts_on="2027-04-06")
    page = organiser.get(f"{DATES}?{urlencode(said)}")
    assert form_on(page)["days"] == ["2027-04-06", "2027-04-20", "2027-05-04", "2027-05-11", "2027-05-18"]
    for day in ("13 April", "27 April"):
        assert "and those that were struck out before are not ticked at first" in words_of(page)
        assert f"Tuesday {day} 2027 Struck out before: Left out of “Leeds coffee”" in words_of(page)
    # It can be ticked after all, and those of another one are not asked.
    sent = form_on(page) | {"days": ["2027-04-13"]}
    assert organiser.post(f"{DATES}?{urlencode(said)}", sent).status_code == 303
    assert Series.objects.exclude(pk=pattern.pk).get().surgeries.count() == 1
    del said["of"]
    assert "Left out of" not in words_of(organiser.get(f"{DATES}?{urlencode(said)}"))


def test_a_clone_takes_as_many_statements_for_a_year_as_for_a_month(organiser, venue):
    def count(ends_on: str) -> int:
        said = like(organiser, f"like_series={pattern.reference}", venue=there.pk, starts_on="2027-04-06",
                    often="w1", ends_on=ends_on)  # fmt: skip
        return statements(lambda: organiser.get(f"{DATES}?{urlencode(said)}"))

    form = form_on(dates_page(organiser, venue, often="w1", ends_on="2028-03-14"))
    form["days"] = form["days"][::2]
    send(organiser, venue, form, often="w1", ends_on="2028-03-14")
    pattern, there = Series.objects.get(), VenueFactory.create()
    assert count("2027-05-04") == count("2028-03-14") <= 12


@pytest.mark.parametrize("what", ["a last date", "taking it back"])
def test_surgeries_are_locked_before_their_series_as_everywhere_so_nobody_waits_in_a_circle(organiser, venue, what):
    send(organiser, venue, form_on(dates_page(organiser, venue)))
    made = Making.objects.get()
    with CaptureQueriesContext(connection) as statements:
        if what == "a last date":
            end_series(series=made.series, last=made.series.starts_on)
        else:
            undo(making=made)
    locks = [each["sql"] for each in statements if " FOR " in each["sql"] and "UPDATE" in each["sql"]]
    assert "surgeries_surgery" in locks[0]
    assert "surgeries_series" not in locks[0]
    assert any("surgeries_series" in lock for lock in locks[1:])


@pytest.mark.parametrize("ticked", [None, ["2027-03-16"]])
def test_whoever_goes_back_after_taking_back_is_told_so_and_makes_it_with_another_press(organiser, venue, ticked):
    form = form_on(dates_page(organiser, venue))
    send(organiser, venue, form)
    organiser.post(f"{DIARY}made/{Making.objects.get().pk}/undo/")
    once_more = form | ({"days": ticked} if ticked else {})
    said = send(organiser, venue, once_more)
    assert "What you made with this form was taken back. Press the button once more" in words_of(said)
    assert form_on(said)["days"] == once_more["days"]
    assert not Surgery.objects.exists()
    assert send(organiser, venue, form_on(said)).status_code == 303
    assert Surgery.objects.count() == len(once_more["days"])

"""Who did what, as organisers read it: as a whole, and on the page of each thing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from bookings.change_words import PLACES, is_private
from bookings.changes import ACTS, CHANGES, kinds
from bookings.models import Booking
from bookings.paragraphs import kinds as kinds_of_email
from bookings.services.diary import call_off_several
from history.acting import acting
from history.models import Change
from history.triggers import recorded
from organisation.kept import forget
from organisation.models import EmailParagraph, Guidelines, Headcount
from organisation.services import retire
from surgeries.models import Making
from tests.access import ADMINISTRATOR, CHAMPION, ORGANISER, USER
from tests.bookings.pages import private
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    OfficeFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    local,
)
from tests.test_access import TABLE

ALL = reverse("bookings:changes")


def about(thing) -> str:
    return reverse("bookings:changes_of_one", args=[thing._meta.model_name, thing.pk])


def test_a_surgery_says_who_moved_it_from_when_to_when_and_from_where(page, organiser):
    surgery = SurgeryFactory.create(starts_at=local(7, 10), slots=0)
    with acting(place="admin:surgeries_surgery_change", who=organiser.pk):
        surgery.starts_at += timedelta(minutes=10)
        surgery.save(update_fields=["starts_at"])
    words = page(about(surgery))
    assert "Priya Shah, from the administration pages" in words
    assert "Moved surgery “" in words
    assert ", 10am → " in words
    assert "10:10am" in words


def test_a_private_link_reads_as_themselves_and_plain_sql_as_the_database(page):
    booking = BookingFactory.create(name="Ada Lovelace")
    Client().post(private(booking, "cancel/"), {"seen": booking.version})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_booking SET question = 'q' WHERE id = %s", [booking.pk])
    words = page(about(booking))
    assert "By themselves, from their private link" in words
    assert "Cancelled booking “Ada Lovelace”" in words
    assert "State: Confirmed → Cancelled" in words
    assert "Somebody, directly in the database" in words
    assert "Question: changed (what it says is not kept)" in words
    assert is_private("bookings:cancel")
    assert not is_private("bookings:book")


def test_the_clock_and_a_command_are_named(page):
    with acting(place="clock surgeries.duties.extend"):
        OfficeFactory.create(name="Leeds")
    with acting(place="command load_demo"):
        OfficeFactory.create(name="Hull")
    words = page(ALL)
    assert "The clock" in words
    assert "Added office “Leeds”" in words
    assert "The command load_demo" in words


def test_a_thing_shows_its_parts_what_left_it_and_what_is_gone(page):
    booking, other = BookingFactory.create(name="Ada Lovelace"), SurgeryFactory.create()
    topic = TopicFactory.create(name="Mastodon")
    booking.topics.add(topic)
    surgery = booking.surgery
    seat = other.seats.select_related("slot").first()
    Booking.objects.update(surgery=other, seat=seat, slot=seat.slot)
    words = page(about(surgery))
    assert "Moved booking “Ada Lovelace”" in words
    assert "6 seats" in words
    assert "Chose Mastodon among the topics" in page(about(booking))
    assert "Moved booking “Ada Lovelace”" in page(about(booking.attendee))
    gone = OfficeFactory.create(name="Atlantis")
    address = about(gone)
    gone.delete()
    assert "Deleted office “Atlantis”" in page(address)


def test_many_of_one_kind_are_one_line_with_how_many_there_really_are(page, organiser):
    with acting(place="command load_demo"):
        OfficeFactory.create_batch(CHANGES + 5)
    words = page(f"{ALL}?kind=office")
    assert f"Added {CHANGES + 5} offices" in words
    assert "more" not in words


def test_a_champions_shifts_are_with_them(page):
    shift = ShiftFactory.create()
    assert "Added shift" in page(about(shift.champion))


def test_a_series_shows_what_was_done_to_its_surgeries(page, organiser):
    series = SeriesFactory.create()
    theirs = [SurgeryFactory.create(series=series, starts_at=local(days)) for days in (7, 14)]
    SurgeryFactory.create()
    SurgeryFactory.create(series=series, starts_at=local(21), draft=True).delete()
    with acting(who=organiser.pk, place="bookings:call_off_series"):
        call_off_several(surgeries=theirs, reason="The café is being painted.", by=organiser)
    said = page(about(series))
    assert said.count("Called off surgery") == 2
    assert said.count("Added surgery") == 3
    assert said.count("Deleted surgery") == 1


def test_erasure_takes_the_name_from_the_page_as_well(page):
    booking = BookingFactory.create(name="Ada Lovelace")
    Booking.objects.update(name="Somebody")
    assert "Ada" not in page(about(booking))


def test_what_has_no_name_of_its_own_reads_as_what_it_is(page, organiser):
    series = SeriesFactory.create(name="Coffee in Leeds")
    with acting(place="bookings:preview", who=organiser.pk):
        making = Making.objects.create(request_id=uuid4(), series=series, made_at=timezone.now(), made_by=organiser)
    with acting(place="bookings:undo", who=organiser.pk):
        making.undone_at = timezone.now()
        making.save(update_fields=["undone_at"])
    with acting(place="bookings:email_paragraph", who=organiser.pk):
        EmailParagraph.objects.create(email="booking_booked", words="Park behind the station.")
    with acting(place="organisation:retire_row", who=organiser.pk):
        team = TeamFactory.create(name="Flood maps")
        Headcount.objects.create(team=team, counted_on=timezone.localdate(), people=12)
        retire(row=team)
        Guidelines.objects.create(title="Our guidelines", version="2", published_on=timezone.localdate(), body="Be.")
    words = page(ALL)
    assert "Added surgeries made at once “Coffee in Leeds”" in words
    assert "Took back surgeries made at once “Coffee in Leeds”" in words
    assert "Priya Shah, from the diary" in words
    assert f"Added paragraph in emails “{kinds_of_email()['booking_booked'].called}”" in words
    assert "Priya Shah, from the lists" in words
    assert "Retired team “Flood maps”" in words
    assert "Is retired" not in words
    assert "Added headcount “Flood maps”" in words
    assert "Added guidelines “Our guidelines”" in words


def test_the_page_of_a_thing_leads_to_where_it_is_changed(page, client):
    booking, topic = BookingFactory.create(), TopicFactory.create()
    surgery = booking.surgery
    for thing, where in [
        (surgery, reverse("bookings:manage_surgery", args=[surgery.reference])),
        (topic, reverse("organisation:row", args=["topics", topic.pk])),
        (booking, reverse("bookings:manage_surgery", args=[surgery.reference])),
    ]:
        assert f'href="{where}"' in client.get(about(thing)).content.decode()


def test_every_place_that_has_a_name_is_a_page():
    spaces = ("accounts", "bookings", "champions", "desk", "letting_in", "organisation", "privacy")
    names = {f"{space}:{name}" for space in spaces for name in pages(space)}
    assert {place for place in PLACES if ":" in place} <= names
    assert all(reverse(place) for place in PLACES if ":" not in place)


# What is sent there only asks: for people, for the days of a surgery, for what is held.
ASKS = {"bookings:people", "bookings:book_for", "bookings:book_for_new", "bookings:move_for"}
ASKS |= {"privacy:data", "privacy:data_json"}
# Of emails, one session and second factors, which are not recorded.
ASKS |= {"desk:try_again", "desk:try_all_again", "desk:leave_alone", "accounts:sign_out"}
ASKS |= {"accounts:add_app", "accounts:recovery_codes", "accounts:confirm"}


def test_every_page_from_which_somebody_who_is_signed_in_changes_something_has_a_name_that_organisers_know():
    who, refusals = {USER, CHAMPION, ORGANISER, ADMINISTRATOR}, {403, 404, 405, 410}
    act = {
        row.name for row in TABLE if any(row.post[role] not in refusals for role in who) and not is_private(row.name)
    }
    assert act - ASKS <= PLACES.keys()
    assert act >= ASKS


def pages(space: str) -> set[str]:
    return {name for name in get_resolver().namespace_dict[space][1].reverse_dict if isinstance(name, str)}


def test_every_kind_has_one_page_and_a_page_that_reads(page, client):
    assert len(kinds()) == sum(not model._meta.auto_created for model in recorded().values())
    for kind in kinds():
        assert client.get(reverse("bookings:changes_of_one", args=[kind, 9])).status_code == 404
        assert client.get(ALL, {"kind": kind}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "before=x", "before=%00", "before=2026-13-45", "before=2026-01-01", "before=9999-12-31T23:59:59Z",
        "before=0001-01-01T00:00:00%2B14:00", "who=x", "who=99999999999999999999", "who=%00", "kind=nothing",
        "since=x", "until=9999-99-99", "since=2030-01-01&until=2020-01-01", "kind=office&kind=%00&who=nobody",
    ],
)  # fmt: skip
def test_whatever_the_address_says_the_page_answers(page, client, query):
    assert client.get(f"{ALL}?{query}").status_code == 200


@pytest.mark.parametrize("address", ["nothing/1/", "office/99999999999999999999/", "booking_topics/1/", "change/1/"])
def test_what_is_not_recorded_has_no_page(page, client, address):
    assert client.get(f"{ALL}{address}").status_code == 404


def test_the_filters_choose_by_person_kind_and_day(page, organiser):
    OfficeFactory.create(name="Leeds")
    with acting(place="admin:organisation_office_add", who=organiser.pk):
        OfficeFactory.create(name="Hull")
        TopicFactory.create(name="Mastodon")
    assert {"“Leeds”", "“Hull”", "“Mastodon”"} <= set(page(ALL).split())
    by_her = page(f"{ALL}?who={organiser.pk}&kind=office")
    assert "“Hull”" in by_her
    assert "“Leeds”" not in by_her
    assert "“Mastodon”" not in by_her
    assert "“Leeds”" in page(f"{ALL}?who=nobody")
    assert "Nothing was changed" in page(f"{ALL}?since=2020-01-01&until=2020-01-31")


def write(number: int) -> None:
    """So many changes of an hour each, as the owner may."""
    office = OfficeFactory.create()
    before = timezone.now()
    Change.objects.using("owner").bulk_create(
        Change(changed_at=before - timedelta(minutes=n), place="", table="organisation_office", key=office.pk,
               what="update", facts={"name": [f"Name {office.pk}.{n}", "Leeds"]})
        for n in range(1, number + 1)
    )  # fmt: skip


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_it_goes_on_page_by_page_and_takes_as_many_statements_for_thousands(client):
    organiser = UserFactory.create(organiser=True)
    client.force_login(organiser)
    write(3)
    forget()
    with CaptureQueriesContext(connection) as few:
        client.get(ALL)
    write(3000)
    surgery = SurgeryFactory.create()
    for champion in ChampionFactory.create_batch(3):
        ShiftFactory.create(surgery=surgery, champion=champion)
    forget()
    with CaptureQueriesContext(connection) as many:
        response = client.get(ALL)
    assert len(many) == len(few) <= 12
    seen: list[str] = []
    for _ in range(4):
        seen += [words for act in response.context["acts"] for change in act.changes for _, words in change.details]
        response = client.get(ALL, {"before": response.context["following"].isoformat()})
    names = [words for words in seen if words.startswith("Name")]
    assert len(names) == len(set(names)) > 3 * ACTS - 20

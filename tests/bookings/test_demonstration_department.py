"""The demonstration department, loaded once for all that is asked of it here: believable, and as large as one is."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Count, Q, Sum
from pytest_django import DjangoDbBlocker

from accounts.models import User
from bookings.demonstration import diary
from bookings.demonstration.department import DOMAIN
from bookings.demonstration.loading import load
from bookings.demonstration.people import address_of, staff
from bookings.demonstration.signing_in import ready_made
from bookings.invariants import violations
from bookings.models import Attendee, Booking, SurgeryRequest, Visit
from bookings.record import Period, record_of
from bookings.services.booking import cancel
from champions.models import Champion, Skill
from notifications.models import OutboxEmail
from organisation.models import (
    CheatSheet,
    Department,
    Directorate,
    Grade,
    Guidelines,
    Headcount,
    Office,
    Symptom,
    Team,
    Topic,
)
from surgeries.milestones import notice_milestones
from surgeries.models import Series, Surgery, Venue
from tests.bookings.demonstration import NOW, counts, next_brief_of_the_champion
from tests.factories import BookingFactory, SurgeryFactory
from tests.factories.crowds import count_rows


@pytest.fixture(scope="module")
def department(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The department, committed, because loading it takes seconds; the tables are emptied after the last test."""
    with django_db_blocker.unblock():
        with time_machine.travel(NOW, tick=False):
            load()
        count_rows()
        yield
        call_command("flush", database="owner", interactive=False, verbosity=0)


@pytest.fixture
def loaded(department: None, db: None) -> None:
    """The department, as every test finds it."""


def test_the_champion_whom_one_can_be_has_a_brief_worth_reading(loaded):
    brief = next_brief_of_the_champion(NOW)
    asked = {topic for guest in brief.guests for topic in guest.topics}
    assert len(brief.guests) > 5
    assert len(asked) > 5
    assert any(guest.question for guest in brief.guests)
    assert all(shift.champion.user for shift in brief.shifts)
    assert brief.sheets


def test_the_champion_whom_one_can_be_has_a_record_worth_looking_at(loaded):
    champion = Champion.objects.get(user__email=ready_made()[0].email)
    record = record_of(champion, Period.appraisal_year(NOW.date()), now=NOW)
    assert record.registered == len(record.sessions) > 5
    assert record.came > 20
    assert len(record.topics) > 5
    assert [entry.is_shared for entry in champion.journal.latest_first()] == [True, False]
    notice_milestones(NOW)
    assert [milestone.kind for milestone in champion.milestones.all()][:2] == ["1", "5"]
    assert not OutboxEmail.objects.filter(recipient=champion.user.email).exists()


def test_it_is_as_large_as_a_department_is(loaded):
    newest = Headcount.objects.order_by("-counted_on")[0].counted_on
    for owner in ("office", "team", "grade"):
        counted = Headcount.objects.filter(counted_on=newest, **{f"{owner}__isnull": False})
        assert counted.aggregate(people=Sum("people")) == {"people": 3000}
    assert newest < Surgery.objects.order_by("starts_at")[0].starts_at.date()
    assert (Office.objects.count(), Directorate.objects.count(), Team.objects.count()) == (6, 8, 60)
    assert set(Office.objects.values_list("nation", flat=True)) == set(Office.Nation.values)
    assert (Grade.objects.count(), Topic.objects.count(), Symptom.objects.count()) == (8, 16, 12)
    assert CheatSheet.objects.count() == 8
    assert [each.version for each in Guidelines.objects.published(NOW.date())] == ["2", "1"]
    assert not Symptom.objects.filter(topics=None).exists()
    assert Champion.objects.active().count() == 40
    assert [champion.state for champion in Champion.objects.undecided()] == ["applied", "asked_back"]
    assert not Champion.objects.filter(Q(about="") | Q(offices=None)).exists()
    assert set(Skill.objects.values_list("level", flat=True)) == set(Skill.Level.values)
    assert not Topic.objects.filter(skills=None).exists(), "A topic that no champion knows."
    assert not Venue.objects.filter(Q(directions="") | Q(accessibility="")).exists()


def test_it_shows_every_kind_of_surgery_and_booking(loaded):
    assert {series.every_weeks for series in Series.objects.all()} >= {1, 2}
    one_slot = Surgery.objects.annotate(number_of_slots=Count("slots")).filter(number_of_slots=1, is_drop_in=True)
    assert one_slot.filter(starts_at__gt=NOW).exists()
    hosts = set(Surgery.objects.upcoming(NOW).annotate(
        hosts=Count("shifts", filter=Q(shifts__ended_at=None))).values_list("hosts", flat=True))  # fmt: skip
    assert hosts == {0, 1, 2}
    called_off = Surgery.objects.get(state=Surgery.State.CALLED_OFF)
    assert called_off.bookings.exists()
    assert not called_off.bookings.live().exists()
    states = Counter(Booking.objects.values_list("state", flat=True))
    assert states["confirmed"] > 300
    assert states["waiting"] > 5
    assert states["cancelled"] > 15
    for chosen in (
        Q(question=""), Q(adjustments=""), Q(team=None), Q(grade=None), Q(office=None), Q(feeling=""), Q(topics=None),
        Q(symptoms=None), Q(is_unsure=True), Q(suits=None),
    ):  # fmt: skip
        assert Booking.objects.filter(chosen).exists()
        assert Booking.objects.exclude(chosen).exists()
    assert Booking.objects.filter(is_unsure=False, question="", topics=None, symptoms=None).count() == 0
    assert Visit.objects.filter(booking=None).exists()
    assert Visit.objects.exclude(booking=None).exists()
    assert SurgeryRequest.objects.exists()
    assert not Attendee.objects.exclude(email__endswith=f"@{DOMAIN}").exists()
    known_since = Attendee.objects.order_by("created_at")[0].created_at
    assert known_since < NOW - timedelta(weeks=9)


def test_loading_it_again_changes_nothing(loaded):
    before = counts(), list(Booking.objects.order_by("id").values())
    again = load(now=NOW)
    assert (again.is_first, again.surgeries, again.bookings) == (False, 0, 0)
    assert (counts(), list(Booking.objects.order_by("id").values())) == before


def test_loading_it_two_weeks_later_adds_what_time_has_brought_and_leaves_peoples_own_things_alone(loaded):
    coffee_morning = Surgery.objects.upcoming(NOW).filter(series__name=diary.COFFEE_MORNING)[0]
    own = BookingFactory(surgery=coffee_morning, attendee__email="me@example.gov.uk")
    gone = Booking.objects.holding_a_seat().filter(surgery__starts_at__gt=NOW + timedelta(days=14))[0]
    cancel(booking=gone, now=NOW)
    Office.objects.filter(name="Sheffield").update(name="Sheffield (Rivelin House)")
    Topic.objects.filter(slug="tumblr").update(is_retired=True)
    own_surgery = SurgeryFactory(starts_at=NOW + timedelta(days=3))
    BookingFactory(surgery=own_surgery)
    before = counts()
    later = NOW + timedelta(weeks=2)
    with time_machine.travel(later, tick=False):
        again = load()
    assert again.surgeries > 5
    assert again.bookings > 20
    own.refresh_from_db()
    gone.refresh_from_db()
    assert (own.state, gone.state) == ("confirmed", "cancelled")
    assert own_surgery.bookings.count() == 1
    after = counts()
    for unchanged in ("Office", "Team", "Topic", "Champion", "Venue", "Series", "User", "SurgeryRequest", "Headcount"):
        assert after[unchanged] == before[unchanged]
    assert coffee_morning.visits.exists(), "It has been held since."
    assert not Visit.objects.filter(attendee=own.attendee).exists()
    assert {found: ids for found, ids in violations().items() if ids} == {}


def test_the_names_are_as_varied_as_the_country():
    people = [person for office in staff().values() for person in office]
    names = {person.name for person in people}
    assert len(names) > 500
    assert any("’" in name for name in names)
    assert any(not name.replace("’", "").isascii() for name in names)
    assert max(map(len, names)) > 25
    assert len({person.email for person in people}) == len(people)
    assert all(person.email.isascii() and person.email == person.email.lower() for person in people)
    assert address_of("Siân O’Dąbrowski") == f"sian.odabrowski@{DOMAIN}"


def test_it_says_where_to_sign_in(loaded):
    said = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("load_demo", stdout=said)
    assert "/sign-in/ as a champion, an organiser or an administrator" in said.getvalue()


def test_a_champion_an_organiser_and_an_administrator_can_sign_in(loaded):
    champion, organiser, administrator = (User.objects.get(email=person.email) for person in ready_made())
    assert champion.champion.name == champion.name
    assert [user.is_organiser for user in (champion, organiser, administrator)] == [False, True, True]
    assert [user.is_administrator for user in (champion, organiser, administrator)] == [False, False, True]


def test_whoever_may_not_sign_in_any_more_is_not_offered(loaded):
    User.objects.filter(is_superuser=True).update(is_active=False)
    assert [person.role for person in ready_made()] == ["champion", "organiser"]


def test_the_department_is_invented(loaded):
    department = Department.current()
    assert department.name == "Department for Coasts and Rivers"
    assert department.email_domains == ["gov.uk"]
    assert department.lets_book("anybody@any.department.gov.uk")
    assert not department.lets_book("anybody@example.com")

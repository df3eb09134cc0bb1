"""The department's own lists in the administration pages: rows in use stay, and refusals are said in words."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organisation.models import Department, Headcount, Office, Topic
from tests.admin_forms import complaints, said, send, shown
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    DirectorateFactory,
    GradeFactory,
    HeadcountFactory,
    OfficeFactory,
    SurgeryRequestFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
)

PAGES = sorted({model._meta.label_lower.replace(".", "_") for model in admin.site._registry})
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


def delete(client, page, row):
    return client.post(reverse(f"admin:{page}_delete", args=[row.pk]), {"post": "yes"}, follow=True)


# ── the department ────────────────────────────────────────────────────────────────────────────────────────────
def test_the_department_is_one_row_that_begins_with_what_the_environment_says(client, settings):
    settings.ALLOWED_EMAIL_DOMAINS = ["example.gov.uk"]
    list_of_one = reverse("admin:organisation_department_changelist")
    response = client.get(list_of_one, follow=True)
    assert shown(response)["email_domains"] == "example.gov.uk"
    send(client, "organisation_department_add", name="Department for Tests", email_domains="@GOV.UK, nhs.uk ")
    assert Department.objects.get().email_domains == ["gov.uk", "nhs.uk"]
    response = client.get(list_of_one, follow=True)
    assert response.redirect_chain[-1][0] == reverse("admin:organisation_department_change", args=[1])
    assert client.get(reverse("admin:organisation_department_add")).status_code == 403
    assert client.post(reverse("admin:organisation_department_delete", args=[1]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reminder_hour": 24}, "less than or equal to 23"),
        ({"email_domains": ""}, "Name at least one domain. Without one nobody could book."),
        ({"email_domains": "gov.uk, not a domain"}, "Domain 2: “not a domain” is not a domain. Write it like example"),
        ({"email_domains": "gov.uk,,"}, "required"),
        ({"cutoff_minutes": 10**6}, "less than or equal to"),
        ({"contact_email": "nobody"}, "valid email"),
    ],
)
def test_settings_that_cannot_be_are_refused(client, changes, words):
    DepartmentFactory()
    assert words in complaints(send(client, "organisation_department_change", 1, **changes))


# ── headcounts ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_headcount_is_added_beside_its_office_and_the_newest_is_shown(client):
    office = OfficeFactory()
    HeadcountFactory(team=None, office=office, people=50, counted_on=timezone.localdate() - timedelta(days=400))
    today = timezone.localdate()
    added = {"headcounts-TOTAL_FORMS": 2, "headcounts-1-counted_on": today, "headcounts-1-people": 70}
    assert complaints(send(client, "organisation_office_change", office.pk, **added)) == ""
    listed = client.get(reverse("admin:organisation_office_changelist"))
    assert [row.headcount for row in listed.context["cl"].result_list] == [70]


def test_two_headcounts_on_one_day_are_refused_by_the_database_in_words(client):
    office = OfficeFactory()
    HeadcountFactory(team=None, office=office)
    again = {
        "headcounts-TOTAL_FORMS": 2,
        "headcounts-1-counted_on": timezone.localdate(),
        "headcounts-1-people": 70,
    }
    words = complaints(send(client, "organisation_office_change", office.pk, **again))
    assert "headcount for" in words
    two_new: dict[str, object] = again | {"headcounts-TOTAL_FORMS": 3, "headcounts-1-counted_on": "2020-01-01"}
    two_new |= {"headcounts-2-counted_on": "2020-01-01", "headcounts-2-people": 1}
    assert "There is a headcount for one of these days already." in complaints(
        send(client, "organisation_office_change", office.pk, **two_new)
    )
    assert Headcount.objects.count() == 1


def test_without_the_kind_refusal_the_same_would_be_an_error_page(client, monkeypatch):
    """The control of the test above."""
    from organisation.kind_admin import KindAdmin

    monkeypatch.setattr(KindAdmin, "refusing", ())
    client.raise_request_exception = False
    two: dict[str, object] = {"headcounts-TOTAL_FORMS": 2}
    for row in (0, 1):
        two |= {f"headcounts-{row}-counted_on": "2020-01-01", f"headcounts-{row}-people": 1}
    assert send(client, "organisation_office_change", OfficeFactory().pk, **two).status_code == 500


# ── rows in use ───────────────────────────────────────────────────────────────────────────────────────────────
def in_use():
    """Rows that something refers to, by their administration page, with what the page should say."""
    topic = TopicFactory()
    booking = BookingFactory()
    booking.topics.set([topic])
    champion = ChampionFactory()
    champion.offices.set([OfficeFactory()])
    symptom = SymptomFactory()
    booking.symptoms.set([symptom])
    team = TeamFactory()
    return [
        ("organisation_office", VenueFactory().office, "1 venue"),
        ("organisation_office", champion.offices.get(), "1 champion"),
        ("organisation_office", SurgeryRequestFactory().office, "1 surgery request"),
        ("organisation_directorate", team.directorate, "1 team"),
        ("organisation_team", BookingFactory(team=team).team, "1 booking"),
        ("organisation_grade", BookingFactory(grade=GradeFactory()).grade, "1 booking"),
        ("organisation_topic", topic, "1 booking"),
        ("organisation_topic", ChampionFactory(topics=[TopicFactory()]).topics.get(), "1 skill"),
        ("organisation_topic", SymptomFactory(topics=[TopicFactory()]).topics.get(), "1 symptom"),
        ("organisation_symptom", symptom, "1 booking"),
    ]


def test_rows_in_use_are_not_deleted_and_the_page_says_what_uses_them(client):
    for page, row, words in in_use():
        response = delete(client, page, row)
        assert f"is in use ({words}), so it stays." in said(response), (page, words)
        assert type(row).objects.filter(pk=row.pk).exists()


def test_rows_that_nobody_uses_are_deleted(client):
    topic, office = TopicFactory(), OfficeFactory()
    HeadcountFactory(team=None, office=office)
    for page, row in (
        ("organisation_topic", topic),
        ("organisation_office", office),
        ("organisation_directorate", DirectorateFactory()),
    ):
        assert "deleted successfully" in said(delete(client, page, row))
    assert not Topic.objects.exists()
    assert not Office.objects.exists()


def test_a_row_that_comes_into_use_at_the_last_moment_stays_too(client, monkeypatch):
    """The look beforehand is switched off: the database refuses, and the page still says so."""
    team = BookingFactory(team=TeamFactory()).team
    monkeypatch.setattr("organisation.kind_admin.uses_of", lambda row: "")
    monkeypatch.setattr("organisation.admin.TeamAdmin.get_deleted_objects", lambda *args: ([], {}, set(), []))
    assert "is in use, so it stays" in said(delete(client, "organisation_team", team))


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_deleted_in_bulk(client, page):
    response = client.get(reverse(f"admin:{page}_changelist"), follow=True)
    assert b"delete_selected" not in response.content


# ── slugs, names, lists ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("page", "make", "changes"),
    [
        ("organisation_office", OfficeFactory, {"slug": "two words"}),
        ("organisation_office", OfficeFactory, {"name": ""}),
        ("organisation_grade", GradeFactory, {"rank": 0}),
        ("organisation_grade", GradeFactory, {"rank": 10**9}),
        ("organisation_topic", TopicFactory, {"kind": "neither"}),
        ("organisation_symptom", SymptomFactory, {"topics": []}),
        ("organisation_symptom", SymptomFactory, {"topics": ["x"]}),
        ("organisation_team", TeamFactory, {"directorate": 0}),
        ("organisation_team", TeamFactory, {"name": "n" * 121}),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(client, page, make, changes):
    assert complaints(send(client, f"{page}_change", make().pk, **changes))


def test_two_rows_of_one_name_are_refused_in_words(client):
    team = TeamFactory(name="Press Office")
    other = TeamFactory(directorate=team.directorate)
    words = complaints(send(client, "organisation_team_change", other.pk, name="Press Office"))
    assert "has a team of that name already" in words
    one, two = OfficeFactory(), OfficeFactory()
    assert "already exists" in complaints(send(client, "organisation_office_change", two.pk, name=one.name))


@pytest.mark.parametrize(
    ("page", "make"),
    [
        ("organisation_office", OfficeFactory),
        ("organisation_directorate", TeamFactory),
        ("organisation_team", TeamFactory),
        ("organisation_grade", GradeFactory),
        ("organisation_symptom", lambda: SymptomFactory(topics=[TopicFactory()])),
        ("champions_champion", lambda: ChampionFactory(topics=[TopicFactory()])),
        ("surgeries_venue", VenueFactory),
    ],
)
def test_lists_take_as_many_queries_for_many_rows_as_for_few(client, page, make):
    address = reverse(f"admin:{page}_changelist")
    numbers = []
    for rows in (2, 10):
        for _ in range(rows):
            make()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 12


# ── champions ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_champion_knows_each_topic_once(client):
    topic = TopicFactory()
    champion = ChampionFactory(topics=[topic])
    again = {"skills-1-topic": topic.pk, "skills-1-level": 1}
    assert "listed" in complaints(send(client, "champions_champion_change", champion.pk, **again))
    twice = {"skills-TOTAL_FORMS": 3, "skills-1-topic": TopicFactory().pk, "skills-1-level": 1}
    twice |= {"skills-2-topic": twice["skills-1-topic"], "skills-2-level": 2}
    assert "listed" in complaints(send(client, "champions_champion_change", champion.pk, **twice))
    assert champion.skills.count() == 1


# ── who gets in ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("page", sorted({*PAGES} - {"accounts_user"}))
def test_only_organisers_get_in(client, page):
    client.logout()
    address = reverse(f"admin:{page}_changelist")
    assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    assert client.get(address, follow=True).status_code == 403
    client.force_login(UserFactory(organiser=True))
    assert client.get(address, follow=True).status_code == 200


def test_the_pages_carry_the_products_name(client):
    page = client.get(reverse("admin:index")).content.decode()
    assert "Social media surgeries" in page
    assert "Keep the diary" in page
    assert "Django" not in page

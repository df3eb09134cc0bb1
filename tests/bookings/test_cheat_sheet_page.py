"""The page of a cheat sheet: what it says, where to ask about it, and what stands there once it is retired."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.demonstration import department
from bookings.demonstration.department import load_cheat_sheets
from organisation.kept import forget
from organisation.models import CheatSheet
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    CheatSheetFactory,
    DepartmentFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
)
from tests.kept import everything_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet():
    topic = TopicFactory(name="LinkedIn", slug="linkedin")
    return CheatSheetFactory(topic=topic, title="A first step", body="## Begin\n\n<script>x</script>")


def surgery_about(topic):
    surgery = SurgeryFactory()
    ShiftFactory(surgery=surgery, champion=ChampionFactory(topics=[topic]))
    return surgery


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_it_shows_what_the_organisers_wrote_and_when_somebody_last_read_it(client, sheet):
    CheatSheet.objects.update(reviewed_on="2026-03-02")
    response = client.get("/cheat-sheets/linkedin/beginner/")
    page = words(response)
    assert "Cheat sheet for beginners: LinkedIn" in page
    assert '<h2 class="govuk-heading-m">Begin</h2>' in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "Last reviewed on 2 March 2026" in page
    assert page.count("<h1") == 1


def test_it_leads_to_the_other_level_while_that_is_there(client, sheet):
    other = CheatSheetFactory(topic=sheet.topic, level="experienced", title="More of it")
    assert 'For the experienced: <a class="govuk-link" href="/cheat-sheets/linkedin/experienced/">More' in words(
        client.get(sheet.get_absolute_url())
    )
    CheatSheet.objects.filter(pk=other.pk).update(is_retired=True)
    forget()
    assert "More of it" not in words(client.get(sheet.get_absolute_url()))


def test_it_leads_to_the_next_surgeries_where_somebody_knows_the_topic(client, sheet):
    about, other = surgery_about(sheet.topic), surgery_about(TopicFactory())
    page = words(client.get(sheet.get_absolute_url()))
    assert about.get_absolute_url() in page
    assert other.get_absolute_url() not in page
    assert 'href="/?topic=linkedin"' in page


def test_without_such_a_surgery_one_can_ask_for_it(client, sheet):
    page = words(client.get(sheet.get_absolute_url()))
    assert "No surgery where somebody knows about this is planned yet" in page
    assert 'href="/ask/?topic=linkedin"' in page


# ── Gone ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_retired_one_is_gone_and_its_page_says_where_to_go_instead(client, sheet):
    CheatSheetFactory(topic=sheet.topic, level="experienced", title="More of it")
    surgery = surgery_about(sheet.topic)
    CheatSheet.objects.filter(pk=sheet.pk).update(is_retired=True)
    response = client.get(sheet.get_absolute_url())
    page = words(response)
    assert response.status_code == 404
    assert "no longer used" in page
    assert "Begin" not in page
    for way_on in ("/cheat-sheets/linkedin/experienced/", "/cheat-sheets/", surgery.get_absolute_url()):
        assert f'href="{way_on}"' in page


def test_so_is_one_whose_topic_is_retired_and_what_else_there_is_about_it(client, sheet):
    CheatSheetFactory(topic=sheet.topic, level="experienced", title="More of it")
    sheet.topic.is_retired = True
    sheet.topic.save()
    response = client.get(sheet.get_absolute_url())
    assert response.status_code == 404
    assert "More of it" not in words(response)


@pytest.mark.parametrize("address", ["linkedin/experienced", "linkedin/wizard", "no-such-topic/beginner"])
def test_one_that_nobody_wrote_is_not_found(client, sheet, address):
    response = client.get(f"/cheat-sheets/{address}/")
    assert response.status_code == 404
    assert "We do not have that cheat sheet" in words(response)


# ── Nobody's, and quick ───────────────────────────────────────────────────────────────────────────────────────
def statements(client, sheet) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(sheet.get_absolute_url()).status_code == 200
    return len(queries)


def test_it_takes_as_few_statements_however_much_there_is(client, sheet):
    DepartmentFactory()
    numbers = []
    for more in (3, 12):
        for _ in range(more):
            BookingFactory(surgery=surgery_about(sheet.topic))
        CheatSheetFactory.create_batch(more)
        forget()
        numbers.append(statements(client, sheet))
    assert numbers == [4, 4]  # the sheets of the topic, the department, the surgeries and their hosts


def test_within_the_second_it_takes_the_one_that_says_whether_it_is_there(client, sheet):
    client.get(sheet.get_absolute_url())
    assert statements(client, sheet) == 1


def test_it_is_the_same_for_everybody_and_browsers_ask_before_they_show_it_again(client, sheet):
    first = client.get(sheet.get_absolute_url())
    assert not first.cookies
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(sheet.get_absolute_url(), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_addresses_that_lead_nowhere_are_not_kept(client, sheet):
    client.get(sheet.get_absolute_url())
    before = set(everything_kept())
    for number in range(20):
        client.get(f"/cheat-sheets/linkedin-{number}/beginner/")
    assert {each for each in set(everything_kept()) - before if "sheet" in each} == set()


# ── Those of the demonstration ────────────────────────────────────────────────────────────────────────────────
def topics_of_the_demonstration():
    for name, slug, kind in department.TOPICS:
        TopicFactory(name=name, slug=slug, kind=kind)


def test_the_demonstration_has_eight_that_are_worth_reading():
    topics_of_the_demonstration()
    load_cheat_sheets()
    sheets = CheatSheet.objects.current()
    assert len(sheets) == 8
    for sheet in sheets:
        assert 250 <= len(sheet.body.split()) <= 420, sheet
        assert sheet.reviewed_on.year == 2026


def test_loading_them_again_brings_none_back_and_changes_none():
    topics_of_the_demonstration()
    load_cheat_sheets()
    CheatSheet.objects.filter(topic__slug="blogs").delete()
    CheatSheet.objects.update(body="My own words")
    load_cheat_sheets()
    assert set(CheatSheet.objects.values_list("body", flat=True)) == {"My own words"}
    assert CheatSheet.objects.count() == 7


def test_their_links_lead_to_one_another(client):
    topics_of_the_demonstration()
    load_cheat_sheets()
    inner = {part.split(")")[0] for sheet in CheatSheet.objects.all() for part in sheet.body.split("](/")[1:]}
    assert inner
    for address in inner:
        assert client.get(f"/{address}").status_code == 200

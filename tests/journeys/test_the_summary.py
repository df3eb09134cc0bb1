"""A champion prints the summary for their appraisal: the words without what chooses them, on one page."""

from playwright.sync_api import Page

from organisation.models import Office
from surgeries.models import Surgery, Venue
from tests.everyone.recording import EVER, wrote
from tests.factories import JournalEntryFactory
from tests.journeys.test_the_brief import as_host_of, sheets_of_paper


def test_it_prints_on_one_page_without_the_choices(page: Page) -> None:
    wrote(2)()
    # Factories number what they make, and with thousands of tests before this one a line is longer by a word.
    for rows in (Office.objects.all(), Venue.objects.all()):
        for number, row in enumerate(rows, 1):
            row.name = f"Café {number}"
            row.save()
    as_host_of(Surgery.objects.earliest("starts_at"), page)
    page.goto(f"/champion/record/summary/{EVER}")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Update the summary").click()
    assert page.locator("article section").count() == 2
    assert sheets_of_paper(page) == 1
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.get_by_role("button", name="Update the summary").is_visible()
    assert not page.get_by_role("checkbox").first.is_visible()


def test_control_with_too_much_to_say_it_does_not(page: Page) -> None:
    champion = wrote(0)()
    entry = JournalEntryFactory.create(champion=champion, learned="And then. " * 499)
    as_host_of(Surgery.objects.earliest("starts_at"), page)
    page.goto(f"/champion/record/summary/{EVER}&entry={entry.pk}")
    assert sheets_of_paper(page) > 1

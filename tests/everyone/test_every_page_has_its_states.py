"""No page is left out: every template is shown in a state, every form with mistakes as well, and all HTML is valid."""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from tests.everyone.states import STATES, Shown
from tests.fit import html_faults

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Emails are no pages; the form pack and the components are compared with GOV.UK Frontend's own, one by one.
ELSEWHERE = ("emails/", "govuk/", "components/")

# What is wrong with them is said on the pages "email" and "evidence".
SENT_ELSEWHERE = {"bookings/booking_email.html", "bookings/booking_evidence.html"}
# With a button and nothing to fill in, nothing can be wrong.
BUTTONS_ALONE = {
    "accounts/demonstration_people.html",
    "accounts/passkey.html",
    "accounts/recovery_codes.html",
    "accounts/remove_second_factor.html",
    "accounts/second_factor.html",
    "bookings/brief_guest.html",
    "bookings/came.html",
    "bookings/delete_draft.html",
    "bookings/delete_entry.html",
    "bookings/end_series.html",
    "bookings/forget_second_factor.html",
    "bookings/made.html",
    "bookings/edit_preview.html",
    "bookings/publish_surgery.html",
    "bookings/unpublish_series.html",
    "bookings/unpublish_surgery.html",
    "bookings/own_calendar.html",
    "bookings/person.html",
    "bookings/publish_series.html",
    "bookings/register.html",
    "bookings/room_done.html",
    "bookings/room_expected.html",
    "bookings/room_helped.html",
    "bookings/room_next.html",
    "bookings/room_said.html",
    "bookings/shifts.html",
    "bookings/slots_preview.html",
    "bookings/take_out.html",
    "bookings/visit.html",
    "champions/account.html",
    "champions/home.html",
    "desk/digest.html",
    "desk/failed_email.html",
    "desk/failed_emails.html",
    "desk/stop_digest.html",
    "bookings/outcomes.html",
    "privacy/data.html",
    "privacy/erase.html",
    "organisation/delete_row.html",
    "organisation/import_preview.html",
}


@pytest.fixture(scope="module")
def pages(show: Callable[[str], Shown]) -> dict[str, Shown]:
    return {state: show(state) for state in STATES}


def templates() -> set[str]:
    """Every template of a page or of a part of one."""
    names = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    return {name for name in names if not name.startswith(ELSEWHERE)}


def shown_nowhere(pages: Collection[Shown]) -> set[str]:
    return templates() - {name for page in pages for name in page.templates}


def never_wrong(pages: Collection[Shown]) -> set[str]:
    """The templates with a form to send that no page shows with mistakes in it."""
    forms = (
        {name for name in templates() if 'method="post"' in (TEMPLATES / name).read_text()}
        - SENT_ELSEWHERE
        - BUTTONS_ALONE
    )
    wrong = [page for page in pages if "govuk-error-summary" in page.html or "errornote" in page.html]
    return forms - {name for page in wrong for name in page.templates}


def test_every_template_is_shown_in_a_state(pages: dict[str, Shown]) -> None:
    assert shown_nowhere(pages.values()) == set()


def test_a_template_that_no_state_shows_is_found(pages: dict[str, Shown]) -> None:
    without = [page for name, page in pages.items() if name != "link that is withdrawn"]

    assert shown_nowhere(without) == {"bookings/link_withdrawn.html"}


def test_every_form_is_shown_with_mistakes(pages: dict[str, Shown]) -> None:
    assert never_wrong(pages.values()) == set()


def test_a_form_that_is_never_shown_with_mistakes_is_found(pages: dict[str, Shown]) -> None:
    without = [page for name, page in pages.items() if name != "email, wrong"]

    assert never_wrong(without) == {"bookings/correct_email.html"}


def leads_nowhere(pages: dict[str, Shown]) -> list[str]:
    """Links without an address, by the state that shows them: the browser opens the page once more."""
    return [state for state, page in pages.items() if re.search(r'<a\b[^>]*\shref="(None)?"', page.html)]


def test_every_link_leads_somewhere(pages: dict[str, Shown]) -> None:
    assert leads_nowhere(pages) == []


def test_a_link_without_an_address_is_found(pages: dict[str, Shown]) -> None:
    page = pages["privacy"]
    for nowhere in ('<a class="govuk-link" href="">Back</a>', '<a href="None" class="govuk-link">Back</a>'):
        assert leads_nowhere({"wrong": replace(page, html=page.html + nowhere)}) == ["wrong"]


def test_the_html_of_every_page_is_valid(pages: dict[str, Shown]) -> None:
    # Under /admin/ most of it is Django's.
    ours = {state: page.html for state, page in pages.items() if not page.path.startswith("/admin/")}

    assert html_faults(ours) == []


def test_invalid_html_is_found() -> None:
    page = render_to_string("500.html")

    assert html_faults({"right": page}) == []
    assert html_faults({"wrong": page.replace("<h1", "<h1 id='main-content'")}) != []
    assert html_faults({"wrong": page.replace("</main>", "")}) != []

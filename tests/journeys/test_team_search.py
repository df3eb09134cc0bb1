"""The team search: a plain select made forgiving, with the script as served and under the product’s own policy."""

from collections.abc import Iterator

import pytest
from django import forms
from django.template.loader import render_to_string
from django.templatetags.static import static
from playwright.sync_api import Browser, Locator, Route, expect

from runner.product import Product
from tests.fit import axe_faults
from tests.live import visit

TEAMS = {
    "11": "Digital Services – Design",
    "12": "Digital Services – Data",
    "13": "People – Learning and Development",
    "14": "Policy – Évaluation & Evidence",
    "15": "Finance – <img src=x onerror=alert(1)>",
}


class TeamForm(forms.Form):
    team = forms.ChoiceField(
        label="Your team",
        help_text="Start typing its name.",
        choices=[("", "Choose a team"), *TEAMS.items()],
        widget=forms.Select({"data-module": "team-search"}),
    )


def page_with(form: forms.Form) -> str:
    """A page like the one for booking, with this field and other names for one of the teams."""
    field: str = render_to_string("govuk/field.html", {"field": form["team"]})
    field = field.replace('value="13"', 'value="13" data-also="L&amp;D, training"')
    head = f'<link rel="stylesheet" href="{static("team-search.css")}">'
    head += f'<script type="module" src="{static("team-search.js")}"></script></head>'
    page = render_to_string("base.html").replace("</head>", head)
    return page.replace(
        "</main>", f'<h1>Book a seat</h1><form>{field}<button type="submit">Book</button></form></main>'
    )


@pytest.fixture
def search(chromium: Browser, shared_product: Product) -> Iterator[Locator]:
    """The field on its page, for which no rows are needed."""
    with visit(chromium, shared_product) as page:
        policy = page.request.get("/cookies/").headers["content-security-policy"]

        def answer(route: Route) -> None:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
            route.fulfill(body=page_with(TeamForm()), headers=headers)

        page.route("**/team/*", answer)
        page.goto("/team/")
        field = page.get_by_role("combobox", name="Your team")
        expect(field).to_be_editable()
        yield field


def suggested(search: Locator, typed: str) -> list[str]:
    search.fill("")
    search.press_sequentially(typed)
    return search.page.get_by_role("option").all_text_contents()


def sent(search: Locator) -> str:
    return search.page.locator("select[name=team]").input_value()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("data", "12"),
        ("desing", "11"),  # letters swapped
        ("learnign", "13"),
        ("development learn", "13"),  # another order
        ("evaluation and evidence", "14"),  # without the accent, and "&" in words
        ("training", "13"),  # another name for it
        ("DSD", "11"),  # initials
    ],
)
def test_it_finds_what_was_meant(search: Locator, typed: str, first: str) -> None:
    assert TEAMS[first] in suggested(search, typed)


def test_the_form_sends_the_team_that_was_chosen_by_keyboard(search: Locator) -> None:
    suggested(search, "design")
    search.page.keyboard.press("ArrowDown")
    search.page.keyboard.press("Enter")

    expect(search).to_have_value(TEAMS["11"])
    assert sent(search) == "11"


def test_the_form_sends_the_team_that_was_pressed_in_the_whole_list(search: Locator) -> None:
    search.click()
    assert search.page.get_by_role("option").all_text_contents() == list(TEAMS.values())

    search.page.get_by_role("option", name="Data").click()

    expect(search).to_have_value(TEAMS["12"])
    assert sent(search) == "12"


def test_words_that_are_no_team_are_not_sent_and_that_is_said(search: Locator) -> None:
    suggested(search, "design")
    search.page.keyboard.press("ArrowDown")
    search.page.keyboard.press("Enter")
    search.fill("Canteen")
    search.page.get_by_role("button", name="Book").focus()

    expect(search.page.get_by_text("We have no team called “Canteen”.")).to_be_visible()
    assert sent(search) == ""


def test_a_form_with_words_that_are_no_team_stays_until_they_are_put_right(search: Locator) -> None:
    search.fill("Canteen")
    search.page.get_by_role("button", name="Book").click()

    said = search.page.get_by_role("alert").filter(has_text="We have no team called “Canteen”.")
    expect(said).to_be_visible()
    expect(search).to_be_focused()
    expect(search).to_have_value("Canteen")
    assert axe_faults(search.page) == []

    search.fill("")
    search.press("Escape")
    expect(said).to_be_hidden()
    with search.page.expect_navigation():
        search.page.get_by_role("button", name="Book").click()
    assert search.page.url.endswith("/team/?team=")


def test_it_is_set_in_the_typeface_of_the_page(search: Locator) -> None:
    typeface = "element => getComputedStyle(element).fontFamily"
    assert search.evaluate(typeface) == search.page.locator("label").evaluate(typeface)


def test_a_name_that_was_typed_in_full_is_sent(search: Locator) -> None:
    search.fill("digital services – data")

    assert sent(search) == "12"


def test_a_name_with_markup_is_shown_as_it_is_and_does_nothing(search: Locator) -> None:
    assert suggested(search, "finance") == [TEAMS["15"]]
    assert search.page.locator("main img").count() == 0


def test_it_is_accessible_closed_open_and_with_nothing_found(search: Locator) -> None:
    assert axe_faults(search.page) == []

    search.click()
    assert axe_faults(search.page) == []

    suggested(search, "zzzz")
    assert axe_faults(search.page) == []


def test_without_the_script_it_is_a_plain_select(search: Locator) -> None:
    """The same page in a browser without JavaScript."""
    browser = search.page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.set_content(page_with(TeamForm()))

    plain.get_by_label("Your team").select_option("Digital Services – Data")

    assert plain.get_by_label("Your team").input_value() == "12"
    plain.context.close()

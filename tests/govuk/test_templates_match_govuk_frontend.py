"""Our templates give the HTML of GOV.UK Frontend, of which every component ships its own examples (fixtures.json)."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.html import Element, parse_html

from tests.govuk.adapters import ADAPTERS, Options
from tests.govuk.not_offered import NOT_OFFERED

COMPONENTS = Path(settings.BASE_DIR) / "node_modules/govuk-frontend/dist/govuk/components"
REFERENCES = {"id", "for", "aria-describedby", "aria-labelledby"}
# Attributes that are ours alone: a second press within a second never sends a form again, the links of pages keep the
# rest of the query string, and hints and errors have an id even where nothing describes a field with them.
OURS = {
    "button": ("data-prevent-double-click",),
    "pagination": ("href",),
    "hint": ("id",),
    "error-message": ("id",),
}

# Theirs alone: two or three items need no menu button on small screens.
THEIRS = {"service-navigation": "<button.*?</button>"}


@cache
def fixtures(component: str) -> dict[str, dict[str, Any]]:
    listed = json.loads((COMPONENTS / component / "fixtures.json").read_text())["fixtures"]
    return {fixture["name"]: fixture for fixture in listed}


def options_used(options: Any, path: str = "") -> Iterator[str]:
    """The options that a fixture sets, as in "items.hint.text", and what it leaves out although we always set it."""
    if isinstance(options, dict):
        for name, value in options.items():
            yield from options_used(value, f"{path}.{name}".lstrip("."))
    elif isinstance(options, list):
        for value in options:
            yield from options_used(value, path)
    elif options is not None:
        yield path


def left_out(component: str, options: Options) -> Iterator[str]:
    """What is not in the options of a fixture, although our templates always have it."""
    items = [item for item in options.get("items") or [] if item]
    missing = {
        "no fieldset": component in {"radios", "checkboxes"} and "fieldset" not in options,
        "no value": component == "select" and any("value" not in item for item in items),
        "empty value": component == "select" and any(item.get("value") == "" for item in items),
        "no items": component == "pagination" and not items,
        "no current item": component == "pagination" and not any(item.get("current") for item in items),
        "no limit": component == "character-count" and not {"maxlength", "maxwords"} & options.keys(),
        "no href": (component == "back-link" and "href" not in options)
        or any("href" not in item for item in options.get("navigation", []) if item),
        "no text": component == "label" and not {"text", "html"} & options.keys(),
        "no for": component == "label" and "for" not in options,
        "no navigation": component == "service-navigation" and not any(options.get("navigation", [])),
        "another title": component == "error-summary" and options.get("titleText") != "There is a problem",
        "another link": component == "skip-link" and options.get("text") != "Skip to main content",
    }
    return (option for option, is_so in missing.items() if is_so)


def not_offered(component: str, options: Options) -> list[str]:
    """Those of our reasons to leave this fixture out."""
    used = {*options_used(options), *left_out(component, options)}
    return [
        option
        for option in NOT_OFFERED.get(component, {})
        if any(path == option or path.startswith(f"{option}.") for path in used)
    ]


CASES = [
    pytest.param(component, name, id=f"{component}: {name}")
    for component in ADAPTERS
    for name, fixture in fixtures(component).items()
    if not not_offered(component, fixture["options"])
]


def elements(tree: Element) -> Iterator[Element]:
    """An element and all that is in it, in the order of the document."""
    yield tree
    for child in tree.children:
        if isinstance(child, Element):
            yield from elements(child)


def normal(html: str, without: Iterable[str]) -> str:
    """The tree of the HTML as text. Ids are numbered as they come, because Django makes other ones than the macros
    do; what refers to an id follows it. Whitespace and the order of attributes and classes do not count."""
    tree = parse_html(html)
    ids: dict[str, str] = {}
    for element in elements(tree):
        element.attributes = [pair for pair in element.attributes if pair[0] not in without]
        ids |= {value: f"id{len(ids)}" for name, value in element.attributes if name == "id" and value}
    for element in elements(tree):
        element.attributes = [
            (
                name,
                " ".join(ids.get(token, token) for token in value.split()) if value and name in REFERENCES else value,
            )
            for name, value in element.attributes
        ]
    return str(tree)


def theirs(component: str, name: str) -> str:
    html = re.sub(THEIRS.get(component, "$^"), "", fixtures(component)[name]["html"], flags=re.S)
    return normal(html, OURS.get(component, ()))


def ours(component: str, name: str) -> str:
    return normal(ADAPTERS[component](fixtures(component)[name]["options"]), OURS.get(component, ()))


@pytest.mark.parametrize(("component", "name"), CASES)
def test_it_gives_the_html_of_the_fixture(component: str, name: str) -> None:
    assert ours(component, name) == theirs(component, name)


@pytest.mark.parametrize("component", ADAPTERS)
def test_every_component_has_fixtures_that_it_is_held_to(component: str) -> None:
    assert any(case.values[0] == component for case in CASES)


@pytest.mark.parametrize(
    ("component", "option"), [(component, option) for component, options in NOT_OFFERED.items() for option in options]
)
def test_no_option_is_left_out_without_need(component: str, option: str) -> None:
    """Of the fixtures that this option alone excludes, or else all that it excludes, one at least does not match."""
    excluded = {
        name: reasons
        for name, fixture in fixtures(component).items()
        if option in (reasons := not_offered(component, fixture["options"]))
    }
    alone = [name for name, reasons in excluded.items() if reasons == [option]]

    assert excluded, "no fixture uses it any more"
    assert any(not matches(component, name) for name in alone or excluded), "all of these match"


def matches(component: str, name: str) -> bool:
    """Whether the two are the same; options that an adapter cannot even read are not."""
    try:
        return ours(component, name) == theirs(component, name)
    except (KeyError, StopIteration, TypeError, ValueError):
        return False


@pytest.mark.parametrize(
    ("component", "name", "right", "wrong"),
    [
        ("input", "with error and hint", " aria-describedby=", " data-describedby="),
        ("input", "with error and hint", ' for="', ' for="not-'),
        ("input", "with error and hint", ' id="with-error-hint_helptext"', ' id="lost"'),
        ("input", "with error message", "govuk-input--error", ""),
        ("input", "with error message", "Error:", ""),
        ("error-summary", "default", ' role="alert"', ""),
        ("error-summary", "default", "h2", "h3"),
        ("radios", "with hints on parent and items", "_1-item-hint", "_0-item-hint"),
        ("checkboxes", "with divider and None", ' data-behaviour="exclusive"', ""),
        ("select", "default", " selected", ""),
        ("panel", "title html as text", "&lt;", "<"),
    ],
)
def test_a_fault_in_our_html_is_found(component: str, name: str, right: str, wrong: str) -> None:
    html = ADAPTERS[component](fixtures(component)[name]["options"])
    faulty = html.replace(right, wrong)

    assert faulty != html
    assert normal(html, ()) == theirs(component, name)
    assert normal(faulty, ()) != theirs(component, name)

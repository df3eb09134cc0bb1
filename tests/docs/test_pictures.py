"""The pictures in docs/ show the pages as they are, and each of them is used.

How a picture looks, pixel by pixel, depends on the fonts and the browser of the machine that made it. So beside each
stands what the page said then, as a screen reader has it, and a code for how it was drawn: colours, sizes of type,
borders and padding of whatever is in sight. When either is no longer true, `make pictures` makes the picture anew.
"""

import base64
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Request, Route

from bookings.demonstration.loading import load
from tests.docs.pictures import NOW, PICTURES, Picture
from tests.live import PATIENCE_MS

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "docs/pictures"
RENEWING = bool(os.environ.get("RENEW"))
MOST_BYTES = 60_000
SAYS = "Run `make pictures`, look at what is new under docs/pictures, and commit it:"
HOST = "http://surgeries.example"
DRAWN = """(part) => [part, ...part.querySelectorAll('*')].filter((each) => each.checkVisibility()).map((each) => {
    const style = getComputedStyle(each);
    return [each.localName, 'color', 'backgroundColor', 'fontSize', 'fontWeight', 'display', 'flexDirection',
            'position', 'float', 'textAlign', 'textDecorationLine', 'textTransform', 'borderTopWidth',
            'borderTopStyle', 'borderTopColor', 'borderBottomWidth', 'borderLeftWidth', 'borderRadius', 'paddingTop',
            'paddingLeft', 'listStyleType'].map((name) => style[name] ?? name).join();
}).join('\\n')"""
Opened = Callable[[Picture], Page]


@pytest.fixture
def opened(chromium: Browser, db: None) -> Opened:
    """Opens what a picture shows, in the demonstration department. Whatever the page asks for, Django answers."""
    with time_machine.travel(NOW, tick=False):
        load()
    context = chromium.new_context(base_url=HOST, locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()

    def open_page(picture: Picture) -> Page:
        client = Client()
        with time_machine.travel(picture.at, tick=False):
            if picture.user:
                client.force_login(picture.user)
            made = client.get(picture.address())
        assert made.status_code == 200, picture.name

        def answer(route: Route, request: Request) -> None:
            if request.is_navigation_request():
                route.fulfill(headers=dict(made.items()), body=made.content)
            elif request.url.startswith(f"{HOST}{settings.STATIC_URL}"):
                file = client.get(request.url.removeprefix(HOST))  # which asks nothing of the database
                route.fulfill(headers=dict(file.items()), body=b"".join(file.streaming_content))
            else:
                route.fulfill(status=204)  # to a page that asks by itself there is no news

        page.set_viewport_size({"width": picture.width, "height": picture.height})
        page.clock.set_fixed_time(picture.at)
        page.unroute_all()
        page.route("**/*", answer)
        page.goto(made.request["PATH_INFO"])
        return page

    yield open_page
    context.close()


def what_it_shows(page: Page, picture: Picture) -> str:
    """What this part of the page says and how it is drawn, the same on every machine."""
    part = page.locator(picture.part)
    said = re.sub(r"^ *- /url: .*\n", "", f"{part.aria_snapshot()}\n", flags=re.MULTILINE)
    return f"drawn {code_of(part.evaluate(DRAWN).encode())}\n{said}"


def code_of(what: bytes) -> str:
    return hashlib.sha256(what).hexdigest()[:16]


def take(page: Page, picture: Picture) -> bytes:
    """The picture of this part, from edge to edge of the window."""
    box = page.locator(picture.part).bounding_box()
    assert box
    clip = {"x": 0, "y": box["y"], "width": picture.width, "height": min(picture.height, box["height"]), "scale": 1}
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": 65, "clip": clip, "captureBeyondViewport": True}
    )
    return base64.b64decode(taken["data"])


def files_of(picture: Picture) -> tuple[Path, Path]:
    """Where the picture is, and what it shows."""
    return FOLDER / f"{picture.name}.webp", FOLDER / f"{picture.name}.txt"


def out_of_date(page: Page, picture: Picture) -> str:
    """What the page shows that the picture does not, or the other way round. Empty if it is as it was."""
    image, facts = files_of(picture)
    was = facts.read_text() if facts.exists() and image.exists() else ""
    code = code_of(image.read_bytes()) if image.exists() else ""
    shown = f"picture {code}\n{what_it_shows(page, picture)}"
    return "\n".join(unified_diff(was.splitlines(), shown.splitlines(), f"{image.name} was", "the page is", "", "", 1))


def renew(page: Page, picture: Picture) -> None:
    image, facts = files_of(picture)
    FOLDER.mkdir(exist_ok=True)
    image.write_bytes(take(page, picture))
    facts.write_text(f"picture {code_of(image.read_bytes())}\n{what_it_shows(page, picture)}")


def test_every_picture_shows_its_page_as_it_is(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for picture in PICTURES:
        page = opened(picture)
        if RENEWING and out_of_date(page, picture):
            renew(page, picture)
        wrong.append(out_of_date(page, picture))
    assert not any(wrong), "\n".join(
        ["Run `make pictures`, look at them, and commit what is new:", *filter(None, wrong)]
    )

    # Controls, on the last of them: another word, colour or picture is noticed.
    page.locator(picture.part).locator("h1, th").first.evaluate("(each) => each.append(' no more')")
    assert "no more" in out_of_date(page, picture)
    page.reload()
    assert not out_of_date(page, picture)
    page.locator(picture.part).locator("h1, th").first.evaluate("(each) => { each.style.color = 'red' }")
    assert "+drawn" in out_of_date(page, picture)
    page.reload()
    for file in files_of(picture):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr("tests.docs.test_pictures.FOLDER", tmp_path)
    (tmp_path / f"{picture.name}.webp").write_bytes(b"something else")
    assert "+picture" in out_of_date(page, picture)


# ── Whether each is used, and says what it shows ──────────────────────────────────────────────────────────────
def pictures_in(text: str) -> list[tuple[str, str]]:
    """The pictures that a document shows: the words for those who do not see them, and the file."""
    return re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)


def test_the_documents_show_every_picture_that_is_made_and_no_other():
    shown = {
        (document.parent / file).resolve(): words
        for document in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        for words, file in pictures_in(document.read_text())
    }
    made = {files_of(picture)[0].resolve() for picture in PICTURES}
    assert shown.keys() == made
    assert {file for picture in PICTURES for file in files_of(picture)} == set(FOLDER.iterdir())
    assert all(len(words.split()) >= 5 for words in shown.values()), "say what somebody sees who does not see it"


def test_the_pictures_are_few_and_small():
    assert len(PICTURES) <= 12
    assert {file.name: file.stat().st_size for file in FOLDER.iterdir() if file.stat().st_size > MOST_BYTES} == {}

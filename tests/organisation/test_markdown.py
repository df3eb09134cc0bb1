"""Markdown on the page: in GOV.UK's clothes, and without anything that could run."""

import re
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Browser

from organisation.templatetags import markdown as filters
from organisation.templatetags.markdown import markdown, reader

HOSTILE = [
    "<script>ran('script')</script>",
    "<img src=x onerror='ran(/img/)'>",
    "<svg onload='ran(/svg/)'>",
    "<svg><script>ran('svg script')</script></svg>",
    "<iframe srcdoc=\"<script>parent.ran('srcdoc')</script>\"></iframe>",
    "<details open ontoggle='ran(/details/)'>x</details>",
    "<style onload='ran(/style/)'></style>",
    "<input autofocus onfocus='ran(/focus/)'>",
    "<a href=\"javascript:ran('raw link')\">raw</a>",
    "**bold <img src=x onerror='ran(/inline/)'>**",
    "- <img src=x onerror='ran(/list/)'>",
    "> <img src=x onerror='ran(/quote/)'>",
    "# <img src=x onerror='ran(/heading/)'>",
    "| <img src=x onerror='ran(/header/)'> | b |\n|---|---|\n| <svg onload='ran(/cell/)'> | d |",
    "[x](javascript:ran('link'))",
    "[x](JaVaScRiPt:ran('capitals'))",
    "[x](<javascript:ran('angle')>)",
    "[x]( javascript:ran('space'))",
    "[x](\x01javascript:ran('control'))",
    "[x](java&#x0A;script:ran('newline'))",
    "[x](java\tscript:ran('tab'))",
    "[x](&#106;avascript:ran('entity'))",
    "[x](javascript&colon;ran('colon'))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:ran('vbscript'))",
    "[x](file:///etc/passwd)",
    "[x](//example.org/)",
    "<javascript:ran('autolink')>",
    "[x][1]\n\n[1]: javascript:ran('reference')",
    "[x](https://example.org/\"onmouseover=\"ran('attribute'))",
    "[x](https://example.org/ '\"><img src=x onerror=ran(/title/)>')",
    "![x\" onerror=\"ran('alt')](x)",
    "![x](x\"onerror=\"ran('src'))",
    "![x](javascript:ran('picture'))",
    "```\"><img src=x onerror='ran(/fence/)'>\ncode\n```",
    "```html\n<img src=x onerror='ran(/code/)'>\n```",
    "`<img src=x onerror='ran(/backticks/)'>`",
    "&lt;img src=x onerror='ran(/entities/)'&gt;",
    "<!-- --><img src=x onerror='ran(/comment/)'>",
    "<![CDATA[<img src=x onerror='ran(/cdata/)'>]]>",
    "<?php ?><img src=x onerror='ran(/instruction/)'>",
    "<math><mtext><table><mglyph><style><img src=x onerror='ran(/math/)'></style></mglyph></table></mtext></math>",
    "</p></article></main><script>ran('breaks out')</script>",
]  # fmt: skip
TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "a", "strong", "em", "s", "code", "pre", "blockquote"),
    *("hr", "br", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"class", "href", "title", "rel", "scope", "start"}
ADDRESS = re.compile(r"https?://|mailto:|/(?!/)|#")


class Foreign(HTMLParser):
    """Collects tags, attributes and addresses that are none of those we let out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [] if tag in TAGS else [tag]
        self.found += [f"{tag} {name}" for name, _ in attrs if name not in ATTRIBUTES]
        self.found += [value or "" for name, value in attrs if name == "href" and not ADDRESS.match(value or "")]


def foreign(html: str) -> list[str]:
    reading = Foreign()
    reading.feed(html)
    return reading.found


# ── Nothing runs ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_but_our_own_tags_comes_out(text: str) -> None:
    assert foreign(markdown(text)) == []


def ran(chromium: Browser) -> list[str]:
    """What ran of all that is hostile, on a page that no Content-Security-Policy protects, with every link pressed."""
    page = chromium.new_page()
    page.route("**/*", lambda route: route.abort())
    html = "\n".join(f"<section>{markdown(text)}</section>" for text in HOSTILE)
    page.set_content(
        f"<script>window.all = []; window.ran = (what) => all.push(String(what).replaceAll('/', ''))</script>{html}"
    )
    page.evaluate("""() => {
        document.addEventListener("click", (event) => {
            const link = event.target.closest("a");
            if (link && link.protocol !== "javascript:") event.preventDefault();
        });
        document.querySelectorAll("a").forEach((link) => link.click());
        document.querySelectorAll("*").forEach((each) => each.dispatchEvent(new MouseEvent("mouseover")));
    }""")
    page.wait_for_timeout(300)
    found = page.evaluate("window.all")
    page.close()
    return found


def test_nothing_runs_in_a_browser(chromium: Browser) -> None:
    assert ran(chromium) == []


def test_control_with_html_let_through_much_would_run(chromium: Browser, monkeypatch) -> None:
    unsafe = reader()
    unsafe.options["html"] = True
    monkeypatch.setattr(filters, "READER", unsafe)

    assert {"script", "img", "details", "inline", "heading", "cell", "raw link"} <= set(ran(chromium))
    assert any(foreign(markdown(text)) for text in HOSTILE)


def test_control_with_any_link_let_through_links_would_run(chromium: Browser, monkeypatch) -> None:
    unsafe = reader()
    unsafe.validateLink = lambda url: True
    monkeypatch.setattr(filters, "READER", unsafe)

    assert {"link", "capitals", "angle", "entity", "reference"} <= set(ran(chromium))
    assert "javascript:ran('link')" in foreign(markdown("[x](javascript:ran('link'))"))


def test_what_looks_like_html_is_shown_as_it_was_typed() -> None:
    assert markdown("<b>x</b>") == '<p class="govuk-body">&lt;b&gt;x&lt;/b&gt;</p>\n'


# ── In GOV.UK's clothes ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n## b", ["h2", "h3"]),
        ("## a\n## b", ["h2", "h2"]),
        ("### a\n## b\n# c", ["h2", "h2", "h2"]),
        ("# a\n#### b\n## c\n### d", ["h2", "h3", "h3", "h4"]),
        ("# a\n## b\n### c\n#### d\n##### e\n###### f", ["h2", "h3", "h4", "h5", "h6", "h6"]),
        ("a\n=\nb\n-", ["h2", "h3"]),
        ("> # a", ["h2"]),
    ],
)
def test_headings_go_below_the_title_of_the_page_and_skip_no_level(text: str, levels: list[str]) -> None:
    html = markdown(text)

    assert re.findall(r"<(h\d)", html) == levels
    assert sorted(re.findall(r"</(h\d)", html)) == sorted(levels)


def test_lists_tables_and_quotations_have_their_classes() -> None:
    html = markdown("- a\n\n1. b\n\n> c\n\n| d | e |\n|---|--:|\n| f | 1 |")

    for mark in (
        '<ul class="govuk-list govuk-list--bullet">',
        '<ol class="govuk-list govuk-list--number">',
        '<blockquote class="govuk-inset-text">',
        '<table class="govuk-table">',
        '<th class="govuk-table__header" scope="col">d</th>',
        '<td class="govuk-table__cell govuk-table__cell--numeric">1</td>',
    ):
        assert mark in html
    assert "style" not in html


def test_a_link_that_leads_elsewhere_gives_nothing_away() -> None:
    assert 'rel="noopener"' in markdown("[x](https://example.org/)")
    assert 'rel="noopener"' in markdown("<HTTPS://example.org/>")
    assert "rel=" not in markdown("[x](/privacy/)")
    assert '<a class="govuk-link" href="mailto:ada@example.gov.uk">' in markdown("<ada@example.gov.uk>")


def test_pictures_are_left_to_others() -> None:
    assert "<img" not in markdown("![a cup](https://example.org/cup.png)")

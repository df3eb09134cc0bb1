"""What a page must be to fit everybody: faults as sentences, none of them if all is well."""

import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from playwright.sync_api import Page

NODE_MODULES = Path(settings.BASE_DIR) / "node_modules"
WIDTHS = (320, 768, 1280)
# 320 pixels is also what a screen of 1280 pixels shows at 400 % (WCAG 2.2, 1.4.10).
WIDE_SPACING = """
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
                           word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
"""


def axe_faults(page: Page, *, but: Collection[str] = ()) -> list[str]:
    """What axe finds wrong on the page as it is now: all of its rules, `but` those, and the size of targets."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((NODE_MODULES / "axe-core" / "axe.min.js").read_text())
    rules = {"target-size": {"enabled": True}} | {rule: {"enabled": False} for rule in but}
    found = page.evaluate("(rules) => axe.run({rules})", rules)
    return [
        f"{fault['id']}: {fault['help']}: {node['html']}" for fault in found["violations"] for node in fault["nodes"]
    ]


def sideways_faults(page: Page) -> list[str]:
    """Whether somebody has to scroll sideways, and because of what."""
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
             [...document.body.querySelectorAll("*")]
               .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
               .map((element) => element.outerHTML.slice(0, 120))"""
    )
    width = page.viewport_size["width"] if page.viewport_size else None
    return [f"wider than {width}: {element}" for element in wide]


def faults_at_every_size(page: Page) -> list[str]:
    """axe and sideways scrolling at each width, with wide spacing, and axe with forced colours. Ends at 1280 pixels."""
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults += axe_faults(page) + sideways_faults(page)
    page.emulate_media(forced_colors="active")
    # There axe compares the text colour that the page asked for with the background that the system gave.
    faults += [f"with forced colours: {fault}" for fault in axe_faults(page, but=["color-contrast"])]
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.evaluate(f"() => {{ {WIDE_SPACING} }}")
    faults += [f"with wide spacing: {fault}" for fault in sideways_faults(page)]
    page.evaluate("() => { document.adoptedStyleSheets = []; }")
    page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
    return faults


def html_faults(pages: Mapping[str, str]) -> list[str]:
    """What is not valid, or not accessible, in the HTML of these pages by name. All in one go, which is quicker."""
    with TemporaryDirectory() as folder:
        for name, html in pages.items():
            Path(folder, f"{name.strip('/').replace('/', '.') or 'index'}.html").write_text(html)
        command = [Path(sys.executable).parent / "node", NODE_MODULES / "html-validate" / "bin" / "html-validate.mjs"]
        config = Path(settings.BASE_DIR) / ".htmlvalidate.json"
        run = subprocess.run(
            [*command, "--config", config, "--formatter", "json", folder],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if run.returncode not in {0, 1}:
            raise RuntimeError(run.stderr)
        return [
            f"{Path(report['filePath']).stem}:{message['line']}: {message['ruleId']}: {message['message']}"
            for report in json.loads(run.stdout)
            for message in report["messages"]
        ]

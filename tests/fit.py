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
WIDTHS = (1280, 768, 320)
# What a screen of 1280 by 1024 pixels shows at 400 % (WCAG 2.2, 1.4.10).
ZOOMED = {"width": 320, "height": 256}
# More stops of the Tab key than any page has; a register of 200 people has two for most of them.
STOPS = 1000
WIDE_SPACING = """
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
                           word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets.push(sheet);
"""

# What axe's findings depend on, which is told sooner than axe finds it. Most rules: which elements are shown, to screen
# readers and on the screen. Four look at how things are drawn. Contrast: the colours and the size of each text, with
# all that lies under its middle. The others have something to say only where a target is near another and too small
# for it, where something scrolls, or where a link is told by its colour alone.
LOOK = """(isForContrast) => {
    const all = [...document.querySelectorAll("*")];
    const boxes = all.map((element) => element.getBoundingClientRect());
    const shown = all.map((element, at) => {
        const box = boxes[at];
        return Number(element.checkVisibility({visibilityProperty: true, opacityProperty: true})) +
            2 * Number(box.width > 1 && box.height > 1 && box.right > 0);
    });

    const distance = (low, at, high) => Math.max(low - at, 0, at - high);
    const targets = all.flatMap((element, at) => shown[at] === 3 && element.tabIndex >= 0 ? [boxes[at]] : []);
    const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
    const isSmall = (box) => box.width < 24 || box.height < 24;
    const crowded = targets.some((small) => isSmall(small) && targets.some((other) => {
        if (other === small) return false;
        const [x, y] = middle(small), [otherX, otherY] = middle(other);
        return Math.hypot(distance(other.left, x, other.right), distance(other.top, y, other.bottom)) < 12 ||
            isSmall(other) && Math.hypot(x - otherX, y - otherY) < 24;
    }));

    const styles = new Map(all.flatMap((element, at) => shown[at] === 3 ? [[element, getComputedStyle(element)]] : []));
    const scrolls = [...styles].some(([element, style]) => element !== document.documentElement &&
        (/auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth ||
        /auto|scroll/.test(style.overflowY) && element.scrollHeight > element.clientHeight));
    const block = (part) => styles.get(part)?.display.startsWith("inline") ? block(part.parentElement) : part;
    const plain = [...styles].some(([element, style]) => element.matches("a[href], [role=link]") &&
        style.display.startsWith("inline") && style.textDecorationLine === "none" &&
        block(element).textContent.trim() !== element.textContent.trim());

    const [left, top] = [scrollX, scrollY];
    const painted = (stack) => { // what of it is seen: down to the first that nothing shines through
        const seen = [];
        let ends = false;
        for (const element of stack) {
            const style = styles.get(element) ?? getComputedStyle(element);
            const {backgroundColor, backgroundImage, opacity, mixBlendMode} = style;
            const isClear = backgroundColor === "rgba(0, 0, 0, 0)" && backgroundImage === "none";
            if (opacity !== "1" || mixBlendMode !== "normal") seen.push(opacity, mixBlendMode);
            if (!ends && !isClear) seen.push(backgroundColor, backgroundImage);
            ends ||= backgroundColor.startsWith("rgb(");
        }
        return seen;
    };
    const texts = new Set();
    for (const [at, element] of isForContrast ? all.entries() : []) {
        const text = [...element.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (shown[at] !== 3 || !(text || element.value || element.placeholder)) continue;
        let box = boxes[at];
        if (text) {
            const range = document.createRange();
            range.selectNodeContents(text);
            box = range.getClientRects()[0] ?? box;
        }
        let [x, y] = [box.x + box.width / 2 + left - scrollX, box.y + box.height / 2 + top - scrollY];
        if (y < 0 || y >= innerHeight) {
            const from = scrollY;
            scrollTo({top: from + y - innerHeight / 2, behavior: "instant"});
            y -= scrollY - from;
        }
        const style = styles.get(element), size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
        const under = painted(document.elementsFromPoint(x, y));
        texts.add([style.color, style.textShadow, isLarge, style.opacity, ...under].join("|"));
    }
    scrollTo({left, top, behavior: "instant"});
    const main = document.querySelector("main");
    const around = shown.filter((_, at) => !main?.contains(all[at])).join("");
    const whose = [...document.body.children].filter((part) => !part.contains(main)).map((part) => part.outerHTML);
    return {
        main: shown.filter((_, at) => main?.contains(all[at])).join(""), around: [around, ...whose].join(),
        texts: [...texts], crowded, scrolls, plain,
    };
}"""

# Texts as LOOK tells them in whose contrast axe has found no fault, and what is around main parts where it found none.
READABLE: set[str] = set()
FINE_AROUND: set[str] = set()

# Scripts hear of another size before the next picture, and not at once: a menu folds then.
DRAWN_ANEW = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"

# What the Tab key stops at, and how it is drawn: an element with its labels and all that is around them, under these
# styles. Elements of which all that is the same show the focus alike.
KIND = """
    const kindOf = (() => {
        const styles = [
            matchMedia("(forced-colors: active)").matches,
            ...[...document.styleSheets].map((sheet) => sheet.href),
            ...document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)),
        ].join();
        const names = ["class", "type", "style", "role", "open", "disabled", "aria-current", "aria-expanded"];
        const chains = new Map([[null, styles]]);
        const chain = (element) => {
            if (!chains.has(element)) {
                const said = names.map((name) => element.getAttribute(name)).join();
                chains.set(element, `${chain(element.parentElement)} > ${element.localName} ${said}`);
            }
            return chains.get(element);
        };
        return (element) => [element, ...(element.labels ?? [])].map(chain).join();
    })();
"""

# Whether the focus shows: how an element that has it differs from how it looked without, and whether it is covered. It
# may be drawn on a label, as for radio buttons. Outlines that nobody sees (they are for forced colours) do not count.
# Each press of a key looks at where the last one led: to be asked after each would take as long as the presses. Of what
# is known to show it, only whether it is covered is looked at: the Tab key would take a hundredth of a second to each.
FOCUS = """(known) => {
    KIND
    const seen = new Map();
    const visible = (style) => !["none", "0px"].includes(style.outlineStyle) && !style.outlineColor.endsWith(", 0)");
    const drawn = (element) => JSON.stringify(
        [element, ...(element.labels ?? [])].flatMap((part) => [null, "::before", "::after"].map((pseudo) => {
            const style = getComputedStyle(part, pseudo);
            return [visible(style) && style.outline, style.boxShadow, style.backgroundColor, style.border,
                    style.color, style.textDecoration];
        })));
    const words = (element) => element.outerHTML.slice(0, 120);
    let before = null, last = null, pressed = 0;
    const faults = [], kinds = [];
    const lookWhether = (element) => {
        const parts = [element, ...(element.labels ?? [])];
        const uncovered = (box) => {
            const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return hit && parts.some((part) => part.contains(hit));
        };
        if (![...element.getClientRects()].some(uncovered))
            faults.push(`focus is covered or out of sight: ${words(element)}`);
    };
    const knows = new Set(known), left = [], shows = [];
    for (const element of document.querySelectorAll("*")) {
        if (element.tabIndex < 0 || !element.checkVisibility({visibilityProperty: true})) continue;
        const isPageOfItsOwn = element.localName === "iframe";
        (isPageOfItsOwn || knows.has(kindOf(element)) ? shows : left).push(element);
        if (isPageOfItsOwn || left.at(-1) === element) continue;
        element.focus();
        if (document.activeElement === element) lookWhether(element);
    }
    for (const element of shows) element.inert = !left.some((other) => element.contains(other));
    document.activeElement.blur();
    window.focusFaults = {faults, kinds, again: !left.length};
    window.addEventListener("keydown", () => {
        const element = document.activeElement;
        if (!pressed++ || focusFaults.again) return;
        if (element === last) return; // a field for a date has a stop for the day, and more
        last = element;
        if (before && before !== element && seen.get(before) === drawn(before))
            faults.push(`focus does not show: ${words(before)}`);
        before = null;
        if (element === document.body) return;
        if (seen.has(element)) return void (focusFaults.again = true);
        lookWhether(element);
        seen.set(element, drawn(element));
        kinds.push(kindOf(element));
        before = element;
    }, true);
}""".replace("KIND", KIND)

# The kinds of elements that were seen to show the focus.
KNOWN: set[str] = set()


def axe_faults(page: Page, *, only: Collection[str] = (), but: Collection[str] = ()) -> list[str]:
    """What axe finds wrong on the page as it is now, with all of its rules `but` some, or `only` some."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((NODE_MODULES / "axe-core" / "axe.min.js").read_text())
    # It would first fetch all styles once more and wait for films: nothing that is looked for needs them.
    options: dict[str, object] = {"resultTypes": ["violations"], "preload": False}
    if only:
        options["runOnly"] = list(only)
    else:
        options["rules"] = {"target-size": {"enabled": True}} | {rule: {"enabled": False} for rule in but}
    found = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [f"{fault['id']}: {fault['help']}: {node['html']}" for fault in found for node in fault["nodes"]]


def sideways_faults(page: Page) -> list[str]:
    """Whether somebody has to scroll sideways, and because of what."""
    wide = page.evaluate(
        """() => {
            if (document.documentElement.scrollWidth <= window.innerWidth) return [];
            const wide = [...document.body.querySelectorAll("*")]
              .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1);
            return wide.length ? wide.map((element) => element.outerHTML.slice(0, 120)) : ["what a style draws"];
        }"""
    )
    width = page.viewport_size["width"] if page.viewport_size else None
    return [f"wider than {width}: {element}" for element in wide]


def focus_faults(page: Page) -> list[str]:
    """Stops of the Tab key where the focus cannot be seen, or is covered, on a screen that shows 400 %."""
    page.set_viewport_size(ZOOMED)
    page.evaluate(DRAWN_ANEW)
    page.evaluate(FOCUS, sorted(KNOWN))
    for pressed in range(STOPS):
        if pressed % 8 == 0 and page.evaluate("focusFaults.again"):
            break
        page.keyboard.down("Tab")  # held, which moves on each time it is said again
    page.keyboard.up("Tab")
    looked = page.evaluate("focusFaults")
    faults = looked["faults"] + ([] if looked["again"] else [f"after {STOPS} presses of Tab there is no end"])
    if not faults:
        KNOWN.update(looked["kinds"])
    return faults


def error_faults(page: Page) -> list[str]:
    """What is missing where a form has mistakes: the summary with the focus, its links to the fields, the title.

    The page has just loaded. Without mistakes the title may not speak of any.
    """
    return page.evaluate("""() => {
        const summary = document.querySelector(".govuk-error-summary"), faults = [];
        const mistakes = summary ?? document.querySelector(".errornote"); // the latter under /admin/
        if (document.title.startsWith("Error: ") !== Boolean(mistakes)) faults.push(`title: ${document.title}`);
        // What is said in red while somebody types, as how many characters are left, is in no summary.
        const messages = [...document.querySelectorAll(".govuk-error-message:not(.govuk-character-count__message)")]
          .filter((message) => message.textContent.trim());
        if (!summary) return [...faults, ...messages.map((message) => `not in a summary: ${message.textContent}`)];
        if (document.activeElement !== summary) faults.push("the summary does not have the focus");
        const links = [...summary.querySelectorAll(".govuk-error-summary__list a")];
        if (!links.length) faults.push("the summary leads nowhere");
        for (const message of messages)
            if (!links.some((link) => message.textContent.includes(link.textContent.trim())))
                faults.push(`not in the summary: ${message.textContent}`);
        for (const link of links) {
            link.click();
            if (!document.activeElement.matches("input, select, textarea")) faults.push(`no field: ${link.outerHTML}`);
        }
        return faults;
    }""")


def faults_at_every_size(page: Page) -> list[str]:
    """axe and sideways scrolling at each width, axe with forced colours, and sideways scrolling with wide spacing.

    axe looks again only where other elements of the main part are shown, or others around it than on any page before,
    and only at what is drawn as it has not been before.
    """
    faults: list[str] = []
    shown: set[str] = set()

    def look_again(*, is_for_contrast: bool = True) -> list[str]:
        look = page.evaluate(LOOK, is_for_contrast)
        drawn = {
            "color-contrast": not READABLE.issuperset(look["texts"]),
            "link-in-text-block": look["plain"],
            "scrollable-region-focusable": look["scrolls"],
            "target-size": look["crowded"],
        }
        rules = [rule for rule, matters in drawn.items() if matters]
        if look["main"] in shown and look["around"] in FINE_AROUND:
            found = axe_faults(page, only=rules) if rules else []
        else:
            found = axe_faults(page, but=[rule for rule in drawn if rule not in rules])
        shown.add(look["main"])
        if not found:
            FINE_AROUND.add(look["around"])
            READABLE.update(look["texts"])
        return found

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults += look_again() + sideways_faults(page)
        if width == WIDTHS[0]:
            page.emulate_media(forced_colors="active")
            # There axe compares the text colour that the page asked for with the background that the system gave.
            faults += [f"with forced colours: {fault}" for fault in look_again(is_for_contrast=False)]
            page.emulate_media(forced_colors="none")
    page.evaluate(f"() => {{ {WIDE_SPACING} }}")
    faults += [f"with wide spacing: {fault}" for fault in sideways_faults(page)]
    page.evaluate("() => { document.adoptedStyleSheets.pop(); }")
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

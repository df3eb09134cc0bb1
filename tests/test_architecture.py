"""The shape of the code: the line of apps, where things belong and what they are called. Each rule has its control."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.template.loader import get_template
from django.test.utils import isolate_apps

ROOT = Path(settings.BASE_DIR)
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
RANK = {app: rank for rank, layer in enumerate(reversed(LAYERS)) for app in layer.split(" | ")}
"""How high each app stands in the line; siblings stand equally high."""


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository that match one of `patterns`."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run([*command, "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def code() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in RANK]


# ── The line of apps ──────────────────────────────────────────────────────────────────────────────────────────


def upward_references(of: Iterable[type[models.Model]]) -> list[str]:
    """The fields that point from an app to one that stands above or beside it."""
    return [
        f"{field} points to {field.related_model._meta.label}"
        for model in of
        for field in chain(model._meta.fields, model._meta.many_to_many)
        if field.related_model
        and (here := model._meta.app_label) != (there := field.related_model._meta.app_label)
        and RANK.get(there, -1) >= RANK[here]
    ]


def test_no_model_points_up_the_line():
    assert upward_references(our_models()) == []


def test_every_app_of_ours_stands_in_the_line():
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours | {"config"} == set(RANK)


@isolate_apps("accounts", "bookings", "organisation")
@pytest.mark.parametrize("target", ["bookings.Booking", "organisation.Office"])
def test_control_a_reference_up_is_found(target: str):
    class Upward(models.Model):
        points_up = models.ForeignKey(apps.get_model(target), models.CASCADE, related_name="+")

        class Meta:
            app_label = "accounts"

        def __str__(self) -> str:
            return "upward"

    assert upward_references([Upward]) == [f"accounts.Upward.points_up points to {target}"]


def test_control_a_reference_down_is_none():
    assert "Attendee" not in str(upward_references([apps.get_model("bookings.Booking")]))


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────

DRAWERS = re.compile(r"(^|/)(core|commons?|utils?|helpers?|misc)(/|\.py$)")


def test_there_is_no_drawer_for_odds_and_ends():
    assert [path for path in code() if DRAWERS.search(path.relative_to(ROOT).as_posix())] == []


@pytest.mark.parametrize("name", ["bookings/utils.py", "core/models.py", "bookings/services/helpers.py"])
def test_control_a_drawer_is_found(name: str):
    assert DRAWERS.search(name)


def too_long(paths: Iterable[Path]) -> list[str]:
    return [f"{path}: {lines}" for path in paths if (lines := len(path.read_text().splitlines())) > 400]


def test_files_are_split_by_noun_before_they_grow_long():
    assert too_long(code()) == []


def test_control_a_long_file_is_found(tmp_path: Path):
    (tmp_path / "long.py").write_text("\n" * 401)
    assert len(too_long([tmp_path / "long.py"])) == 1


# Taken apart, so that this file does not name them itself.
HOSTS = ("pypi org", "pythonhosted org", "npmjs org", "npmjs com", "yarnpkg com", "deb.debian org", "jsdelivr net")
REGISTRIES = re.compile("|".join(re.escape(host.replace(" ", ".")) for host in HOSTS))


def test_no_file_names_a_package_registry():
    """Where packages come from is the business of the machine: a department may have a mirror of its own."""
    texts = {path: path.read_bytes().decode(errors="ignore") for path in tracked()}
    assert [f"{path}: {found[0]}" for path, text in texts.items() if (found := REGISTRIES.search(text))] == []


def test_control_a_package_registry_is_found():
    assert REGISTRIES.search("https://registry." + "npmjs" + ".org/sass")


# ── Names and words ───────────────────────────────────────────────────────────────────────────────────────────

DEADLINES = {"not_after", "lease_until", "resting_until", "planned_until", "was_planned_until", "last_login"}
"""Moments and dates that say when something ends, and one that Django named."""


def ill_named(fields: Iterable[models.Field]) -> list[str]:
    """Fields whose name does not say what they hold: `_at` a moment, `_on` a date, `_by` a user, `is_` yes or no."""
    return [str(field) for field in fields if not _well_named(field, field.name)]


def _well_named(field: models.Field, name: str) -> bool:
    if isinstance(field, models.DateTimeField):
        return name.endswith("_at") or name in DEADLINES
    if isinstance(field, models.DateField):
        return name.endswith("_on") or name in DEADLINES
    if isinstance(field, models.BooleanField):
        return name.startswith(("is_", "needs_"))
    if name.endswith("_by"):
        return field.related_model is apps.get_model(settings.AUTH_USER_MODEL) or bool(field.choices)
    return not name.endswith(("_at", "_on")) and not name.startswith("is_")


def test_fields_are_named_for_what_they_hold():
    assert ill_named(field for model in our_models() for field in model._meta.fields) == []


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("created", models.DateTimeField()),
        ("birthday", models.DateField()),
        ("active", models.BooleanField()),
        ("starts_at", models.DateField()),
        ("is_full", models.IntegerField()),
        ("made_by", models.CharField()),
    ],
)
def test_control_an_ill_named_field_is_found(name: str, field: models.Field):
    field.set_attributes_from_name(name)
    assert ill_named([field])


def undocumented(path: Path, *kinds: type[ast.stmt]) -> Iterator[str]:
    """The public functions, or what else is asked for, at the top of a file that do not say what they do."""
    for node in ast.parse(path.read_text()).body:
        is_public = isinstance(node, kinds or ast.FunctionDef) and not node.name.startswith("_")
        if is_public and not ast.get_docstring(node):
            yield f"{path.name}: {node.name}"


def test_every_public_function_says_what_it_does():
    files = [path for path in code() if "tests" not in path.parts]
    assert files
    assert [found for path in files for found in undocumented(path)] == []


def test_every_class_of_a_service_or_report_says_what_it_is():
    files = tracked("*/services.py", "*/services/*.py", "*/reports.py", "*/reports/*.py")
    assert files
    assert [found for path in files for found in undocumented(path, ast.ClassDef)] == []


def test_control_what_says_nothing_is_found(tmp_path: Path):
    path = tmp_path / "services.py"
    path.write_text("def book(): ...\ndef _private(): ...\ndef cancel():\n    'Says.'\nclass SeatTaken: ...\n")
    assert list(undocumented(path)) == ["services.py: book"]
    assert list(undocumented(path, ast.ClassDef)) == ["services.py: SeatTaken"]


# ── Templates ─────────────────────────────────────────────────────────────────────────────────────────────────

TEMPLATES = ROOT / "templates"
BY_STATUS = {f"{status}.html" for status in (400, 403, 404, 429, 500, 503)} | {"403_csrf.html"}
"""Django, or the view of an error, finds these by their status."""


def template_names() -> list[str]:
    return [
        path.relative_to(TEMPLATES).as_posix() for path in tracked("templates/*") if path.suffix in {".html", ".txt"}
    ]


def unused(names: Iterable[str], texts: Iterable[str]) -> list[str]:
    """The templates that nothing names. crispy forms itself names those of its pack, and Django those of its admin.

    A template is named by its whole path, in quotes. Only an email has another name: its folder, where emails are made.
    """
    texts = list(texts)
    quoted = _quoted(texts)
    folders = _quoted(text for text in texts if "render_email(" in text)
    return [
        name
        for name in names
        if name not in {*BY_STATUS, *quoted}
        and not name.startswith(("govuk/", "admin/"))
        and not (name.startswith("emails/") and name.split("/")[1] in folders)
    ]


def _quoted(texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in re.findall(r"""["']([\w./]+)["']""", text)}


def test_every_template_is_used():
    sources = [*(path for path in code() if "tests" not in path.parts), *tracked("templates/*")]
    assert unused(template_names(), [path.read_text() for path in sources]) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bookings/forgotten.html", "render(request, 'bookings/book.html')"),
        ("desk/booking.html", 'path("booking/", views.booking, name="booking")'),
        ("desk/booking.html", '{% include "bookings/booking.html" %} {% include "booking.html" %}'),
        ("emails/brief/body.html", 'path("brief/", views.brief, name="brief")'),
        ("emails/brief/body.html", 'render_email("brief_changes", context)'),
    ],
)
def test_control_an_unused_template_is_found(name: str, text: str):
    assert unused([name], [text]) == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("desk/booking.html", '{% include "desk/booking.html" with booking=booking only %}'),
        ("emails/brief/body.html", 'render_email("brief", context)'),
    ],
)
def test_control_a_used_template_is_not_found(name: str, text: str):
    assert unused([name], [text]) == []


@pytest.mark.parametrize("name", template_names())
def test_every_template_compiles(name: str):
    get_template(name)


def incomplete_emails(folder: Path) -> list[str]:
    return [
        f"{email.name} has no {part}"
        for email in sorted(folder.iterdir())
        if email.is_dir()
        for part in ("subject.txt", "body.txt", "body.html")
        if not (email / part).exists()
    ]


def test_every_email_has_a_subject_and_reads_in_text_and_html():
    assert incomplete_emails(TEMPLATES / "emails") == []


def test_control_an_incomplete_email_is_found(tmp_path: Path):
    (tmp_path / "reminder").mkdir()
    for part in ("subject.txt", "body.txt"):
        (tmp_path / "reminder" / part).write_text("")
    assert incomplete_emails(tmp_path) == ["reminder has no body.html"]

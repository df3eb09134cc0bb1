"""No page and no email of organisers leads to Django's administration pages, and so they never need them."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from bookings.change_words import page_of
from tests.factories import BookingFactory, UserFactory

ROOT = Path(settings.BASE_DIR)
# The administration pages themselves, and what says in words where something was done.
THEIRS = ("admin", "config", "tests", "runner", "bench", "migrations", "kind_admin.py", "admin.py")
# For administrators alone: who may sign in, where it was done, and rows that have no other page.
FOR_ADMINISTRATORS = {"bookings/change_words.py": 3}


def leads_to_admin(text: str, *, is_python: bool) -> int:
    """How often something is said there that leads to the administration pages."""
    if not is_python:
        return text.count("admin:") + text.count("/admin/")
    return sum(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(("admin:", "/admin/"))
        for node in ast.walk(ast.parse(text))
    )


def found(files: Iterable[Path]) -> dict[str, int]:
    counts = {}
    for path in files:
        name = path.relative_to(ROOT)
        if not {*name.parts, path.name} & set(THEIRS) and not name.parts[0].startswith((".", "node_modules", "var")):
            counts[name.as_posix()] = leads_to_admin(path.read_text(), is_python=path.suffix == ".py")
    return {name: count for name, count in counts.items() if count}


def test_no_page_and_no_email_leads_there():
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    apps = [path for app in settings.INSTALLED_APPS if (ROOT / app).is_dir() for path in (ROOT / app).rglob("*.py")]
    assert len(templates) > 200
    assert len(apps) > 200
    assert found([*templates, *apps]) == FOR_ADMINISTRATORS


@pytest.mark.parametrize(
    ("text", "is_python"),
    [
        ('{% url "admin:index" %}', False),
        ('<a href="/admin/">', False),
        ('x = reverse("admin:index")', True),
        ('x = reverse(f"admin:{y}_add")', True),
    ],
)
def test_control_what_leads_there_is_found(text, is_python):
    assert leads_to_admin(text, is_python=is_python) == 1


@pytest.mark.django_db
def test_who_did_what_leads_organisers_to_the_surgery_and_administrators_alone_to_people_who_sign_in():
    booking, user = BookingFactory.create(), UserFactory.create()
    assert page_of(booking) == reverse("bookings:manage_surgery", args=[booking.surgery.reference])
    assert page_of(user) == ""
    assert page_of(user, is_administrator=True) == reverse("letting_in:organiser", args=[user.pk])

"""Who may do what below /admin/: the same walk as in tests/test_access.py, with one rule for all of it."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.urls import URLPattern, get_resolver, reverse

from tests.test_access import CHAMPION, NOBODY, ORGANISER_WITHOUT, SECOND_FACTOR, SIGN_IN, World, asked, patterns, world

__all__ = ["world"]  # a fixture

# Below /admin/ is one rule: it is for organisers, and who holds no role there stands for all who hold none. What an
# administrator alone may do is in tests/accounts/test_roles.py.
ADMIN = {NOBODY: SIGN_IN, CHAMPION: SIGN_IN, ORGANISER_WITHOUT: SECOND_FACTOR}
ITS_OWN = {"admin:login", "admin:logout"}


def faults_of_admin(world: World, named: Iterable[tuple[str, URLPattern]]) -> list[str]:
    """The addresses below /admin/ that let in whom they should not."""
    found = []
    for name, pattern in named:
        if not name.startswith("admin:") or name in ITS_OWN or pattern.name is None:  # which only leads to another
            continue
        groups = pattern.pattern.regex.groupindex
        address = reverse(name, kwargs={group: "surgeries" if group == "app_label" else "1" for group in groups})
        for role, expected in ADMIN.items():
            for method in ("GET", "POST"):
                answer = asked(world, role, method, address)
                if answer != expected:
                    found.append(f"{name}: {method} by {role} is {answer}, not {expected}")
    return found


def test_below_admin_nobody_but_organisers_gets_anywhere(world: World):
    assert faults_of_admin(world, patterns(get_resolver().url_patterns)) == []


def test_control_a_page_of_the_administration_whose_protection_was_removed_is_found(world: World, monkeypatch):
    named = dict(patterns(get_resolver().url_patterns))
    found = named["admin:champions_champion_changelist"]
    monkeypatch.setattr(found, "callback", lambda request: HttpResponse())
    assert len(faults_of_admin(world, named.items())) == 2

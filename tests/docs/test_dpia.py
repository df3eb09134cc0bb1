"""What the impact assessment says is held, and until when, is what the policy says that access and erasure go by."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models

from privacy import policy
from privacy.periods import Period
from privacy.policy import HOLDINGS, Category, Fate, Holding, Rule

DOCUMENT = Path(settings.BASE_DIR) / "docs/dpia.md"
BEGINS, ENDS = "<!-- made by `make pictures` from here -->\n", "<!-- to here -->"
OF_OTHERS = "stays: it is about somebody else"


def table() -> str:
    """The table as the policy has it."""
    rows = ["| what | fields | what kind of thing | kept until | when somebody is erased |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(row for holding in HOLDINGS for row in rows_of(holding)), ""])


def rows_of(holding: Holding) -> Iterator[str]:
    """A row for the fields of a kind that are kept equally long and come to the same."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, rule in holding.fields.items():
        field = holding.of._meta.get_field(name)
        assert isinstance(field, models.Field)
        facts = (Category(rule.category).label, Period(rule.kept).label, becomes(holding, rule))
        alike.setdefault(facts, []).append(str(field.verbose_name))
    for (kind, kept, fate), names in alike.items():
        yield f"| {holding.called} | {', '.join(names)} | {kind} | {kept} | {fate} |"


def becomes(holding: Holding, rule: Rule) -> str:
    if rule.becomes is Fate.STAYS:
        return OF_OTHERS
    return "deleted" if holding.goes or rule.becomes is Fate.GOES else "emptied or replaced"


def parts(text: str) -> tuple[str, str, str]:
    """What stands before the table, the table, and what stands behind it."""
    before, _, rest = text.partition(BEGINS)
    within, _, after = rest.partition(ENDS)
    return before, within, after


def test_the_table_is_that_of_the_policy():
    before, within, after = parts(DOCUMENT.read_text())
    if os.environ.get("RENEW"):
        DOCUMENT.write_text(f"{before}{BEGINS}{table()}{ENDS}{after}")
        _, within, _ = parts(DOCUMENT.read_text())
    assert within == table(), "Run `make pictures`, read what has changed in docs/dpia.md, and commit it."


def test_it_has_every_personal_field():
    said = table()
    for holding in HOLDINGS:
        assert said.count(f"| {holding.called} |") == len(list(rows_of(holding)))
        assert bool(holding.fields) == (f"| {holding.called} |" in said), holding.called
        for name in holding.fields:
            assert str(holding.of._meta.get_field(name).verbose_name) in said


@pytest.mark.parametrize("period", [Period.WORDS, Period.IDENTITY])
def test_control_a_field_that_is_kept_for_longer_than_it_says_is_noticed(
    monkeypatch: pytest.MonkeyPatch, period: Period
):
    was = table()
    attendee = next(holding for holding in policy.HOLDINGS if holding.model == "bookings.Booking")
    name = next(name for name, rule in attendee.fields.items() if rule.kept == period)
    monkeypatch.setitem(attendee.fields, name, policy.identity(None, kept=Period.HISTORY))
    assert table() != was


def test_what_the_department_has_to_confirm_is_marked():
    """Nothing about the law is said in its name."""
    law = DOCUMENT.read_text().split("## 4.")[1].split("## 5.")[0]
    assert law.split("\n\n")[1].startswith("**For the department to confirm.**")

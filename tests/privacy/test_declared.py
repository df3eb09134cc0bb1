"""Every personal field is declared: what it is, how long it is kept, and what erasing makes of it."""

from collections import defaultdict

import pytest
from django.apps import apps
from django.db import models

from bookings.models import Attendee
from privacy import policy
from privacy.policy import HOLDINGS, Fate, Holding
from tests.test_architecture import our_models

PEOPLE = ("bookings.Attendee", "accounts.User", "champions.Champion")
NOBODYS = {
    "auth.Permission", "auth.Group", "auth.Group_permissions", "contenttypes.ContentType", "socialaccount.SocialApp",
}  # fmt: skip
"""The models of others that hold nothing about anybody."""


def undeclared(holdings: list[Holding]) -> list[str]:
    """Fields of any model in the database that the policy does not know, and those that it only thinks there are."""
    declared, impersonal = defaultdict(set), defaultdict(set)
    for holding in holdings:
        declared[holding.model] |= set(holding.fields)
        impersonal[holding.model] |= holding.impersonal
    wrong, ours = [], set(our_models())
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if model in ours:
            expected = set(getattr(model, "personal", set()))
        elif label in NOBODYS:
            expected = set()
        else:
            fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.is_relation]
            expected = {field.name for field in fields} - impersonal[label]
        wrong += [f"{label}.{name}" for name in sorted(declared[label] ^ expected)]
        points = {field.related_model._meta.label for field in model._meta.fields if field.related_model}
        if points & set(PEOPLE) and label not in {holding.model for holding in holdings}:
            wrong.append(f"{label} points at somebody")
    return wrong


def test_every_personal_field_of_every_model_is_declared():
    assert undeclared(HOLDINGS) == [], "say in privacy/policy.py what becomes of it"


@pytest.mark.parametrize("label", ["champions.Milestone", "mfa.Authenticator", "bookings.Thanks", "sessions.Session"])
def test_control_a_model_that_is_not_declared_is_found(label: str):
    assert label in str(undeclared([holding for holding in HOLDINGS if holding.model != label]))


def test_control_a_personal_field_that_is_new_is_found(monkeypatch):
    monkeypatch.setattr(Attendee, "personal", Attendee.personal | {"nickname"})
    assert undeclared(HOLDINGS) == ["bookings.Attendee.nickname"]


def test_rows_that_stay_say_what_each_field_becomes():
    """A field goes with its row, or it becomes something else, or it is said that it is not about them."""
    for holding in HOLDINGS:
        lost = [name for name, rule in holding.fields.items() if not holding.goes and rule.becomes is Fate.GOES]
        assert not lost, f"{holding.called}: {lost} would stay as they are"


def test_what_changes_are_fields_that_there_are():
    for holding in policy.HOLDINGS:
        names = {field.name for field in holding.of._meta.get_fields() if isinstance(field, models.Field)}
        assert {*holding.fields, *holding.also, *holding.only, *holding.impersonal} <= names, holding.called

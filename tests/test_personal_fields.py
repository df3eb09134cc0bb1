"""Every field says whether it is about a person: what is kept, shown, given and deleted is decided by it.

A model names its `personal` fields, which identify somebody, are their own words or are a secret, and the `impersonal`
ones. Keys and relations are ids, and need no saying.
"""

from collections.abc import Iterable

import pytest
from django.db import models
from django.test.utils import isolate_apps

from tests.test_architecture import our_models


def undeclared(of: Iterable[type[models.Model]]) -> list[str]:
    """The fields that are in neither set or in both, and what is in a set and no field."""
    wrong = []
    for model in of:
        personal, impersonal = getattr(model, "personal", set()), getattr(model, "impersonal", set())
        fields = {
            field.name for field in model._meta.concrete_fields if not field.primary_key and not field.is_relation
        }
        names = (fields ^ (personal | impersonal)) | (personal & impersonal)
        wrong += [f"{model._meta.label}.{name}" for name in sorted(names)]
    return wrong


def test_every_field_is_declared_as_personal_or_not():
    assert undeclared(our_models()) == [], "say in `personal` or `impersonal` of the model what it is"


@isolate_apps("organisation")
@pytest.mark.parametrize(
    ("personal", "impersonal", "found"),
    [
        (set(), {"size"}, ["nickname"]),
        ({"nickname"}, set(), ["size"]),
        ({"nickname"}, {"size", "nickname"}, ["nickname"]),
        ({"nickname"}, {"size", "colour"}, ["colour"]),
        ({"nickname"}, {"size"}, []),
    ],
)
def test_control_a_field_that_is_not_declared_once_is_found(personal: set, impersonal: set, found: list):
    class Mascot(models.Model):
        nickname = models.CharField(max_length=20)
        size = models.IntegerField()
        owner = models.ForeignKey("organisation.Office", models.CASCADE, related_name="+")

        class Meta:
            app_label = "organisation"

        def __str__(self) -> str:
            return "mascot"

    Mascot.personal, Mascot.impersonal = personal, impersonal
    assert undeclared([Mascot]) == [f"organisation.Mascot.{name}" for name in found]

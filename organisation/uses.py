"""What refers to a row of the department's own lists, and how many rows there are of what."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from django.db import models
from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Cast

from organisation.models import Headcount

Key = TypeVar("Key", bound=Hashable)
# What is a part of its row, and goes with it.
PARTS = {Headcount}


def uses_of(row: models.Model) -> str:
    """What would be lost or stranded if the row were deleted, such as “2 venues, 1 surgery”; empty if nothing."""
    referring: dict[type[models.Model], list[QuerySet]] = {}
    for relation in row._meta.get_fields(include_hidden=True):
        if relation.concrete or not (relation.one_to_many or relation.one_to_one):
            continue
        model: type[models.Model] = relation.related_model  # type: ignore[assignment]
        # A row of a table between two others stands for the one that refers to ours.
        of = model._meta.auto_created or model
        if of not in PARTS and of is not type(row):
            rows = model._base_manager.filter(**{relation.field.name: row.pk})  # type: ignore[union-attr]
            referring.setdefault(of, []).append(rows)  # type: ignore[arg-type]
    found = count_all({(of, place): rows for of, all_of in referring.items() for place, rows in enumerate(all_of)})
    sums = {of: sum(found[of, place] for place in range(len(all_of))) for of, all_of in referring.items()}
    return ", ".join(counted(number, of) for of, number in sums.items() if number)


def counted(number: int, model: type[models.Model]) -> str:
    """Such as “1 venue” and “2 venues”."""
    return f"{number} {model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural}"


def count_all(rows: Mapping[Key, QuerySet]) -> dict[Key, int]:
    """How many rows each of the querysets has: one statement for all."""
    keys = list(rows)
    counts = [
        each.order_by()
        .annotate(place=Cast(Value(place), models.IntegerField()))
        .values("place")
        .annotate(n=Count("pk"))
        for place, each in enumerate(rows.values())
    ]
    found = dict(_in_one(counts)) if counts else {}
    return {key: found.get(place, 0) for place, key in enumerate(keys)}


def _in_one(counts: list[QuerySet]) -> Iterable[tuple[int, int]]:
    first, *others = (each.values_list("place", "n") for each in counts)
    return first.union(*others, all=True) if others else first

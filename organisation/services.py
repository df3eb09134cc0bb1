"""What organisers do with the department's own lists, besides saving a row."""

from datetime import date

from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import ProtectedError

from organisation.importing import Change, Plan, plan
from organisation.lists import OwnList
from organisation.models import EmailParagraph, Headcount, Team
from organisation.uses import uses_of


class InUse(Exception):
    """The row stays, because something refers to it; the message says what."""


def retire(*, row: models.Model) -> None:
    """Offer the row no longer. What happened stays on record."""
    _set_retired(row, True)


def bring_back(*, row: models.Model) -> None:
    """Offer the row again."""
    _set_retired(row, False)


def _set_retired(row: models.Model, is_retired: bool) -> None:
    row.is_retired = is_retired  # type: ignore[attr-defined]
    row.save(update_fields=["is_retired"])


def delete_unused(*, row: models.Model) -> None:
    """Delete the row, as if it had never been. Raises InUse, and changes nothing, if anything refers to it."""
    try:
        with transaction.atomic():
            if uses := uses_of(row):
                raise InUse(uses)
            row.delete()
    except (ProtectedError, IntegrityError):  # since we looked
        raise InUse(uses_of(row)) from None


def record_headcount(*, of: models.Model, counted_on: date, people: int) -> None:
    """How many people the office, directorate, team or grade had on that day. A count of the same day gives way."""
    owner = str(of._meta.model_name)
    Headcount.objects.bulk_create(
        [Headcount(**{owner: of}, counted_on=counted_on, people=people)],
        update_conflicts=True,
        unique_fields=[owner, "counted_on"],
        update_fields=["people"],
    )


class HasChanged(Exception):
    """The lists are not what they were when somebody looked at the plan, which is another one now."""


def import_headcounts(*, of: OwnList, text: str, counted_on: date, seen: str) -> Plan:
    """Do what the file says, as it was `seen` (the digest of its plan): add what is new, and write the headcounts.

    One import at a time. Sent twice, the second finds nothing left to do. Raises HasChanged, and changes nothing, if
    somebody has changed the lists since, and NotReadable.
    """
    try:
        with transaction.atomic():
            return _import(of, text, counted_on, seen)
    except IntegrityError:  # since we looked, a moment ago
        raise HasChanged from None


def _import(of: OwnList, text: str, counted_on: date, seen: str) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('organisation.import_headcounts'))")
    made = plan(of, text, counted_on=counted_on)
    if made.is_empty:
        return made
    if made.digest != seen:
        raise HasChanged
    rows = _add_new(made)
    changed = [change for change in made.changed if change.also_known_as]
    for change in changed:
        change.row.also_known_as = change.also_known_as
    if changed:
        of.model._default_manager.bulk_update([each.row for each in changed], ["also_known_as"], batch_size=500)
    rows += [(change.row, change.line.people) for change in made.changed]
    counted = [(row, people) for row, people in rows if people is not None]
    Headcount.objects.bulk_create(
        [Headcount(**{of.owner: row}, counted_on=counted_on, people=people) for row, people in counted],
        update_conflicts=True,
        unique_fields=[of.owner, "counted_on"],
        update_fields=["people"],
        batch_size=1000,
    )
    return made


def _add_new(made: Plan) -> list[tuple[models.Model, int | None]]:
    """The rows that are new, with their people as far as they are known."""
    model = made.of.model

    def row_of(change: Change) -> models.Model:
        if model is Team:
            directorate, also = change.directorate, change.line.also_known_as
            return Team(name=change.line.name, directorate=directorate, also_known_as=also)
        return model(name=change.line.name)

    rows = model._default_manager.bulk_create([row_of(change) for change in made.new], batch_size=1000)
    return list(zip(rows, (change.line.people for change in made.new), strict=True))


def set_paragraph(*, email: str, words: str) -> None:
    """What emails of this template say besides; without words, nothing."""
    if words:
        EmailParagraph.objects.update_or_create(email=email, defaults={"words": words})
    else:
        EmailParagraph.objects.filter(email=email).delete()

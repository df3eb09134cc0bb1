"""Which tables are recorded, and the triggers that do it: made anew by `migrate` from what the models say.

Every model of ours is recorded, and so is every choice of many, unless it says `is_recorded = False`. What is kept of a
row are its id, the ids that it points at, and its `impersonal` fields. A column that the trigger has not heard of yet
counts as personal. `part_of` names the relation to what a row is part of, and is read with.
"""

from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TRIGGERS = """
    DROP TRIGGER IF EXISTS row_is_recorded ON {table};
    DROP TRIGGER IF EXISTS row_change_is_recorded ON {table};
    CREATE TRIGGER row_is_recorded AFTER INSERT OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION history_record('{whole}', '{kept}');
    CREATE TRIGGER row_change_is_recorded AFTER UPDATE ON {table}
        FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION history_record('{whole}', '{kept}');
"""
FOUND = """
    SELECT relname, encode(tgargs, 'escape') FROM pg_trigger
    JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE proname = 'history_record' AND tgenabled IN ('O', 'A')
"""


@cache
def recorded() -> dict[str, type[models.Model]]:
    """The models that are recorded, by their table."""
    ours = [model for model in apps.get_models(include_auto_created=True) if _is_ours(model)]
    return {model._meta.db_table: model for model in ours if getattr(_declared_by(model), "is_recorded", True)}


def part_of(model: type[models.Model]) -> models.ForeignKey | None:
    """The relation to what a row of it is part of."""
    source: Any = model._meta.auto_created
    if not source:
        name = getattr(model, "part_of", None)
        return model._meta.get_field(name) if name else None  # type: ignore[return-value]
    for field in source._meta.many_to_many:
        if field.remote_field.through is model:
            return model._meta.get_field(field.m2m_field_name())
    raise ValueError(model)


def kept(model: type[models.Model]) -> list[str]:
    """The columns whose values history keeps."""
    impersonal: set[str] = getattr(model, "impersonal", set())
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return [str(field.column) for field in fields if field.is_relation or field.name in impersonal]


def arguments(model: type[models.Model]) -> tuple[str, str]:
    """What the triggers of its table are given: the column of the whole, and the columns whose values are kept."""
    whole = part_of(model)
    return str(whole.column) if whole else "", "{" + ",".join(kept(model)) + "}"


def renew(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers what the models say, and leave those alone that are so already.

    Does nothing without the function that they call: at a migration before it.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc('history_record') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        existing = set(connection.introspection.table_names(cursor))
        cursor.execute(FOUND)
        found: dict[str, list[str]] = {}
        for table, words in cursor.fetchall():
            found.setdefault(table, []).append(words)
        wanted = {table: arguments(model) for table, model in recorded().items() if table in existing}
        for table, (whole, columns) in wanted.items():
            if found.get(table) != [f"{whole}\\000{columns}\\000"] * 2:
                name = connection.ops.quote_name(table)
                cursor.execute(TRIGGERS.format(table=name, whole=whole, kept=columns))
        for table in set(found) - set(wanted):
            name = connection.ops.quote_name(table)
            cursor.execute(f"DROP TRIGGER IF EXISTS row_is_recorded ON {name}")
            cursor.execute(f"DROP TRIGGER IF EXISTS row_change_is_recorded ON {name}")


def _is_ours(model: type[models.Model]) -> bool:
    config = model._meta.app_config
    return bool(config and Path(config.path).parent == settings.BASE_DIR and model._meta.managed)


def _declared_by(model: type[models.Model]) -> type[models.Model]:
    """The model itself or, of a table that joins many to many, the one that has them."""
    return model._meta.auto_created or model  # type: ignore[return-value]

"""Django's `migrate`, run as the owner; then triggers record history, and the application's role may do no more."""

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from history import triggers
from history.models import Change

# Nobody but Django, and the triggers that record history, write to these.
READ_ONLY = ("django_migrations", Change._meta.db_table)

GRANTS = """
    REVOKE ALL ON DATABASE {database} FROM PUBLIC;
    GRANT CONNECT ON DATABASE {database} TO {application};
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO {application};
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {application};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {application};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {application};
    REVOKE UPDATE, DELETE ON {history} FROM {application};
    REVOKE INSERT, UPDATE, DELETE ON {read_only} FROM {application};
"""


class Command(migrate.Command):
    """Everything that Django's own command does, on the owner's connection when DATABASE_OWNER_URL is set."""

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else "default")

    def handle(self, *args, **options):
        super().handle(*args, **options)
        if not options["plan"] and not options["check_unapplied"]:
            triggers.renew(connections[options["database"]])
            grant_to_application(connections[options["database"]])


def history() -> list[str]:
    """The tables that the application may add to and read, and never change: of models that say `is_history`."""
    return [model._meta.db_table for model in apps.get_models() if model is LogEntry or hasattr(model, "is_history")]


def grant_to_application(owner: BaseDatabaseWrapper) -> None:
    """Let the application's role read and write the rows of the owner's tables, and add to history.

    It owns nothing, so it can neither change nor empty a table. Does nothing where one role is both. All in one
    transaction: a running product never sees a moment without its rights.
    """
    application = connections["default"].settings_dict["USER"]
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        role, database = cursor.fetchone()
        if application in {"", role}:
            return
        tables = set(owner.introspection.table_names(cursor))
        statement = sql.SQL(GRANTS).format(
            database=sql.Identifier(database),
            application=sql.Identifier(application),
            history=sql.SQL(", ").join(sql.Identifier(name) for name in history() if name in tables),
            read_only=sql.SQL(", ").join(sql.Identifier(name) for name in READ_ONLY if name in tables),
        )
        cursor.execute(statement)

"""The tables of a test database: migrated once, and copied as long as the migrations stay what they are.

To migrate takes as long as most files of tests do, in each process and each run. A fresh clone, and so CI, migrates.
"""

import fcntl
import hashlib
import inspect
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from accounts.management.commands import migrate
from runner.postgres import embedded_binaries
from tests.live import database_url


@contextmanager
def tables_from(folder: Path) -> Iterator[None]:
    """Around the making of a test database: it is copied from what `folder` keeps, or else kept there for the next."""
    name = connections["owner"].creation._get_test_db_name()
    kept = folder / f"{fingerprint()}.sql"
    with (folder / "one at a time").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if kept.exists():
            with connections["owner"]._nodb_cursor() as cursor:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            _run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={kept}", database=name)
            yield
            return
        yield
        for other in folder.glob("*.sql"):
            other.unlink()
        making = folder / "making"
        _run("pg_dump", f"--file={making}", database=name)
        making.rename(kept)


def fingerprint() -> str:
    """Another one as soon as a migration of any app is another, or the command that applies them."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    made_by = {inspect.getfile(type(each)) for each in loader.disk_migrations.values()} | {inspect.getfile(migrate)}
    return hashlib.blake2b(b"".join(Path(file).read_bytes() for file in sorted(made_by)), digest_size=12).hexdigest()


def _run(program: str, *arguments: str, database: str) -> None:
    command = [embedded_binaries() / program, *arguments, database_url("owner", NAME=database)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

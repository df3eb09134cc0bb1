"""Migrations say what the models say."""

from pathlib import Path

import pytest
from django.core.management import call_command

from tests.migrated import fingerprint


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_control_a_changed_model_is_missed():
    from accounts.models import User

    name = User._meta.get_field("name")
    name.max_length += 1
    try:
        with pytest.raises(SystemExit):
            call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    finally:
        name.max_length -= 1


@pytest.mark.django_db
def test_tables_kept_from_an_earlier_run_are_used_for_the_same_migrations_only(monkeypatch: pytest.MonkeyPatch):
    read, before = Path.read_bytes, fingerprint()
    assert fingerprint() == before

    monkeypatch.setattr(Path, "read_bytes", lambda file: read(file) + b"#" * (file.name == "0001_initial.py"))

    assert fingerprint() != before

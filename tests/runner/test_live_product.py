"""The fixtures that run the real thing are what they say."""

import os
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from runner.postgres import APPLICATION
from runner.product import product, reserved_port
from tests.live import database_url


def test_the_live_product_answers(live_product):
    with urllib.request.urlopen(f"{live_product.url}/readyz") as response:
        assert response.read() == b"ready\n"


def test_its_log_leaves_alone_what_another_product_wrote(django_db_setup, tmp_path: Path):
    log = tmp_path / "web.log"
    log.write_text("From another product\n")
    environment = os.environ | {"DATABASE_URL": database_url()}
    with reserved_port() as listener, product(listener, environment, logs=tmp_path, worker=False):
        assert len(log.read_text().splitlines()) > 1
    assert log.read_text().startswith("From another product\n")


def test_the_worker_rests_while_no_test_asks_for_it(shared_product):
    assert shared_product.worker.process.poll() is not None


def test_the_worker_works_for_a_test_that_asks(worker):
    assert worker.process.poll() is None


def test_a_browser_reads_a_page_of_the_live_product(page, live_product):
    page.goto("/accessibility/")
    page.get_by_role("heading", name="Accessibility statement").wait_for()


@pytest.mark.parametrize("turn", [1, 2])
def test_both_kinds_of_postgresql_hold_the_tables(each_postgres, turn):
    User.objects.create_user("bob@example.gov.uk")
    assert User.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('server_version_num')::int / 10000")
        user, version = cursor.fetchone()
    assert user == APPLICATION
    assert version >= 15

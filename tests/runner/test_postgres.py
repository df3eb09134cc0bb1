"""The embedded PostgreSQL gets up again by itself, whatever happened to it, and opens nothing but its own folder."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from runner.environment import ROOT
from runner.postgres import OWNER, PostgresError, Server, folder_for, temporary_server

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs an account for PostgreSQL")


@pytest.fixture
def server() -> Iterator[Server]:
    with temporary_server() as server:
        yield server


@pytest.fixture
def durable_server() -> Iterator[Server]:
    """With the settings under which `make run` starts it."""
    with temporary_server(settings={}) as server:
        yield server


def test_an_acknowledged_row_outlives_a_kill(durable_server: Server):
    server = durable_server
    with psycopg.connect(server.url(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    os.kill(server.process().pid, signal.SIGKILL)
    server.start()
    with psycopg.connect(server.url(OWNER)) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]


def test_starting_twice_is_starting_once(server: Server):
    first = server.process().pid
    server.start()
    assert server.process().pid == first


def test_a_number_left_by_a_dead_server_and_borne_by_another_process_is_no_obstacle(server: Server):
    pid_file = server.data / "postmaster.pid"
    left = pid_file.read_text().splitlines()
    server.stop()
    with subprocess.Popen(["sleep", "60"]) as other:
        pid_file.write_text("\n".join([str(other.pid), *left[1:]]) + "\n")
        assert server.process() is None
        server.start()
        assert server.process().pid != other.pid
        assert other.poll() is None
        other.kill()


def test_a_first_start_that_was_killed_is_begun_again(server: Server):
    server.stop()
    server.data.rename(server.folder / "data.new")
    (server.folder / "data.new" / "PG_VERSION").unlink()
    server.start()
    psycopg.connect(server.url()).close()


def test_broken_data_are_said_in_one_sentence(server: Server):
    server.stop()
    (server.data / "global" / "pg_control").write_bytes(b"broken")
    with pytest.raises(PostgresError) as error:
        server.start()
    assert "does not start" in str(error.value)
    assert "\n" not in str(error.value)


def test_data_of_another_version_are_said_in_one_sentence(server: Server):
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 9"):
        server.start()


def test_the_last_one_out_stops_the_server(server: Server):
    server.stop()
    with server.in_use():
        with Server(server.folder, server.binaries).in_use() as other:
            assert other.process() is not None
        assert server.process() is not None
    assert server.process() is None


def test_only_this_account_reaches_the_server(server: Server):
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_server_for_tests_dies_with_its_process(tmp_path: Path):
    script = (
        "import time; from runner.postgres import temporary_server\n"
        "with temporary_server() as server: print(server.process().pid, server.folder, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        pid, folder = starter.stdout.readline().split()
        starter.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "the server outlived the process that started it"
        time.sleep(0.05)
    with temporary_server():
        assert not Path(folder).exists(), "what a killed run left behind is swept up by the next"


@as_root
def test_root_opens_no_folder_but_the_server_s_own(tmp_path: Path):
    checkout = tmp_path / "private" / "checkout"
    checkout.mkdir(parents=True)
    checkout.parent.chmod(0o700)
    server = Server(folder_for(checkout / "var" / "postgres"))
    try:
        server.start()
        assert server.process().username() != "root"
        assert (checkout / "var" / "postgres").is_symlink()
        assert stat.S_IMODE(checkout.parent.stat().st_mode) == 0o700
        psycopg.connect(server.url()).close()
    finally:
        server.stop()
        subprocess.run(["rm", "-r", server.folder], check=True)


@as_root
def test_root_leaves_an_ordinary_user_s_database_alone(tmp_path: Path):
    (tmp_path / "postgres").mkdir()
    with pytest.raises(PostgresError, match="made by an ordinary user"):
        folder_for(tmp_path / "postgres")


@as_root
def test_without_the_link_in_var_root_begins_again(tmp_path: Path):
    link = tmp_path / "var" / "postgres"
    folder = folder_for(link)
    try:
        (folder / "kept").touch()
        assert folder_for(link) == folder
        assert (folder / "kept").exists(), "nothing goes as long as the link is there"
        with (folder / "users").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            link.unlink()
            with pytest.raises(PostgresError, match="still in use"):
                folder_for(link)
        assert folder_for(link) == folder
        assert list(folder.iterdir()) == []
        assert link.readlink() == folder
    finally:
        folder.rmdir()


@as_root
def test_root_removes_a_server_that_outlived_its_checkout(tmp_path: Path):
    link = tmp_path / "var" / "postgres"
    server = Server(folder_for(link))
    try:
        server.start()
        link.unlink()
        folder_for(link)
        assert server.process() is None
        assert list(server.folder.iterdir()) == []
    finally:
        server.stop()
        server.folder.rmdir()

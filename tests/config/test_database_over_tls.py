"""With `sslmode=verify-full` the product speaks to the PostgreSQL that its authority vouches for, and to no other.

The embedded PostgreSQL has no TLS, so this needs Debian's.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from config.settings import database
from runner.postgres import APPLICATION, DATABASE, FOR_TESTS, account, temporary_server
from tests.live import debian_binaries

HOST = "db.example.gov.uk"
# Any address that begins with 127 is this machine, so the usual port is free on one that nobody else uses.
PLACE = f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"


@dataclass
class Authority:
    """Somebody who signs certificates, and the file that vouches for them."""

    name: str
    folder: Path

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.file = self.folder / f"{self.name}.pem"
        self.file.write_bytes(self._certificate(self.name, self.key, is_authority=True))

    def vouch_for(self, host: str) -> tuple[Path, Path]:
        """The files of a certificate for this host and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, secret = self.folder / "server.pem", self.folder / "server.key"
        certificate.write_bytes(self._certificate(host, key, is_authority=False))
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        secret.touch(mode=0o600)
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
        return certificate, secret

    def _certificate(self, name: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> bytes:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)


Ask = Callable[..., bool]


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    """Ours, and somebody else's."""
    folder = tmp_path_factory.mktemp("authorities")
    return Authority("ours", folder), Authority("theirs", folder)


@pytest.fixture(scope="module")
def ask(authorities: tuple[Authority, Authority], django_db_blocker: DjangoDbBlocker) -> Iterator[Ask]:
    """Connects as the product does with this address, to a server that takes TLS alone. Says whether it was TLS."""
    binaries = debian_binaries()
    if binaries is None:
        pytest.skip("Debian's PostgreSQL is not installed, and the embedded one has no TLS")
    ours, _ = authorities
    with temporary_server(binaries=binaries, settings=FOR_TESTS) as server:
        for file, name in zip(ours.vouch_for(HOST), ("server.crt", "server.key"), strict=True):
            where = server.data / name
            where.touch(mode=0o600)
            where.write_bytes(file.read_bytes())
            if user := account():
                os.chown(where, user.pw_uid, user.pw_gid)
        (server.data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.0/8 trust\n")
        server.stop()
        server.settings = FOR_TESTS | {"ssl": "on", "listen_addresses": PLACE}
        server.start()

        def ask(host: str, options: str) -> bool:
            address = f"postgresql://{APPLICATION}@{host}/{DATABASE}?hostaddr={PLACE}&{options}"
            connection = ConnectionHandler({"default": database("DATABASE_URL", address)})["default"]
            try:
                with django_db_blocker.unblock(), connection.cursor() as cursor:
                    cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                    return cursor.fetchone()[0]
            finally:
                connection.close()

        yield ask


def test_it_speaks_to_the_server_that_its_authority_vouches_for(ask: Ask, authorities):
    assert ask(HOST, f"sslmode=verify-full&sslrootcert={authorities[0].file}") is True


def test_it_refuses_a_server_that_somebody_else_vouches_for(ask: Ask, authorities):
    with pytest.raises(OperationalError, match="certificate verify failed"):
        ask(HOST, f"sslmode=verify-full&sslrootcert={authorities[1].file}")


def test_it_refuses_a_server_that_is_vouched_for_under_another_name(ask: Ask, authorities):
    with pytest.raises(OperationalError, match="does not match host name"):
        ask("db2.example.gov.uk", f"sslmode=verify-full&sslrootcert={authorities[0].file}")


def test_it_refuses_to_verify_without_an_authority(ask: Ask):
    with pytest.raises(OperationalError, match="root certificate"):
        ask(HOST, "sslmode=verify-full&sslrootcert=/nowhere/ca.pem")


def test_control_without_verifying_whoever_answers_is_believed_and_without_tls_nobody_is(ask: Ask):
    assert ask("db2.example.gov.uk", "sslmode=require") is True
    with pytest.raises(OperationalError, match="no encryption"):
        ask(HOST, "sslmode=disable")

"""An own authority: what it issues is accepted by another implementation, over a real socket, and renewed in time."""

import asyncio
import shutil
import ssl
import stat
import subprocess
from pathlib import Path

import pytest

from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.errors import BadInput, NotFound
from linli.ops.tls import Authority, AuthorityExists, ServerTls, read

DAY_MS = 86_400_000


@pytest.fixture
def now_ms() -> int:
    """The real time, since the peers that check certificates have no other; in whole seconds, as certificates are."""
    return SystemClock().now_ms() // 1000 * 1000


@pytest.fixture
def authority(tmp_path: Path, now_ms: int) -> Authority:
    made = Authority(tmp_path / "tls")
    made.create("邻里 Linli CA", now_ms=now_ms)
    return made


def test_openssl_accepts_what_it_issues(authority: Authority, now_ms: int) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    authority.issue(["linli.example", "192.168.1.10", "::1", "小区.example"], now_ms=now_ms)
    line = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        str(authority.certificate),
    ]
    for name in (
        ["-verify_hostname", "linli.example"],
        ["-verify_ip", "192.168.1.10"],
        ["-verify_ip", "::1"],
    ):
        done = subprocess.run(
            [*line, *name, str(authority.server_certificate)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    stranger = [*line, "-verify_hostname", "other.example", str(authority.server_certificate)]
    assert subprocess.run(stranger, capture_output=True).returncode != 0


def test_keys_are_their_owners_alone(authority: Authority, now_ms: int) -> None:
    authority.issue(["linli.example"], now_ms=now_ms)
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((authority.folder / name).stat().st_mode) == 0o600
    assert not list(authority.folder.glob(".*.part"))


def test_the_authority_is_never_replaced(authority: Authority, now_ms: int) -> None:
    before = authority.certificate.read_bytes()
    with pytest.raises(AuthorityExists):
        authority.create("again", now_ms=now_ms)
    assert authority.certificate.read_bytes() == before


def test_bad_names_are_refused_by_field(authority: Authority, now_ms: int) -> None:
    for names in ([], ["a..b"], ["x" * 70 + ".example"]):
        with pytest.raises(BadInput) as refused:
            authority.issue(names, now_ms=now_ms)
        assert refused.value.field == "names"
    assert not authority.server_certificate.exists()


def test_without_an_authority_nothing_is_issued(tmp_path: Path, now_ms: int) -> None:
    with pytest.raises(NotFound):
        Authority(tmp_path / "none").issue(["linli.example"], now_ms=now_ms)


def test_renewal_begins_thirty_days_before_the_end(authority: Authority, now_ms: int) -> None:
    first = authority.issue(["linli.example", "10.0.0.1"], now_ms=now_ms)
    assert authority.renew(now_ms=now_ms + (397 - 30) * DAY_MS) is None
    late = now_ms + (397 - 29) * DAY_MS
    second = authority.renew(now_ms=late)
    assert second is not None
    assert second.names == first.names == ("linli.example", "10.0.0.1")
    assert second.fingerprint != first.fingerprint
    assert second.days_left(late) == 397
    assert read(authority.server_certificate) == second


async def handshake(port: int, authority: Path) -> str:
    """Connect as a client that trusts only `authority`; the SHA-256 of the certificate it was shown."""
    import hashlib

    trust = ssl.create_default_context(cafile=str(authority))
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="localhost")
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return hashlib.sha256(shown).hexdigest()


async def test_listeners_serve_a_renewed_certificate_without_restart(
    authority: Authority, now_ms: int
) -> None:
    first = authority.issue(["localhost"], now_ms=now_ms)
    tls = ServerTls(authority.server_certificate, authority.server_key)
    clock = ManualClock()
    watching = asyncio.create_task(tls.watch(clock))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=tls.context)
    try:
        port = server.sockets[0].getsockname()[1]
        assert await handshake(port, authority.certificate) == first.fingerprint.replace(":", "").lower()
        second = authority.issue(["localhost"], now_ms=now_ms)
        await asyncio.sleep(0)
        await clock.advance(60_000)
        assert await handshake(port, authority.certificate) == second.fingerprint.replace(":", "").lower()
    finally:
        watching.cancel()
        server.close()
        await server.wait_closed()


def test_a_half_written_pair_is_left_for_later(authority: Authority, tmp_path: Path, now_ms: int) -> None:
    authority.issue(["localhost"], now_ms=now_ms)
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(authority.server_certificate.read_bytes())
    key.write_bytes(authority.server_key.read_bytes())
    tls = ServerTls(certificate, key)
    assert not tls.reload_if_changed()
    authority.issue(["localhost"], now_ms=now_ms)
    key.write_bytes(authority.server_key.read_bytes())  # the certificate is still the old one
    assert not tls.reload_if_changed()
    certificate.write_bytes(authority.server_certificate.read_bytes())
    assert tls.reload_if_changed()

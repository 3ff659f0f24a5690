"""The certificates that a process serves with: named in the settings, or made by the installation's own authority."""

import asyncio
import ssl
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.settings import Settings
from linli.kernel.telemetry import logger
from linli.ops import machine
from linli.ops.own_certificate import OwnCertificate
from linli.ops.tls import DEVICE_CIPHERS, Authority, Certificate, ServedCertificate, ServerTls, read

log = logger(__name__)

RENEW_SECONDS: Final = 3600.0
WARN_BELOW_DAYS: Final = 14
ANY_HOST: Final = frozenset({"", "0.0.0.0", "::"})
"""A listener on all addresses has no name to connect to."""


class Trust(NamedTuple):
    """The certificates by which clients check this server."""

    own: bool
    """By the installation's own authority; else by one that they know already."""
    authority: Certificate | None
    """The own one, if it signed what is served."""
    names: tuple[str, ...]
    """Of the server."""


class Certificates:
    """`start` reads or makes them; contexts are there from then on, and follow every renewal."""

    def __init__(self, settings: Settings, clock: Clock, authority: Authority) -> None:
        self._settings = settings
        self._clock = clock
        self.authority = authority
        self._own = OwnCertificate(authority, lambda: names_of(settings))
        named = settings.tls
        self._is_own = not named.certificate
        self._files = (
            (authority.server_certificate, authority.server_key)
            if self._is_own
            else (Path(named.certificate), Path(named.key or named.certificate))
        )
        self._served: list[ServerTls] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def wanted(self) -> bool:
        """Whether anything is to be served over TLS."""
        settings, mqtt = self._settings, self._settings.mqtt
        sip = settings.sip.port and settings.sip.tls_port
        return bool(settings.tls.certificate or mqtt.tls_at or mqtt.x509_at or settings.https_at or sip)

    async def start(self) -> None:
        """Raises OSError when they cannot be read or made."""
        if not self.wanted:
            return
        if self._is_own:
            await asyncio.to_thread(self._own.ensure, now_ms=self._clock.now_ms())
            self._tasks.append(asyncio.create_task(self._renew(), name="own-certificate"))

    def context(self, *, ciphers: str = "") -> ssl.SSLContext:
        """For one kind of listener, after `start`. Raises OSError."""
        served = ServerTls(*self._files, ciphers=ciphers)
        self._served.append(served)
        self._tasks.append(asyncio.create_task(served.watch(self._clock), name="certificate-files"))
        return served.context

    def device_context(self) -> ssl.SSLContext:
        return self.context(ciphers=DEVICE_CIPHERS)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def trust(self) -> Trust | None:
        """None: nothing is served over TLS. Reads files."""
        if not self.wanted:
            return None
        try:
            served = read(self._files[0])
            signed = _signed(self._files[0], self.authority.certificate)
            authority = read(self.authority.certificate) if signed else None
        except LinliError:
            return None
        return Trust(authority is not None, authority, served.names)

    def served(self) -> list[ServedCertificate]:
        """What is served over TLS, the server's first; an unreadable one is missing, and `fault` says so. Reads files."""
        trust = self.trust()
        if trust is None:
            return []
        server = ServedCertificate("server", read(self._files[0]), self._is_own)
        return [server] + ([ServedCertificate("authority", trust.authority, True)] if trust.authority else [])

    def fault(self) -> str:
        """A notice about them for the operator; empty: none."""
        if not self.wanted:
            return ""
        if self._is_own and not self._files[0].exists():
            return ""  # made at the first start
        try:
            left = read(self._files[0]).days_left(self._clock.now_ms())
        except (LinliError, OSError) as error:
            return f"the certificate cannot be read: {error}"
        return f"the certificate ends in {left} days" if left < WARN_BELOW_DAYS else ""

    async def _renew(self) -> None:
        while True:
            await self._clock.sleep(RENEW_SECONDS)
            try:
                if await asyncio.to_thread(self._own.ensure, now_ms=self._clock.now_ms()):
                    for served in self._served:
                        served.reload_if_changed()
            except (OSError, LinliError):
                log.exception("the server's certificate could not be renewed")


def names_of(settings: Settings) -> list[str]:
    """Names and addresses that clients may call this server by, the public ones first."""
    public = (
        settings.mqtt.public_host,
        settings.sip.public_host,
        urlsplit(settings.http.public_url).hostname or "",
        settings.mqtt.host,
        settings.http.host,
    )
    named = [name for name in public if name not in ANY_HOST]
    return [*named, *machine.names(), "localhost", *machine.addresses(), "127.0.0.1", "::1"]


def _signed(file: Path, authority: Path) -> bool:
    """Whether the certificate of `authority` signed that of `file`."""
    if not authority.exists():
        return False
    try:
        served = x509.load_pem_x509_certificate(file.read_bytes())
        served.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.read_bytes()))
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    return True

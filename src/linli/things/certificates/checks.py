"""Certificate checks for the MQTT front: the device of a certificate, a listener's trusted certificates, a product's
rule."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable

from sqlalchemy import bindparam, select

from linli.kernel.clock import Clock
from linli.kernel.db import INT, Database, Query
from linli.kernel.telemetry import logger
from linli.things.certificates.models import device_certificates, product_authentication
from linli.things.certificates.service import Authentication, fingerprint_of
from linli.things.changes import Change, listen

log = logger(__name__)

_c = device_certificates.c
_FRONT = "the front's own look at who connects"
_HOLDERS = Query(
    select(_c.device_no).where(
        _c.fingerprint == bindparam("fingerprint"),
        _c.revoked_ms.is_(None),
        _c.not_before_ms <= bindparam("now", type_=INT),
        _c.not_after_ms > bindparam("now", type_=INT),
    ),
    unscoped=_FRONT,
)
_REGISTERED = Query(
    select(_c.certificate_no, _c.pem)
    .where(_c.registered == 1, _c.revoked_ms.is_(None), _c.certificate_no > bindparam("after", type_=INT))
    .order_by(_c.certificate_no),
    unscoped=_FRONT,
    heavy=True,
)
_a = product_authentication.c
_ALL_RULES = Query(
    select(_a.product_no, _a.secrets, _a.certificates, _a.tls_only, _a.fresh_time), unscoped=_FRONT
)


class CertificateChecks:
    """Rules of products are held in memory; certificates are looked up when one is shown."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._rules: dict[int, Authentication] = {}
        self._trusting: list[ssl.SSLContext] = []
        self._trusted_no = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_listening: Callable[[], None] | None = None
        self.on_rules: list[Callable[[], object]] = []
        """Called after the rules of products were read again."""

    async def start(self) -> None:
        self._stop_listening = listen(self._db, self._heard)
        await self._read()

    async def stop(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def trust(self, context: ssl.SSLContext) -> None:
        """Let a listener's context take registered certificates, those to come too; it may be without any."""
        context.verify_mode = ssl.CERT_OPTIONAL
        # A registered certificate is trusted itself, with any signer.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self._trusting.append(context)
        for _, pem in await _REGISTERED.all(self._db, after=0):
            _add(context, pem)

    def allows(self, product_no: int) -> Authentication:
        return self._rules.get(product_no, Authentication())

    async def holders(self, der: bytes) -> list[int]:
        """Numbers of the devices that may connect with this certificate now."""
        rows = await _HOLDERS.all(self._db, fingerprint=fingerprint_of(der), now=self._clock.now_ms())
        return [device_no for (device_no,) in rows]

    def _heard(self, change: Change) -> None:
        if change.kind in ("product", "device"):
            task = asyncio.get_running_loop().create_task(self._read_again())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _read_again(self) -> None:
        try:
            await self._read()
            for listener in self.on_rules:
                listener()
        except Exception:
            log.exception("rules of device certificates could not be read")

    async def _read(self) -> None:
        self._rules = {no: Authentication(*map(bool, rules)) for no, *rules in await _ALL_RULES.all(self._db)}
        if not self._trusting:
            return
        for number, pem in await _REGISTERED.all(self._db, after=self._trusted_no):
            self._trusted_no = max(self._trusted_no, number)
            for context in self._trusting:
                _add(context, pem)


def _add(context: ssl.SSLContext, pem: str) -> None:
    # OpenSSL refuses one that it has; and one bad row must not close the door to the others.
    with contextlib.suppress(ssl.SSLError):
        context.load_verify_locations(cadata=pem)

"""Products' rules for their devices' connections: TLS, and a fresh time in the signature."""

from typing import Final

from linli.kernel.clock import Clock
from linli.kernel.db import Reader
from linli.things.certificates.checks import CertificateChecks
from linli.things.connections.book import ConnectionBook
from linli.things.connections.freshness import is_fresh, signed_ms
from linli.things.mqtt.wire import PLAIN

TLS_ONLY: Final = "connect refused: devices of this product come over TLS only, and this connection is plain"
STALE: Final = (
    "connect refused: devices of this product sign a fresh time, within 5 minutes of the platform's or newer than their "
    "last one"
)


class Demands:
    """Checked for every client that proved its identity."""

    def __init__(self, rules: CertificateChecks, book: ConnectionBook, clock: Clock) -> None:
        self.rules = rules
        self.book = book
        self._clock = clock

    def plain_refused(self, product_no: int, security: str) -> bool:
        return security == PLAIN and self.rules.allows(product_no).tls_only

    async def refusal(
        self, device_no: int, product_no: int, *, security: str, stamp: str | None, db: Reader | None = None
    ) -> str:
        """Why a device may not come so; empty: it may, and its time is noted.

        `stamp`: the time that it signed; None: it proved itself without a time, by a token, which is equal to a
        password.
        """
        if self.plain_refused(product_no, security):
            return TLS_ONLY
        signed = None if stamp is None else signed_ms(stamp)
        if self.rules.allows(product_no).fresh_time:
            if stamp is None and security == PLAIN:
                return STALE
            if stamp is not None and not is_fresh(signed, self._clock.now_ms()):
                last = await self.book.last_signed(device_no, db)
                # Before the first time that is known, any old one would be newer.
                if signed is None or not last or signed <= last:
                    return STALE
        self.book.signed(device_no, signed)
        return ""

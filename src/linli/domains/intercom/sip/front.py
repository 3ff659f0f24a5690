"""The platform's SIP front: phones and calls in the database, and the line to the telephone network."""

import secrets as system_secrets
from collections.abc import Callable

from linli.calls.calls import RING_S, TALK_S, CallEngine
from linli.calls.front import ALLOW, Front, token
from linli.calls.login import LogIns
from linli.domains.intercom.account_ends import hear_gone
from linli.domains.intercom.sip.dialling import Dialling
from linli.domains.intercom.sip.log import CallLog
from linli.domains.intercom.sip.phones import DbPhones
from linli.domains.intercom.sip.telephones import Telephones
from linli.domains.intercom.sip.trunk import Trunk
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Sip


class SipFront(Front):
    """`start`, then `port`; `stop` in any state. `host`: what doors and phones are told."""

    dialling: Dialling

    def __init__(
        self,
        settings: Sip,
        db: Database,
        clock: Clock,
        secrets: Secrets,
        calls: CallLog,
        *,
        host: str,
        ring_s: float = RING_S,
        talk_s: float = TALK_S,
    ) -> None:
        engine = CallEngine(token, calls, allow=ALLOW, ring_s=ring_s, talk_s=talk_s)
        super().__init__(settings, clock, engine, host=host)
        self._db = db
        self.log = calls
        self.trunk = Trunk(settings.trunk)
        telephones = Telephones(db, clock, self.trunk, self.calls)
        self.dialling = Dialling(
            db, clock, self.calls, calls, telephones, flow_of=self._flow_of, later=self._later
        )
        self.logins = LogIns(
            DbPhones(db, secrets),
            clock,
            self.guard,
            realm=settings.realm,
            most_seconds=settings.most_seconds,
            nonce_secret=system_secrets.token_bytes(32),
            random=lambda: system_secrets.token_bytes(8),
        )
        self._hear_no_more: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        await self.log.start()
        await super().start()
        self._hear_no_more = hear_gone(self._db.signals, self.calls.gone)
        self.trunk.start(self.exchange, self._datagrams.server, self._streams, self.secure)

    async def stop(self) -> None:
        await self.trunk.stop()
        self._hear_no_more()
        await super().stop()
        await self.log.stop()

    def notice(self) -> str:
        """For the operator: who is slowed, and what is wrong with the telephone line; empty: nothing."""
        return "; ".join(filter(None, (self.guard.notice(self._clock.steady_ms()), self.trunk.notice())))

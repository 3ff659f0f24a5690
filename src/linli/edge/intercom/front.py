"""The box's SIP server on the LAN."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final

from linli.calls.calls import CallEngine
from linli.calls.front import ALLOW, Front, token
from linli.calls.login import LogIns
from linli.calls.page_phone import TRANSPORT
from linli.calls.rows import APP, Account
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.intercom.cloud_sip import CloudSip
from linli.edge.intercom.dialling import SiteDialling
from linli.edge.intercom.log import SiteLog
from linli.edge.intercom.phones import BoxPhones
from linli.edge.intercom.site import Site
from linli.kernel.clock import Clock
from linli.kernel.settings import Sip
from linli.kernel.sip.exchange import Incoming
from linli.kernel.sip.flows import Flow

SWEEP_S: Final = 15.0
"""How late an account whose time is over is hung up."""


class SiteFront(Front):
    """`start`, `stop` in any state."""

    def __init__(
        self,
        settings: Sip,
        site: Callable[[], Site],
        phones: BoxPhones,
        clock: Clock,
        calls: SiteLog,
        cloud: CloudSip,
        *,
        host: str,
        log: DeviceLog,
    ) -> None:
        super().__init__(settings, clock, CallEngine(token, calls, allow=ALLOW), host=host)
        self._site = site
        self._phones = phones
        self._cloud = cloud
        self._log = log
        self.dialling = SiteDialling(
            site, phones, clock, self.calls, calls, cloud, flow_of=self._flow_of, later=self._later
        )
        self.logins = LogIns(
            phones,
            clock,
            self.guard,
            realm=settings.realm,
            most_seconds=settings.most_seconds,
            nonce_secret=secrets.token_bytes(32),
            random=lambda: secrets.token_bytes(8),
        )
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        await super().start()
        self._cloud.start(self, self._streams, self.secure)
        self._sweeping = asyncio.create_task(self._sweep(), name="intercom accounts")

    async def stop(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        await self._cloud.stop()
        await super().stop()

    async def end(self, numbers: frozenset[str]) -> None:
        """Accounts that are no more: their phones are logged out and hung up."""
        if numbers:
            await self._phones.forget(numbers)
            self.calls.gone(numbers)

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(SWEEP_S)
            await self.end(frozenset(self._site().ended(self._clock.now_ms())))

    def vouched(self, flow: Flow) -> bool:
        return self._cloud.came_by(flow) or flow.transport == TRANSPORT

    async def caller(self, incoming: Incoming) -> Account | None:
        if self._cloud.came_by(incoming.flow):
            number = (incoming.request.from_.uri.user or "")[:64]
            return Account(number, "", "", APP, "", 0, 0)
        return await self.logins.prove(incoming)

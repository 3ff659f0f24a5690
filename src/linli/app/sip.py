"""The SIP port of a process: off unless the settings name one, and then nothing of SIP is even loaded."""

import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

from linli.app.condition import Condition
from linli.delivery.ports import Invoker
from linli.domains.intercom.places import sip_host
from linli.domains.intercom.service.calls import end_left
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import Upgrade
from linli.kernel.ids import Ids
from linli.kernel.lobby import Failed, Lobby
from linli.kernel.processes import Processes
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

if TYPE_CHECKING:
    from linli.domains.intercom.sip.front import SipFront
    from linli.media.relay import Relay


class SipPort:
    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Clock,
        secrets: Secrets,
        condition: Condition,
        ids: Ids,
        processes: Processes,
        invoker: Invoker,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._condition = condition
        self._ids = ids
        self._invoker = invoker
        self._process = processes.name
        processes.on_gone(self._end_calls_of)
        self._front: SipFront | None = None
        self._relay: Relay | None = None
        self._door: Lobby | None = None

    async def start(self, tls: Callable[[], ssl.SSLContext], failed: Failed) -> None:
        """`tls` makes the context of its TLS port, if it has one. Raises OSError when a port is taken."""
        if not self._settings.sip.port:
            return
        from linli.domains.intercom.sip.front import SipFront
        from linli.domains.intercom.sip.log import CallLog

        self._front = SipFront(
            self._settings.sip,
            self._db,
            self._clock,
            self._secrets,
            CallLog(self._db, self._clock, self._ids, process=self._process, invoker=self._invoker),
            host=sip_host(self._settings),
        )
        self._condition.sip_notice = self._front.notice
        if self._settings.media.enabled:
            await self._start_media(self._front)
        await self._front.start()
        if at := self._settings.sip.tls_port:
            self._door = Lobby(secured=self._front.secure.make, tls=tls(), on_failed=failed)
            self._front.serve_tls(await self._door.start(self._settings.sip.host, at))

    async def _start_media(self, front: "SipFront") -> None:
        from linli.domains.intercom.sip.media import Relayed
        from linli.media.relay import Relay

        media = self._settings.media
        host = media.host or self._settings.sip.host
        self._relay = Relay(host, media.first_port, media.last_port, memory_mb=media.memory_mb)
        await self._relay.start()
        front.calls.media = Relayed(self._relay, host, media.public_host)

    def upgrades(self) -> dict[str, Upgrade]:
        """For phones in browsers; nothing where SIP is off."""
        if self._front is None:
            return {}
        from linli.domains.intercom.sip import web

        return {web.PATH: web.upgrade(self._front.web, self._settings.sip.web_origins)}

    async def _end_calls_of(self, process: str) -> None:
        """Another process is no more: what rang there was missed."""
        await end_left(self._db, process, now_ms=self._clock.now_ms())

    async def stop(self) -> None:
        """In any state."""
        if self._door is not None:
            self._door.close()
        if self._front is not None:
            await self._front.stop()
        if self._relay is not None:
            await self._relay.stop()

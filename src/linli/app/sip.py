"""The SIP port of a process: off unless the settings name one, and then nothing of SIP is even loaded."""

import ssl
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from linli.app.condition import Condition
from linli.delivery.ports import Invoker
from linli.domains.intercom.answering import Answering
from linli.domains.intercom.places import sip_host
from linli.domains.intercom.service.calls import end_left
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import Upgrade
from linli.kernel.ids import Ids
from linli.kernel.lobby import Failed, Lobby
from linli.kernel.objects import ObjectStore
from linli.kernel.processes import Processes
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.kernel.telemetry import logger

log = logger(__name__)
NO_FILMS: Final = "visitors can leave no messages: FFmpeg is not installed"
NO_BROWSERS: Final = "browsers take no calls: the packages of the extra `browsers` are not installed"

if TYPE_CHECKING:
    from linli.domains.intercom.sip.bell_calls import BellCalls
    from linli.domains.intercom.sip.front import SipFront
    from linli.domains.intercom.sip.message_keeper import MessageKeeper
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
        objects: ObjectStore,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._condition = condition
        self._ids = ids
        self._invoker = invoker
        self._objects = objects
        self._process = processes.name
        processes.on_gone(self._end_calls_of)
        self._front: SipFront | None = None
        self._relay: Relay | None = None
        self._door: Lobby | None = None
        self._messages: MessageKeeper | None = None
        self._bells: BellCalls | None = None
        self.answering = Answering()

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
        from linli.calls.relay_media import Relayed, host_here
        from linli.domains.intercom.sip.bell_calls import BellCalls
        from linli.domains.intercom.sip.desk_looks import DeskLooks
        from linli.domains.intercom.sip.desk_passing import DeskPassing
        from linli.domains.intercom.sip.mailbox import Mailbox
        from linli.domains.intercom.sip.message_keeper import MessageKeeper
        from linli.domains.intercom.sip.page_calls import PageCalls
        from linli.domains.intercom.sip.page_dials import PageDials
        from linli.domains.intercom.sip.watch import PageViews
        from linli.domains.intercom.sip.web_views import WebViews
        from linli.media import films
        from linli.media.relay import Relay

        media = self._settings.media
        host = media.host or self._settings.sip.host
        browser_port = media.browser_port or None
        if browser_port is not None and not _browsers_can_be_served():
            self._condition.media_notice = NO_BROWSERS
            log.warning(NO_BROWSERS)
            browser_port = None
        self._relay = Relay(
            host, media.first_port, media.last_port, memory_mb=media.memory_mb, browser_port=browser_port
        )
        await self._relay.start()
        front.calls.media = relayed = Relayed(self._relay, host, media.public_host)
        if films.served():
            folder = self._settings.data_path / "messages" / self._process
            self._messages = MessageKeeper(
                self._db, self._clock, self._ids, self._objects, folder, process=self._process
            )
            await self._messages.start()
            front.dialling.mailbox = Mailbox(front, front.calls, self._messages, folder, host=host_here(host))
        else:
            log.warning(NO_FILMS)
        if browser_port is not None:
            terminals = self.answering.terminals
            front.dialling.pages = pages = PageCalls(
                front, front.calls, self.answering.guard_desks, terminals
            )
            views = PageViews(front)
            front.dialling.views = WebViews(front.calls, views, front.log.openings)
            passing = DeskPassing(
                pages, front.calls, front.dialling, front.log, self.answering.guard_desks, self._clock
            )
            looks = DeskLooks(front, views, self.answering.guard_desks)
            dials = PageDials(front, terminals.tell_number)
            self.answering.open(pages, views, dials, passing, looks)
            self._bells = self.answering.bells = BellCalls(front, relayed)

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
        if self._bells is not None:
            self._bells.close()
        if self._front is not None:
            await self._front.stop()
        if self._relay is not None:
            await self._relay.stop()
        if self._messages is not None:
            await self._messages.stop()


def _browsers_can_be_served() -> bool:
    return all(find_spec(name) is not None for name in ("OpenSSL", "pylibsrtp"))

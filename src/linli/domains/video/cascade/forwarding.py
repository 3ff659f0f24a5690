"""One call by which an upper platform gets pictures of a camera: live, or what its recorder has.

Source: GB/T 28181-2016, 9.2 and 9.8. The camera sends once, however many look: an upper platform is a player like others.
"""

import asyncio
import ipaddress
import secrets as system_secrets
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from linli.domains.video import errors
from linli.domains.video.cascade.link import Link
from linli.domains.video.cascade.output import Output
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.looks import Look
from linli.domains.video.service import looks as looks_service
from linli.domains.video.service.looks import Watcher
from linli.domains.video.upper_rows import Shown
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import NotFound, Unavailable
from linli.kernel.scope import Scope
from linli.kernel.sip.exchange import Incoming, Repeated
from linli.kernel.telemetry import logger
from linli.media.cameras.hub import Full
from linli.media.cameras.pump import Pump
from linli.media.ports import NoPorts
from linli.protocols import gb28181 as gb
from linli.protocols import sip

if TYPE_CHECKING:
    from linli.domains.video.live.running import Running

log = logger(__name__)
PICTURE_S: Final = 12.0
"""So long an upper platform's INVITE waits for the camera."""
SURFACE: Final = "upper"
_ENDED: Final = 121
"""NotifyType of MediaStatus: the recording is at its end."""
_MOST_STEER: Final = 1_024


class Forwarded:
    """`begin`; `end` in any state, by whichever side. `gone` is called once at its end."""

    def __init__(self, calls: "Calls", incoming: Incoming, shown: Shown, offer: gb.Offer) -> None:
        self._calls = calls
        self._incoming = incoming
        self.shown = shown
        self.offer = offer
        self.since_ms = calls.clock.now_ms()
        self._tag = system_secrets.token_hex(8)
        incoming.request.set("contact", incoming.request.get("contact") or _usual(calls.link, incoming))
        self.dialog = sip.Dialog.of_request(incoming.request, self._tag)
        self._repeated: Repeated | None = None
        self._running: Running | None = None
        self._output: Output | None = None
        self._look: Look | None = None
        self._joined = False
        self.over = False
        incoming.on_cancel = self._cancelled
        incoming.on_lost = self.hang_up

    @property
    def sends(self) -> bool:
        return self._joined

    async def begin(self) -> None:
        """Answer the INVITE once there is a picture."""
        calls, incoming = self._calls, self._incoming
        incoming.respond(sip.respond(incoming.request, 100))
        try:
            self._running = await calls.picture(self.shown, self.offer)
            ssrc = self.offer.ssrc or gb.ssrc_of(calls.link.upper.domain, calls.next(), recorded=False)
            self.offer = self.offer._replace(ssrc=f"{int(ssrc):010d}")
            self._output = Output(self.offer, int(ssrc), self._stream_over)
            await self._output.open(calls.pump)
        except Unavailable as trouble:
            self._refuse(_status_of(trouble))
            return
        except NotFound:
            self._refuse(404)
            return
        except NoPorts:
            self._refuse(486)
            return
        except (OSError, TimeoutError):
            self._refuse(488)
            return
        if self.over:
            await self._close()
            return
        body = gb.describe_sent(self.offer, self.shown.code, calls.link.host, self._output.port)
        fields = [
            ("contact", f"<sip:{self.shown.code}@{calls.link.here}>"), ("content-type", "APPLICATION/SDP"),
        ]  # fmt: skip
        answer = sip.respond(incoming.request, 200, to_tag=self._tag, fields=fields, body=body)
        incoming.respond(answer)
        if calls.link.exchange is not None:
            self._repeated = calls.link.exchange.repeat(incoming, answer)

    def acknowledged(self) -> None:
        """The upper platform waits for pictures now."""
        if self._repeated is None or self._joined or self.over:
            return
        self._repeated.machine.acknowledged()
        calls, running, output = self._calls, self._running, self._output
        if running is None or output is None:
            return
        if running.over:
            self.hang_up()
            return
        try:
            self._look = calls.desk.looks.begin(None if self.offer.end_s else calls.watcher(self.shown))
            running.touched()
            output.start(frozenset((self.offer.host, calls.link.way.host if calls.link.way else "")))
            running.stream.join(output)
        except Full:
            self.hang_up()
            return
        self._joined = True
        if self.offer.end_s:
            calls.later(calls.note_playback(self.shown, self.offer))

    def steer(self, body: bytes) -> bool:
        """MANSRTSP of a playback, passed on as it is. False: it steers nothing."""
        call = None if self._running is None else self._running.call
        if not self.offer.end_s or call is None or len(body) > _MOST_STEER:
            return False
        call.steer(body)
        return True

    def ask_key(self) -> None:
        if self._running is not None:
            self._running.ask_key()

    def _refuse(self, status: int) -> None:
        if not self._incoming.answered:
            self._incoming.respond(sip.respond(self._incoming.request, status, to_tag=self._tag))
        self.end()

    def _cancelled(self) -> None:
        self._refuse(487)

    def _stream_over(self) -> None:
        """The camera sends no more, or nothing can be sent on."""
        if self.over:
            return
        if self.offer.end_s and self._joined:
            link = self._calls.link
            fields: dict[str, str | int] = {"NotifyType": _ENDED}
            body = gb.build("Notify", "MediaStatus", link.next_sn(), self.shown.code, fields)
            self._calls.later(link.say(body))
        self.hang_up()

    def hang_up(self) -> None:
        """By us."""
        if not self.over and self._incoming.answered:
            self._calls.link.send(self.dialog.request("BYE"))
        self.end()

    def end(self) -> None:
        if self.over:
            return
        self.over = True
        if self._repeated is not None:
            self._repeated.machine.acknowledged()
        self._calls.desk.looks.end(self._look)
        self._calls.gone(self)
        self._calls.later(self._close())

    async def _close(self) -> None:
        running, output = self._running, self._output
        self._output = None
        if output is not None:
            await output.close()
            if running is not None:
                running.stream.leave(output)
        if running is not None and self.offer.end_s:
            running.end()


class Calls:
    """Those of one upper platform."""

    def __init__(self, link: Link, desk: VideoDesk, db: Database, clock: Clock, pump: Pump) -> None:
        self.link = link
        self.desk = desk
        self._db = db
        self.clock = clock
        self.pump = pump
        self._all: dict[sip.DialogKey, Forwarded] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self.refused_host = ""
        """Where pictures were asked for last that may not go there."""
        self._last = system_secrets.randbelow(gb.MOST_NUMBERS)

    def list(self) -> list[Forwarded]:
        return list(self._all.values())

    def of(self, request: sip.Request) -> Forwarded | None:
        """The call that a request belongs to. Raises Malformed."""
        return self._all.get(sip.key_of_request(request))

    def invite(self, incoming: Incoming, shown: Shown) -> None:
        """Raises Malformed."""
        if len(self._all) >= self.link.upper.most_streams:
            incoming.answer(486)
            return
        try:
            offer = gb.read_offer(incoming.request.body)
        except gb.Refused as error:
            incoming.answer(488, f"Not Acceptable Here - {str(error)[:80]}")
            return
        if not self._may_take(offer.host):
            self.refused_host = offer.host
            incoming.answer(403, "Forbidden - no pictures for this media address")
            return
        call = Forwarded(self, incoming, shown, offer)
        self._all[call.dialog.key] = call
        self.later(call.begin())

    def _may_take(self, host: str) -> bool:
        """Who forges a datagram of the upper platform must not have pictures sent to himself."""
        link = self.link
        allowed = {*link.upper.media_hosts.split(), link.way.host if link.way is not None else ""}
        return str(ipaddress.ip_address(host)) in allowed

    def next(self) -> int:
        self._last += 1
        return self._last

    def gone(self, call: Forwarded) -> None:
        if self._all.get(call.dialog.key) is call:
            del self._all[call.dialog.key]

    def watcher(self, shown: Shown) -> Watcher:
        upper = self.link.upper
        return Watcher(upper.tenant_id, upper.community_id, shown.iot_id, upper.caller, None, SURFACE)

    async def picture(self, shown: Shown, offer: gb.Offer) -> "Running":
        """Raises NotFound, Unavailable."""
        camera = await self.desk.camera(self.link.upper.scope, self._db, shown.iot_id)
        if offer.end_s:
            return await self.desk.past(camera, begin_s=offer.begin_s, end_s=offer.end_s, seconds=PICTURE_S)
        return await self.desk.live(camera, sub=offer.sub, seconds=PICTURE_S)

    async def note_playback(self, shown: Shown, offer: gb.Offer) -> None:
        upper = self.link.upper
        look = looks_service.Look(
            shown.iot_id, "device", offer.begin_s * 1000, offer.end_s * 1000, surface=SURFACE
        )
        await self._db.run(
            partial(_note, upper.scope, look, upper.community_id, self.clock.now_ms(), upper.caller)
        )

    def keep_only(self, codes: set[str]) -> None:
        """Cameras that it sees no more are hung up."""
        for call in self.list():
            if call.shown.code not in codes:
                call.hang_up()

    def end_all(self) -> None:
        """Without a word: the upper platform is away, or is left."""
        for call in self.list():
            call.end()

    def hang_up_all(self) -> None:
        for call in self.list():
            call.hang_up()

    def later(self, job: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(_survive(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        self.end_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _note(
    scope: Scope, look: looks_service.Look, community_id: int, now_ms: int, caller: str, tx: Tx
) -> int:
    return await looks_service.note_look(
        scope, tx, look, community_id=community_id, now_ms=now_ms, caller=caller
    )


async def _survive(job: Coroutine[Any, Any, object]) -> None:
    try:
        await job
    except Exception:
        log.exception("a call of an upper platform failed")


def _status_of(trouble: Unavailable) -> int:
    """What its trouble is for the upper platform."""
    if isinstance(trouble, errors.NoRecording):
        return 404
    if isinstance(trouble, errors.NoRoom):
        return 486
    if isinstance(trouble, errors.IsH265 | errors.NotProgramStream):
        return 488
    return 480


def _usual(link: Link, incoming: Incoming) -> str:
    """Where its contact is, if it leaves that out."""
    flow = incoming.flow
    host = f"[{flow.host}]" if ":" in flow.host else flow.host
    return f"<sip:{link.upper.server_id}@{host}:{flow.port}>"

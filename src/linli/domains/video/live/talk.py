"""Somebody talks to a camera: it is told of a voice, calls for it, and is sent it while a page sends. Source: GB/T
28181-2016, 9.12.

One voice a camera. It ends by itself: by whoever talks, by the camera, when the page is gone or sends nothing, when who
talks may not any more, and after a minute.
"""

import asyncio
import secrets as system_secrets
from collections.abc import Callable
from typing import Final, Literal

from linli.domains.video import errors
from linli.domains.video.gb28181.front import GbFront
from linli.domains.video.gb28181.line import Line
from linli.domains.video.gb28181.reports import Dialogue
from linli.domains.video.live.running import told_host
from linli.domains.video.live.voice import Voice
from linli.kernel.errors import LinliError
from linli.kernel.sip.exchange import Incoming, Repeated
from linli.media.cameras.pump import Pump
from linli.media.ports import NoPorts, sendable
from linli.protocols import gb28181 as gb
from linli.protocols import sip

LONGEST_S: Final = 60.0

type End = Literal["closed", "camera", "limit", "quiet", "right", "unreachable"]


class Talk(Dialogue):
    """`taken` once the camera takes the voice; `end` in any state. `over` is called once with why."""

    recorded = False

    def __init__(
        self, front: GbFront, pump: Pump, line: Line, channel: str, caller: str, now_ms: int
    ) -> None:
        self._front = front
        self._pump = pump
        self.line = line
        self.channel = channel
        self.caller = caller
        self.call_id = ""
        self.token = system_secrets.token_urlsafe(18)
        self.begun_ms = now_ms
        self.heard_ms = now_ms
        """The last sound of its page."""
        self.used = False
        """A page has come with the token."""
        self.ended: End | None = None
        self.trouble: LinliError | None = None
        self.news = asyncio.Event()
        self.over: Callable[[End], None] = _nothing
        self.closes: asyncio.Task[None] | None = None
        self._incoming: Incoming | None = None
        self._dialog: sip.Dialog | None = None
        self._repeated: Repeated | None = None
        self._voice: Voice | None = None
        self._acknowledged = False
        self._opens: asyncio.Task[None] | None = None

    @property
    def longest_s(self) -> float:
        return LONGEST_S

    @property
    def called(self) -> bool:
        """The camera has called for the voice."""
        return self._incoming is not None

    @property
    def taken(self) -> bool:
        return self._acknowledged and self._voice is not None and self._voice.connected.is_set()

    def fail(self, trouble: LinliError) -> None:
        self.trouble = self.trouble or trouble
        self.news.set()

    # ------------------------------------------------------------ the camera's call

    def invited(self, incoming: Incoming) -> None:
        """Raises Malformed."""
        try:
            listener = gb.read_listener(incoming.request.body)
        except gb.NoAudio:
            incoming.answer(488)
            self.fail(errors.TalkNoAudio())
            return
        except gb.NoCodec as error:
            incoming.answer(488)
            self.fail(errors.TalkCodec(names=error.names))
            return
        except gb.Refused as error:
            incoming.answer(488, f"Not Acceptable Here - {str(error)[:80]}")
            self.fail(errors.TalkRefused(status=str(error)[:80]))
            return
        tag = system_secrets.token_hex(8)
        if not incoming.request.contacts:  # some leave it out
            incoming.request.set(
                "contact", f"<sip:{self.line.device.gb_id}@{self.line.host}:{self.line.port}>"
            )
        self._dialog = sip.Dialog.of_request(incoming.request, tag)
        self._incoming, self.call_id = incoming, incoming.request.call_id
        incoming.on_cancel = self._taken_back
        incoming.on_lost = self.hung_up
        self._opens = asyncio.create_task(self._open(incoming, listener, tag), name="voice to a camera")

    async def _open(self, incoming: Incoming, listener: gb.Listener, tag: str) -> None:
        front, line = self._front, self.line
        incoming.respond(sip.respond(incoming.request, 100))
        host = listener.host if sendable(listener.host, line.host) else line.host
        ssrc = listener.ssrc or gb.ssrc_of(
            front.settings.domain, system_secrets.randbelow(gb.MOST_NUMBERS), recorded=False
        )
        listener = listener._replace(ssrc=f"{int(ssrc):010d}")
        voice = Voice(listener, host, int(ssrc), self._unreachable)
        try:
            await voice.open(self._pump)
        except (NoPorts, OSError, TimeoutError) as error:
            await voice.close()
            if not incoming.answered:
                incoming.answer(486 if isinstance(error, NoPorts) else 488)
            self.fail(
                errors.NoRoom()
                if isinstance(error, NoPorts)
                else errors.TalkUnreachable(host=host, port=listener.port)
            )
            return
        except asyncio.CancelledError:
            await voice.close()
            raise
        if self.ended is not None or incoming.answered or self._dialog is None:
            await voice.close()
            return
        self._voice = voice
        body = gb.describe_voice(listener, front.settings.server_id, told_host(front, line.host), voice.port)
        fields = [
            ("contact", f"<sip:{front.settings.server_id}@{front.here}>"), ("content-type", "APPLICATION/SDP"),
        ]  # fmt: skip
        answer = sip.respond(incoming.request, 200, to_tag=tag, fields=fields, body=body)
        front.dialogs[self._dialog.key] = self
        incoming.respond(answer)
        self._repeated = front.exchange.repeat(incoming, answer)
        voice.start(frozenset((listener.host, line.host)))
        await voice.connected.wait()
        self.news.set()

    def acknowledged(self) -> None:
        if self._repeated is not None:
            self._repeated.machine.acknowledged()
        self._acknowledged = True
        self.news.set()

    def hung_up(self) -> None:
        """By the camera."""
        self.fail(errors.TalkRefused(status="BYE"))
        if self._dialog is not None:
            self._front.dialogs.pop(self._dialog.key, None)
        self._dialog = None
        self.end("camera")

    def _taken_back(self) -> None:
        if self._incoming is not None and not self._incoming.answered:
            self._incoming.answer(487)
        self.fail(errors.TalkRefused(status="CANCEL"))

    def _unreachable(self) -> None:
        self.fail(errors.TalkUnreachable(host=self.line.host, port=self._voice.port if self._voice else 0))
        self.end("unreachable")

    # ------------------------------------------------------------ what is said, and the end

    def take(self, samples: bytes, now_ms: int) -> None:
        """G.711A."""
        self.heard_ms = now_ms
        if self._voice is not None and self.ended is None:
            self._voice.take(samples, now_ms)

    def end(self, why: End) -> None:
        if self.ended is not None:
            return
        self.ended = why
        self.news.set()
        if self._repeated is not None:
            self._repeated.machine.acknowledged()
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            self._front.dialogs.pop(dialog.key, None)
            if self._incoming is not None and not self._incoming.answered:
                self._incoming.answer(487)
            elif self._voice is not None and (flow := self._front.lines.flow(self.line)) is not None:
                self._front.exchange.send(dialog.request("BYE"), flow, _ignore, _none)
        self.closes = asyncio.get_running_loop().create_task(self._close())
        self.over(why)

    async def _close(self) -> None:
        if self._opens is not None:
            self._opens.cancel()
            await asyncio.gather(self._opens, return_exceptions=True)
        if self._voice is not None:
            await self._voice.close()


def _nothing(_why: End) -> None:
    return


def _none() -> None:
    return


def _ignore(_response: sip.Response) -> None:
    return

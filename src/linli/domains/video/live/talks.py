"""The voices that go to cameras now: one a camera, asked for, kept in the list of looks, and ended by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from linli.domains.video import errors
from linli.domains.video.gb28181.front import GbFront
from linli.domains.video.gb28181.line import Line
from linli.domains.video.live.talk import Talk
from linli.domains.video.service import looks
from linli.domains.video.service.looks import Watcher, Written
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.sip.exchange import Incoming
from linli.kernel.telemetry import logger
from linli.media.cameras.pump import Pump
from linli.protocols import gb28181 as gb

log = logger(__name__)
CALLED_S: Final = 5.0
"""So long the camera has to call for the voice, and again to take it."""
QUIET_S: Final = 5.0
"""Without a sound from the page, or without a page at all."""
ALIVE_S: Final = 15.0
"""Between two looks at whether who talks still may."""
_LOOK_S: Final = 0.5
_NOT_FOUND: Final = 404
_SILENCE: Final = 408


class Talks:
    """Where cameras register. `stop` in any state."""

    def __init__(self, db: Database, clock: Clock, front: GbFront, pump: Pump) -> None:
        self._db = db
        self._clock = clock
        self._front = front
        self._pump = pump
        front.talks = self
        self._all: dict[int, Talk] = {}
        """By channel."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        for talk in list(self._all.values()):
            talk.end("closed")
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def of(self, channel_id: int) -> Talk | None:
        """Who talks to a camera now."""
        return self._all.get(channel_id)

    def used(self, token: str) -> Talk | None:
        """The talk of a token, once."""
        talk = next((each for each in self._all.values() if each.token == token), None)
        if talk is None or talk.used or talk.ended is not None:
            return None
        talk.used, talk.heard_ms = True, self._clock.steady_ms()
        return talk

    async def begin(
        self,
        line: Line,
        channel_id: int,
        channel: str,
        watcher: Watcher,
        alive: Callable[[], Awaitable[bool]],
    ) -> Talk:
        """Have a camera take a voice; who talks is kept. Raises TalkBusy (with `caller` of who talks), and Unavailable
        with why not."""
        front = self._front
        before = self._all.get(channel_id)
        if before is not None:
            raise errors.TalkBusy(caller=before.caller)
        now_ms = self._clock.steady_ms()
        talk = self._all[channel_id] = Talk(front, self._pump, line, channel, watcher.caller, now_ms)
        try:
            await self._have_it_taken(front, talk)
            begin_ms = self._clock.now_ms()
            row = await self._write(Written(None, watcher, begin_ms, begin_ms, False, "talk"))
        except BaseException:
            self._forget(channel_id, talk)
            talk.end("closed")
            raise
        talk.begun_ms = talk.heard_ms = self._clock.steady_ms()
        written = Written(row, watcher, begin_ms, begin_ms, False, "talk")
        task = asyncio.create_task(
            self._look_after(channel_id, talk, alive, written), name="talk to a camera"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return talk

    async def _write(self, written: Written) -> int:
        (row,) = await self._db.run(lambda tx: looks.write_live(tx, [written]))
        return row

    # ------------------------------------------------------------ the camera's side

    def awaits(self, line: Line) -> bool:
        """Whether some camera of a device has to call for a voice."""
        return any(each.line is line and not each.called for each in self._all.values())

    def invited(self, line: Line, incoming: Incoming) -> None:
        """A device names the camera in From, in Subject, or not at all; then it is the one that was told first."""
        waiting = [each for each in self._all.values() if each.line is line and not each.called]
        request = incoming.request
        words = f"{request.get('subject') or ''} {request.from_.uri.user or ''}"
        named = [
            each for each in waiting if each.channel in words or gb.speaker_of(each.channel) in words.split()
        ]
        talk = next(iter(named or waiting), None)
        if talk is None or request.to.tag:
            incoming.answer(488)
            return
        talk.invited(incoming)

    # ------------------------------------------------------------ work

    async def _have_it_taken(self, front: GbFront, talk: Talk) -> None:
        """Raises Unavailable. A device that knows no such speaker is told of the usual code of one."""
        status = await self._tell(front, talk, talk.channel)
        speaker = gb.speaker_of(talk.channel)
        if status in ("ERROR", str(_NOT_FOUND)) and speaker:
            status = await self._tell(front, talk, speaker)
        if status == str(_NOT_FOUND):
            raise errors.TalkNoAudio()
        if status:
            raise errors.TalkRefused(status=status)
        try:
            async with asyncio.timeout(CALLED_S):
                while not talk.taken and talk.trouble is None:
                    talk.news.clear()
                    await talk.news.wait()
        except TimeoutError:
            raise errors.TalkNotCalled(seconds=int(CALLED_S)) from None
        if talk.trouble is not None:
            raise talk.trouble

    async def _tell(self, front: GbFront, talk: Talk, target: str) -> str:
        """Until it calls. What it refuses with; empty: it called, or failed otherwise. Raises TalkNotCalled."""
        refused = 0

        def refuse(status: int) -> None:
            nonlocal refused
            refused = status

        asking = asyncio.ensure_future(
            front.questions.ask(
                talk.line, "Broadcast", channel=target, kind="Notify", answer_s=CALLED_S, refused=refuse,
                fields=gb.broadcast_fields(front.settings.server_id, target),
            )
        )  # fmt: skip
        calling = asyncio.ensure_future(_until_called(talk))
        try:
            async with asyncio.timeout(CALLED_S):
                await asyncio.wait({asking, calling}, return_when=asyncio.FIRST_COMPLETED)
                if not calling.done() and asking.done():
                    answers = asking.result()
                    result = answers[0].get("Result").upper() if answers else ""
                    if answers and result != "OK":
                        return result[:20] or "ERROR"
                    if not answers and refused and refused != _SILENCE:
                        return str(refused)
                    await calling
        except TimeoutError:
            raise errors.TalkNotCalled(seconds=int(CALLED_S)) from None
        finally:
            for task in (asking, calling):
                task.cancel()
            await asyncio.gather(asking, calling, return_exceptions=True)
        return ""

    async def _look_after(
        self, channel_id: int, talk: Talk, alive: Callable[[], Awaitable[bool]], written: Written
    ) -> None:
        next_ms = talk.begun_ms + ALIVE_S * 1000
        front = self._front
        try:
            while talk.ended is None:
                talk.news.clear()
                try:
                    async with asyncio.timeout(_LOOK_S):
                        await talk.news.wait()
                except TimeoutError:
                    pass
                now_ms = self._clock.steady_ms()
                if now_ms - talk.begun_ms >= talk.longest_s * 1000:
                    talk.end("limit")
                elif now_ms - talk.heard_ms >= QUIET_S * 1000:
                    talk.end("quiet")
                elif front.lines.named(talk.line.device.gb_id) is not talk.line:
                    talk.end("camera")
                elif now_ms >= next_ms:
                    next_ms = now_ms + ALIVE_S * 1000
                    if not await _survives(alive):
                        talk.end("right")
        finally:
            talk.end("closed")
            self._forget(channel_id, talk)
            end_ms = written.begin_ms + self._clock.steady_ms() - talk.begun_ms
            try:
                await self._write(written._replace(end_ms=end_ms, over=True))
            except Exception:  # it reads as over a minute after it began
                log.exception("the end of a talk to a camera was not kept")
            if talk.closes is not None:
                await talk.closes

    def _forget(self, channel_id: int, talk: Talk) -> None:
        if self._all.get(channel_id) is talk:
            del self._all[channel_id]


async def _until_called(talk: Talk) -> None:
    while not talk.called and talk.trouble is None:
        talk.news.clear()
        await talk.news.wait()


async def _survives(alive: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await alive()
    except Exception:  # the database is away: the next look sees it
        log.exception("who talks to a camera could not be looked at")
        return True

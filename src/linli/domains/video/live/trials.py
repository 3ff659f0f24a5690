"""A test of one camera by hand: asked for its clock and its picture, and measured for some seconds.

It goes the way that who watches goes; what it sees stands in the doctor's memory like all else.
"""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol

from linli.domains.video import errors
from linli.domains.video.doctor.steps import Check, check
from linli.domains.video.rows import GbChannel
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError, Unavailable
from linli.kernel.telemetry import logger
from linli.media.cameras.hub import Full, Stream
from linli.media.cameras.outputs import Packed
from linli.protocols import gb28181 as gb

if TYPE_CHECKING:
    from linli.domains.video.gb28181.front import GbFront
    from linli.domains.video.gb28181.line import Line
    from linli.domains.video.live.running import Running

log = logger(__name__)
MOST: Final = 8
"""At once."""
_MOST_RESULTS: Final = 1_024
_STATUS_S: Final = 3.0
_PICTURE_S: Final = 8.0
_LEAST_S: Final = 5.0
_LONGEST_S: Final = 12.0
"""Of measuring: ends early when two key pictures were seen."""
_TICK_S: Final = 0.25
_CLOCK_OFF_S: Final = 60
_CHINA: Final = timedelta(hours=8)

type Phase = Literal["clock", "asked", "measured", "over"]


class Trial:
    def __init__(self, now_ms: int) -> None:
        self.began_ms = now_ms
        self.ended_ms = 0
        self.phase: Phase = "clock"
        self.clock: Check | None = None
        self.trouble: LinliError | None = None
        """Why it went no further."""


class Streams(Protocol):
    """What a test goes through: the desk of who watches."""

    @property
    def front(self) -> "GbFront":
        """Raises VideoOff."""
        ...

    async def line(self, channel: GbChannel) -> "Line":
        """Raises Unavailable."""
        ...

    def running(self, channel_id: int) -> "list[tuple[bool, Running]]": ...


class Live(Protocol):
    """Asks for the live picture of the camera. Raises Unavailable with why there is none."""

    def __call__(self, *, seconds: float) -> "Awaitable[Running]": ...


class Trials:
    def __init__(self, streams: Streams, clock: Clock) -> None:
        self._streams = streams
        self._clock = clock
        self._trials: dict[int, Trial] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def of(self, channel_id: int) -> Trial | None:
        """The last one."""
        return self._trials.get(channel_id)

    def start(self, channel: GbChannel, live: Live) -> None:
        """Raises TrialRuns, NoRoom, VideoOff."""
        _ = self._streams.front
        channel_id = channel.channel_id
        if channel_id in self._tasks:
            raise errors.TrialRuns()
        if len(self._tasks) >= MOST:
            raise errors.NoRoom()
        self._trials.pop(channel_id, None)
        while len(self._trials) >= _MOST_RESULTS:
            del self._trials[next(iter(self._trials))]
        trial = self._trials[channel_id] = Trial(self._clock.now_ms())
        task = asyncio.get_running_loop().create_task(self._run(trial, channel, live))
        self._tasks[channel_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(channel_id, None))

    def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    async def _run(self, trial: Trial, channel: GbChannel, live: Live) -> None:
        try:
            trial.clock = await self.look_at_clock(channel)
            trial.phase = "asked"
            await self._measure(trial, channel, live)
        except Unavailable as trouble:
            trial.trouble = trouble
        except Exception:
            log.exception("a test of a camera failed")
        finally:
            trial.phase, trial.ended_ms = "over", self._clock.now_ms()

    async def look_at_clock(self, channel: GbChannel) -> Check:
        """Ask its device for the time. Raises Unavailable."""
        line = await self._streams.line(channel)
        asked_ms = self._clock.now_ms()
        answers = await self._streams.front.questions.ask(line, "DeviceStatus", answer_s=_STATUS_S)
        now_ms = self._clock.now_ms()
        if not answers:
            return check("clock", "unknown", "status_silent", since_ms=asked_ms)
        text = gb.date_text(answers[0].get("DeviceTime"))
        try:
            at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) - _CHINA
        except ValueError:
            return check("clock", "unknown", "clock_unknown", since_ms=now_ms)
        shift = round(at.timestamp() - now_ms / 1000)
        if abs(shift) > _CLOCK_OFF_S:
            return check("clock", "warn", "clock_off", since_ms=now_ms, seconds=abs(shift))
        return check("clock", "good", "clock_good", since_ms=now_ms, seconds=abs(shift))

    async def _measure(self, trial: Trial, channel: GbChannel, live: Live) -> None:
        """Raises Unavailable."""
        for sub, running in self._streams.running(channel.channel_id):
            if not sub and not running.stream.head:
                running.end()  # asked anew
        try:
            running = await live(seconds=_PICTURE_S)
        except Unavailable:
            for sub, running in self._streams.running(channel.channel_id):
                if not sub and not running.stream.head:
                    running.end()
            raise
        trial.phase = "measured"
        guest = Guest()
        try:
            running.stream.join(guest)
        except Full:
            return  # it plays well enough
        running.touched()
        begin_ms = self._clock.steady_ms()
        try:
            while not guest.ended:
                await self._clock.sleep(_TICK_S)
                watched_s = (self._clock.steady_ms() - begin_ms) / 1000
                if watched_s >= (_LEAST_S if running.stream.facts.key_gap else _LONGEST_S):
                    break
        finally:
            running.stream.leave(guest)


class Guest:
    """Looks on and keeps nothing."""

    ended = False

    def begin(self, stream: Stream) -> None:
        return

    def picture(self, packed: Packed) -> None:
        return

    def over(self) -> None:
        self.ended = True

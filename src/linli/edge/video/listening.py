"""What cameras tell of by themselves (ONVIF events): a pull point for each, held open; each thing is told on once.

A camera that has no events, or lost its subscription, is asked again later; why stands on the page. What begins again
and again is told on twice a minute, with how often.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from linli.edge.video.camera import Address, Camera, new_client
from linli.edge.video.errors import CameraFailed
from linli.edge.video.ports import CameraAlarm, TellsAlarms
from linli.edge.video.rows import NVR, VideoDevice
from linli.kernel.clock import Clock
from linli.kernel.rounds import end_tasks
from linli.kernel.telemetry import logger
from linli.protocols import onvif
from linli.protocols.onvif import EVENTS, MEDIA, Channel
from linli.protocols.onvif.events import KEPT_S, MOTION, Kind, Notice

log = logger(__name__)

AGAIN_S, LATER_S = 5.0, 300.0
"""Between two tries to listen: at first, and at most."""
WINDOW_MS: Final = 30_000
"""What begins again within these is counted, not told on."""
PAUSE_S: Final = 0.5
"""Between two questions, so that a camera that never waits does not keep the box busy."""
STATES_MOST: Final = 1024
CONNECTIONS_MOST: Final = 320
_PICTURE_S: Final = 5.0
_BYE_S: Final = 1.0


class Listening:
    """To the cameras of one instance. `devices` gives them as they are now."""

    def __init__(
        self, devices: Callable[[], list[VideoDevice]], clock: Clock, tell: TellsAlarms, *, again_s: float = AGAIN_S
    ) -> None:  # fmt: skip
        self._devices = devices
        self._clock = clock
        self._tell = tell
        self._again_s = again_s
        self._http = new_client(CONNECTIONS_MOST)
        self._ears: dict[int, tuple[Ear, asyncio.Task[None]]] = {}

    async def close(self) -> None:
        await end_tasks(*(task for _, task in self._ears.values()))
        self._ears.clear()
        await self._http.aclose()

    async def follow(self, rows: Iterable[VideoDevice]) -> None:
        """Listen to these cameras and recorders, which answer; to no others."""
        wanted = {row.no: row for row in rows}
        gone = [
            no
            for no, (ear, task) in self._ears.items()
            if no not in wanted or task.done() or not ear.is_at(wanted[no])
        ]
        await end_tasks(*(self._ears.pop(no)[1] for no in gone))
        for no, row in wanted.items():
            if no not in self._ears:
                camera = Camera(Address.of(row), self._http, self._clock)
                ear = Ear(row, camera, self._devices, self._clock, self._tell)
                task = asyncio.create_task(ear.run(self._again_s), name=f"video-events-{row.name}")
                self._ears[no] = ear, task

    def why_not(self, no: int) -> str:
        """Why a camera is not listened to: `no_events`, or as `CameraFailed` has it; empty: it is, or was not asked."""
        entry = self._ears.get(no)
        return entry[0].why if entry is not None else ""


@dataclass
class _Window:
    until_ms: int
    more: int = 0
    """How often it came since it was told on."""
    topic: str = ""


class Ear:
    """Listens to one camera, or to one recorder for its cameras."""

    def __init__(
        self,
        row: VideoDevice,
        camera: Camera,
        devices: Callable[[], list[VideoDevice]],
        clock: Clock,
        tell: TellsAlarms,
    ) -> None:
        self.why = ""
        self._row = row
        self._camera = camera
        self._devices = devices
        self._clock = clock
        self._tell = tell
        self._channels: list[Channel] = []
        self._states: dict[tuple[str, str], bool] = {}
        self._windows: dict[tuple[int, Kind], _Window] = {}
        self._worked = False

    def is_at(self, row: VideoDevice) -> bool:
        return self._camera.address == Address.of(row)

    async def run(self, again_s: float) -> None:
        wait_s = again_s
        while True:
            self._worked = False
            try:
                await self._listen()
            except CameraFailed as error:
                if error.why != self.why:
                    log.info("%s: its events are not heard: %s", self._row.name, error)
                self.why = error.why
            wait_s = again_s if self._worked else min(LATER_S, wait_s * 2)
            await self._clock.sleep(wait_s)
            self._camera = self._camera.anew()

    async def _listen(self) -> None:
        """Until it fails. Raises CameraFailed."""
        camera = self._camera
        if not await camera.serves(EVENTS):
            raise CameraFailed("no_events")
        self._channels = onvif.channels_of(onvif.profiles(await camera.ask(MEDIA, "GetProfiles")))
        point = await camera.pull_point()
        renew_ms = self._clock.now_ms() + KEPT_S * 500
        try:
            while True:
                for notice in await camera.pull(point):
                    await self._hear(notice)
                self.why, self._worked = "", True
                await self._tell_counted()
                if self._clock.now_ms() > renew_ms:
                    with contextlib.suppress(CameraFailed):  # some have no such question: pulling keeps it
                        await camera.renew(point)
                    renew_ms = self._clock.now_ms() + KEPT_S * 500
                await self._clock.sleep(PAUSE_S)
        finally:
            with contextlib.suppress(CameraFailed, TimeoutError):
                async with asyncio.timeout(_BYE_S):
                    await camera.unsubscribe(point)

    async def _hear(self, notice: Notice) -> None:
        if not self._begins(notice):
            return
        row, own = self._told_of(notice.source), self._now(self._row.no)
        if row is None or row.identity is None or own is None or (notice.kind == MOTION and not own.motion):
            return
        now_ms = self._clock.now_ms()
        window = self._windows.get((row.no, notice.kind))
        if window is not None and now_ms < window.until_ms:
            window.more += 1
            window.topic = notice.topic
            return
        self._windows[row.no, notice.kind] = _Window(now_ms + WINDOW_MS)
        picture = await self._picture(row)
        await self._tell(CameraAlarm(row.identity, notice.kind, notice.topic, now_ms, picture=picture))

    def _begins(self, notice: Notice) -> bool:
        """What goes on, or is told anew at another subscription, does not begin."""
        if notice.momentary:
            return notice.on and not notice.first
        key = notice.topic, notice.source
        before = self._states.get(key, False)
        if len(self._states) < STATES_MOST or key in self._states:
            self._states[key] = notice.on
        return notice.on and not before

    async def _tell_counted(self) -> None:
        now_ms = self._clock.now_ms()
        rows = {row.no: row for row in self._devices()}
        for key in [key for key, window in self._windows.items() if now_ms >= window.until_ms]:
            window, row = self._windows.pop(key), rows.get(key[0])
            if window.more and row is not None and row.identity is not None:
                self._windows[key] = _Window(now_ms + WINDOW_MS)
                await self._tell(CameraAlarm(row.identity, key[1], window.topic, now_ms, window.more))

    def _told_of(self, token: str) -> VideoDevice | None:
        """The camera itself; of a recorder the camera of the source, or the recorder where it names none."""
        if self._row.kind != NVR or not token:
            return self._now(self._row.no)
        source = next((each.source for each in self._channels if token in _names(each)), token)
        return next(
            (row for row in self._devices() if row.parent == self._row.no and row.source == source), None
        )

    def _now(self, no: int) -> VideoDevice | None:
        return next((row for row in self._devices() if row.no == no), None)

    async def _picture(self, row: VideoDevice) -> bytes:
        """Empty where it gives none."""
        source = row.source or (self._channels[0].source if self._channels else "")
        channel = next((each for each in self._channels if each.source == source), None)
        if channel is None:
            return b""
        try:
            async with asyncio.timeout(_PICTURE_S):
                return await self._camera.snapshot(channel.profiles[0].token)
        except (CameraFailed, TimeoutError) as error:
            log.info("%s: no picture of an alarm: %s", row.name, error)
            return b""


def _names(channel: Channel) -> set[str]:
    return {channel.source, *(profile.configuration for profile in channel.profiles)}

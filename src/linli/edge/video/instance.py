"""A gateway instance (`linkvisual-0`): its line to the platform, and the watch over its devices. It restarts alone."""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from linli.edge.video.camera import Address, Camera, Look, new_client
from linli.edge.video.errors import CameraFailed
from linli.edge.video.listening import Listening
from linli.edge.video.ports import Answers, NewUplink, TellsAlarms, Uplink
from linli.edge.video.rows import CHANNEL, NVR, Local, VideoDevice
from linli.kernel.clock import Clock
from linli.kernel.rounds import end_tasks
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import DeviceKey

log = logger(__name__)

EVERY_S: Final = 30.0
AT_ONCE: Final = 16
TRIES: Final = 2


class Instance:
    """`devices` gives those of this instance as they are now."""

    def __init__(
        self,
        number: int,
        devices: Callable[[], list[VideoDevice]],
        *,
        clock: Clock,
        new_uplink: NewUplink,
        tell: TellsAlarms,
        every_s: float = EVERY_S,
        answers: Answers | None = None,
    ) -> None:
        self._answers = answers
        self.number = number
        self._devices = devices
        self._clock = clock
        self._new_uplink = new_uplink
        self._tell_alarm = tell
        self._every_s = every_s
        self.gateway: DeviceKey | None = None
        self.uplink: Uplink | None = None
        self.locals: dict[int, Local] = {}
        self.started_ms = 0
        self._http = new_client()
        self.listening = Listening(devices, clock, tell)
        self._cameras: dict[int, tuple[Address, Camera]] = {}
        self._task: asyncio.Task[None] | None = None
        self._soon = asyncio.Event()
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        return f"linkvisual-{self.number}"

    @property
    def failing(self) -> str:
        """Why its watch does not run; empty: it does."""
        if self._task is None or not self._task.done():
            return ""
        error = None if self._task.cancelled() else self._task.exception()
        return f"{self.name}: {error or 'ended'}"

    async def start(self, gateway: DeviceKey | None) -> None:
        self.gateway = gateway
        self.started_ms = self._clock.now_ms()
        self._http = new_client()
        self.listening = Listening(self._devices, self._clock, self._tell_alarm)
        if gateway is not None:
            self.uplink = self._new_uplink(gateway)
            if self._answers is not None:
                self.uplink.answer_by(self._answers)
            await self.uplink.start()
        await self.identities()
        self._task = asyncio.create_task(self._run(), name=f"video-{self.name}")

    async def stop(self) -> None:
        await end_tasks(self._task)
        self._task = None
        uplink, self.uplink = self.uplink, None
        if uplink is not None:
            await uplink.stop()
        await self.listening.close()
        await self._http.aclose()
        self._cameras.clear()
        self.locals.clear()

    async def identities(self) -> None:
        """The platform is told of what is assigned now, and of what answers."""
        if self.uplink is None:
            return
        rows = {row.identity.device_name: row for row in self._devices() if row.identity is not None}
        keys = {name: row.identity for name, row in rows.items() if row.identity is not None}
        await self.uplink.serve(keys, {name: row.model for name, row in rows.items()})
        for row in self._devices():
            self._tell(row)

    # the watch

    def look_soon(self) -> None:
        self._soon.set()

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:  # one odd answer must not end the watch over the others
                log.exception("%s: the devices were not asked", self.name)
            try:
                async with asyncio.timeout(self._every_s):
                    await self._soon.wait()
            except TimeoutError:
                pass
            self._soon.clear()

    async def look(self) -> None:
        """Ask every device of this instance once."""
        rows = [row for row in self._devices() if row.kind != CHANNEL]
        for gone in self._cameras.keys() - {row.no for row in rows}:
            del self._cameras[gone]
        gate = asyncio.Semaphore(AT_ONCE)

        async def look_at(row: VideoDevice) -> None:
            async with gate:
                await self._look_at(row)

        await asyncio.gather(*(look_at(row) for row in rows))
        await self.listening.follow(row for row in rows if self.local(row.no).online)
        numbers = {row.no for row in self._devices()}
        self.locals = {no: state for no, state in self.locals.items() if no in numbers}

    async def _look_at(self, row: VideoDevice) -> None:
        failure = CameraFailed("unreachable")
        for _ in range(TRIES):
            try:
                self.heard(row, await self.camera(row).look())
                return
            except CameraFailed as error:
                failure = error
                self._cameras.pop(row.no, None)
                if error.why == "wrong_password":  # a second try would only lock it sooner
                    break
        self.silent(row, failure)

    def camera(self, row: VideoDevice) -> Camera:
        """Of a camera by itself or a recorder."""
        address = Address.of(row)
        camera = self._cameras.get(row.no)
        if camera is None or camera[0] != address:
            camera = self._cameras[row.no] = address, Camera(address, self._http, self._clock)
        return camera[1]

    def try_out(self, address: Address) -> Camera:
        return Camera(address, self._http, self._clock)

    def heard(self, row: VideoDevice, look: Look) -> None:
        """It answered."""
        state = Local(
            online=True,
            why="",
            seen_ms=self._clock.now_ms(),
            maker=look.identity.maker,
            model=look.identity.model,
            clock_off_ms=look.clock_off_ms,
        )
        there = {channel.source for channel in look.channels}
        if row.kind == NVR and not there:
            state = msgspec.structs.replace(state, why="no_channels")
        self._set(row, state)
        for channel in self._below(row):
            gone = Local(why="channel_gone", seen_ms=self.local(channel.no).seen_ms)
            self._set(channel, state if channel.source in there else gone)

    def silent(self, row: VideoDevice, failure: CameraFailed) -> None:
        for each in (row, *self._below(row)):
            before = self.local(each.no)
            why = failure.why if each is row else "recorder_away"
            self._set(
                each,
                msgspec.structs.replace(before, online=False, why=why, detail=failure.detail),
            )

    def local(self, no: int) -> Local:
        return self.locals.get(no, Local())

    def _below(self, row: VideoDevice) -> list[VideoDevice]:
        return [each for each in self._devices() if each.parent == row.no] if row.kind == NVR else []

    def _set(self, row: VideoDevice, state: Local) -> None:
        before = self.local(row.no)
        self.locals[row.no] = state
        if before.online != state.online:
            log.info("%s: %s is %s", self.name, row.name, "online" if state.online else f"away: {state.why}")
        self._tell(row)

    def _tell(self, row: VideoDevice) -> None:
        if self.uplink is not None and row.identity is not None:
            self.uplink.tell(row.identity.device_name, online=self.local(row.no).online)

    # what is shown

    def cloud_online(self, row: VideoDevice) -> bool:
        return (
            self.uplink is not None
            and row.identity is not None
            and self.uplink.is_online(row.identity.device_name)
        )

    def cloud_refusal(self, row: VideoDevice) -> str:
        if self.uplink is None or row.identity is None:
            return ""
        return self.uplink.refusal(row.identity.device_name)

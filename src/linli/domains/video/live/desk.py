"""What routes and calls ask about pictures: live, recorded, steering, and what recorders have."""

import secrets as system_secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from linli.domains.video import errors
from linli.domains.video.doctor.memory import Doctor
from linli.domains.video.live import orders
from linli.domains.video.live.looks import Look, Looks
from linli.domains.video.live.orders import Condition, Outcome
from linli.domains.video.live.part import Part
from linli.domains.video.live.recordings import Recording, question, within
from linli.domains.video.live.site_checks import SiteChecks
from linli.domains.video.live.tickets import Scheme, Ticket, Tickets
from linli.domains.video.live.trials import Trials
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.queries.views import camera_of
from linli.domains.video.rows import GbChannel, GbDevice
from linli.domains.video.service.looks import Watcher
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.errors import Unavailable
from linli.kernel.scope import Scope
from linli.kernel.settings import Video
from linli.media.cameras.hub import Full, Player
from linli.media.cameras.outputs import Keys
from linli.media.ports import NoPorts
from linli.protocols import gb28181 as gb
from linli.things.queries.devices import get_device

if TYPE_CHECKING:
    from linli.domains.video.gb28181.front import GbFront
    from linli.domains.video.gb28181.line import Line
    from linli.domains.video.live.running import Running
    from linli.domains.video.live.talk import Talk
    from linli.domains.video.live.talks import Talks
    from linli.media.cameras.pump import Pump

FIRST_PICTURE_S: Final = 2.7
"""Callers wait 3 s (spec F 3.1)."""
_MOST_STREAMS: Final = 512


class Camera(NamedTuple):
    iot_id: str
    community_id: int | None
    channel: GbChannel


class VideoDesk:
    """Filled by `open` where cameras register at this process; until then all is off."""

    def __init__(self, db: Database, clock: Clock, settings: Video) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._front: GbFront | None = None
        self._pump: Pump | None = None
        self._running: dict[tuple[int, bool], Running] = {}
        self._past: set[Running] = set()
        self._last = system_secrets.randbelow(gb.MOST_NUMBERS)
        """Number of the last call: another process before this one may have had the first ones."""
        self.tickets = Tickets()
        self.looks = Looks(db, clock)
        self._talks: Talks | None = None
        self.doctor = Doctor(clock)
        self.trials = Trials(self, clock)
        self.site_checks = SiteChecks(clock)
        self.rtmp_port = 0

    def open(self, front: "GbFront", pump: "Pump") -> None:
        self._front, self._pump = front, pump
        from linli.domains.video.live.talks import Talks  # only where cameras register

        self._talks = Talks(self._db, self._clock, front, pump)

    def close(self) -> None:
        self.trials.close()
        self.site_checks.close()
        for running in [*self._running.values(), *self._past]:
            running.end()

    @property
    def on(self) -> bool:
        return self._front is not None

    @property
    def front(self) -> "GbFront":
        """Raises VideoOff."""
        if self._front is None:
            raise errors.VideoOff()
        return self._front

    @property
    def talks(self) -> "Talks":
        """Raises VideoOff."""
        if self._talks is None:
            raise errors.VideoOff()
        return self._talks

    def place(self) -> tuple[str, int]:
        """Host (empty: any of this machine) and port that cameras are set up with. Raises VideoOff."""
        front = self.front
        return front.settings.public_host, front.port

    # ------------------------------------------------------------ whom

    async def camera(self, scope: Scope, db: Reader, iot_id: str) -> Camera:
        """A camera that the scope may see, or the one that shows a device that it may see. Raises NotFound, NoWay."""
        device = await get_device(scope, db, iot_id=iot_id)
        whole = Scope.system(device.tenant_id, "video")
        channel = (await queries.channels_of(whole, db, [iot_id])).get(iot_id)
        if channel is None and (shown_by := await camera_of(whole, db, iot_id)):
            iot_id = shown_by
            device = await get_device(scope, db, iot_id=iot_id)
            channel = (await queries.channels_of(whole, db, [iot_id])).get(iot_id)
        if channel is None:
            raise errors.NoWay()
        return Camera(iot_id, device.community_id, channel)

    async def line(self, channel: GbChannel) -> "Line":
        """The way to a camera. Raises VideoOff, CameraAway, CameraLockedOut."""
        front = self.front
        whole = Scope.system(channel.tenant_id, "video")
        device = await queries.device(whole, self._db, channel.device_id)
        line = front.lines.named(device.gb_id)
        if line is None or front.lines.flow(line) is None:
            if device.trouble == "wrong_password":
                raise errors.CameraLockedOut(host=device.trouble_host)
            raise errors.CameraAway()
        return line

    async def refresh(self, device: GbDevice) -> int:
        """Ask a device for its catalogue; entries that came. Raises VideoOff, CameraAway, CameraSilent."""
        line = self.front.lines.named(device.gb_id)
        if line is None:
            raise errors.CameraAway()
        entries = await self.front.reports.refresh(line)
        if not entries:
            raise errors.CameraSilent()
        return entries

    def take_way(self, device: GbDevice, way: str) -> None:
        """Its pictures come so from the next one on."""
        if self._front is not None and (line := self._front.lines.named(device.gb_id)) is not None:
            line.device = line.device._replace(way=way)

    def subscribe(self, device: GbDevice, kinds: list[str]) -> None:
        """To these from now on."""
        if self._front is not None and (line := self._front.lines.named(device.gb_id)) is not None:
            line.device = line.device._replace(subscribes=",".join(kinds))
            self._front.subscriptions.begin(line, anew=True)

    def leave(self, device: GbDevice) -> None:
        """It was removed: its streams end, and what it says counts no more."""
        for running in [*self._running.values(), *self._past]:
            if running.line.device.device_id == device.device_id:
                running.end()
        if self._front is not None and (line := self._front.lines.named(device.gb_id)) is not None:
            self._front.forget(line)
        self.doctor.forget(device.gb_id)

    # ------------------------------------------------------------ live

    async def live(
        self, camera: Camera, *, sub: bool = False, key: bool = False, seconds: float = FIRST_PICTURE_S
    ) -> "Running":
        """A stream with a picture. `key`: ask the camera for a key picture. Raises Unavailable with why there is none."""
        channel = camera.channel
        running = self._running.get((channel.channel_id, sub))
        if running is None:
            line = await self.line(channel)
            running = self._running.get((channel.channel_id, sub)) or self._start(
                line, channel, Part(sub=sub), self._live_ended
            )
            self._running[channel.channel_id, sub] = running
        running.glimpsed = False
        if key or (running.stream.head and not running.stream.kept):
            running.ask_key()
        await running.playing(seconds)
        return running

    async def glimpse(self, camera: Camera, *, seconds: float) -> "Running":
        """A stream with a picture, for one look: what runs already, else the large one. `leave_glimpse` ends it.

        Raises Unavailable with why there is none.
        """
        there = self.running(camera.channel.channel_id)
        playing = next((running for _, running in there if running.stream.kept), None)
        if playing is not None:
            return playing
        waits = any(not sub for sub, _ in there)
        if waits:
            return await self.live(camera, seconds=seconds)
        line = await self.line(camera.channel)
        if (camera.channel.channel_id, False) in self._running:
            return await self.live(camera, seconds=seconds)
        running = self._start(line, camera.channel, Part(), self._live_ended)
        self._running[camera.channel.channel_id, False] = running
        running.glimpsed = True
        try:
            await running.playing(seconds)
        except Unavailable:
            running.leave_glimpse()
            raise
        return running

    def _start(
        self,
        line: "Line",
        channel: GbChannel,
        part: Part,
        ended: "Callable[[Running], None]",
    ) -> "Running":
        if self._pump is None or len(self._running) + len(self._past) >= _MOST_STREAMS:
            raise errors.NoRoom()
        from linli.domains.video.live.running import Running  # only where cameras register

        self._last += 1
        running = Running(
            self.front, self._pump, line, channel=channel.channel, number=self._last,
            idle_s=self._settings.idle_seconds, ended=ended, part=part,
        )  # fmt: skip
        try:
            running.start()
        except NoPorts as error:
            raise errors.NoRoom() from error
        return running

    def _live_ended(self, running: "Running") -> None:
        for key, other in list(self._running.items()):
            if other is running:
                del self._running[key]

    def running(self, channel_id: int) -> "list[tuple[bool, Running]]":
        """The streams of a camera now: whether it is the sub stream, and the stream."""
        return [(sub, running) for (number, sub), running in self._running.items() if number == channel_id]

    def stop(self, camera: Camera, *, sub: bool | None) -> int:
        """End a camera's live streams; how many there were."""
        matches = [
            running for is_sub, running in self.running(camera.channel.channel_id) if sub in (None, is_sub)
        ]
        for running in matches:
            running.end()
        return len(matches)

    # ------------------------------------------------------------ recordings

    async def past(
        self, camera: Camera, *, begin_s: int, end_s: int, seek_s: int = 0, seconds: float = FIRST_PICTURE_S
    ) -> "Running":
        """A playback of its own. Raises Unavailable with why there is none."""
        line = await self.line(camera.channel)
        running = self._start(
            line, camera.channel, Part(begin_s=begin_s + seek_s, end_s=end_s), self._past.discard
        )
        self._past.add(running)
        await running.playing(seconds)
        return running

    async def recordings(
        self, camera: Camera, *, begin_s: int, end_s: int, kind: int = 99, seconds: float = FIRST_PICTURE_S
    ) -> list[Recording]:
        """What the recorder has of a span, the earliest first. Raises Unavailable."""
        line = await self.line(camera.channel)
        fields = question(begin_s, end_s, kind)
        answers = await self.front.questions.ask(
            line, "RecordInfo", channel=camera.channel.channel, fields=fields, answer_s=seconds
        )
        if not answers:
            raise errors.CameraSilent()
        items = [item for answer in answers for item in answer.items]
        return within(items, begin_s, end_s, kind)

    # ------------------------------------------------------------ steering

    async def steer(self, camera: Camera, command: str) -> None:
        """Send eight bytes of PTZCmd, in hexadecimal. Raises Unavailable."""
        line = await self.line(camera.channel)
        line.number += 1
        body = gb.build(
            "Control", "DeviceControl", line.number, camera.channel.channel,
            {"PTZCmd": command},
        )  # fmt: skip
        if not self.front.questions.send(line, body, channel=camera.channel.channel):
            raise errors.CameraAway()

    async def order(self, camera: Camera, order: gb.Order) -> Outcome:
        """What it answers. Raises Unavailable."""
        line = await self.line(camera.channel)
        return await orders.give(self.front, line, camera.channel.channel, order)

    async def ask_condition(self, camera: Camera) -> Condition | None:
        """What its device says of itself; None: it does not answer. Raises Unavailable."""
        return await orders.look(self.front, await self.line(camera.channel))

    async def talk(self, camera: Camera, watcher: Watcher, alive: Callable[[], Awaitable[bool]]) -> "Talk":
        """Have it take a voice; who talks is kept. Raises TalkBusy (with `caller` of who talks), Unavailable."""
        line, channel = await self.line(camera.channel), camera.channel
        return await self.talks.begin(line, channel.channel_id, channel.channel, watcher, alive)

    async def presets(self, camera: Camera) -> dict[int, str]:
        """Names by number; empty where it has none or does not know the question. Raises Unavailable."""
        line = await self.line(camera.channel)
        answers = await self.front.questions.ask(
            line, "PresetQuery", channel=camera.channel.channel, answer_s=FIRST_PICTURE_S
        )
        rows: dict[int, str] = {}
        for item in (item for answer in answers for item in answer.items):
            number = item.get("PresetID", "")
            if number.isascii() and number.isdigit() and len(number) < 4 and 1 <= int(number) <= 255:
                rows.setdefault(int(number), item.get("PresetName", "")[:64])
        return rows

    # ------------------------------------------------------------ tickets

    def ticket(
        self,
        running: "Running",
        scheme: Scheme,
        alive: Callable[[], Awaitable[bool]],
        *,
        encrypted: bool = False,
        watcher: Watcher | None = None,
    ) -> Ticket:
        keys = Keys(system_secrets.token_bytes(16), system_secrets.token_bytes(16)) if encrypted else None
        return self.tickets.give(Ticket(running, scheme, self._clock.now_ms(), alive, watcher, keys))

    def join(self, ticket: Ticket, player: Player) -> Look | None:
        """Begin to send pictures to a player, and its look. Raises Full."""
        look = self.looks.begin(ticket.watcher)
        try:
            ticket.running.stream.join(player)
        except Full:
            self.looks.end(look)
            raise
        return look

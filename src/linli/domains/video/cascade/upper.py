"""One upper platform: what it asks is answered for the cameras that people chose for it, and for no others."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, Final

from linli.domains.video.cascade import replies
from linli.domains.video.cascade.forwarding import Calls
from linli.domains.video.cascade.link import METHODS, Link
from linli.domains.video.cascade.served import Served
from linli.domains.video.events import CameraAlarmed
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.upper_rows import Shown, Upper
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.sip.exchange import Incoming
from linli.media.cameras.pump import Pump
from linli.protocols import gb28181 as gb
from linli.protocols import sip, steering

ALLOW: Final = ", ".join(METHODS)
MOST_JOBS: Final = 32
"""Answers on their way at once; who asks for more is told to wait."""
MOST_ALARMS: Final = 200
RECORDS_S: Final = 10.0


class UpperPlatform:
    """`start`; `stop` in any state."""

    def __init__(
        self, upper: Upper, password: str, *, desk: VideoDesk, db: Database, clock: Clock, pump: Pump
    ) -> None:
        front = desk.front.settings
        self.link = Link(
            upper, password, clock=clock, local=front.host, public_host=front.public_host, peer=self
        )
        self._desk = desk
        self._db = db
        self._clock = clock
        self.calls = Calls(self.link, desk, db, clock, pump)
        self.served = Served(self.link, clock)
        self.cameras: dict[str, Shown] = {}
        """By code."""
        self._jobs = 0
        self._alarms = 0
        self.alarms_lost = 0
        """That came while it was away, or in too great a number."""
        self._stops: dict[str, asyncio.Task[None]] = {}

    @property
    def upper(self) -> Upper:
        return self.link.upper

    def start(self) -> None:
        self.link.start()

    async def stop(self) -> None:
        self.calls.hang_up_all()
        for task in self._stops.values():
            task.cancel()
        await self.link.stop()
        await self.calls.close()

    # ------------------------------------------------------------ what it sees

    def show(self, cameras: Iterable[Shown]) -> None:
        """The cameras as they are now; what became of them is told to who subscribed."""
        before, self.cameras = self.cameras, {shown.code: shown for shown in cameras}
        self.calls.keep_only(set(self.cameras))
        if "Catalog" not in self.served.commands:
            return
        items: list[replies.Item] = []
        for code, shown in self.cameras.items():
            old = before.get(code)
            item = replies.item_of(self.upper, shown)
            if old is None:
                items.append({**item, "Event": "ADD"})
            elif old.is_on != shown.is_on:
                items.append({"DeviceID": code, "Event": "ON" if shown.is_on else "OFF"})
            elif item != replies.item_of(self.upper, old):
                items.append({**item, "Event": "UPDATE"})
        items += [{"DeviceID": code, "Event": gb.DELETED} for code in before if code not in self.cameras]
        if items:
            self.calls.later(self._tell_news(items))

    async def _tell_news(self, items: list[replies.Item]) -> None:
        number = str(self.link.next_sn())
        for body in replies.catalogue(self.upper, number, items, kind="Notify"):
            await self.served.tell("Catalog", body)

    def alarmed(self, event: CameraAlarmed) -> None:
        """A camera told of an alarm."""
        shown = next((each for each in self.cameras.values() if each.iot_id == event.iot_id), None)
        if shown is None or not self.upper.alarms:
            return
        if self.link.state != "registered" or self._alarms >= MOST_ALARMS:
            self.alarms_lost += 1
            return
        self._alarms += 1
        self.calls.later(self._pass_alarm(shown, event))

    async def _pass_alarm(self, shown: Shown, event: CameraAlarmed) -> None:
        try:
            time = event.camera_time or replies.china_text(self._clock.now_ms() // 1000)
            notice = gb.AlarmNotice(shown.code, event.method, event.kind, event.priority, time, event.text)
            body = gb.build_alarm(notice, self.link.next_sn())
            if "Alarm" in self.served.commands:
                taken = await self.served.tell("Alarm", body)
            else:
                taken = 200 <= await self.link.say(body) < 300
            self.alarms_lost += not taken
        finally:
            self._alarms -= 1

    # ------------------------------------------------------------ what it asks

    def left(self) -> None:
        self.calls.end_all()
        self.served.clear()

    def acknowledged(self, request: sip.Request) -> None:
        if (call := self.calls.of(request)) is not None:
            call.acknowledged()

    def ask(self, incoming: Incoming) -> None:
        """Raises Malformed."""
        request = incoming.request
        match request.method:
            case "MESSAGE":
                self._message(incoming)
            case "INVITE":
                self._invite(incoming)
            case "SUBSCRIBE":
                self._subscribe(incoming)
            case "OPTIONS":
                incoming.answer(200, allow=ALLOW)
            case "BYE" | "INFO":
                self._within_call(incoming)
            case _:
                incoming.answer(405, allow=ALLOW)

    def _within_call(self, incoming: Incoming) -> None:
        call = self.calls.of(incoming.request)
        if call is None:
            incoming.answer(481)
        elif (status := call.dialog.take(incoming.request)) is not None:
            incoming.answer(status)
        elif incoming.request.method == "BYE":
            incoming.answer(200)
            call.end()
        else:
            incoming.answer(200 if call.steer(incoming.request.body) else 488)

    def _invite(self, incoming: Incoming) -> None:
        request = incoming.request
        if request.to.tag:
            incoming.answer(481 if self.calls.of(request) is None else 488)
            return
        shown = self.cameras.get(request.uri.user or "")
        if shown is None:
            incoming.answer(404)
            return
        self.calls.invite(incoming, shown)

    def _subscribe(self, incoming: Incoming) -> None:
        try:
            message = gb.read(incoming.request.body)
        except gb.Unreadable:
            incoming.answer(400)
            return
        allowed = message.command == "Catalog" or (message.command == "Alarm" and self.upper.alarms)
        if not allowed or message.device not in ("", self.upper.gb_id):
            incoming.answer(403 if message.command in ("Catalog", "Alarm") else 489)
            return
        self.served.take(incoming, message.command)

    def _message(self, incoming: Incoming) -> None:
        try:
            message = gb.read(incoming.request.body)
        except gb.Unreadable:
            incoming.answer(400)
            return
        if message.kind == "Response":
            incoming.answer(200)
            return
        shown = self.cameras.get(message.device)
        if shown is None and message.device != self.upper.gb_id:
            incoming.answer(404)
        elif self._jobs >= MOST_JOBS:
            incoming.answer(503, retry_after="5")
        elif message.kind == "Query":
            self._query(incoming, message, shown)
        elif message.kind == "Control" and message.command == "DeviceControl" and shown is not None:
            self._control(incoming, message, shown)
        else:
            incoming.answer(403)

    def _query(self, incoming: Incoming, message: gb.Message, shown: Shown | None) -> None:
        upper, number = self.upper, message.number[:16]
        match message.command:
            case "Catalog":
                rows = self.cameras.values() if shown is None else [shown]
                bodies = replies.catalogue(upper, number, [replies.item_of(upper, each) for each in rows])
            case "DeviceInfo":
                bodies = [replies.device_info(upper, number, message.device, shown, len(self.cameras))]
            case "DeviceStatus":
                bodies = [replies.device_status(number, message.device, shown, self._clock.now_ms())]
            case "RecordInfo" if shown is not None:
                self._record_info(incoming, message, shown)
                return
            case "PresetQuery" if shown is not None:
                if not upper.steers:
                    incoming.answer(403)
                    return
                incoming.answer(200)
                self._do(self._tell_presets(shown, number))
                return
            case _:
                incoming.answer(501)
                return
        incoming.answer(200)
        self._do(self._say(bodies))

    def _record_info(self, incoming: Incoming, message: gb.Message, shown: Shown) -> None:
        begin_s = replies.china_seconds(message.get("StartTime"))
        end_s = replies.china_seconds(message.get("EndTime"))
        if begin_s is None or end_s is None or end_s <= begin_s:
            incoming.answer(400, "Bad Request - StartTime and EndTime name no span")
            return
        incoming.answer(200)
        self._do(self._tell_recordings(shown, message.number[:16], begin_s, end_s))

    async def _tell_recordings(self, shown: Shown, number: str, begin_s: int, end_s: int) -> None:
        """A recorder that does not answer has none."""
        try:
            camera = await self._desk.camera(self.upper.scope, self._db, shown.iot_id)
            rows = await self._desk.recordings(camera, begin_s=begin_s, end_s=end_s, seconds=RECORDS_S)
        except LinliError:
            rows = []
        await self._say(replies.recordings(shown, number, rows))

    async def _tell_presets(self, shown: Shown, number: str) -> None:
        try:
            camera = await self._desk.camera(self.upper.scope, self._db, shown.iot_id)
            names = await self._desk.presets(camera)
        except LinliError:
            names = {}
        await self._say([replies.presets(shown, number, names)])

    async def _say(self, bodies: list[bytes]) -> None:
        """One after the other: whoever does not answer one gets no more."""
        for body in bodies:
            if not 200 <= await self.link.say(body) < 300:
                return

    # ------------------------------------------------------------ steering

    def _control(self, incoming: Incoming, message: gb.Message, shown: Shown) -> None:
        if message.get("IFameCmd") or message.get("IFrameCmd"):
            running = [call for call in self.calls.list() if call.shown.code == shown.code]
            for call in running:
                call.ask_key()
            incoming.answer(200 if running else 404)
            return
        command = gb.read_command(message.get("PTZCmd"))
        if command is None or command[0] == "edit" or not self.upper.steers or not shown.steers:
            incoming.answer(403)
            return
        incoming.answer(200)
        self._do(self._steer(shown, *command))

    async def _steer(self, shown: Shown, intent: str, command: str) -> None:
        if (before := self._stops.pop(shown.code, None)) is not None:
            before.cancel()
        camera = await self._desk.camera(self.upper.scope, self._db, shown.iot_id)
        await self._desk.steer(camera, command)
        if intent in ("move", "lens"):
            task = self._stops[shown.code] = asyncio.create_task(self._stop_later(shown))
            task.add_done_callback(lambda done: self._stopped(shown.code, done))

    async def _stop_later(self, shown: Shown) -> None:
        """The standard has no time in its commands, and the one that ends it may be lost on the way."""
        await self._clock.sleep(steering.MOVE_S)
        camera = await self._desk.camera(self.upper.scope, self._db, shown.iot_id)
        await self._desk.steer(camera, gb.ptz_command(gb.Move()))

    def _stopped(self, code: str, done: "asyncio.Task[None]") -> None:
        if self._stops.get(code) is done:
            del self._stops[code]
        if not done.cancelled():
            done.exception()  # it went away

    def _do(self, job: Coroutine[Any, Any, None]) -> None:
        self._jobs += 1
        self.calls.later(self._count(job))

    async def _count(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except LinliError:
            return  # the camera went away
        finally:
            self._jobs -= 1

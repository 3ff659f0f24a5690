"""What cameras tell of by themselves over ONVIF: told on once, counted while it goes on, heard again after any loss."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from linli.edge.video.forms import channel_row
from linli.edge.video.listening import Listening
from linli.edge.video.ports import CameraAlarm
from linli.edge.video.rows import VideoDevice
from linli.edge.video.simulator import SimulatedCamera, SimulatedEvents
from linli.kernel.clock import SystemClock
from linli.protocols.edge_link import DeviceKey
from linli.protocols.onvif import Channel
from linli.protocols.onvif.events import COVERED, INTRUSION, MOTION
from tests.edge.video.site import until

TAMPER, MOVES, INSIDE = (
    ("tns1:RuleEngine/TamperDetector/Tamper", "IsTamper"),
    ("tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion"),
    ("tns1:RuleEngine/FieldDetector/ObjectsInside", "IsInside"),
)


class Town:
    """One camera or recorder, and what is told on."""

    def __init__(self, camera: SimulatedCamera, kind: str, *, motion: bool) -> None:
        self.camera = camera
        self.rows = [
            VideoDevice(
                no=1, instance=0, kind="nvr" if kind == "nvr" else "ipc", name="SXJ-001", alias="a", model="m",
                protocol="onvif", ip="127.0.0.1", port=camera.port, user=camera.user, password=camera.password,
                motion=motion, identity=key("SXJ-001"),
            )
        ]  # fmt: skip
        self.alarms: list[CameraAlarm] = []
        self.listening = Listening(lambda: self.rows, SystemClock(), self._take, again_s=0.05)

    async def _take(self, alarm: CameraAlarm) -> None:
        self.alarms.append(alarm)

    @property
    def events(self) -> SimulatedEvents:
        assert self.camera.events is not None
        return self.camera.events

    def tell(self, what: tuple[str, str], value: str = "true", token: str = "VSC_1") -> None:
        self.events.tell(what[0], token, what[1], value)

    async def listens(self, others: tuple[str, ...] = ()) -> None:
        await self.listening.follow([self.rows[0]])

        async def there() -> bool:
            return bool(self.events.points.keys() - set(others))

        await until(there)

    async def told(self, count: int) -> list[CameraAlarm]:
        async def there() -> bool:
            return len(self.alarms) >= count

        await until(there)
        return self.alarms


def key(name: str) -> DeviceKey:
    return DeviceKey(product_key="pk", device_name=name, device_secret="s" * 32)


@asynccontextmanager
async def town_of(kind: str = "ipc", *, motion: bool = False) -> AsyncIterator[Town]:
    channels = {33: "大门", 34: "车库"} if kind == "nvr" else {1: "Camera 01"}
    camera = SimulatedCamera(channels, clock=SystemClock(), recorder=kind == "nvr", events=SimulatedEvents())
    await camera.plug_in()
    town = Town(camera, kind, motion=motion)
    try:
        yield town
    finally:
        await town.listening.close()
        await camera.unplug()


async def test_what_begins_is_told_once_with_a_picture_and_motion_only_where_it_is_wanted() -> None:
    async with town_of() as town:
        await town.listens()
        town.tell(MOVES)
        town.tell(TAMPER)
        town.tell(TAMPER)
        (alarm,) = await town.told(1)
        assert (alarm.device, alarm.kind, alarm.times) == (town.rows[0].identity, COVERED, 1)
        assert alarm.topic == "RuleEngine/TamperDetector/Tamper"
        assert alarm.picture.startswith(b"\xff\xd8")
        town.tell(TAMPER, "false")
        town.tell(INSIDE)
        assert [each.kind for each in await town.told(2)] == [COVERED, INTRUSION]
    async with town_of(motion=True) as town:
        await town.listens()
        town.tell(MOVES)
        assert (await town.told(1))[0].kind == MOTION


async def test_what_begins_again_and_again_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linli.edge.video.listening.WINDOW_MS", 1_500)
    async with town_of() as town:
        await town.listens()
        for value in ("true", "false") * 4:
            town.tell(TAMPER, value)
        town.events.faults.hasty = True  # so that the counted ones need no event to be told on
        first, counted = (await town.told(2))[:2]
        assert (first.times, counted.times, counted.kind, counted.picture) == (1, 3, COVERED, b"")


@pytest.mark.parametrize("fault", ["by_reference", "no_renew", "restart", "unplugged"])
async def test_it_is_heard_whatever_the_camera_does(fault: str) -> None:
    async with town_of() as town:
        town.events.faults.by_reference = fault == "by_reference"
        town.events.faults.renews = fault != "no_renew"
        await town.listens()
        before = tuple(town.events.points)
        if fault == "restart":
            town.tell(TAMPER)
            await town.told(1)
            town.events.restart()
            await asyncio.sleep(0.05)
            town.events.faults.forgets = False
        elif fault == "unplugged":
            await town.camera.unplug()
            town.events.points.clear()
            await town.camera.plug_in()
        await town.listens(before if fault in ("restart", "unplugged") else ())
        town.tell(INSIDE)
        kinds = [each.kind for each in await town.told(2 if fault == "restart" else 1)]
        assert kinds[-1] == INTRUSION
        assert kinds.count(COVERED) <= 1, "what goes on is not told again with a new subscription"
        assert town.listening.why_not(1) == ""


async def test_a_recorder_tells_for_its_cameras() -> None:
    async with town_of("nvr") as town:
        for number, name in ((33, "大门"), (34, "车库")):
            row = channel_row(town.rows[0], 1, Channel(number, name, f"VideoSource_{number}", ()))
            identity = key("SXJ-34") if number == 34 else None
            town.rows.append(msgspec.structs.replace(row, no=number, identity=identity))
        await town.listens()
        town.tell(TAMPER, token="VSC_33")  # without an identity in the cloud
        town.tell(TAMPER, token="VSC_99")
        town.tell(TAMPER, token="VSC_34")
        town.tell(("tns1:Device/HardwareFailure/StorageFailure", "Failed"), token="")
        names = {each.device.device_name for each in await town.told(2)}
        assert names == {"SXJ-34", "SXJ-001"}


async def test_why_a_camera_is_not_heard_is_known() -> None:
    async with town_of() as town:
        town.camera.events = None  # as a camera whose events are switched off
        await town.listening.follow([town.rows[0]])

        async def because(why: str) -> None:
            async def there() -> bool:
                return town.listening.why_not(1) == why

            await until(there)

        await because("no_events")
        town.camera.events = SimulatedEvents()
        town.camera.events.faults.hasty = True
        town.camera.password = "another"
        await because("wrong_password")
        town.camera.password = "cam-2026"
        await because("")
        await town.listens()
        await town.listening.follow([])
        assert town.events.points == {}, "it takes leave"


async def test_a_camera_that_never_waits_keeps_the_box_not_busy() -> None:
    async with town_of() as town:
        town.events.faults.hasty = True
        await town.listens()
        town.camera.asked.clear()
        await asyncio.sleep(1.2)
        assert town.camera.asked.count("PullMessages") <= 4

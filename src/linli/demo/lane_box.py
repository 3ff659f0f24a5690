"""The sample's second box, at its lanes: it decides about cars and opens, while its two cameras push what they read.

On its first day the cameras bring what they read while the box was away: so the car park has a past.
"""

import asyncio
import random
from pathlib import Path
from typing import Final

import httpx

from linli.app.platform import Platform
from linli.demo import lanes, sample
from linli.demo.box_lot import CAMERAS, DRIVER, IN, LOT_ID, OUT, SERIAL, cars_inside, unpaid_orders
from linli.demo.box_start import identity_of, listening
from linli.demo.glance import plate
from linli.demo.place import Place
from linli.domains.boxes.lane_pay import service as lane_pay
from linli.domains.boxes.lane_pay.html import say
from linli.edge.drivers.plate_camera_push.simulator import SimulatedCamera
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.kernel import telemetry
from linli.kernel.errors import LinliError

log = telemetry.logger(__name__)

HARDWARE: Final = "linli-demo-box-0000000000000002"
START_SECONDS: Final = 120.0
_MINUTE_S: Final = 60
_LEFT: Final = ((300, 130), (240, 95), (200, 40))
"""Minutes ago that a car came, and how long it stayed: each left by a barrier that opened without the box."""
_PAID: Final = (0, 2)
"""By phone, and in cash; as the parking service counts them."""
_INSIDE: Final = (185, 150, 110, 75, 40, 20, 8)
_FEWEST: Final = 4
"""With fewer cars inside, one comes instead of leaving."""
_NUMBERS: Final = 10**9
"""Of readings, before they begin anew."""
_WAITS_S: Final = (60.0, 150.0)
_BETWEEN_S: Final = (15.0, 45.0)


class LaneBox:
    """`start`, then `stop`. `host`: where it listens."""

    def __init__(self, platform: Platform, site: Place, home: Path, *, host: str) -> None:
        self._platform = platform
        self._site = site
        self._home = home
        self._host = host
        self._random = random.Random(sample.SEED + 19)
        self._cameras = {name: SimulatedCamera(serial) for name, serial in CAMERAS.items()}
        self._inside: list[str] = []
        self._opened = 0
        """How often the exit had opened when the car that stands there came."""
        self._box: Box | None = None
        self._driving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises OSError, LookupError, LinliError, TimeoutError."""
        identity = await identity_of(self._platform, self._home, serial=SERIAL, hardware=HARDWARE)
        scripts = self._home / "network-scripts"
        scripts.mkdir(exist_ok=True)
        ports = Ports(
            host=self._host, files=(0,), console=0, mqtt=0, route=0, parking=0, scripts=str(scripts)
        )
        box = self._box = Box(self._home, identity, ports=ports)
        await box.start()
        async with asyncio.timeout(START_SECONDS):
            port = await listening(box, DRIVER)
            for camera in self._cameras.values():
                camera.box = (self._host, port)
                await camera.start()
            while not (box.parking.running and box.parking.room.given.rules.version):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # the box tells nobody that it has its tariff
        self._inside = await cars_inside(self._platform, self._site)
        if not self._inside:
            await self._past()
            async with asyncio.timeout(START_SECONDS):
                await self._settle(box)
        await self._comes_to_exit()

    def live(self) -> None:
        """Cars come and go from now on."""
        self._driving = asyncio.create_task(self._drive(), name="demo box lanes")

    async def pay(self) -> None:
        """As the driver at the exit does, by the code on its display."""
        calls, cashier = self._platform.boxes.parking_calls, self._platform.payments.cashier
        start = calls.pay_url.encode()
        codes = [text for text in self._cameras[OUT].shown if text.startswith(start)]
        if not codes or cashier is None:
            return
        now_ms = self._platform.clock.now_ms()
        shown = codes[-1].removeprefix(start).decode()
        node, code = await lane_pay.signed_code(
            self._platform.db, self._platform.secrets, shown, now_ms=now_ms
        )
        lane_pay.check_time(code, now_ms=now_ms)
        charge = await lane_pay.open_payment(
            node,
            code,
            self._platform.db,
            title=say("charge", self._site.tenant.language, place=self._site.community.name),
            return_to="/",
            collector=cashier,
            ids=self._platform.ids,
            now_ms=now_ms,
        )
        order = await cashier.order(charge.pay_url.rpartition("/")[2])
        if order is not None:
            await cashier.press(order, pays=True)

    async def stop(self) -> None:
        if self._driving is not None:
            self._driving.cancel()
            await asyncio.gather(self._driving, return_exceptions=True)
        await asyncio.gather(*(camera.close() for camera in self._cameras.values()))
        if self._box is not None:
            await self._box.stop()

    async def _past(self) -> None:
        """Oldest first, as a camera brings what it kept."""
        events = [(ago, IN, plate(self._random)) for ago, _ in _LEFT]
        events += [(ago - stayed, OUT, car) for (ago, stayed), (_, _, car) in zip(_LEFT, events, strict=True)]
        events += [(ago, IN, plate(self._random)) for ago in _INSIDE]
        now_s = self._platform.clock.now_ms() // 1000
        for number, (ago, lane, car) in enumerate(sorted(events, reverse=True), start=1):
            sec = now_s - ago * _MINUTE_S
            await self._cameras[lane].push(
                car,
                number,
                picture=await _picture(car, lane),
                offline=True,
                timeStamp={"Timeval": {"sec": sec, "usec": 0}},
            )
            (self._inside.append if lane == IN else self._inside.remove)(car)

    async def _settle(self, box: Box) -> None:
        """Two of those who left pay afterwards; the third owes still."""
        while len(owing := await unpaid_orders(self._platform, self._site)) < len(_LEFT):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # what the box brings comes a moment later
        for number, status in zip(owing, _PAID, strict=False):
            paid = {"parkingLotId": LOT_ID, "orderNumber": number, "payStatus": status}
            await box.parking.room.serve("parkingLotVehicleOrderCompleted", paid)

    async def _drive(self) -> None:
        """Who waits at the exit pays by phone after a while, unless somebody was faster; then the next comes."""
        while True:
            try:
                await asyncio.sleep(self._random.uniform(*_WAITS_S))
                if not self._has_left():
                    await self.pay()
                await asyncio.sleep(self._random.uniform(*_BETWEEN_S))
                await self._next()
            except (LinliError, httpx.HTTPError) as error:
                log.info("demo: a car at the box's exit: %s", error)

    def _has_left(self) -> bool:
        return self._cameras[OUT].opened > self._opened

    async def _next(self) -> None:
        if self._has_left():
            del self._inside[0]
        while len(self._inside) < _FEWEST:
            self._inside.append(plate(self._random))
            await self._see(IN, self._inside[-1])
        await self._comes_to_exit()

    async def _comes_to_exit(self) -> None:
        self._opened = self._cameras[OUT].opened
        await self._see(OUT, self._inside[0])

    async def _see(self, lane: str, car: str) -> None:
        """By a number that no run before has used: the box takes the same number and second for the same reading."""
        now_ms = self._platform.clock.now_ms()
        await self._cameras[lane].push(
            car,
            now_ms % _NUMBERS,
            picture=await _picture(car, lane),
            timeStamp={"Timeval": {"sec": now_ms // 1000, "usec": 0}},
        )


async def _picture(car: str, lane: str) -> bytes:
    return await asyncio.to_thread(lanes.picture, car, int(lane == OUT))

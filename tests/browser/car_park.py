"""A car park of the sample with lane cameras on the wire, in a loop of their own beside the browser."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from linli.sim.lane_camera import SimulatedLaneCamera
from linli.sim.link import Triple
from tests.browser.sample import Demo, until
from tests.browser.visit import Visit

LIMIT_S = 120


class CarPark:
    """An entrance and an exit. `stop` it when it has served."""

    def __init__(self, visit: Visit, demo: Demo, name: str) -> None:
        self._visit = visit
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.community: str = visit.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"]
        self.name = name
        here = f"/console/communities/{self.community}/parking"
        product = visit.fetch(
            "POST", "/console/products", {"name": f"{name}相机", "categoryCode": "community/car/lprc"}
        )["productKey"]
        self.passes = 0
        self.lot = 0
        self._cameras: dict[str, SimulatedLaneCamera] = {}
        for direction in ("in", "out"):
            area = {"areaId": self.lot} if self._cameras else {"areaName": name}
            lane = visit.fetch(
                "POST", f"{here}/lanes", {"name": f"{name} {direction}", "direction": direction, **area}
            )["id"]
            rows = visit.fetch("GET", f"{here}/lanes")["lanes"]
            self.lot = int(next(row["areaId"] for row in rows if row["id"] == lane))
            device = {"sn": f"LPRC-{lane}", "name": f"{name} {direction}", "productKey": product}
            made = visit.fetch("POST", f"{here}/lanes/{lane}/device", device)
            triple = Triple(made["productKey"], made["deviceName"], made["deviceSecret"])
            self._cameras[direction] = self._wait(self._started(triple, demo.mqtt_port))

    async def _started(self, triple: Triple, port: int) -> SimulatedLaneCamera:
        camera = SimulatedLaneCamera(triple, "127.0.0.1", port)
        await camera.start()
        await camera.link.wait_online(LIMIT_S)
        return camera

    def charges(self, fen: int) -> None:
        """From the first minute, so that no time has to pass."""
        further = {"minutes": 30, "fen": fen}
        segment = {"begins": "00:00", "ends": "24:00", "first": None, "further": further, "capFen": None}
        plans = [{"days": ["workday", "weekend", "holiday"], "segments": [segment]}]
        draft = {"classes": [{"vehicleClass": "", "plans": plans}], "freeMinutes": 0}
        body = {"communityId": int(self.community), "name": self.name, "draft": draft}
        made = self._visit.fetch("POST", "/console/parking-tariffs", body)
        at = f"/console/parking-tariffs/{made['id']}"
        case = {"name": "一小时", "enters": "2026-12-01T08:00", "leaves": "2026-12-01T09:00", "fen": 2 * fen}
        self._visit.fetch("PUT", at, {"name": self.name, "draft": draft, "cases": [case]})
        self._visit.fetch("POST", f"{at}/publish")
        self._visit.fetch("PUT", f"{at}/lots", {"lotIds": [self.lot]})

    def holds_guests(self) -> None:
        """The exit stays shut for who owes, at the platform and as its camera is set on site."""
        self._visit.fetch("PUT", f"/console/parking-lots/{self.lot}/exits", {"holdsUnpaid": True})
        camera = self._cameras["out"]
        camera.holds_guests, camera.lane = True, replace(camera.lane, direction="out")

    def comes(self, plate: str) -> None:
        self._sees("in", plate)

    def leaves(self, plate: str) -> None:
        self._sees("out", plate)

    def _sees(self, direction: str, plate: str) -> None:
        at = f"/console/communities/{self.community}/parking/passes"
        before = self._visit.fetch("GET", at, pageSize=1)["total"]
        self._wait(self._cameras[direction].see(plate))
        until(lambda: self._visit.fetch("GET", at, pageSize=1)["total"] > before)

    def stop(self) -> None:
        for camera in self._cameras.values():
            self._wait(camera.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S + 10)

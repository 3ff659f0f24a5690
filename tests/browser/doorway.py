"""Doors on the wire beside a browser, and one more of the sample, which nobody else passes or cuts."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from linli.demo.logins import RESIDENT_LOGIN
from linli.sim.face_door import SimulatedFaceDoor
from linli.sim.link import Triple
from tests.browser.visit import Visit

LIMIT_S = 120
_numbers = itertools.count(1)
_holders: set[str] = set()


class LiveDoor:
    """A door on the wire in a loop of its own: the browser has this thread's. `stop` it when it has served."""

    def __init__(self, triple: Triple, mqtt_port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.door = self.do(lambda: SimulatedFaceDoor(triple, "127.0.0.1", mqtt_port))
        self._wait(self.door.start())
        self._wait(self.door.link.wait_online(LIMIT_S))

    def do[T](self, act: Callable[[], T]) -> T:
        """In the door's own loop."""

        async def acted() -> T:
            return act()

        result: T = self._wait(acted())
        return result

    def until(self, met: Callable[[], object]) -> None:
        async def waited() -> None:
            async with asyncio.timeout(LIMIT_S):
                while not met():
                    await asyncio.sleep(0.02)

        self._wait(waited())

    def until_held(self, card: str) -> None:
        self.until(lambda: card in self.door.permissions.cards)

    def until_gone(self, card: str) -> None:
        self.until(lambda: card not in self.door.permissions.cards)

    def stop(self) -> None:
        self._wait(self.door.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S + 10)


class Doorway(LiveDoor):
    """A door of the sample, and a resident with a card for it."""

    def __init__(self, visit: Visit, mqtt_port: int) -> None:
        number = next(_numbers)
        self.visit = visit
        self.name = f"Test gate {number:03}"
        self.card = f"0455AA{number:02}"
        self.community: str = self.fetch("GET", "/communities", applyStatus=2)["data"][0]["id"]
        self.here = f"/communities/{self.community}"
        holder = self._somebody()
        self.person: str = holder["identityId"]
        self.person_name: str = holder["name"]
        doors = self.fetch("GET", "/doors", pageSize=50)["data"]
        like = next(row["iotId"] for row in doors if not row["lift"])
        form = {
            "communityId": int(self.community),
            "sn": f"WALL-{number}",
            "name": self.name,
            "productKey": self.fetch("GET", f"/doors/{like}")["productKey"],
        }
        made = self.fetch("POST", "/doors", form)
        self.iot_id: str = made["iotId"]
        super().__init__(Triple(made["productKey"], made["deviceName"], made["deviceSecret"]), mqtt_port)
        self.give(self.person, self.card)
        self.until_held(self.card)

    def _somebody(self) -> dict[str, Any]:
        """A resident whom no other test uses, and whose name nobody else's name contains."""
        for one in self.fetch("GET", f"{self.here}/residents", status=1, pageSize=100)["data"]:
            alike = self.fetch("GET", f"{self.here}/residents", q=one["name"])["total"]
            if alike == 1 and one["phone"] != RESIDENT_LOGIN and one["identityId"] not in _holders:
                _holders.add(one["identityId"])
                return dict(one)
        raise AssertionError("the sample has no residents left")

    def fetch(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        return self.visit.fetch(method, f"/console{path}", body, **params)

    def give(self, person: str, card: str) -> None:
        """A card for this door."""
        form = {"kind": "card", "personId": person, "number": card, "reach": "doors", "iotIds": [self.iot_id]}
        self.fetch("POST", f"{self.here}/credentials", form)

    def swipe(self, card: str = "") -> bool:
        """Whether it opens to a card, its resident's unless another is given."""
        return self.do(lambda: self.door.swipe(card or self.card).opens)

    def raise_alarm(self, kind: int) -> None:
        """`alarmType` of spec G A4."""
        event = {"alarmType": kind, "alarm": "as the door says"}
        self.do(lambda: self.door.link.queue_event("alarmEvent", event))

    def fever(self, temperature: float) -> None:
        self.do(lambda: self.door.link.queue_event("FeverAlarm", {"content": "", "temperature": temperature}))

    def upload(self, picture: bytes) -> str:
        name: str = self._wait(self.door.upload_capture(picture))
        return name

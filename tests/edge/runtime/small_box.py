"""The box's queue, line and drain over one folder, without drivers; `die` leaves everything as a power cut does."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from linli.edge.cloud import CloudUnreachable
from linli.edge.runtime import pictures as picture_tables
from linli.edge.runtime import queue as queue_tables
from linli.edge.runtime.drain import Drain
from linli.edge.runtime.line import Line
from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.queue import Queue
from linli.edge.runtime.reports import Reports
from linli.edge.store import Store
from linli.kernel.clock import Clock, SystemClock
from linli.kernel.ids import Ids
from linli.protocols.edge_link import DeviceKey, MqttAddress, PictureTaken

STEPS = (*queue_tables.STEPS, *picture_tables.STEPS)


class Shelf:
    """Takes pictures as the cloud does; `shut` stands for a line that is cut."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.shut = False

    async def post(self, path: str, body: Any, **headers: str) -> bytes:
        if self.shut:
            raise CloudUnreachable(why="shut")
        self.taken.append((headers["x_linli_for"], body))
        return msgspec.json.encode(PictureTaken(photo_id=f"t/captures/d/{len(self.taken)}.jpg"))


class SmallBox:
    def __init__(
        self, folder: Path, gateway: DeviceKey, port: int, devices: dict[str, DeviceKey], *, shelf: Shelf | None = None,
        clock: Clock | None = None, **limits: Any,
    ) -> None:  # fmt: skip
        self.clock = clock or SystemClock()
        self.store = Store(folder / "box.db", STEPS, self.clock)
        self.queue = Queue(self.store, self.clock)
        self.pictures = Pictures(folder / "pictures", self.store, self.clock, Ids())
        self.line = Line(gateway, MqttAddress(host="127.0.0.1", port=port))
        self.presence = Presence(gateway, self.line)
        self.shelf = shelf or Shelf()
        self.drain = Drain(
            "node1", self.queue, self.pictures, self.presence, self.shelf, self.clock, **limits
        )
        self.heard: list[tuple[str, bytes]] = []
        self.presence.know(devices)
        self.things = Reports(self.queue, self.presence, self.clock)

    async def _on_up(self) -> None:
        await self.presence.connected()
        await self.drain.run(self.line)

    async def start(self, *, connect: bool = True) -> "SmallBox":
        await self.store.start()
        await self.queue.start()
        await self.pictures.start()
        if connect:
            await self.connect()
        return self

    async def connect(self) -> None:
        await self.line.start(lambda *one: self.heard.append(one), self._on_up)

    async def stop(self) -> None:
        await self.line.stop()
        await self.store.stop()

    async def die(self) -> None:
        """Nothing is said or written any more."""
        self.line.cut()
        await self.line.stop()
        await self.store.stop()

    async def passed(self, device: str, content: str, photo: bytes | None = None) -> None:
        info: dict[str, Any] = {"type": "qrCode", "qrCode": content}
        if photo is not None:
            info["photoId"] = await self.pictures.keep(device, photo)
        await self.things.event(
            device,
            "passEvent",
            {
                "code": 0, "message": "success", "type": "qrCode", "content": content,
                "extInfo": msgspec.json.encode(info).decode(),
            },
        )  # fmt: skip


def key(triple: Any) -> DeviceKey:
    return DeviceKey(
        product_key=triple.product_key, device_name=triple.device_name, device_secret=triple.device_secret
    )


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)

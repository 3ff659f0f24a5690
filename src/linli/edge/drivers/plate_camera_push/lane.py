"""One camera as the box knows it: when it was seen, and what waits to be done at its next question."""

import asyncio
from typing import Any, Final

from linli.edge.drivers.plate_camera_push.config import Device as Form
from linli.edge.framework.device_logs import DeviceLog

WAITING_MOST: Final = 16


class Lane:
    def __init__(self, name: str, form: Form, log: DeviceLog) -> None:
        self.name = name
        self.form = form
        self.log = log
        self.online = False
        self.seen_ms = 0
        self._orders: asyncio.Queue[tuple[dict[str, Any], asyncio.Future[None]]] = asyncio.Queue(WAITING_MOST)

    async def order(self, values: dict[str, Any]) -> None:
        """Done when the camera has been told. Raises asyncio.QueueFull."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._orders.put_nowait((values, done))
        await done

    async def next_order(self, seconds: float) -> tuple[dict[str, Any], "asyncio.Future[None] | None"]:
        """What the camera is to do; nothing where nothing came in time. One whose caller has left is not done."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    values, done = await self._orders.get()
                    if not done.done():
                        return values, done
        except TimeoutError:
            return {}, None

"""Sub-devices with a log-in: devices that their drivers report as online, and devices whose reports are being sent.

A log-in lasts as long as the box's connection. The platform refuses reports of a device without a log-in. So the
reports of a door that went offline meanwhile need its log-in again; it ends when they are sent.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from linli.edge.runtime.line import AskRefused, Line, own_topic, session_topic, signed_entry
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import DeviceKey

log = logger(__name__)

AT_ONCE: Final = 50
"""Devices in one request."""
NO_TOPOLOGY: Final = 6401
"""The platform's code for a device that is no sub-device of this gateway yet."""


class Presence:
    """One per box."""

    def __init__(self, gateway: DeviceKey, line: Line) -> None:
        self._gateway = gateway
        self._line = line
        self._keys: dict[str, DeviceKey] = {}
        self.online: set[str] = set()
        """As the drivers say."""
        self.inside: set[str] = set()
        """Logged in by this connection."""
        self.refused: dict[str, str] = {}
        """By device, why the platform does not let it in; asked again at the next connection or deployment."""
        self.sending: set[str] = set()
        """Devices whose reports are being sent: they must not be logged out now."""
        self.admitted: list[Callable[[str], None]] = []
        """Told of each device that is logged in."""
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def know(self, devices: Mapping[str, DeviceKey]) -> None:
        """The deployed devices, by DeviceName."""
        self._keys = dict(devices)
        self.online &= set(devices)
        self.refused.clear()
        self._later()

    def forgive(self) -> None:
        """Refused devices may ask again: the topology may have been mended since."""
        if self.refused:
            self.refused.clear()
            self._later()

    def key_of(self, device: str) -> DeviceKey | None:
        return self._keys.get(device)

    def device_of(self, product_key: str, device_name: str) -> str | None:
        key = self._keys.get(device_name)
        return device_name if key is not None and key.product_key == product_key else None

    def is_online(self, device: str) -> bool:
        return device in self.online

    def came_online(self, device: str) -> None:
        self.online.add(device)
        self._later()

    def went_offline(self, device: str) -> None:
        self.online.discard(device)
        self._later()

    async def connected(self) -> None:
        """A new connection: no device is logged in."""
        async with self._lock:
            self.inside.clear()
            self.refused.clear()
        await self.settle()

    async def admit(self, devices: Iterable[str]) -> None:
        """Log in those that are not. Afterwards each is in `inside` or in `refused`. Raises LineDown, TimeoutError."""
        async with self._lock:
            await self._login(
                [name for name in dict.fromkeys(devices) if name not in self.inside | self.refused.keys()]
            )

    async def settle(self) -> None:
        """Bring the log-ins in line with what the drivers say. Raises LineDown, TimeoutError."""
        async with self._lock:
            await self._login(sorted(self.online - self.inside - self.refused.keys()))
            await self._logout(sorted(self.inside - self.online - self.sending))

    def _later(self) -> None:
        if not self._line.up:
            return
        task = asyncio.create_task(self._settle_quietly(), name="presence")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle_quietly(self) -> None:
        try:
            await self.settle()
        except (OSError, TimeoutError, Exception) as error:  # noqa: BLE001  (the next connection does it again)
            log.info("log-ins are not settled: %s", error)

    # asking

    async def _login(self, devices: list[str]) -> None:
        for device in [name for name in devices if name not in self._keys]:
            self.refused[device] = "it is not deployed any more"
            devices.remove(device)
        for at in range(0, len(devices), AT_ONCE):
            batch = devices[at : at + AT_ONCE]
            strangers = await self._login_batch(batch)
            if strangers and await self._join(strangers):
                await self._login_batch(strangers)
            for device in batch:
                if device not in self.inside:
                    why = self.refused.setdefault(device, "no sub-device of this gateway")
                    log.warning("the platform does not let %s in: %s", device, why)

    async def _login_batch(self, batch: list[str]) -> list[str]:
        """The devices that are no sub-devices of this box yet."""
        entries = [signed_entry(self._keys[device]) for device in batch]
        topic = session_topic(self._gateway, "combine/batch_login")
        try:
            data = await self._line.ask(topic, {"deviceList": entries}, method="combine.batch_login")
        except AskRefused as error:
            data = error.data
            if not isinstance(data, list):
                self.refused.update(dict.fromkeys(batch, str(error)))
                return []
        strangers = []
        for answer in data:
            name, code = answer.get("deviceName"), answer.get("code", 200)
            if code == 200:
                self.inside.add(name)
                for listener in self.admitted:
                    listener(name)
                self.refused.pop(name, None)
            elif code == NO_TOPOLOGY:
                strangers.append(name)
            else:
                self.refused[name] = f"{code} {answer.get('message', '')}"
        return strangers

    async def _join(self, devices: list[str]) -> bool:
        """Report to the platform that these devices are behind this box; all or none."""
        entries = [signed_entry(self._keys[device]) for device in devices]
        try:
            await self._line.ask(own_topic(self._gateway, "thing/topo/add"), entries, method="thing.topo.add")
        except AskRefused as error:
            self.refused.update(dict.fromkeys(devices, str(error)))
            return False
        return True

    async def _logout(self, devices: list[str]) -> None:
        for at in range(0, len(devices), AT_ONCE):
            batch = devices[at : at + AT_ONCE]
            names: list[dict[str, Any]] = [
                {"productKey": key.product_key, "deviceName": key.device_name}
                for device in batch
                if (key := self._keys.get(device)) is not None
            ]
            self.inside -= set(batch)
            if names:
                try:
                    await self._line.ask(
                        session_topic(self._gateway, "combine/batch_logout"),
                        names,
                        method="combine.batch_logout",
                    )
                except AskRefused as error:
                    log.info("log-out refused: %s", error)  # it is out already

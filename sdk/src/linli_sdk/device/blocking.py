"""`AsyncDevice` for programs without an event loop: the loop runs in a thread, handlers are plain functions.

door = Device(Endpoint("linli.example.com"), Triple(product_key, name, secret))
door.on_service("remoteOpen", open_lock)
door.connect()
door.post_properties({"Temperature": 21.5})
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from linli_sdk.device.device import AsyncDevice
from linli_sdk.device.firmware import Firmware, download
from linli_sdk.device.identity import DeviceToken, Triple
from linli_sdk.device.thing import Desired, Thing
from linli_sdk.mqtt.streams import Endpoint

R = TypeVar("R")
BlockingHandler = Callable[[Any], "Mapping[str, Any] | None"]


class _Loop:
    """One event loop in one daemon thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="linli device", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)


class BlockingThing:
    """A device's or sub-device's methods, each returning when it is done. Call them from any thread but the loop's."""

    def __init__(self, thing: Thing, loop: _Loop) -> None:
        self._thing, self._loop = thing, loop

    def on_service(self, identifier: str, handler: BlockingHandler) -> None:
        """`handler` runs in a thread of its own: it may block and call this device; it refuses by CallRefused."""
        self._thing.on_service(identifier, lambda params: asyncio.to_thread(handler, params))

    def on_property_set(self, handler: BlockingHandler) -> None:
        self._thing.on_property_set(lambda params: asyncio.to_thread(handler, params))

    def on_config(self, listener: Callable[[Any], None]) -> None:
        self._thing.on_config(lambda message: asyncio.to_thread(listener, message))

    def on_firmware(self, listener: Callable[[Firmware], None]) -> None:
        self._thing.on_firmware(lambda firmware: asyncio.to_thread(listener, firmware))

    def on_shadow(self, listener: Callable[[Any], None]) -> None:
        self._thing.on_shadow(lambda message: asyncio.to_thread(listener, message))

    def on_notice(self, listener: Callable[[Any], None]) -> None:
        self._thing.on_notice(lambda message: asyncio.to_thread(listener, message))

    def post_properties(self, values: Mapping[str, Any], *, time_ms: int | None = None) -> Any:
        return self._loop.run(self._thing.post_properties(values, time_ms=time_ms))

    def post_event(self, identifier: str, values: Mapping[str, Any], *, time_ms: int | None = None) -> Any:
        return self._loop.run(self._thing.post_event(identifier, values, time_ms=time_ms))

    def desired(self, *names: str) -> dict[str, Desired]:
        return self._loop.run(self._thing.desired(*names))

    def desired_done(self, versions: Mapping[str, int | None]) -> None:
        self._loop.run(self._thing.desired_done(versions))

    def shadow(self) -> dict[str, Any]:
        return self._loop.run(self._thing.shadow())

    def update_shadow(self, reported: Mapping[str, Any], version: int) -> int:
        return self._loop.run(self._thing.update_shadow(reported, version))

    def tags(self, *keys: str) -> dict[str, str]:
        return self._loop.run(self._thing.tags(*keys))

    def set_tags(self, tags: Mapping[str, str]) -> None:
        self._loop.run(self._thing.set_tags(tags))

    def delete_tags(self, *keys: str) -> None:
        self._loop.run(self._thing.delete_tags(*keys))

    def model(self) -> dict[str, Any]:
        return self._loop.run(self._thing.model())

    def config(self) -> dict[str, Any]:
        return self._loop.run(self._thing.config())

    def ntp(self) -> float:
        return self._loop.run(self._thing.ntp())

    def post_logs(self, lines: list[dict[str, Any]]) -> Any:
        return self._loop.run(self._thing.post_logs(lines))

    def report_version(self, version: str, module: str = "default") -> None:
        self._loop.run(self._thing.report_version(version, module))

    def report_progress(self, step: int, description: str = "", module: str = "default") -> None:
        self._loop.run(self._thing.report_progress(step, description, module))

    def firmware(self, module: str = "default") -> Firmware | None:
        return self._loop.run(self._thing.firmware(module))

    def download(self, firmware: Firmware, into: Path) -> Path:
        return self._loop.run(download(firmware, into))


class Device(BlockingThing):
    """One device, blocking."""

    def __init__(
        self,
        endpoint: Endpoint,
        who: Triple | DeviceToken,
        *,
        gateway: bool = False,
        queue_size: int = 1000,
        on_state: Callable[[bool], None] | None = None,
    ) -> None:
        self._device = AsyncDevice(endpoint, who, gateway=gateway, queue_size=queue_size, on_state=on_state)
        super().__init__(self._device, _Loop())

    def __enter__(self) -> Device:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self, timeout_s: float = 15.0) -> None:
        """Raises ConnectRefused, ConnectionFailed."""
        self._loop.run(self._device.connect(timeout_s))

    def close(self) -> None:
        self._loop.run(self._device.close())
        self._loop.close()

    @property
    def online(self) -> bool:
        return self._device.online

    def topo_add(self, subs: Iterable[Triple]) -> Any:
        return self._loop.run(self._device.topo_add(subs))

    def login(self, who: Triple) -> BlockingThing:
        """Bring a sub-device online; its methods and handlers."""
        sub = self._device.sub(who)
        self._loop.run(self._device.login(sub))
        return BlockingThing(sub, self._loop)

"""What a device says and hears, whichever line it is on: the device's own, or its gateway's (spec: /sys/{pk}/{dn}/…)."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from linli_sdk.device.firmware import Firmware, offered
from linli_sdk.device.identity import DeviceToken, Triple

log = logging.getLogger("linli_sdk.device")

Handler = Callable[[Any], "Mapping[str, Any] | Awaitable[Mapping[str, Any] | None] | None"]
"""Of a service or of properties to set: params in, output out. May be a coroutine function. Raises CallRefused."""
Listener = Callable[[Any], "Awaitable[None] | None"]


class CallRefused(Exception):
    """Raise it in a handler: the caller gets the code and the message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Desired(NamedTuple):
    """A value that somebody wants while the device may be away."""

    value: Any
    version: int


class Line(Protocol):
    """What carries a thing's messages."""

    async def request(self, topic: str, params: Any, method: str) -> Any:
        """Publish an envelope, wait for its reply; its `data`. Raises DeviceError, ConnectionFailed, QueueFull."""

    async def ask_shadow(self, who: Triple | DeviceToken, body: dict[str, Any]) -> dict[str, Any]: ...

    async def ask_time(self, who: Triple | DeviceToken) -> float: ...

    async def send(self, topic: str, payload: Any, qos: int) -> None: ...

    async def listen(self, topic: str) -> None: ...


class Thing:
    """One device's side of the protocol. Posts made while the line is down wait in its bounded queue."""

    def __init__(self, line: Line | None, who: Triple | DeviceToken) -> None:
        """`line`: the gateway's; None for a device that has one of its own."""
        self._line = line
        self.who = who
        self.services: dict[str, Handler] = {}
        self.listeners: dict[str, Listener] = {}
        self.topics: dict[str, Listener] = {}

    @property
    def line(self) -> Line:
        assert self._line is not None, "a device with a line of its own overrides this"
        return self._line

    def _topic(self, tail: str) -> str:
        return f"/sys/{self.who.product_key}/{self.who.device_name}/{tail}"

    async def _ask(self, tail: str, params: Any) -> Any:
        return await self.line.request(self._topic(tail), params, tail.replace("/", "."))

    # reporting

    async def post_properties(self, values: Mapping[str, Any], *, time_ms: int | None = None) -> Any:
        """Report values. `time_ms`: when they were measured, if not now. Raises DeviceError naming what was refused."""
        params = (
            {name: {"value": value, "time": time_ms} for name, value in values.items()} if time_ms else values
        )
        return await self._ask("thing/event/property/post", params)

    async def post_event(
        self, identifier: str, values: Mapping[str, Any], *, time_ms: int | None = None
    ) -> Any:
        params = {"value": values, "time": time_ms or int(time.time() * 1000)}
        return await self._ask(f"thing/event/{identifier}/post", params)

    async def post_history(self, entries: Sequence[Mapping[str, Any]]) -> Any:
        """Values measured earlier, which never overwrite newer state: `[{"identity": …, "properties": […]}, …]`."""
        return await self._ask("thing/event/property/history/post", list(entries))

    async def post_logs(self, lines: Sequence[Mapping[str, Any]]) -> Any:
        """`[{"utcTime", "logLevel", "module", "code", "traceContext", "logContent"}]`; 403 unless switched on."""
        return await self._ask("thing/log/post", list(lines))

    # what is asked of the device

    def on_service(self, identifier: str, handler: Handler) -> None:
        """Answers calls of a service, synchronous (RRPC) and asynchronous alike."""
        self.services[identifier] = handler

    def on_property_set(self, handler: Handler) -> None:
        """Takes values to set. The values that it returns are reported."""
        self.services["property/set"] = handler

    def on_config(self, listener: Listener) -> None:
        """Hears of a pushed configuration: `{"configId", "url", "sign", …}`."""
        self.listeners["config/push"] = listener

    def on_firmware(self, listener: Callable[[Firmware], Awaitable[None] | None]) -> None:
        self.listeners["firmware"] = listener

    def on_shadow(self, listener: Listener) -> None:
        """Hears the shadow's document when somebody changed what it wants."""
        self.listeners["shadow"] = listener

    def on_notice(self, listener: Listener) -> None:
        """Hears `{"notice": "disable" | "enable" | "delete" | "topo/change" | …, "params": …}`."""
        self.listeners["notice"] = listener

    async def call(self, identifier: str, params: Any) -> tuple[int, Any, str]:
        """Run a handler; (code, data, message) of the reply."""
        handler = self.services.get(identifier)
        if handler is None:
            return 404, {}, f"no handler of {identifier}"
        try:
            data = handler(params)
            if inspect.isawaitable(data):
                data = await data
        except CallRefused as refused:
            return refused.code, {}, str(refused)
        except Exception as error:
            log.exception("service %s", identifier)
            return 500, {}, type(error).__name__
        if identifier == "property/set" and data:
            await self.post_properties(data)
            return 200, {}, "success"
        return 200, dict(data or {}), "success"

    async def hear(self, what: str, content: Any) -> None:
        listener = self.listeners.get(what)
        if listener is None:
            return
        done = listener(content)
        if inspect.isawaitable(done):
            await done

    # what the device asks

    async def desired(self, *names: str) -> dict[str, Desired]:
        """Values wanted of these properties; of all without names."""
        answer: dict[str, Any] = await self._ask("thing/property/desired/get", list(names))
        return {name: Desired(item["value"], item["version"]) for name, item in (answer or {}).items()}

    async def desired_done(self, versions: Mapping[str, int | None]) -> None:
        """These are taken up. Raises DeviceError when one changed meanwhile."""
        params = {name: {} if version is None else {"version": version} for name, version in versions.items()}
        await self._ask("thing/property/desired/delete", params)

    async def shadow(self) -> dict[str, Any]:
        """`{"state": {"reported", "desired"}, "metadata", "version"}`."""
        return await self.line.ask_shadow(self.who, {"method": "get"})

    async def update_shadow(self, reported: Mapping[str, Any], version: int) -> int:
        """The new version. Raises DeviceError 409 when `version` is not newer than what is held."""
        body = {"method": "update", "state": {"reported": dict(reported)}, "version": version}
        return int((await self.line.ask_shadow(self.who, body))["payload"]["version"])

    async def delete_shadow(self, names: Sequence[str], version: int) -> int:
        body = {"method": "delete", "state": {"reported": dict.fromkeys(names, "null")}, "version": version}
        return int((await self.line.ask_shadow(self.who, body))["payload"]["version"])

    async def set_tags(self, tags: Mapping[str, str]) -> None:
        entries = [{"attrKey": key, "attrValue": value} for key, value in tags.items()]
        await self._ask("thing/deviceinfo/update", entries)

    async def delete_tags(self, *keys: str) -> None:
        await self._ask("thing/deviceinfo/delete", [{"attrKey": key} for key in keys])

    async def tags(self, *keys: str) -> dict[str, str]:
        answer = await self._ask("thing/deviceinfo/get", [{"attrKey": key} for key in keys])
        return {tag["attrKey"]: tag["attrValue"] for tag in answer or []}

    async def model(self) -> dict[str, Any]:
        """The thing model of its product: `{"properties": [...], "events": [...], "services": [...]}`."""
        document: dict[str, Any] = await self._ask("thing/dsltemplate/get", {})
        return document

    async def config(self) -> dict[str, Any]:
        """`{"configId", "configSize", "url", "sign", "signMethod", "getType"}`. Raises DeviceError without one."""
        answer: dict[str, Any] = await self._ask(
            "thing/config/get", {"configScope": "product", "getType": "file"}
        )
        return answer

    async def ntp(self) -> float:
        """Milliseconds that the device's clock is behind the platform's; negative when it is ahead."""
        return await self.line.ask_time(self.who)

    # firmware

    async def report_version(self, version: str, module: str = "default") -> None:
        topic = f"/ota/device/inform/{self.who.product_key}/{self.who.device_name}"
        await self.line.send(topic, {"id": "1", "params": {"version": version, "module": module}}, 1)

    async def report_progress(self, step: int, description: str = "", module: str = "default") -> None:
        """`step`: percent; -1 upgrade failed, -2 download failed, -3 checksum wrong, -4 installation failed."""
        topic = f"/ota/device/progress/{self.who.product_key}/{self.who.device_name}"
        params = {"step": str(step), "desc": description, "module": module}
        await self.line.send(topic, {"id": "1", "params": params}, 1)

    async def firmware(self, module: str = "default") -> Firmware | None:
        """What should be loaded now; None when there is nothing."""
        return offered(await self._ask("thing/ota/firmware/get", {"module": module}))

    # free topics

    async def publish(self, tail: str, payload: Any, *, qos: int = 1) -> None:
        """On `/{pk}/{dn}/user/{tail}`; bytes and text as they are, anything else as JSON."""
        await self.line.send(f"/{self.who.product_key}/{self.who.device_name}/user/{tail}", payload, qos)

    async def subscribe(self, tail: str, listener: Listener) -> None:
        """Hear `(bytes)` on a free topic of this device."""
        topic = f"/{self.who.product_key}/{self.who.device_name}/user/{tail}"
        self.topics[topic] = listener
        await self.line.listen(topic)


async def quietly(done: Awaitable[Any]) -> None:
    """For work that nobody waits for: what goes wrong is logged."""
    try:
        await done
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("a listener failed")

"""A device with its own line to the platform, and the sub-devices that it speaks for.

async with AsyncDevice(Endpoint("linli.example.com"), Triple(product_key, name, secret)) as door:
    door.on_service("remoteOpen", open_lock)
    await door.post_properties({"Temperature": 21.5})
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any

import msgspec

from linli_sdk.device.firmware import offered
from linli_sdk.device.identity import DeviceToken, Triple, credentials, login_entry
from linli_sdk.device.thing import Thing, quietly
from linli_sdk.errors import ConnectionFailed, DeviceError
from linli_sdk.mqtt.link import Link
from linli_sdk.mqtt.packets import Connect, Publish
from linli_sdk.mqtt.streams import Endpoint

REPLY_S = 15.0
_NOTICES = ("disable", "enable", "delete", "topo/change", "topo/add/notify", "gateway/permit")


class SubDevice(Thing):
    """A device behind a gateway; it speaks over the gateway's line once it is logged in."""


class AsyncDevice(Thing):
    """One device. It comes back by itself after a broken line, and logs its sub-devices in again."""

    def __init__(
        self,
        endpoint: Endpoint,
        who: Triple | DeviceToken,
        *,
        gateway: bool = False,
        queue_size: int = 1000,
        reply_s: float = REPLY_S,
        on_state: Callable[[bool], None] | None = None,
    ) -> None:
        """`queue_size`: messages kept while offline; QueueFull beyond. `on_state` hears whether the line is up."""
        super().__init__(None, who)
        self._endpoint, self._gateway, self._reply_s = endpoint, gateway, reply_s
        self._ids = itertools.count(1)
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._shadows: dict[tuple[str, str], deque[asyncio.Future[dict[str, Any]]]] = {}
        self._times: deque[asyncio.Future[dict[str, Any]]] = deque()
        self._subs: dict[tuple[str, str], SubDevice] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._link = Link(
            endpoint, self._credentials, on_message=self._take, on_state=on_state,
            on_online=self._again, queue_size=queue_size,
        )  # fmt: skip

    async def __aenter__(self) -> AsyncDevice:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def connect(self, timeout_s: float = 15.0) -> None:
        """Raises ConnectRefused (wrong secret, disabled device), ConnectionFailed."""
        await self._link.start(timeout_s)

    async def close(self) -> None:
        await self._link.stop()
        for task in list(self._tasks):
            task.cancel()

    @property
    def online(self) -> bool:
        return self._link.online

    @property
    def unsent(self) -> int:
        return self._link.unsent

    async def wait_online(self, timeout_s: float | None = None) -> None:
        await self._link.wait_online(timeout_s)

    # the gateway's part

    def sub(self, who: Triple) -> SubDevice:
        """The sub-device of these names; set its handlers, then `login` it."""
        sub_device = self._subs.get((who.product_key, who.device_name))
        return sub_device or SubDevice(self, who)

    async def topo_add(self, subs: Iterable[Triple]) -> Any:
        """Join sub-devices to this gateway, by their secrets."""
        entries = [{**login_entry(sub), "signmethod": "hmacSha256"} for sub in subs]
        return await self._ask("thing/topo/add", entries)

    async def topo_delete(self, subs: Iterable[Triple]) -> Any:
        return await self._ask("thing/topo/delete", [_names(sub) for sub in subs])

    async def topo(self) -> list[Triple]:
        """The sub-devices joined, without their secrets."""
        answer = await self._ask("thing/topo/get", {})
        return [Triple(entry["productKey"], entry["deviceName"]) for entry in answer or []]

    async def register_subs(self, names: Iterable[tuple[str, str]]) -> list[Triple]:
        """Secrets of sub-devices by (product key, device name), for products that allow it."""
        answer = await self._ask(
            "thing/sub/register", [{"productKey": pk, "deviceName": dn} for pk, dn in names]
        )
        return [
            Triple(entry["productKey"], entry["deviceName"], entry["deviceSecret"]) for entry in answer or []
        ]

    async def login(self, *subs: SubDevice) -> None:
        """Bring sub-devices online, now and after every reconnection."""
        for sub_device in subs:
            self._subs[sub_device.who.product_key, sub_device.who.device_name] = sub_device
        await self._login(subs)

    async def logout(self, *subs: SubDevice) -> None:
        for sub_device in subs:
            self._subs.pop((sub_device.who.product_key, sub_device.who.device_name), None)
        await self.request(
            self._session("batch_logout"),
            [_names(sub_device.who) for sub_device in subs],
            "combine.batch_logout",
        )

    def _session(self, tail: str) -> str:
        return f"/ext/session/{self.who.product_key}/{self.who.device_name}/combine/{tail}"

    async def _login(self, subs: Iterable[SubDevice], *, first: bool = False) -> None:
        entries = [login_entry(sub_device.who) for sub_device in subs if isinstance(sub_device.who, Triple)]
        if entries:
            params = {"signMethod": "hmacSha256", "deviceList": entries}
            await self._request(self._session("batch_login"), params, "combine.batch_login", now=first)

    async def _again(self) -> None:
        """After a reconnection, before what waited is sent."""
        if self._subs:
            await self._login(self._subs.values(), first=True)

    # Line

    @property
    def line(self) -> AsyncDevice:
        return self

    async def request(self, topic: str, params: Any, method: str) -> Any:
        return await self._request(topic, params, method)

    async def _request(self, topic: str, params: Any, method: str, *, now: bool = False) -> Any:
        """`now`: past the queue, while the line is being set up."""
        call_id = str(next(self._ids))
        future = self._replies[call_id] = asyncio.get_running_loop().create_future()
        body = {"id": call_id, "version": "1.0", "params": params, "method": method}
        try:
            sent = self._link.publish(topic, msgspec.json.encode(body), 0 if now else 1)
            await sent
            reply = await self._within(future, topic)
        finally:
            self._replies.pop(call_id, None)
        if reply.get("code") != 200:
            raise DeviceError(int(reply.get("code") or 0), str(reply.get("message", "")), topic)
        return reply.get("data")

    async def ask_shadow(self, who: Triple | DeviceToken, body: dict[str, Any]) -> dict[str, Any]:
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        waiting = self._shadows.setdefault((who.product_key, who.device_name), deque())
        waiting.append(future)
        topic = f"/shadow/update/{who.product_key}/{who.device_name}"
        await self._link.publish(topic, msgspec.json.encode(body), 1)
        reply = await self._within(future, topic)
        payload = reply.get("payload", {})
        if payload.get("status") == "error":
            content = payload.get("content", {})
            raise DeviceError(int(content.get("errorcode", 0)), str(content.get("errormessage", "")), topic)
        return {**payload, **reply} if body["method"] == "get" else reply

    async def ask_time(self, who: Triple | DeviceToken) -> float:
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._times.append(future)
        topic = f"/ext/ntp/{who.product_key}/{who.device_name}/request"
        began = int(time.time() * 1000)
        await self._link.publish(topic, msgspec.json.encode({"deviceSendTime": str(began)}), 0)
        reply = await self._within(future, topic)
        middle = (int(reply["serverRecvTime"]) + int(reply["serverSendTime"])) / 2
        return middle - (began + time.time() * 1000) / 2

    async def send(self, topic: str, payload: Any, qos: int) -> None:
        data = payload.encode() if isinstance(payload, str) else payload
        await self._link.publish(topic, data if isinstance(data, bytes) else msgspec.json.encode(data), qos)

    async def listen(self, topic: str) -> None:
        await self._link.subscribe(topic, 1)

    async def _within(self, future: asyncio.Future[dict[str, Any]], topic: str) -> dict[str, Any]:
        try:
            return await asyncio.wait_for(future, self._reply_s)
        except (TimeoutError, asyncio.TimeoutError) as error:
            raise ConnectionFailed(f"no reply on {topic} within {self._reply_s} s") from error

    # what arrives

    def _take(self, message: Publish) -> None:
        levels = message.topic.split("/")
        root = levels[1] if len(levels) > 3 else ""
        if root == "sys":
            self._system(message, levels)
        elif root == "ext" and levels[2] == "rrpc" and len(levels) > 8 and levels[4] == "sys":
            self._call(levels[5], levels[6], "/".join(levels[9:]), message, message.topic)
        elif root == "ext" and levels[2] == "session":
            self._reply(message)
        elif root == "ext" and levels[2] == "ntp":
            _settle(self._times, msgspec.json.decode(message.payload))
        elif root == "shadow":
            content = msgspec.json.decode(message.payload)
            if content.get("method") == "reply":
                _settle(self._shadows.get((levels[3], levels[4]), deque()), content)
            else:
                self._tell(levels[3], levels[4], "shadow", content)
        elif root == "ota" and levels[3] == "upgrade":
            firmware = offered(msgspec.json.decode(message.payload).get("data"))
            if firmware is not None:
                self._tell(levels[4], levels[5], "firmware", firmware)
        else:
            for thing in (self, *self._subs.values()):
                if (listener := thing.topics.get(message.topic)) is not None:
                    self._spawn(_heard(listener, message.payload))

    def _system(self, message: Publish, levels: list[str]) -> None:
        product_key, device_name, tail = levels[2], levels[3], "/".join(levels[4:])
        if tail.startswith("rrpc/request/"):
            call = msgspec.json.decode(message.payload)
            identifier = str(call.get("method", "")).removeprefix("thing.service.").replace(".", "/")
            answer = message.topic.replace("/rrpc/request/", "/rrpc/response/")
            self._call(product_key, device_name, identifier, message, answer)
        elif tail.endswith("_reply"):
            self._reply(message)
        elif tail.startswith("thing/service/"):
            self._call(product_key, device_name, tail[14:], message, f"{message.topic}_reply")
        elif tail.startswith("thing/"):
            call, what = msgspec.json.decode(message.payload), tail[6:]
            if what in _NOTICES:
                self._tell(product_key, device_name, "notice", {"notice": what, "params": call.get("params")})
            else:
                self._tell(product_key, device_name, what, call.get("params"))
            if what != "topo/change":
                self._spawn(self.send(f"{message.topic}_reply", _answer(call, 200, {}, "success"), 1))

    def _reply(self, message: Publish) -> None:
        reply = msgspec.json.decode(message.payload)
        future = self._replies.get(str(reply.get("id")))
        if future is not None and not future.done():
            future.set_result(reply)

    def _call(
        self, product_key: str, device_name: str, identifier: str, message: Publish, answer: str
    ) -> None:
        thing = self._thing(product_key, device_name)
        if thing is not None:
            self._spawn(self._answer(thing, identifier, msgspec.json.decode(message.payload), answer))

    async def _answer(self, thing: Thing, identifier: str, call: dict[str, Any], topic: str) -> None:
        code, data, text = await thing.call(identifier, call.get("params"))
        await self.send(topic, _answer(call, code, data, text), 1)

    def _tell(self, product_key: str, device_name: str, what: str, content: Any) -> None:
        thing = self._thing(product_key, device_name)
        if thing is not None:
            self._spawn(thing.hear(what, content))

    def _thing(self, product_key: str, device_name: str) -> Thing | None:
        if (product_key, device_name) == (self.who.product_key, self.who.device_name):
            return self
        return self._subs.get((product_key, device_name))

    def _spawn(self, work: Awaitable[Any]) -> None:
        task = asyncio.create_task(quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _credentials(self) -> Connect:
        return credentials(self.who, self._endpoint, gateway=self._gateway)


def _names(who: Triple | DeviceToken) -> dict[str, str]:
    return {"productKey": who.product_key, "deviceName": who.device_name}


def _answer(call: dict[str, Any], code: int, data: Any, message: str) -> dict[str, Any]:
    return {"id": call.get("id"), "code": code, "data": data, "message": message, "version": "1.0"}


def _settle(waiting: deque[asyncio.Future[dict[str, Any]]], reply: dict[str, Any]) -> None:
    while waiting:
        future = waiting.popleft()
        if not future.done():
            future.set_result(reply)
            return


async def _heard(listener: Callable[[Any], Any], payload: bytes) -> None:
    done = listener(payload)
    if asyncio.iscoroutine(done):
        await done

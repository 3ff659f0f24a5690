"""A consumer of an appKey, on paho as integrators use it, whose acknowledgements the test holds in its hand."""

import asyncio
import hashlib
import hmac
import itertools
from typing import Any, NamedTuple

import msgspec
import paho.mqtt.client as paho

from tests.databus.conftest import Project

_NUMBERS = itertools.count()
"""A password is good once."""


class Told(NamedTuple):
    topic: str
    payload: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.payload)


class Consumer:
    """Logged in as the appKey. `told` is what came, in order."""

    def __init__(self, project: Project, port: int, name: str = "c1", *, now_ms: int) -> None:
        self.told: list[Told] = []
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._connected = self._loop.create_future()
        self._subscribed: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        stamp = str(now_ms + next(_NUMBERS))
        self._client = paho.Client(client_id=f"{name}|timestamp={stamp}|", clean_session=True)
        password = hmac.digest(project.app_secret.encode(), f"{name}{stamp}".encode(), hashlib.sha256).hex()
        self._client.username_pw_set(project.app_key, password)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._port = port

    async def connect(self) -> int:
        """The CONNACK code."""
        await asyncio.to_thread(self._client.connect, "127.0.0.1", self._port, 60)
        self._client.loop_start()
        async with asyncio.timeout(30):
            return int(await self._connected)

    async def subscribe(self, topic: str, qos: int = 1) -> int:
        """The granted QoS, 128 for a refusal."""
        _, mid = self._client.subscribe(topic, qos)
        answer = self._subscribed.setdefault(mid, self._loop.create_future())
        async with asyncio.timeout(30):
            return (await answer)[0]

    async def wait_for(self, count: int, seconds: float = 30) -> list[Told]:
        async with asyncio.timeout(seconds):
            while len(self.told) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.told

    async def close(self) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def _on_connect(self, client: Any, userdata: Any, flags: Any, code: int) -> None:
        self._loop.call_soon_threadsafe(
            lambda: None if self._connected.done() else self._connected.set_result(code)
        )

    def _on_subscribe(self, client: Any, userdata: Any, mid: int, granted: tuple[int, ...]) -> None:
        def note() -> None:
            self._subscribed.setdefault(mid, self._loop.create_future()).set_result(granted)

        self._loop.call_soon_threadsafe(note)

    def _on_message(self, client: Any, userdata: Any, message: Any) -> None:
        def note() -> None:
            self.told.append(Told(message.topic, message.payload))
            self._arrived.set()

        self._loop.call_soon_threadsafe(note)

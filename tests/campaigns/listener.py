"""An integrator's application that hears device messages over MQTT and knows how long each took to reach it."""

import asyncio
import contextlib
import hashlib
import hmac
import time
from collections import Counter
from typing import cast

import msgspec

from linli.protocols import mqtt

PAUSE_SECONDS = 0.1
CLIENT = "fleet"


class _Item(msgspec.Struct):
    value: float = 0
    time: int = 0


class _Heard(msgspec.Struct, rename="camel"):
    device_name: str = ""
    items: dict[str, _Item] = {}


_decode = msgspec.json.Decoder(_Heard, strict=False).decode


class Listener(asyncio.Protocol):
    """Subscribes to everything that devices of its project send; reconnects for ever."""

    def __init__(self, app_key: str, secret: str, port: int) -> None:
        self._app_key = app_key
        self._secret = secret
        self._port = port
        self._decoder = mqtt.Decoder("client")
        self._transport: asyncio.Transport | None = None
        self._gone = asyncio.Event()
        self.ready = asyncio.Event()
        """Subscribed once: what devices send from now on is due here."""
        self._task: asyncio.Task[None] | None = None
        self.latencies_ms: list[float] = []
        """From the device's own time of a value to its arrival here."""
        self.heard: Counter[str] = Counter()
        """Distinct values by device name."""
        self._seen: dict[str, set[float]] = {}

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_up(), name="listener")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._transport is not None:
            self._transport.abort()

    async def _keep_up(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._gone.clear()
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            await self._gone.wait()
            await asyncio.sleep(PAUSE_SECONDS)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._decoder = mqtt.Decoder("client")
        stamp = str(time.time_ns() // 1_000_000)
        sign = hmac.new(self._secret.encode(), f"{CLIENT}{stamp}".encode(), hashlib.sha256).hexdigest()
        self._send(
            mqtt.Connect(
                client_id=f"{CLIENT}|timestamp={stamp}|", username=self._app_key, password=sign.encode(),
                clean=True, keep_alive=60,
            )
        )  # fmt: skip

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._gone.set()

    def data_received(self, data: bytes) -> None:
        now = time.time() * 1000
        for packet in self._decoder.feed(data):
            if isinstance(packet, mqtt.Connack):
                self._send(mqtt.Subscribe(1, ((f"/sys/appkey/{self._app_key}/thing/#", 1),)))
            elif isinstance(packet, mqtt.Suback):
                self.ready.set()
            elif isinstance(packet, mqtt.Publish):
                if packet.qos:
                    self._send(mqtt.Puback(packet.packet_id))
                self._hear(packet.payload, now)

    def _hear(self, payload: bytes, now: float) -> None:
        heard = _decode(payload)
        for item in heard.items.values():
            known = self._seen.setdefault(heard.device_name, set())
            if item.value not in known:
                known.add(item.value)
                self.heard[heard.device_name] += 1
                self.latencies_ms.append(now - item.time)

    def _send(self, packet: mqtt.Connect | mqtt.Subscribe | mqtt.Puback) -> None:
        if self._transport is not None:
            self._transport.write(mqtt.encode(packet))

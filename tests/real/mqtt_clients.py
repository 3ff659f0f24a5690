"""paho-mqtt and the mosquitto tools against a front, with what they tell arriving on the test's loop."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from linli.protocols import mqtt

SECONDS = 10


class Got(NamedTuple):
    """A message as paho shows it."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: Any = None


def properties(packet: int, **named: Any) -> Properties:
    made = Properties(packet)
    for name, value in named.items():
        setattr(made, name, value)
    return made


class Paho:
    """A client of version 3.1.1 or 5, by TCP, TLS or WebSocket."""

    def __init__(
        self,
        port: int,
        connect: mqtt.Connect,
        *,
        version: int = 4,
        clean: bool = True,
        session_expiry: int = 0,
        websocket: str = "",
        tls: ssl.SSLContext | None = None,
        will: dict[str, Any] | None = None,
        keepalive: int = 60,
        connect_properties: dict[str, Any] | None = None,
    ) -> None:
        options: dict[str, Any] = {"protocol": version, "transport": "websockets" if websocket else "tcp"}
        if version == 4:
            options["clean_session"] = clean
        self.client = paho.Client(connect.client_id, **options)
        if connect.username is not None:
            self.client.username_pw_set(connect.username, (connect.password or b"").decode())
        if websocket:
            self.client.ws_set_options(websocket)
        if tls is not None:
            self.client.tls_set_context(tls)
        if will is not None:
            self.client.will_set(**will)
        self.messages: asyncio.Queue[Got] = asyncio.Queue()
        self.events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._version = version
        loop = asyncio.get_running_loop()

        def put(queue: asyncio.Queue[Any], value: Any) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, value)

        def tell(name: str, value: Callable[..., Any]) -> Callable[..., None]:
            return lambda *said: put(self.events, (name, value(*said)))

        c = self.client
        c.on_connect = tell(
            "connect", lambda *s: (getattr(s[3], "value", s[3]), s[2]["session present"], s[-1])
        )
        c.on_disconnect = tell("disconnect", lambda *s: getattr(s[2], "value", s[2]))
        c.on_subscribe = tell("subscribe", lambda *s: tuple(getattr(q, "value", q) for q in s[3]))
        c.on_publish = tell("publish", lambda *s: s[2])
        c.on_message = lambda _c, _u, m: put(
            self.messages,
            Got(m.topic, m.payload, m.qos, bool(m.retain), getattr(m, "properties", None)),
        )
        more: dict[str, Any] = {}
        if version == 5:
            asked = properties(
                PacketTypes.CONNECT, SessionExpiryInterval=session_expiry, **(connect_properties or {})
            )
            more = {"clean_start": clean, "properties": asked}
        self.client.connect_async("127.0.0.1", port, keepalive, **more)
        self.client.loop_start()

    async def event(self, name: str) -> Any:
        """The next event of that name; others before it are dropped."""
        async with asyncio.timeout(SECONDS):
            while (found := await self.events.get())[0] != name:
                pass
        return found[1]

    async def connected(self) -> bool:
        """Waits for an accepting CONNACK; whether the session was present."""
        code, present, _ = await self.event("connect")
        assert code == 0, code
        return bool(present)

    async def subscribe(self, topic: str, qos: int = 0, **more: Any) -> tuple[int, ...]:
        if self._version == 5:
            options = SubscribeOptions(qos=qos, **{k: v for k, v in more.items() if k != "identifier"})
            asked = properties(PacketTypes.SUBSCRIBE)
            if "identifier" in more:
                asked.SubscriptionIdentifier = more["identifier"]
            self.client.subscribe(topic, options=options, properties=asked)
        else:
            self.client.subscribe(topic, qos)
        codes: tuple[int, ...] = await self.event("subscribe")
        return codes

    async def publish(self, topic: str, payload: bytes, qos: int = 1, **more: Any) -> None:
        """Publish, and wait until the exchange is complete."""
        self.client.publish(topic, payload, qos, **more)
        await self.event("publish")

    async def message(self) -> Got:
        async with asyncio.timeout(SECONDS):
            return await self.messages.get()

    async def stop(self) -> None:
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)


async def mosquitto(tool: str, port: int, connect: mqtt.Connect, *words: str) -> tuple[int, str]:
    """Run `mosquitto_pub` or `mosquitto_sub` to its end: exit code and output."""
    process = await asyncio.create_subprocess_exec(
        tool, "-h", "127.0.0.1", "-p", str(port), "-i", connect.client_id, "-u", str(connect.username),
        "-P", (connect.password or b"").decode(), *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(SECONDS + 5):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()

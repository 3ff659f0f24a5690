"""A backend in memory, and a client that says exactly what it is told. For the front's tests."""

import asyncio
from collections.abc import Callable
from typing import Any

from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from linli.protocols.linkkit.connect import ConnectKind
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.ports import TopicFault, Uplink
from linli.things.mqtt.principals import (
    NOT_ALLOWED,
    AppPrincipal,
    ConnectRequest,
    DevicePrincipal,
    PreAuthorized,
    PreAuthRequest,
    Refused,
    Registered,
    RegisterRequest,
)
from linli.things.mqtt.session import Session

PK, PRODUCT_SECRET = "a1DevProdKy", "DevProductSecret1"
DEVICE_SECRET = "DevDeviceSecret0123456789abcdef1"
APP, APP_SECRET = "203700001", "AppSecret0123456789abcdefghijkl"


class MemoryBackend:
    """Implements ports.Backend. Every device of product PK exists and has DEVICE_SECRET; see `off` and `tokens`."""

    def __init__(self) -> None:
        self.uplinks: list[Uplink] = []
        self.kept: list[Uplink] = []
        """Taken while `holding`, and not done with."""
        self.holding = False
        self.events: list[tuple[str, ...]] = []
        self.sessions: dict[tuple[str, str], Session] = {}
        self.off: set[str] = set()
        self.hidden: set[str] = set()
        """Devices that the app does not see."""
        self.tokens: dict[str, str] = {}
        """Client id or iotId -> token."""
        self.registered: list[RegisterRequest] = []
        self.refused_topics: list[tuple[str, bytes, str]] = []
        self.turned_away: list[str] = []
        self.on_uplinks: Callable[[list[Uplink]], None] | None = None
        self.switchboard: Any = None
        self.gate: asyncio.Event | None = None
        self.changed = asyncio.Event()

    async def authenticate(self, request: ConnectRequest) -> DevicePrincipal | AppPrincipal | Refused:
        if self.gate is not None:
            await self.gate.wait()
        name = request.name
        match name.kind:
            case ConnectKind.APP:
                if name.user != APP or not request.proves(APP_SECRET):
                    return Refused(reason="password")
                own = f"/app/{APP}/user/#"
                return AppPrincipal(
                    app_key=APP,
                    may_subscribe=(f"/sys/{APP}/#", f"/sys/appkey/{APP}/#", own),
                    may_publish=(own,),
                    tenant_id="T",
                    sees=lambda product_key, device_name: (
                        product_key == PK and device_name not in self.hidden
                    ),
                    max_inflight=4,
                )
            case ConnectKind.TOKEN:
                if not request.proves(self.tokens.get(name.client_id, "")):
                    return Refused(reason="token")
            case ConnectKind.PRE_AUTH:
                if not request.proves(self.tokens.get(name.user, "")):
                    return Refused(reason="token")
                return DevicePrincipal(product_key=PK, device_name=name.user, device_no=9)
            case _:
                if name.product_key != PK or not request.proves(DEVICE_SECRET):
                    return Refused(reason="password")
        if name.device_name in self.off:
            return Refused(reason="disabled", connack=NOT_ALLOWED)
        number = sum(map(ord, name.device_name))
        return DevicePrincipal(product_key=PK, device_name=name.device_name, device_no=number, tenant_id="T")

    async def register(self, request: RegisterRequest) -> Registered | Refused:
        if request.product_key != PK or not request.proves(PRODUCT_SECRET):
            return Refused(reason="sign does not match", code=6288)
        self.registered.append(request)
        if not request.new:
            return Registered(product_key=PK, device_name=request.device_name, device_secret=DEVICE_SECRET)
        self.tokens["issued-1"] = "token-1"
        return Registered(
            product_key=PK, device_name=request.device_name, client_id="issued-1", device_token="token-1"
        )

    async def pre_authenticate(self, request: PreAuthRequest) -> PreAuthorized | Refused:
        if not request.proves(DEVICE_SECRET):
            return Refused(reason="sign does not match")
        self.tokens["iot-1"] = "token-2"
        return PreAuthorized(iot_id="iot-1", iot_token="token-2", host="127.0.0.1", port=1883)

    async def unfit(self, refused: Refused, *, user: str, peer: str, security: str) -> None:
        self.turned_away.append(refused.reason)

    def strayed(self, *, reason: str, peer: str, security: str) -> None:
        self.turned_away.append(reason)

    def accept(self, uplinks: list[Uplink]) -> None:
        self.uplinks += uplinks
        if self.on_uplinks is not None:
            self.on_uplinks(uplinks)
        if self.holding:
            self.kept += uplinks
        else:
            self.switchboard.done(uplinks)
        self.changed.set()

    def finish(self) -> None:
        """What was held is committed now."""
        kept, self.kept = self.kept, []
        self.switchboard.done(kept)

    def connected(self, session: Session) -> None:
        self.events.append(("connected", *session.key))
        self.sessions[session.key] = session
        self.changed.set()

    def topic_refused(self, session: Session, topic: str, payload: bytes, what: TopicFault) -> None:
        self.refused_topics.append((topic, payload, what))

    def disconnected(self, session: Session, reason: Gone) -> None:
        self.events.append((reason, *session.key))
        self.changed.set()

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait for what a socket brings; fails after 30 s."""
        async with asyncio.timeout(30):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def payloads(self, kind: UplinkKind = UplinkKind.PROPERTY_POST) -> list[bytes]:
        return [uplink.payload for uplink in self.uplinks if uplink.topic.kind is kind]


class Client:
    """One raw connection: sends packets or bytes as given, reads packets one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, level: int = 4) -> None:
        self.reader, self.writer = reader, writer
        self.level = level
        self._decoder = mqtt.Decoder("client", level=level)
        self._packets: list[mqtt.Packet] = []

    @classmethod
    async def dial(cls, port: int, *, level: int = 4, **options: Any) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", port, **options), level=level)

    def send(self, *packets: mqtt.Packet | bytes) -> None:
        wires = (p if isinstance(p, bytes) else mqtt.encode(p, self.level) for p in packets)
        self.writer.write(b"".join(wires))

    async def read(self) -> mqtt.Packet:
        """The next packet. EOFError when the connection is closed."""
        async with asyncio.timeout(30):
            while not self._packets:
                data = await self.reader.read(65536)
                if not data:
                    raise EOFError
                self._packets += self._decoder.feed(data)
        return self._packets.pop(0)

    async def closed(self) -> bool:
        """Waits for the end of the connection, past whatever still comes."""
        try:
            while True:
                await self.read()
        except (EOFError, ConnectionError):
            return True

    async def ping(self) -> list[mqtt.Packet]:
        """Everything that came before the answer to a PINGREQ sent now."""
        self.send(mqtt.Pingreq())
        before: list[mqtt.Packet] = []
        while (packet := await self.read()) != mqtt.Pingresp():
            before.append(packet)
        return before

    def close(self) -> None:
        self.writer.close()

    def abort(self) -> None:
        self.writer.transport.abort()


def device_connect(
    device_name: str = "dev.lobby-01",
    *,
    clean: bool = True,
    client_id: str = "c1",
    secret: str = DEVICE_SECRET,
    params: str = "securemode=3,signmethod=hmacsha1,timestamp=1700000000",
    keep_alive: int = 60,
    level: int = 4,
    will: mqtt.Will | None = None,
    properties: mqtt.Properties | None = None,
) -> mqtt.Connect:
    text = signatures.device_text(client_id, device_name, PK, "1700000000")
    return mqtt.Connect(
        f"{client_id}|{params}|",
        f"{device_name}&{PK}",
        signatures.sign(secret, text, "hmacsha1").encode(),
        clean=clean,
        keep_alive=keep_alive,
        level=level,
        will=will,
        properties=properties,
    )


def app_connect(client_id: str = "consumer-1", secret: str = APP_SECRET, **more: Any) -> mqtt.Connect:
    password = signatures.sign(secret, f"{client_id}1700000000000", "hmacsha256")
    return mqtt.Connect(f"{client_id}|timestamp=1700000000000|", APP, password.encode(), **more)


def post(device_name: str, payload: bytes, qos: int = 1, packet_id: int = 1) -> mqtt.Publish:
    topic = f"/sys/{PK}/{device_name}/thing/event/property/post"
    return mqtt.Publish(topic, payload, qos, packet_id if qos else 0)

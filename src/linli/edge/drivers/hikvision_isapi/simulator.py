"""A simulated 海康 camera: it pushes alarms with pictures, and its ISAPI moves its barrier for who has its log-in."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final

import httpx

from linli.edge.framework.certification import Kit
from linli.edge.framework.contract import Driver
from linli.edge.framework.digest import DigestCheck
from linli.kernel.http import HttpServer, Message, Receive, Send
from linli.kernel.http.client import Client

HERE: Final = "127.0.0.1"
USER: Final = "admin"
JPEG: Final = (
    b"\xff\xd8\xff\xc0\x00\x11\x08\x00\xf0\x01\x40\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01car\xff\xd9"
)
_MODES: Final = {b"open": "open", b"close": "close", b"lock": "held"}
BOUNDARY: Final = "MIME_boundary"


def alert(mac: str, kind: str, inner: str = "", at: str = "2026-12-01T08:00:00+08:00") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><EventNotificationAlert version="2.0"'
        ' xmlns="http://www.isapi.org/ver20/XMLSchema"><ipAddress>127.0.0.1</ipAddress>'
        f"<macAddress>{mac}</macAddress><channelID>1</channelID><dateTime>{at}</dateTime>"
        f"<eventType>{kind}</eventType>{inner}</EventNotificationAlert>"
    ).encode()


def multipart(xml: bytes, *pictures: bytes) -> bytes:
    parts = [(b"anpr.xml", b"application/xml", xml)]
    parts += [(b"detectionPicture.jpg", b"image/jpeg", picture) for picture in pictures]
    body = b""
    for name, kind, content in parts:
        body += b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n' % (
            BOUNDARY.encode(), name, name,
        )  # fmt: skip
        body += b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n" % (kind, len(content), content)
    return body + b"--" + BOUNDARY.encode() + b"--\r\n"


class SimulatedHikvision:
    def __init__(self, mac: str, password: str = "Admin-123") -> None:
        self.mac, self.password = mac, password
        self.pushes_with = password
        """A fault, where it is another."""
        self.box = (HERE, 0)
        self.barrier = "close"
        self.number = 0
        self._check = DigestCheck()
        self._server = HttpServer(self._serve, host=HERE, port=0)
        self._client = Client(trust_env=False, timeout=30)
        self._living: asyncio.Task[None] | None = None

    @property
    def custom(self) -> dict[str, Any]:
        return {
            "macAddress": self.mac, "ip": HERE, "httpPort": self._server.port, "username": USER,
            "password": self.password, "pushDigest": True,
        }  # fmt: skip

    async def power(self) -> None:
        await self._server.start()

    async def live(self) -> None:
        if self._living is None:
            self._living = asyncio.create_task(self._beat(), name=f"hikvision-{self.mac}")

    async def stop(self) -> None:
        living, self._living = self._living, None
        if living is not None:
            living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await living

    async def close(self) -> None:
        await self.stop()
        await self._client.aclose()
        await self._server.stop(grace_seconds=0.1)

    async def read(self, plate: str, *, again: bool = False) -> int:
        """A car comes; the status of the answer. `again`: the same push once more."""
        self.number += not again
        inner = (
            f"<UUID>u-{self.number}</UUID><ANPR><licensePlate>{plate or 'unknown'}</licensePlate>"
            "<confidenceLevel>95</confidenceLevel><plateColor>blue</plateColor>"
            "<vehicleInfo><color>white</color></vehicleInfo></ANPR>"
        )
        return await self.push(multipart(alert(self.mac, "ANPR", inner), JPEG[:-2] + b"\xff\xd9", JPEG))

    async def push(self, body: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> int:
        host, port = self.box
        reply = await self._client.post(
            f"http://{host}:{port}/isapi", content=body, headers={"Content-Type": kind},
            auth=httpx.DigestAuth(USER, self.pushes_with),
        )  # fmt: skip
        return reply.status_code

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await self.push(alert(self.mac, "heartBeat"), "application/xml")
            await asyncio.sleep(0.05)

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        right = self._check.is_right(header, "PUT", scope["path"], USER, self.password)
        headers = [(b"Content-Length", b"0")]
        if right:
            mode = body.partition(b"<ctrlMode>")[2].partition(b"<")[0]
            self.barrier = _MODES.get(mode, self.barrier)
        else:
            headers.append((b"WWW-Authenticate", self._check.challenge().encode()))
        await send({"type": "http.response.start", "status": 200 if right else 401, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


class Subject:
    """On the bench."""

    def __init__(self, kit: Kit) -> None:
        self.camera = SimulatedHikvision("44:19:b6:00:00:01")
        self._powered = False

    @property
    def config(self) -> Mapping[str, Any]:
        return {"host": HERE, "port": 0, "silentSeconds": 5}

    @property
    def custom(self) -> Mapping[str, Any]:
        return self.camera.custom

    @property
    def abilities(self) -> frozenset[str]:
        return frozenset(("plate", "barrier"))

    async def start(self) -> None:
        if not self._powered:
            self._powered = True
            await self.camera.power()

    async def meet(self, driver: Driver) -> None:
        port: int = driver.port  # type: ignore[attr-defined]
        self.camera.box = (HERE, port)
        await self.camera.live()

    async def stop(self) -> None:
        await self.camera.stop()

    async def close(self) -> None:
        await self.camera.close()

    async def act(self, action: str, **values: Any) -> Any:
        """`read` with a plate and perhaps a wrong `password`; `barrier`."""
        if action == "read":
            self.camera.pushes_with = values.get("password", self.camera.password)
            try:
                return await self.camera.read(values["plate"])
            finally:
                self.camera.pushes_with = self.camera.password
        return self.camera.barrier


def create(kit: Kit) -> Subject:
    return Subject(kit)

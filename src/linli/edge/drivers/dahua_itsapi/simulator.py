"""A simulated 大华 camera: it pushes with Digest, and its CGI moves its barrier for who has its log-in."""

import asyncio
import base64
import contextlib
from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec

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


class SimulatedDahua:
    def __init__(self, device_id: str, password: str = "Admin-123") -> None:
        self.device_id, self.password = device_id, password
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
            "deviceId": self.device_id, "ip": HERE, "httpPort": self._server.port, "username": USER,
            "password": self.password,
        }  # fmt: skip

    async def power(self) -> None:
        await self._server.start()

    async def live(self) -> None:
        if self._living is None:
            self._living = asyncio.create_task(self._keep_alive(), name=f"dahua-{self.device_id}")

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

    async def read(self, plate: str) -> int:
        """A car comes; the status of the answer."""
        self.number += 1
        picture = {
            "NormalPic": {"Content": base64.b64encode(JPEG).decode(), "PicName": "1.jpg"},
            "Plate": {"PlateNumber": plate, "PlateColor": "Blue", "Confidence": 95, "IsExist": bool(plate)},
            "SnapInfo": {
                "DeviceID": self.device_id,
                "AccurateTime": f"2026-12-01 08:00:{self.number:02}.000",
            },
            "Vehicle": {"VehicleColor": "White"},
        }
        return await self.push("TollgateInfo", {"Picture": picture})

    async def push(self, name: str, values: Mapping[str, Any]) -> int:
        host, port = self.box
        answer = await self._client.post(
            f"http://{host}:{port}/NotificationInfo/{name}", content=msgspec.json.encode(values),
            auth=httpx.DigestAuth(USER, self.pushes_with),
        )  # fmt: skip
        return answer.status_code

    async def _keep_alive(self) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await self.push("KeepAlive", {"Active": "keepAlive", "DeviceID": self.device_id})
            await asyncio.sleep(0.05)

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        right = self._check.is_right(header, "GET", scope["path"], USER, self.password)
        headers = [(b"Content-Length", b"2")]
        if right:
            self.barrier = "open" if b"action=openStrobe" in scope["query_string"] else "close"
        else:
            headers.append((b"WWW-Authenticate", self._check.challenge().encode()))
        await send({"type": "http.response.start", "status": 200 if right else 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"OK"})


class Subject:
    """On the bench."""

    def __init__(self, kit: Kit) -> None:
        self.camera = SimulatedDahua("lane-1")
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

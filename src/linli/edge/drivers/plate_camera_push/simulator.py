"""A simulated lane camera with barrier and display: it pushes readings and asks for what to do, over real HTTP."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from linli.edge.framework.certification import Kit
from linli.edge.framework.contract import Driver
from linli.kernel.http.client import Client

HERE: Final = "127.0.0.1"
JPEG: Final = (
    b"\xff\xd8\xff\xc0\x00\x11\x08\x00\xf0\x01\x40\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01car\xff\xd9"
)
START_S: Final = 1_700_000_000


@dataclass(slots=True)
class CameraFaults:
    """Present faults."""

    broken_picture: bool = False
    twice: bool = False
    """It pushes each reading again, since it lost the answer."""
    serial: str = ""
    """It tells another serial number than its own."""
    deaf: bool = False
    """It asks for nothing."""


class SimulatedCamera:
    """`barrier` is open, close or held; `shown` what its display got."""

    def __init__(self, serial: str, *, box: tuple[str, int] = (HERE, 0)) -> None:
        self.serial = serial
        self.box = box
        self.faults = CameraFaults()
        self.barrier = "close"
        self.opened = 0
        self.shown: list[bytes] = []
        self.voices: list[str] = []
        self.triggered = 0
        """How often it was asked to read by itself."""
        self.kept: list[tuple[int, str]] = []
        """(plateid, plate) of readings that did not reach the box."""
        self._plate_id = 0
        self._client = Client(trust_env=False, timeout=30)
        self._asking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask the box, again and again (comet)."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name=f"camera-{self.serial}")

    async def stop(self) -> None:
        """Its power is cut."""
        asking, self._asking = self._asking, None
        if asking is not None:
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking

    async def close(self) -> None:
        await self.stop()
        await self._client.aclose()

    async def register(self) -> int:
        """One sign of life; the answer's status."""
        fields = {"device_name": "IVS", "ipaddr": HERE, "port": "80", "user_name": "admin", "pass_wd": "admin",
                  "serialno": self.faults.serial or self.serial, "channel_num": "1"}  # fmt: skip
        answer = await self._client.post(
            self._url("/heartbeat"), files={name: (None, value) for name, value in fields.items()}
        )
        if answer.status_code == 200:
            self._obey(answer.json())
        return answer.status_code

    async def read(self, plate: str, *, picture: bytes = JPEG, **more: Any) -> dict[str, Any]:
        """A car comes; the box's answer. Raises httpx.HTTPError where it is not reached."""
        self._plate_id += 1
        answer = await self.push(plate, self._plate_id, picture=picture, **more)
        if self.faults.twice:
            answer = await self.push(plate, self._plate_id, picture=picture, **more)
        return answer

    async def push(
        self, plate: str, plate_id: int, *, picture: bytes = JPEG, offline: bool = False, **more: Any
    ) -> dict[str, Any]:
        image = "%%% no base64 %%%" if self.faults.broken_picture else base64.b64encode(picture).decode()
        result = {
            "bright": 0, "carBright": 0, "carColor": 6, "colorType": 1, "colorValue": 0, "confidence": 96, "direction": 4,
            "imageFile": image, "imageFileLen": len(picture), "license": plate or "_无_", "plateid": plate_id,
            "isoffline": int(offline), "gioouts": [{"ctrltype": 2 if offline else 0, "ionum": 0}], "triggerType": 8,
            "timeStamp": {"Timeval": {"sec": START_S + plate_id, "usec": 0}}, "timeUsed": 0, "type": 1, **more,
        }  # fmt: skip
        body = {"AlarmInfoPlate": {"channel": 0, "deviceName": "IVS", "ipaddr": HERE,
                "result": {"PlateResult": result}, "serialno": self.faults.serial or self.serial}}  # fmt: skip
        return await self.send(json.dumps(body, ensure_ascii=False).encode())

    async def send(self, body: bytes) -> dict[str, Any]:
        answer = await self._client.post(
            self._url("/plate"), content=body, headers={"Content-Type": "application/json"}
        )
        if answer.status_code != 200:
            return {"status": answer.status_code}
        reply: dict[str, Any] = answer.json()
        self._obey(reply)
        response: dict[str, Any] = reply["Response_AlarmInfoPlate"]
        return response

    async def upload(self, files: str, path: str, picture: bytes = JPEG) -> str:
        """Put a picture into the box's file service at `files`; its URL."""
        answer = await self._client.post(
            f"{files}/home/paas/file/add", data={"filePath": path}, files={"file": ("car.jpg", picture)}
        )
        return str(answer.json()["data"])

    async def replay(self) -> int:
        """Push what it kept, one after the other, as long as the box says so; how many."""
        pushed = 0
        while self.kept:
            plate_id, plate = self.kept[0]
            answer = await self.push(plate, plate_id, offline=True)
            if answer.get("ContinuePushOffline", {}).get("plateid") != plate_id:
                break
            self.kept.pop(0)
            pushed += 1
        return pushed

    def stands(self, barrier: str) -> bool:
        return self.barrier == barrier

    def read_alone(self, plate: str) -> None:
        """A car of its white list comes while the box is away: it opens by itself."""
        self._plate_id += 1
        self.kept.append((self._plate_id, plate))
        self.barrier, self.opened = "open", self.opened + 1

    def _url(self, path: str) -> str:
        host, port = self.box
        return f"http://{host}:{port}{path}"

    async def _ask(self) -> None:
        while True:
            try:
                if not self.faults.deaf:
                    await self.register()
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.01)

    def _obey(self, answer: Mapping[str, Any]) -> None:
        response = answer.get("Response_AlarmInfoPlate", {})
        if response.get("info") == "ok":
            self.barrier, self.opened = "open", self.opened + 1
        self.triggered += response.get("manualTrigger") == "ok"
        if (order := response.get("ivs_ioctrl")) is not None:
            self.barrier = ("close", "held", "open")[order["value"]]
        for serial in response.get("serialData", []):
            self.shown.append(base64.b64decode(serial["data"]))
        if (voice := response.get("playserver_json_request")) is not None:
            self.voices.append(base64.b64decode(voice["voice"]).decode("gbk"))


class Subject:
    """On the bench."""

    def __init__(self, kit: Kit) -> None:
        self.camera = SimulatedCamera("d85b1269-8f942256")

    @property
    def config(self) -> Mapping[str, Any]:
        return {"host": HERE, "port": 0, "silentSeconds": 5, "cometSeconds": 1}

    @property
    def custom(self) -> Mapping[str, Any]:
        return {"serialNumber": self.camera.serial, "display": "gbk"}

    @property
    def abilities(self) -> frozenset[str]:
        return frozenset(("plate", "barrier", "display"))

    async def start(self) -> None:
        """Nothing until the driver is there."""

    async def meet(self, driver: Driver) -> None:
        port: int = driver.port  # type: ignore[attr-defined]
        self.camera.box = (HERE, port)
        await self.camera.start()

    async def stop(self) -> None:
        await self.camera.stop()

    async def close(self) -> None:
        await self.camera.close()

    async def act(self, action: str, **values: Any) -> Any:
        """`read` with a plate; `barrier`, `shown`."""
        if action == "read":
            return await self.camera.read(values["plate"])
        return self.camera.barrier if action == "barrier" else self.camera.shown


def create(kit: Kit) -> Subject:
    return Subject(kit)

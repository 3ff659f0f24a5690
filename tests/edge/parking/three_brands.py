"""A box whose lanes have cameras of three brands that push, and pushes that are none."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx

from linli.edge.drivers.dahua_itsapi.simulator import SimulatedDahua
from linli.edge.drivers.hikvision_isapi.simulator import BOUNDARY, JPEG, SimulatedHikvision, alert, multipart
from linli.edge.drivers.plate_camera_push.simulator import SimulatedCamera
from linli.edge.framework.supervisor import Deployment, DeviceEntry
from tests.edge.parking.site_box import ParkingBox
from tests.edge.runtime.small_box import until

HERE: Final = "127.0.0.1"
MAC: Final = "44:19:b6:00:00:01"
FORM: Final = f"multipart/form-data; boundary={BOUNDARY}"
CAR: Final = "<ANPR><licensePlate>浙A00000</licensePlate></ANPR>"


class ThreeBrands:
    """In by `AlarmInfoPlate`, out by ISAPI, and a lane without barrier by ITSAPI."""

    def __init__(self) -> None:
        self.push, self.hikvision = SimulatedCamera("serial-in"), SimulatedHikvision(MAC)
        self.dahua = SimulatedDahua("lane-third")
        self._client = httpx.AsyncClient(trust_env=False, timeout=60)

    async def meet(self, box: ParkingBox) -> None:
        await self.hikvision.power()
        await self.dahua.power()
        supervisor = box.box.supervisor
        here: dict[str, Any] = {"host": HERE, "port": 0}
        for driver, name, custom, more in (
            ("plate_camera_push", "lane.in", {"serialNumber": self.push.serial}, {"cometSeconds": 1}),
            ("hikvision_isapi", "lane.out", self.hikvision.custom, {}),
            ("dahua_itsapi", "lane.third", self.dahua.custom, {}),
        ):
            await supervisor.deploy(Deployment(driver, {**here, **more}, (DeviceEntry("pk", name, custom),)))
        for driver, camera in self._cameras():
            served: Any = supervisor.driver(driver)
            camera.box = (HERE, served.port)
        await self.hikvision.live()
        await self.dahua.live()
        await until(lambda: {"lane.out", "lane.third"} <= box.box.presence.online)

    def _cameras(self) -> Iterator[tuple[str, Any]]:
        yield "plate_camera_push", self.push
        yield "hikvision_isapi", self.hikvision
        yield "dahua_itsapi", self.dahua

    async def close(self) -> None:
        await self._client.aclose()
        for _, camera in self._cameras():
            await camera.close()

    async def send(self, camera: Any, path: str, body: bytes, kind: str = "application/json") -> int:
        """The answer's status; 0: the box hung up."""
        host, port = camera.box
        try:
            answer = await self._client.post(
                f"http://{host}:{port}{path}", content=body, headers={"Content-Type": kind}
            )
        except httpx.HTTPError:
            return 0
        return answer.status_code

    async def announce(self, camera: Any, path: str, size: int) -> bytes:
        """What is answered to a body of this size, none of which is sent."""
        reader, writer = await asyncio.open_connection(*camera.box)
        writer.write(f"POST {path} HTTP/1.1\r\nHost: box\r\nContent-Length: {size}\r\n\r\n".encode())
        head = await reader.read(64)
        writer.close()
        return head


def hostile(brands: ThreeBrands) -> list[tuple[str, Any, str, bytes, str, set[int]]]:
    """(what, camera, path, body, content type, statuses that are right)."""
    json_kind, xml = "application/json", "application/xml"
    result = {"license": "浙A00001", "plateid": 900, "imageFile": base64.b64encode(JPEG).decode()}

    def plate(serial: object, **more: Any) -> bytes:
        body = {"AlarmInfoPlate": {"serialno": serial, "result": {"PlateResult": {**result, **more}}}}
        return json.dumps(body).encode()

    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
    whole = multipart(alert(MAC, "ANPR", CAR), JPEG)
    stranger = alert("00:00:00:00:00:09", "ANPR", CAR)
    return [
        ("unknown serial", brands.push, "/plate", plate("nobody-1"), json_kind, {403}),
        ("no serial", brands.push, "/plate", plate(None), json_kind, {400}),
        ("no JSON", brands.push, "/plate", b"{" * 5_000, json_kind, {400}),
        ("other path", brands.push, "/etc/passwd", b"", json_kind, {404}),
        ("unknown MAC", brands.hikvision, "/isapi", multipart(stranger, JPEG), FORM, {403}),
        ("cut multipart", brands.hikvision, "/isapi", whole[:-40], FORM, {400}),
        ("no boundary", brands.hikvision, "/isapi", whole, "multipart/form-data", {400}),
        ("XML bomb", brands.hikvision, "/isapi", bomb, xml, {400}),
        ("deep XML", brands.hikvision, "/isapi", b"<a>" * 60_000, xml, {400}),
        ("no digest", brands.hikvision, "/isapi", whole, FORM, {401}),
        (
            "unknown number",
            brands.dahua,
            "/NotificationInfo/TollgateInfo",
            b'{"DeviceID":"x"}',
            json_kind,
            {403},
        ),
        (
            "no digest",
            brands.dahua,
            "/NotificationInfo/KeepAlive",
            b'{"DeviceID":"lane-third"}',
            json_kind,
            {401},
        ),
    ]


def mangled(bodies: list[bytes], seed: int) -> Callable[[], bytes]:
    """Bodies cut, doubled, with other bytes, one after another; the same for a seed."""
    import random

    chance = random.Random(seed)

    def next_one() -> bytes:
        body = bytearray(chance.choice(bodies))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(body) or 1)
            match chance.randrange(4):
                case 0:
                    del body[at:]
                case 1:
                    body[at:at] = body[at : at + chance.randrange(200)]
                case 2:
                    body[at : at + 1] = bytes([chance.randrange(256)])
                case _:
                    del body[at : at + chance.randrange(60)]
        return bytes(body)

    return next_one

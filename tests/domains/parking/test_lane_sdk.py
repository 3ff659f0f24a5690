"""A lane camera on the vendor's public device SDK (`aliyun-iot-linkkit`), unmodified; only its host is changed."""

import asyncio
import queue
import urllib.request
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from linkkit import linkkit

from linli import tsl
from linli.protocols import upload_tokens, vehicle_permissions
from linli.protocols.vehicle_permissions import VehicleEntry
from linli.sim.link import Triple
from linli.things.catalogue.tree import find_category
from tests.domains.access.platform import LOOPBACK, until
from tests.domains.parking.conftest import GUEST, JPEG, OURS, Lot

FIELDS = {
    "openType": 2, "typePermission": 0, "plateNumberType": "52", "carColorNumber": "C", "hasPlate": 1,
    "plateColorNumber": 5, "plateRecognitionReliability": 0.912, "carLogoBrand": "比亚迪",
    "carEigenvaluesInfo": '{"seen":[1,2]}', "carExtraInfo": '{"kind":"轿车"}', "userExtraInfo": '{"belt":true}',
    "deviceExtraInfo": '{"line":"一号"}',
}  # fmt: skip


class SdkCamera:
    """The SDK carries the messages; list and barrier are a camera's."""

    def __init__(self, triple: Triple, port: int, model: Path) -> None:
        self.triple = triple
        self.permissions: dict[tuple[str, int], VehicleEntry] = {}
        self.polls = self.opened = self.exported = 0
        self.shown: list[str] = []
        self.ready, self.tokens = queue.Queue[int](), queue.Queue[dict[str, Any]]()
        self._work = ThreadPoolExecutor(4)
        self.kit = linkkit.LinkKit(
            host_name=LOOPBACK, product_key=triple.product_key, device_name=triple.device_name,
            device_secret=triple.device_secret,
        )  # fmt: skip
        self.kit.config_mqtt(port=port, secure="")
        self.kit.on_thing_enable = lambda user: self.ready.put(1)
        self.kit.on_thing_call_service = lambda name, number, params, user: self._work.submit(
            self._serve, name, number, params
        )
        assert self.kit.thing_setup(str(model)) == 0

    def start(self) -> None:
        self.kit.connect_async()
        self.ready.get(timeout=60)

    def upload(self, content: bytes, kind: int) -> tuple[str, str]:
        """Its key and its address."""
        assert self.kit.thing_trigger_event(("OssStsTokenRequest", {"RequestType": kind}))[0] == 0
        token = self.tokens.get(timeout=60)
        opened = upload_tokens.unseal(self.triple.device_secret, token["Credentials"])
        place = f"{token['EndPoint']}/{token['ObjectName']}"
        put = urllib.request.Request(f"{place}?{opened['StsToken']}", content, method="PUT")
        with urllib.request.urlopen(put, timeout=60) as answer:
            assert answer.status < 300
        return token["ObjectName"], place

    def passes(self, plate: str) -> None:
        """With the 18 fields of a pass."""
        key, _ = self.upload(JPEG, 0)
        triple = self.triple
        values = FIELDS | {
            "tollProductKey": triple.product_key, "tollDeviceName": triple.device_name, "plateNumber": plate,
            "areaSpaceId": "", "iotId": "", "carImageKey": key,
        }  # fmt: skip
        assert len(values) == 18
        assert self.kit.thing_trigger_event(("IntelligentAlarm", values))[0] == 0

    def is_forced(self) -> None:
        key, _ = self.upload(JPEG, 0)
        values = {"OpenType": 1, "ImagePath": key}
        assert self.kit.thing_trigger_event(("AbnormalOpenGate", values))[0] == 0

    def _serve(self, name: str, number: str, params: Any) -> None:
        if name == "SendOssStsToken":
            self.tokens.put(params)
        self.kit.thing_answer_service(name, number, 200, self._answer(name, params))

    def _answer(self, name: str, params: Any) -> dict[str, Any]:
        if name == "AddVehicleIOfPermission":
            with urllib.request.urlopen(params["VehiclePermissionUrl"], timeout=60) as answer:
                for entry in vehicle_permissions.decode(answer.read()):
                    self.permissions[entry.plate, int(entry.permission)] = entry
            return {"VehiclePermissionStatus": 0}
        if name == "GetPermissionDownloadProgress":
            self.polls += 1
            return {"DownloadStatus": 0}
        if name == "GetVehiclePermission":
            text = vehicle_permissions.encode(list(self.permissions.values()), export=True)
            self.exported += 1
            return {"VehiclePermissionUrl": self.upload(text, 1)[1]}
        if name == "OperatGate":
            self.opened += params["OperatType"] == 1
        elif name == "NoticeDisplay":
            self.shown.append(params["DisplayContent"])
        elif name == "QrCodeDisplay":
            self.shown.append(params["QrCode"])
        return {"Status": 0} if name == "SendOssStsToken" else {}


@asynccontextmanager
async def on_sdk(lot: Lot, folder: Path) -> AsyncIterator[tuple[str, SdkCamera]]:
    iot_id, triple = await lot.new_device("lane-sdk")
    await lot.ok("/toll/bind", iotId=iot_id, spaceId=str(lot.entrance))
    async with lot.platform.db.begin() as tx:
        category = await find_category(lot.estate.tenant, tx, path="community/car/lprc")
    assert category is not None
    assert category.model is not None
    model = folder / "lprc.json"
    model.write_text(tsl.export_json(category.model, triple.product_key), "utf-8")
    camera = SdkCamera(triple, lot.platform.mqtt_port, model)
    try:
        yield iot_id, camera
    finally:
        await asyncio.to_thread(camera.kit.destruct)


@pytest.mark.engines("sqlite")
async def test_the_vendors_sdk_is_a_lane_camera(lot: Lot, tmp_path: Path) -> None:
    dates = {"effectiveDate": "2026-01-01 00:00:00", "expiryDate": "2027-01-01 00:00:00"}
    rows = [{"spaceId": str(lot.lot), "plateNumber": plate, **dates} for plate in (OURS, GUEST)]
    await lot.ok("/vehicle/permission/add", permList=rows)
    async with on_sdk(lot, tmp_path) as (iot_id, camera):
        await asyncio.to_thread(camera.start)
        await until(lambda: set(camera.permissions) == {(OURS, 1), (GUEST, 1)})
        await lot.synced(lot.lot)
        assert camera.polls >= 1
        await asyncio.to_thread(camera.passes, OURS)
        (row,) = await lot.records(1)
        wanted = FIELDS | {
            "direction": 0, "plateNumber": OURS, "tollProductKey": camera.triple.product_key,
            "tollDeviceName": "lane-sdk", "areaSpaceId": str(lot.lot), "channelSpaceId": str(lot.entrance),
            "iotId": iot_id,
        }  # fmt: skip
        assert {name: row[name] for name in wanted} == wanted
        assert await lot.picture(row["carImageKey"]) == JPEG
        await asyncio.to_thread(camera.is_forced)
        (forced, _) = await lot.records(2)
        assert (forced["openType"], forced["hasPlate"], forced["channelSpaceId"]) == (1, 0, str(lot.entrance))
        assert await lot.picture(forced["carImageKey"]) == JPEG
        assert (await lot.invoke(iot_id, "OperatGate", OperatType=1))["code"] == 200
        assert (await lot.invoke(iot_id, "NoticeDisplay", DisplayContent="欢迎", RowNumber=1))["code"] == 200
        assert (await lot.invoke(iot_id, "QrCodeDisplay", QrCode="https://pay.example/1"))["code"] == 200
        assert (camera.opened, camera.shown) == (1, ["欢迎", "https://pay.example/1"])
        told = await lot.platform.things.invoker.invoke(lot.estate.tenant, iot_id, "GetVehiclePermission", {})
        key = lot.platform.store.key_of(told["VehiclePermissionUrl"])
        entries = vehicle_permissions.decode(await lot.platform.store.get(key))
        assert {entry.plate for entry in entries} == {OURS, GUEST}

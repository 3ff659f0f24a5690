"""System mode: a site's own parking system behind an adapter, on real sockets. Source: spec C 10, F 4.4, 9.9.

How 立方 itself is called is not public: the system here is made up after our adapter kit (`edge.parking.local_system`).
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.edge.drivers.plate_camera_push.simulator import JPEG
from linli.edge.parking.local_system import Lifang, plain_url
from linli.edge.services.web import Call
from linli.kernel.http import HttpServer
from tests.edge.parking.lane_town import LaneTown
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
LOT = {"parkingLotId": "88"}
PUSH = {
    "carCode": "浙A5C393", "inTime": "2016-10-18 16:44:44", "passTime": "2016-10-28 16:44:44", "parkID": "88",
    "inOrOut": "1", "GUID": "134589c1d68d44d38dcb7f084b9cf8a1", "channelID": "1", "channelName": "北大门出口",
}  # fmt: skip
"""As the source prints it."""


class System:
    """A local parking system with one lot."""

    def __init__(self) -> None:
        self.server = HttpServer(Call.app(self._serve), host="127.0.0.1", port=0)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.listed: dict[str, str] = {}
        self.answers: dict[str, Any] = {
            "parkingLotInfoGet": [
                {"name": "立方车场", "parkingLotId": "88", "totalCount": 200, "unParkedCount": 150}
            ],
            "parkingLotFirstAreaIdsGet": ["a1"],
            "parkingLotBarriersInfoGet": [
                {"barrierId": "1", "barrierName": "北大门出口", "direction": "OUT"}
            ],
            "parkingAreaInfoGet": {"name": "一区", "areaId": "a1", "parentAreaId": "88", "subAreaList": []},
            "parkingAreaBarriersInfoGet": [
                {"barrierId": "1", "barriereName": "北大门出口", "direction": "OUT"}
            ],
            "parkingBarrierInfoGet": {"barrierId": "1", "status": "close", "direction": "out"},
            "parkingLotVehicleInTime": {"vehicleInTime": "2016-10-18 16:44:44"},
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def _serve(self, call: Call) -> None:
        if call.method == "GET":
            await call.answer(200, JPEG, "image/jpeg")
            return
        method = call.raw_path.strip("/")
        params = json.loads(b"".join([part async for part in call.body()]))
        self.calls.append((method, params))
        code, data = 200, self.answers.get(method)
        if method == "parkingLotVehicleListAdd":
            self.listed[params["plateNumber"][0]] = params["type"]
        elif method == "parkingLotVehicleListRemove":
            code = 200 if self.listed.pop(params["plateNumber"], None) else 701
        elif method == "parkingLotVehicleInListGet":
            code = 200 if params["plateNumber"] in self.listed else 701
        answer = json.dumps({"code": code, "message": "", "data": data}).encode()
        await call.answer(200, answer, "application/json")


@pytest.fixture
async def system() -> AsyncIterator[System]:
    system = System()
    await system.server.start()
    yield system
    await system.server.stop(grace_seconds=0.1)


@pytest.fixture
async def town(bench: Bench, tmp_path: Path, system: System) -> AsyncIterator[LaneTown]:  # noqa: F811
    form = json.dumps({"kind": "lifang", "url": system.url})
    town = await LaneTown(bench, tmp_path).build({"lots": []}, system=form)
    await town.wake()
    yield town
    await town.stop()


@pytest.mark.covers("C020", "C123", "H-31")
async def test_a_local_system_serves_thirteen_methods_and_pushes_three_models(
    town: LaneTown, system: System
) -> None:
    asked: list[tuple[str, dict[str, Any]]] = [
        ("parkingLotInfoGet", {}),
        ("parkingLotFirstAreaIdsGet", LOT),
        ("parkingLotBarriersInfoGet", LOT),
        ("parkingAreaInfoGet", {**LOT, "areaId": "a1"}),
        ("parkingAreaBarriersInfoGet", {**LOT, "areaId": "a1"}),
        ("parkingBarrierInfoGet", {**LOT, "barrierId": "1"}),
        ("parkingBarrierOperate", {"barrierId": "1", "command": "open"}),
        ("parkingLotVehicleInTime", {**LOT, "plateNumber": "浙A5C393"}),
        ("parkingLotVehicleListAdd", {**LOT, "plateNumber": ["浙A5C393"], "type": "BLACKLIST"}),
        ("parkingLotVehicleInListGet", {**LOT, "plateNumber": "浙A5C393"}),
        ("parkingLotVehicleListRemove", {**LOT, "plateNumber": "浙A5C393"}),
        ("parkingLotVehicleOrderAdd", {**LOT, "plateNumber": "浙A5C393", "inBarrierGateId": "1",
                                       "inTime": "2016-10-18 16:44:44", "payStatus": 4}),
        ("parkingLotVehicleOrderCompleted", {**LOT, "orderNumber": "x", "payStatus": 0}),
    ]  # fmt: skip
    assert {method for method, _ in asked} == Lifang.METHODS
    for method, params in asked:
        assert await town.ask(method, **params) == (200, system.answers.get(method)), method
        assert (method, params) in system.calls
    assert (await town.ask("parkingLotVehicleListRemove", **LOT, plateNumber="浙A5C393"))[0] == 701
    for method, params in (
        ("parkingLotVehicleAdd", {**LOT, "plateNumber": "浙A5C393"}),
        ("parkingAreaParkspacesGet", {**LOT, "areaId": "a1"}),
    ):
        assert (await town.ask(method, **params))[0] == 20003

    picture = f"{system.url}/pictures/1.jpg".replace("/pictures/", "\\pictures\\")
    at = f"http://127.0.0.1:{town.box.parking.port}"
    async with httpx.AsyncClient(base_url=at, trust_env=False) as lan:
        for _ in range(2):  # it lost the first answer
            push = await lan.post("/reportInAndOutRecord", json={**PUSH, "imagePath": picture})
            assert push.json() == {"resCode": 0, "resMsg": "数据上报成功"}
        fee = {
            "carCode": "浙A5C393",
            "parkID": "88",
            "GUID": PUSH["GUID"],
            "amount": 15.5,
            "inTime": PUSH["inTime"],
        }
        assert (await lan.post("/reportFeeRecord", json=fee)).json()["resCode"] == 0
        assert (await lan.post("/reportBlacklistRecord", json=PUSH)).json()["resCode"] == 0
        for bad in (b"", b"{", b"[]", b"{}", json.dumps({**PUSH, "passTime": "soon"}).encode()):
            refused = (await lan.post("/reportInAndOutRecord", content=bad)).json()
            assert (refused["resCode"], refused["resMsg"].startswith("数据上报失败")) == (1, True)
    (came,) = await town.records("iot_park_pass_record", 1)
    assert (came["direction"], came["plateNumber"], came["barrierId"], came["barrierName"]) == (
        1, "浙A5C393", "1", "北大门出口",
    )  # fmt: skip
    assert (came["orderNumber"], came["recordId"], came["parkingLotId"]) == (PUSH["GUID"], PUSH["GUID"], "88")
    assert came["eventTime"] == PUSH["passTime"]
    assert await town.file(came, "iot_park_pass_record", "plateNumberImage") == JPEG
    (paid,) = await town.records("iot_park_fee", 1)
    assert (paid["orderNumber"], paid["amount"], paid["inTime"]) == (PUSH["GUID"], 15.5, PUSH["inTime"])
    (black,) = await town.records("iot_park_blacklist_detect", 1)
    assert (black["direction"], black["plateNumber"]) == (1, "浙A5C393")
    (beat,) = await town.records("Heartbeat", 1)
    assert beat["parkingLotId"] == "88"

    await system.server.stop(grace_seconds=0.1)
    assert (await town.ask("parkingLotInfoGet"))[0] == 1000, "the caller hears that the system is away"


def test_a_printed_picture_address_is_made_plain() -> None:
    printed = (
        "https://ss1.bdstatic.com\\70cFuXSh_Q1YnxGkpoWK1HF6hhy\\it\\u=3854694535,624476780&fm=11&gp=0.jpg"
    )
    assert plain_url(printed) == (
        "https://ss1.bdstatic.com/70cFuXSh_Q1YnxGkpoWK1HF6hhy/it/u=3854694535,624476780&fm=11&gp=0.jpg"
    )

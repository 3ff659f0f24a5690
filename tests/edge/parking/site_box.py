"""A running box with a car park, behind a real platform, and the two ways to its domain service."""

import json
from pathlib import Path
from typing import Any, Final

import httpx

from linli.edge.cloud import Identity
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.kernel.clock import Clock
from linli.protocols.edge_link import (
    Activated,
    CloudAddress,
    CommunityName,
    DeployedDriver,
    Deployment,
    DeviceKey,
    GatewayName,
    MqttAddress,
    NodeName,
    WantedComponent,
)
from linli.servicebus.service import ProviderForm, save_provider
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench

MODEL: Final = "iotx_parking_service_model"
PORTS: Final = Ports(host="127.0.0.1", files=(0, 0), console=0, mqtt=0, route=0, parking=0, video=0)
LOT: Final = "a34d9b3ld93lb"
SITE: Final[dict[str, Any]] = {
    "lots": [
        {
            "parkingLotId": LOT,
            "name": "户外停车场",
            "totalCount": 677,
            "price": {"freeMinutes": 30, "hourFen": 500, "dayFen": 3000},
            "areas": [
                {
                    "areaId": "area1",
                    "name": "区域a",
                    "totalCount": 67,
                    "spaces": [
                        {"parkingSpaceId": "s1", "name": "A-001", "type": "private"},
                        {"parkingSpaceId": "s2", "name": "A-002"},
                    ],
                },
                {"areaId": "area2", "name": "区域b", "parentAreaId": "area1", "totalCount": 1},
                {"areaId": "area3", "name": "区域c"},
            ],
            "barriers": [
                {
                    "barrierId": "in1",
                    "barrierName": "北大门入口",
                    "areaId": "area1",
                    "direction": "IN",
                    "device": "lane.in",
                },
                {
                    "barrierId": "out1",
                    "barrierName": "北大门出口",
                    "areaId": "area1",
                    "direction": "OUT",
                    "device": "lane.out",
                },
                {"barrierId": "in2", "barrierName": "内场入口", "areaId": "area2", "direction": "IN"},
            ],
        },
        {"parkingLotId": "bare", "name": "空地"},
    ]
}


def deployment(
    site: object = SITE, *, drivers: tuple[DeployedDriver, ...] = (), generation: int = 1
) -> Deployment:
    return Deployment(
        generation=generation,
        community=CommunityName(id="1"),
        gateway=GatewayName(id="1", name="x"),
        drivers=list(drivers),
        components=[
            WantedComponent(code="collaboration_vehicle"),
            WantedComponent(code="passage_vehicle", params={"site": json.dumps(site, ensure_ascii=False)}),
        ],
    )


async def tell_space(box: Box, space: str, plate: str) -> None:
    """As a guidance system on the LAN does."""
    async with httpx.AsyncClient(trust_env=False) as lan:
        answer = await lan.post(
            f"http://127.0.0.1:{box.parking.port}/reportSpaceState",
            json={"parkingLotId": LOT, "parkingSpaceId": space, "plateNumber": plate},
        )
    assert answer.json() == {"resCode": 0, "resMsg": "数据上报成功"}


class ParkingBox:
    """`ask` goes the way of a cloud application: signed, over the service bus and the box's line. `post` is the LAN's."""

    def __init__(self, bench: Bench, home: Path, clock: Clock | None = None) -> None:
        self.bench = bench
        activated = Activated(
            node=NodeName(id="n1", name="jinanwangyuefu-01"),
            device=DeviceKey(
                product_key=bench.box.product_key,
                device_name=bench.box.device_name,
                device_secret=bench.box.device_secret,
            ),
            mqtt=MqttAddress(host="127.0.0.1", port=bench.platform.mqtt_port),
            cloud=CloudAddress(base_url=f"http://127.0.0.1:{bench.platform.http.port}"),
        )
        identity = Identity(serial_number="SN-1", activated=activated, activated_ms=0)
        self.box = Box(home, identity, ports=PORTS, clock=clock)
        self.lan = httpx.AsyncClient(trust_env=False)

    async def start(self, site: object = SITE) -> "ParkingBox":
        await self.box.start()
        await until(lambda: self.box.line.up)
        await self.box.components.follow(deployment(site))
        form = ProviderForm(
            model_id=MODEL, name="边缘主机", kind="edge", iot_id=self.bench.box.iot_id, timeout_ms=8000
        )
        async with self.bench.platform.db.begin() as tx:
            await save_provider(
                self.bench.owner, tx, form, provider_no=None, known_models=frozenset((MODEL,))
            )
        return self

    async def stop(self) -> None:
        await self.lan.aclose()
        await self.box.stop()

    async def space(self, space: str, plate: str) -> None:
        await tell_space(self.box, space, plate)

    async def ask(self, method: str, **params: Any) -> tuple[int, Any]:
        answer = await self.bench.caller.call(f"/{MODEL}/{method}", "1.0.0", params)
        return answer.code, answer.data

    async def post(self, method: str, body: bytes | dict[str, Any]) -> dict[str, Any]:
        """On port 10060, as the source prints it."""
        content = (
            body
            if isinstance(body, bytes)
            else json.dumps(
                {"id": "UniqueRequestId", "version": "1.0", "request": {"apiVer": "1.0"}, "params": body}
            ).encode()
        )
        answer = await self.lan.post(
            f"http://127.0.0.1:{self.box.parking.port}/{MODEL}/{method}",
            content=content,
            headers={"Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        assert set(said) == {"id", "code", "message", "localizedMsg", "data"}
        return said

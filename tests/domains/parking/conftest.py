"""A community with a lot, a deck under it and three lanes, a desk, a partner who signs, and lane cameras over MQTT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from linli.databus import subscriptions
from linli.databus.hub import Hub
from linli.databus.scopes import scope_id_of
from linli.databus.subscription_rows import Filters
from linli.databus.webhook.pump import Limits
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.sim.lane_camera import SimulatedLaneCamera
from linli.sim.link import Triple
from linli.things.service import devices, products
from tests.databus.receiver import Receiver
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import LOOPBACK, until
from tests.domains.communities.builders import make_space
from tests.openapi.house import Partner

API = "/parking/paas"
MODEL = "iot_park_record_v2_model"
INVOKE = "/cloud/thing/service/invoke"
JPEG = b"\xff\xd8\xff\xe0" + b"car" * 300 + b"\xff\xd9"
OURS, GUEST = "浙A12345", "沪AD12345"


@dataclass
class Subscriber:
    receiver: Receiver

    async def wait(self, model_id: str) -> dict[str, Any]:
        """The first word of records of a model."""

        def pushes() -> list[dict[str, Any]]:
            told = [received.json for received in self.receiver.received]
            return [body for body in told if body.get("modelId") == model_id]

        await until(pushes)
        return pushes()[0]


@dataclass
class Lot:
    """`lot` holds lanes `entrance` and `exit`, and `deck` with a lane `ramp`."""

    estate: Estate
    partner: Partner
    product_key: str
    lot: int = 0
    deck: int = 0
    entrance: int = 0
    exit: int = 0
    ramp: int = 0
    cloud_token: str = ""
    cameras: list[SimulatedLaneCamera] = field(default_factory=list)

    @property
    def platform(self) -> Any:
        return self.estate.platform

    @property
    def path(self) -> str:
        return f"{self.estate.path}/parking"

    async def call(self, tail: str, version: str = "1.0.0", **params: Any) -> dict[str, Any]:
        return await self.partner.call(f"{API}{tail}", version, params, cloudToken=self.cloud_token)

    async def ok(self, tail: str, version: str = "1.0.0", **params: Any) -> Any:
        answer = await self.call(tail, version, **params)
        assert answer["code"] == 200, answer
        return answer.get("data")

    async def invoke(self, iot_id: str, identifier: str, **args: Any) -> dict[str, Any]:
        params = {"iotId": iot_id, "identifier": identifier, "args": args}
        return await self.partner.call(INVOKE, "1.0.1", params, cloudToken=self.cloud_token)

    async def new_device(self, name: str) -> tuple[str, Triple]:
        """A lane camera of the project that is in no community yet."""
        platform = self.platform
        async with platform.db.begin() as tx:
            made = await devices.create_device(
                self.estate.tenant,
                tx,
                values=devices.DeviceValues(product_key=self.product_key, device_name=name),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            await devices.bind_project(
                self.estate.tenant, tx, iot_ids=[made.iot_id], project_id=self.partner.project_id
            )
        return made.iot_id, Triple(self.product_key, name, made.device_secret)

    async def camera(self, triple: Triple, *, online: bool = True, **kind: Any) -> SimulatedLaneCamera:
        camera = SimulatedLaneCamera(
            triple, LOOPBACK, self.platform.mqtt_port, now_ms=self.platform.clock.now_ms, **kind
        )
        self.cameras.append(camera)
        if online:
            await camera.start()
            await camera.link.wait_online()
        return camera

    async def lane(self, lane_id: int, name: str, **kind: Any) -> tuple[str, SimulatedLaneCamera]:
        """A camera bound to a lane through the open API, and connected."""
        iot_id, triple = await self.new_device(name)
        await self.ok("/toll/bind", iotId=iot_id, spaceId=str(lane_id))
        camera = await self.camera(triple, **kind)
        await until(lambda: camera.link.unsent == 0)
        return iot_id, camera

    async def records(self, count: int) -> list[dict[str, Any]]:
        """The passes that subscribers read, newest first, as soon as there are so many."""
        rows: list[dict[str, Any]] = []

        async def enough() -> bool:
            answer = await self.partner.call(
                "/data/model/data/query", "0.0.3", {"modelId": MODEL}, cloudToken=self.cloud_token
            )
            assert answer["code"] == 200, answer
            rows[:] = answer["data"]["items"]
            return len(rows) >= count

        await until(enough)
        return rows

    async def picture(self, name: str) -> bytes:
        """The picture of a record, as a subscriber fetches it."""
        url = await self.partner.call(
            "/data/model/data/download",
            "0.0.1",
            {"scopeId": await self.scope_id(), "modelId": MODEL, "attrName": "carImageKey", "fileName": name},
            cloudToken=self.cloud_token,
        )
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(url["data"]["url"])).raise_for_status().content

    async def scope_id(self) -> str:
        return await scope_id_of(self.estate.tenant, self.platform.db, community_id=self.estate.community)

    @asynccontextmanager
    async def subscriber(self) -> AsyncIterator[Subscriber]:
        """A webhook of the partner's that is told of changes."""
        platform = self.platform
        limits = Limits(allow_private=True, timeout_seconds=5.0)
        hub = Hub(platform.db, platform.clock, platform.secrets, limits=limits, rng=Random(1))
        await hub.start()
        try:
            async with Receiver() as receiver:
                async with platform.db.begin() as tx:
                    await subscriptions.create_webhook(
                        self.estate.tenant,
                        tx,
                        app_key=self.partner.app_key,
                        name="车场",
                        url=receiver.url,
                        filters=Filters(),
                        ids=platform.ids,
                        secrets=platform.secrets,
                        secret="a secret of the integrator's own",
                    )
                yield Subscriber(receiver)
        finally:
            await hub.stop()

    async def statuses(
        self, space_id: int, tail: str = "/vehicle/permission/query", **more: Any
    ) -> dict[str, str]:
        page = await self.ok(tail, spaceIds=[str(space_id)], pageNo=1, pageSize=100, **more)
        return {row["plateNumber"]: row["status"] for row in page["data"]}

    async def synced(self, space_id: int, tail: str = "/vehicle/permission/query", **more: Any) -> None:
        """Wait until everything that names a space is on all of its lanes."""

        async def all_there() -> bool:
            statuses = await self.statuses(space_id, tail, **more)
            return bool(statuses) and set(statuses.values()) == {"transferred"}

        await until(all_there)


@pytest.fixture
async def lot(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Lot]:
    async with open_estate(database, clock, ids, tmp_path) as estate:
        platform, owner = estate.platform, estate.tenant
        async with database.begin() as tx:
            project_id = await tenancy.create_project(owner, tx, name="车场平台", ids=ids)
            key, secret = await tenancy.create_app_key(
                owner, tx, project_id=project_id, ids=ids, secrets=platform.secrets
            )
            await tenancy.grant_community(owner, tx, project_id=project_id, community_id=estate.community)
            product = await products.create_product(
                owner,
                tx,
                values=products.ProductValues(name="车道相机", category_code="community/car/lprc"),
                ids=ids,
                secrets=platform.secrets,
            )
        platform.targets.approved[estate.community] = True
        lot = Lot(estate, Partner(platform, owner.tenant, project_id, key, secret), product.product_key)
        lot.lot = await make_space(database, owner, ids, estate.root, "parking_area", "地面停车场")
        lot.deck = await make_space(database, owner, ids, lot.lot, "parking_area", "地下一层")
        lot.entrance = await make_space(
            database, owner, ids, lot.lot, "parking_space_channel", "东门入口", direction=0
        )
        lot.exit = await make_space(
            database, owner, ids, lot.lot, "parking_space_channel", "东门出口", direction=1
        )
        lot.ramp = await make_space(
            database, owner, ids, lot.deck, "parking_space_channel", "坡道入口", direction=0
        )
        lot.cloud_token = await lot.partner.token(estate.community)
        try:
            yield lot
        finally:
            for camera in lot.cameras:
                await camera.stop()

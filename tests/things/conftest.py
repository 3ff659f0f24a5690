"""A tenant with a project, a door product and one device, as the tests of things need them."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.things.service import devices, products
from tests.things.device import MakePlatform, Platform


def field(identifier: str, kind: str, **specs: Any) -> dict[str, Any]:
    return {"identifier": identifier, "name": identifier, "dataType": {"type": kind, "specs": specs}}


DOOR_TSL: dict[str, Any] = {
    "properties": [
        field("Temperature", "float", min="-40", max="85.5", step="0.1", unit="°C", unitName="摄氏度"),
        field("LightSwitch", "bool", **{"0": "关", "1": "开"}),
        field("Label", "text", length="64"),
        {
            "identifier": "Geo",
            "name": "位置",
            "accessMode": "r",
            "dataType": {"type": "struct", "specs": [field("lon", "double"), field("lat", "double")]},
        },
        field("RSAPublicKey", "text", length="2048"),
    ],
    "events": [
        {
            "identifier": "passEvent",
            "name": "通行",
            "type": "info",
            "outputData": [
                field("code", "int", min="0", max="999"),
                field("message", "text"),
                field("type", "text"),
                field("content", "text"),
                field("extInfo", "text"),
            ],
        },
        {"identifier": "tamper", "name": "防拆", "type": "alert", "outputData": []},
    ],
    "services": [
        {"identifier": "remoteOpen", "name": "远程开门", "callType": "sync"},
        {
            "identifier": "CloudCallElevator",
            "name": "呼梯",
            "callType": "sync",
            "inputData": [field("Floor", "int", min="-5", max="60")],
            "outputData": [field("code", "int")],
        },
        {
            "identifier": "syncPermissions",
            "name": "同步权限",
            "callType": "async",
            "inputData": [field("permissionUrl", "text", length="2048")],
        },
    ],
}


class Site(NamedTuple):
    """One tenant's things."""

    tenant: Scope
    """Everything of the tenant."""
    app: Scope
    """The project's app."""
    project_id: str
    product_key: str
    device: devices.Triple


@pytest.fixture
def secrets() -> Secrets:
    return Secrets.random()


async def build_site(database: Database, ids: Ids, secrets: Secrets, name: str = "one") -> Site:
    async with database.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name=name, ids=ids)
        tenant = Scope(tenant_id, Caller("operator", name))
        project_id = await tenancy.create_project(tenant, tx, name="p", ids=ids)
        product = await products.create_product(
            tenant,
            tx,
            values=products.ProductValues(
                name="门禁",
                tsl=DOOR_TSL,
                category_code="community/people/qrcode",
                category_name="智慧社区/人员通行/二维码门禁",
            ),
            ids=ids,
            secrets=secrets,
        )
        device = await devices.create_device(
            tenant,
            tx,
            values=devices.DeviceValues(product_key=product.product_key, device_name="dev.lobby-01"),
            ids=ids,
            secrets=secrets,
        )
    app = Scope(tenant_id, Caller("app", "20000001"), frozenset(), project_id)
    return Site(tenant, app, project_id, product.product_key, device)


@pytest.fixture
async def site(database: Database, ids: Ids, secrets: Secrets) -> Site:
    return await build_site(database, ids, secrets)


@pytest.fixture
async def other(database: Database, ids: Ids, secrets: Secrets) -> Site:
    """A stranger's things."""
    return await build_site(database, ids, secrets, name="two")


@pytest.fixture
async def make_platform(
    database: Database, clock: ManualClock, ids: Ids, secrets: Secrets
) -> AsyncIterator[MakePlatform]:
    """Makes thing platforms over the test's database; register handlers on `.things`, then `.start()`."""
    made: list[Platform] = []

    async def make(**options: Any) -> Platform:
        platform = Platform.on(database, clock, ids, secrets, **options)
        made.append(platform)
        return platform

    yield make
    for platform in made:
        await platform.stop()


@pytest.fixture
async def platform(make_platform: MakePlatform) -> Platform:
    """A running thing platform without domain handlers."""
    return await (await make_platform()).start()

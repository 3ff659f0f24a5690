"""A gateway with the device APIs in front of a running thing platform, and partners with a door each."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import token_methods
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import Registry
from linli.openapi.tokens import TokenTargets
from linli.things import openapi as things_api
from linli.things.downlink.invoker import Invoker
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Targets
from tests.openapi.house import Platform as House
from tests.things.conftest import DOOR_TSL
from tests.things.device import Device, Platform


class DeviceHouse(House):
    """The gateway with the methods of things, in front of a running thing platform."""

    front: Platform

    async def start(self) -> None:
        registry = Registry()
        registry.add(token_methods, things_api)
        services: dict[Any, Any] = {
            TokenTargets: self.targets, Invoker: self.front.things.invoker, Secrets: self.secrets,
            Settings: self.settings,
        }  # fmt: skip
        self.api = OpenApi(
            registry, db=self.db, clock=self.clock, ids=self.ids, secrets=self.secrets, settings=self.settings,
            services=services,
        )  # fmt: skip
        await self.api.start()
        self.server = HttpServer(self.api.gateway)
        await self.server.start()


@pytest.fixture
async def house(
    database: Database, clock: ManualClock, ids: Ids, secrets: Secrets, platform: Platform
) -> AsyncIterator[DeviceHouse]:
    database.clock = clock
    house = DeviceHouse(database, clock, ids, secrets, Settings(), Targets(), sample_methods)
    house.front = platform
    await house.start()
    yield house
    await house.stop()


class Door:
    """A partner's door: one device bound to the partner's project."""

    def __init__(self, house: DeviceHouse, partner: Partner, triple: Triple) -> None:
        self.house, self.partner, self.triple = house, partner, triple

    async def online(self) -> Device:
        return await self.house.front.connect(self.triple)

    async def call(self, path: str, version: str, **params: Any) -> dict[str, Any]:
        return await self.partner.call(path, version, {"iotId": self.triple.iot_id} | params)

    async def data(self, path: str, version: str, **params: Any) -> Any:
        told = await self.call(path, version, **params)
        assert (told["code"], told["message"]) == (200, "success"), told
        return told.get("data")


async def a_door(house: DeviceHouse, name: str) -> Door:
    partner = await house.new_partner(name)
    scope = Scope.system(partner.tenant_id)
    async with house.db.begin() as tx:
        product = await products.create_product(
            scope,
            tx,
            values=products.ProductValues(name="门禁产品", tsl=DOOR_TSL),
            ids=house.ids,
            secrets=house.secrets,
        )
        triple = await devices.create_device(
            scope,
            tx,
            values=devices.DeviceValues(
                product_key=product.product_key, device_name="lobby-01", project_id=partner.project_id
            ),
            ids=house.ids,
            secrets=house.secrets,
        )
    return Door(house, partner, triple)


@pytest.fixture
async def door(house: DeviceHouse) -> Door:
    return await a_door(house, "partner")


@pytest.fixture
async def strange_door(house: DeviceHouse) -> Door:
    return await a_door(house, "stranger")


SPAN = {"start": 0, "end": 2**53, "pageSize": 100, "ordered": True}

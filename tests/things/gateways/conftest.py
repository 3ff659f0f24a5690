"""A gateway with sub-devices on a running thing platform, and what its client would say."""

from collections.abc import Iterable
from itertools import count
from typing import Any

import msgspec
import pytest

from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit import signatures
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.products import get_product
from linli.things.queries.timelines import present_values
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from tests.things.conftest import DOOR_TSL
from tests.things.device import Device, Platform, until

STAMP = "1700000000000"


def signed(triple: Triple, method: str = "hmacsha256", **more: Any) -> dict[str, Any]:
    """An entry as the Python SDK makes it for `topo/add`."""
    client_id = f"{triple.product_key}.{triple.device_name}"
    text = signatures.device_text(client_id, triple.device_name, triple.product_key, STAMP)
    return {
        "productKey": triple.product_key,
        "deviceName": triple.device_name,
        "clientId": client_id,
        "timestamp": STAMP,
        "signmethod": method,
        "sign": signatures.sign(triple.device_secret, text, method),
    } | more


def named(*triples: Triple) -> list[dict[str, str]]:
    return [{"productKey": t.product_key, "deviceName": t.device_name} for t in triples]


class Gateway:
    """One connection of a gateway."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._ids = count(1)

    async def ask(self, tail: str, params: Any, *, of: Triple | None = None, **more: Any) -> dict[str, Any]:
        """`tail` as `thing/topo/add` or `combine/login`; the reply. `of`: on a sub-device's topic."""
        triple = of or self.device.triple
        place = f"{triple.product_key}/{triple.device_name}"
        topic = f"/ext/session/{place}/{tail}" if tail.startswith("combine/") else f"/sys/{place}/{tail}"
        body = {"id": str(next(self._ids)), "version": "1.0", "params": params} | more
        await self.device.publish(topic, msgspec.json.encode(body))
        reply = await self.device.next()
        assert reply.topic == f"{topic}_reply", reply
        answer = msgspec.json.decode(reply.payload, type=dict)
        assert set(answer) == {"id", "code", "data", "message", "method", "version"}
        assert answer["id"] == body["id"]
        return answer

    async def ok(self, tail: str, params: Any, **more: Any) -> Any:
        answer = await self.ask(tail, params, **more)
        assert (answer["code"], answer["message"]) == (200, "success"), answer
        return answer["data"]

    async def login(self, *subs: Triple) -> Any:
        entries = [signed(sub) for sub in subs]
        return await self.ok("combine/batch_login", {"signMethod": "hmacSha256", "deviceList": entries})

    async def told(self, *tails: str) -> dict[str, Any]:
        """The next messages, unasked: those of `tails` in any order, by topic; their `params`."""
        found: dict[str, Any] = {}
        for _ in tails:
            message = await self.device.next()
            body = msgspec.json.decode(message.payload, type=dict)
            assert body["id"].isdigit()
            assert body["version"] == "1.0"
            tail = message.topic.partition("/thing/")[2]
            assert body["method"] == f"thing.{tail.replace('/', '.')}"
            found[message.topic] = body["params"]
        assert sorted(topic.partition("/thing/")[2] for topic in found) == sorted(tails)
        return found

    @property
    def quiet(self) -> bool:
        return self.device.inbox.empty()


class Estate:
    """A tenant with a gateway product, a sub-device product that registers dynamically, and devices of both."""

    def __init__(self, database: Database, ids: Ids, secrets: Secrets) -> None:
        self.database = database
        self.ids = ids
        self.secrets = secrets

    async def build(self, name: str) -> "Estate":
        async with self.database.begin() as tx:
            tenant_id = await tenancy.create_tenant(tx, name=name, ids=self.ids)
            self.scope = Scope(tenant_id, Caller("operator", name))
            self.project_id = await tenancy.create_project(self.scope, tx, name="p", ids=self.ids)
            make: dict[str, Any] = {"ids": self.ids, "secrets": self.secrets}
            gateways = await products.create_product(
                self.scope, tx, values=products.ProductValues(name="网关", node_type=1), **make
            )
            subs = await products.create_product(
                self.scope,
                tx,
                values=products.ProductValues(name="门禁", tsl=DOOR_TSL, dynamic_register=True),
                **make,
            )
        self.gateway_product, self.sub_product = gateways.product_key, subs.product_key
        self.product_secret = self.secrets.open(subs.secret, about=f"product:{subs.product_key}")
        self.gateway = await self.device("gw-01", self.gateway_product)
        return self

    async def device(self, name: str, product_key: str = "", project_id: str | None = None) -> Triple:
        async with self.database.begin() as tx:
            return await devices.create_device(
                self.scope,
                tx,
                values=devices.DeviceValues(
                    product_key=product_key or self.sub_product, device_name=name, project_id=project_id
                ),
                ids=self.ids,
                secrets=self.secrets,
            )

    async def subs(self, number: int, prefix: str = "sub_") -> list[Triple]:
        return [await self.device(f"{prefix}{n:02}") for n in range(1, number + 1)]

    async def row(self, triple: Triple) -> DeviceRow:
        return await get_device(self.scope, self.database, iot_id=triple.iot_id)

    async def states(self, triples: Iterable[Triple]) -> list[str]:
        return [(await self.row(triple)).state for triple in triples]

    async def settled(self, triples: list[Triple], *states: str) -> None:
        """Wait until the devices are in these states; one state is for all of them."""
        want = list(states) * (len(triples) if len(states) == 1 else 1)

        async def reached() -> bool:
            return await self.states(triples) == want

        await until(reached)

    async def value(self, triple: Triple, identifier: str) -> Any:
        """What is known of a property."""
        row = await self.row(triple)
        product = await get_product(self.scope, self.database, product_key=row.product_key)
        shown = await present_values(self.database, device=row, product=product)
        return next((item.value for item in shown if item.identifier == identifier), None)


@pytest.fixture
async def estate(database: Database, ids: Ids, secrets: Secrets) -> Estate:
    return await Estate(database, ids, secrets).build("one")


@pytest.fixture
async def stranger(database: Database, ids: Ids, secrets: Secrets) -> Estate:
    return await Estate(database, ids, secrets).build("two")


@pytest.fixture
async def gateway(platform: Platform, estate: Estate) -> Gateway:
    return Gateway(await platform.connect(estate.gateway))

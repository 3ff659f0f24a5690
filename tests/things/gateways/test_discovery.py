"""Devices that a gateway meets, lets join, and fetches the thing model of."""

from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.things.gateways import discovery
from linli.things.topology import queries
from tests.things.device import Platform, until
from tests.things.gateways.conftest import Estate, Gateway, named, signed


async def waiting(estate: Estate) -> list[tuple[str, str | None, bool]]:
    row = await estate.row(estate.gateway)
    page = await queries.list_found(estate.scope, estate.database, gateway=row, page=PageRequest.of(1, 100))
    assert page.total == len(page.data)
    return [(item.device_name, item.product_name, item.iot_id is not None) for item in page.data]


async def adopt(estate: Estate, device_name: str, scope: Scope | None = None) -> str:
    async with estate.database.begin() as tx:
        return await discovery.adopt(
            scope or estate.scope, tx, gateway_iot_id=estate.gateway.iot_id, product_key=estate.sub_product,
            device_name=device_name, ids=estate.ids, secrets=estate.secrets,
        )  # fmt: skip


async def test_found_devices_wait_until_somebody_adopts_them(
    gateway: Gateway, estate: Estate, stranger: Estate, clock: ManualClock
) -> None:
    known, served = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(served)])
    fresh = known._replace(device_name="fresh_01")
    foreign = await stranger.device("alien")
    assert await gateway.ok("thing/list/found", named(known)) == {}
    await clock.advance(10)
    assert await gateway.ok("thing/list/found", named(fresh, served, foreign)) == {}
    await clock.advance(10)
    assert await gateway.ok("thing/list/found", named(fresh)[0]) == {}
    assert await waiting(estate) == [
        ("fresh_01", "门禁", False),
        ("alien", None, False),
        (known.device_name, "门禁", True),
    ]
    iot_id = await adopt(estate, "fresh_01")
    told = await gateway.told("topo/change", "topo/add/notify")
    assert {"status": 0, "subList": named(fresh)} in told.values()
    assert await adopt(estate, known.device_name) == known.iot_id
    await gateway.told("topo/change", "topo/add/notify")
    assert await gateway.ok("thing/topo/get", {}) == named(known, served, fresh._replace(iot_id=iot_id))
    assert await waiting(estate) == [("alien", None, False)]
    with pytest.raises(NotFound):
        await adopt(estate, "nobody")


async def test_those_found_longest_ago_give_way(
    gateway: Gateway, estate: Estate, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [{"productKey": estate.sub_product, "deviceName": f"d{n:03}"} for n in range(3)]
    for at in range(0, discovery.KEPT + 30, 100):
        many = [{"productKey": estate.sub_product, "deviceName": f"x{at + n:04}"} for n in range(100)]
        await gateway.ok("thing/list/found", many)
        await clock.advance(1)
    await gateway.ok("thing/list/found", names)
    row = await estate.row(estate.gateway)
    page = await queries.list_found(estate.scope, estate.database, gateway=row, page=PageRequest.of(1, 3))
    assert page.total <= discovery.KEPT + 100
    assert {item.device_name for item in page.data} == {"d000", "d001", "d002"}


async def test_devices_join_for_a_while(platform: Platform, gateway: Gateway, estate: Estate) -> None:
    permits = platform.things.gateways.permits
    asked: list[Any] = []

    def agree(params: Any) -> dict[str, Any]:
        asked.append(params)
        return {} if params["time"] else {"code": 100001, "message": "busy"}

    gateway.device.answers["thing.gateway.permit"] = agree
    place = {"iot_id": estate.gateway.iot_id, "product_key": estate.sub_product}
    await permits.open(estate.scope, seconds=60, **place)
    assert asked == [{"productKey": estate.sub_product, "time": 60}]
    for change, code in (
        ({"seconds": 0}, "device.refused"),
        ({"seconds": 3601}, "bad_input"),
        ({"product_key": "a1NoSuchKey"}, "not_found"),
    ):
        with pytest.raises(LinliError) as refused:
            await permits.open(estate.scope, **({**place, "seconds": 60} | change))
        assert refused.value.code == code
    plain = await estate.device("plain")
    with pytest.raises(LinliError) as refused:
        await permits.open(estate.scope, iot_id=plain.iot_id, product_key=estate.sub_product, seconds=60)
    assert refused.value.code == "gateway.not_one"
    await gateway.device.close()

    async def away() -> bool:
        return (await estate.row(estate.gateway)).state == "offline"

    await until(away)
    with pytest.raises(LinliError) as refused:
        await permits.open(estate.scope, seconds=60, **place)
    assert refused.value.code == "device.offline"


async def test_a_device_fetches_its_thing_model(gateway: Gateway, estate: Estate) -> None:
    (sub,) = await estate.subs(1)
    await gateway.ok("thing/topo/add", [signed(sub)])
    await gateway.login(sub)
    params = {"nodes": ["type", "identifier"], "addDefault": False}
    for tail in ("thing/dynamicTsl/get", "thing/dsltemplate/get"):
        model = await gateway.ok(tail, params, of=sub)
        assert model["profile"] == named(sub)[0]
        assert "LightSwitch" in [item["identifier"] for item in model["properties"]]
        assert "remoteOpen" in [item["identifier"] for item in model["services"]]
        assert msgspec.json.encode(model)


async def test_somebody_of_one_community_adopts_nothing_of_another(gateway: Gateway, estate: Estate) -> None:
    (sub,) = await estate.subs(1)
    await gateway.ok("thing/list/found", named(sub))
    narrow = Scope(estate.scope.tenant, Caller("staff", "1"), frozenset({1504}))
    with pytest.raises(NotFound):
        await adopt(estate, sub.device_name, narrow)

"""Which devices hang on which gateway: asked by the gateway, changed by people."""

from typing import Any

import pytest

from linli.kernel.db import Tx
from linli.kernel.errors import LinliError
from linli.protocols.linkkit import signatures
from linli.things.events import TopologyChanged
from linli.things.gateways import topology
from linli.things.service import devices
from tests.things.device import Platform
from tests.things.gateways.conftest import STAMP, Estate, Gateway, named, signed


@pytest.mark.parametrize("method", ["hmacMd5", "hmacSha1", "hmacSha256"])
async def test_a_gateway_adds_lists_and_deletes(gateway: Gateway, estate: Estate, method: str) -> None:
    subs = await estate.subs(3)
    added = await gateway.ok("thing/topo/add", [signed(sub, method) for sub in subs])
    assert added == named(*subs)
    assert await gateway.ok("thing/topo/get", {}) == named(*subs)
    assert await gateway.ok("thing/topo/add", [signed(subs[0])]) == named(subs[0]), "again is no fault"
    assert await gateway.ok("thing/topo/delete", named(subs[1])) == named(subs[1])
    assert await gateway.ok("thing/topo/delete", named(subs[1])) == named(subs[1]), "nor is this"
    assert await gateway.ok("thing/topo/get", {}) == named(subs[0], subs[2])
    assert gateway.quiet, "who asked is not told again"


async def test_entries_are_taken_as_each_sdk_signs_them(gateway: Gateway, estate: Estate) -> None:
    """Python: string ms. Node: number, `pk&dn`, `signMethod`, SHA-1. C: uptime, `pk.dn`, SHA-1, upper-case hex."""
    python, node, c, bare = await estate.subs(4)

    def entry(triple: Any, client_id: str, timestamp: Any, method: str) -> dict[str, Any]:
        stamp = None if timestamp is None else str(timestamp)
        text = signatures.device_text(client_id, triple.device_name, triple.product_key, stamp)
        made = {
            "productKey": triple.product_key, "deviceName": triple.device_name, "clientId": client_id,
            "sign": signatures.sign(triple.device_secret, text, method),
        }  # fmt: skip
        return made if timestamp is None else made | {"timestamp": timestamp}

    entries = [
        entry(python, f"{python.product_key}.{python.device_name}", STAMP, "hmacsha256"),
        entry(node, f"{node.product_key}&{node.device_name}", 1795528235877, "hmacsha1"),
        entry(c, f"{c.product_key}.{c.device_name}", "48123", "hmacsha1"),
        entry(bare, "x|a=b|c|", None, "hmacmd5"),
    ]
    entries[2]["sign"] = entries[2]["sign"].upper()
    for one in entries:
        assert await gateway.ok("thing/topo/add", [one]) == [
            {"productKey": one["productKey"], "deviceName": one["deviceName"]}
        ]


async def test_nothing_is_added_if_one_entry_is_wrong(
    gateway: Gateway, estate: Estate, stranger: Estate
) -> None:
    good, bad = await estate.subs(2)
    off = await estate.device("off_1")
    async with estate.database.begin() as tx:
        await devices.enable_device(estate.scope, tx, iot_id=off.iot_id, enabled=False)
    foreign = await stranger.device("alien")
    other_gateway = await estate.device("gw-02", estate.gateway_product)
    gone = good._replace(device_name="nobody")
    cases = [
        (signed(bad, sign="0" * 64), 401),
        (signed(bad, timestamp="1"), 401),
        (signed(bad, sign="密"), 401),
        (signed(foreign), 6100),
        (signed(gone), 6100),
        (signed(estate.gateway), 6402),
        (signed(other_gateway), 6402),
        (signed(off), 522),
    ]
    for entry, code in cases:
        answer = await gateway.ask("thing/topo/add", [signed(good), entry])
        assert answer["code"] == code, answer
        assert answer["data"][0]["deviceName"] == entry["deviceName"]
        assert entry["deviceName"] in answer["message"]
    assert await gateway.ok("thing/topo/get", {}) == []


@pytest.mark.parametrize(
    "params",
    [
        None, {}, [], 7, "x", [7], [{}], [{"productKey": "a", "deviceName": "b"}],
        [{"productKey": "a\u0000", "deviceName": "b", "clientId": "c", "sign": "d"}],
        [{"productKey": "a", "deviceName": "b/c", "clientId": "c", "sign": "d"}],
        [{"productKey": "a", "deviceName": "b", "clientId": "c", "sign": "d", "timestamp": 1.5}],
        [{"productKey": "a", "deviceName": f"{n}", "clientId": "c", "sign": "d"} for n in range(201)],
    ],
)  # fmt: skip
async def test_what_is_no_list_of_entries_is_refused_by_name(gateway: Gateway, params: Any) -> None:
    answer = await gateway.ask("thing/topo/add", params)
    assert answer["code"] == 460
    assert answer["message"].startswith("params: ")


async def test_only_a_gateway_has_sub_devices(platform: Platform, estate: Estate) -> None:
    plain, sub = await estate.subs(2)
    device = Gateway(await platform.connect(plain))
    requests: list[tuple[str, Any]] = [
        ("thing/topo/add", [signed(sub)]),
        ("thing/topo/get", {}),
        ("thing/topo/delete", named(sub)),
        ("thing/sub/register", named(sub)),
        ("thing/sub/unregister", named(sub)),
        ("thing/proxy/provisioning/product_register", {"proxieds": []}),
        ("thing/list/found", named(sub)),
        ("combine/login", signed(sub)),
        ("combine/batch_login", {"deviceList": [signed(sub)]}),
        ("combine/logout", named(sub)[0]),
        ("combine/batch_logout", named(sub)),
    ]
    for tail, params in requests:
        assert (await device.ask(tail, params))["code"] == 403, tail


async def test_a_sub_device_comes_over_and_its_former_gateway_is_told(
    platform: Platform, gateway: Gateway, estate: Estate
) -> None:
    (sub,) = await estate.subs(1)
    second = Gateway(await platform.connect(await estate.device("gw-02", estate.gateway_product)))
    await gateway.ok("thing/topo/add", [signed(sub)])
    await gateway.login(sub)
    await second.ok("thing/topo/add", [signed(sub)])
    told = await gateway.told("topo/change")
    assert list(told.values()) == [{"status": 1, "subList": named(sub)}]
    assert await gateway.ok("thing/topo/get", {}) == []
    await second.login(sub)
    await estate.settled([sub], "online")
    await gateway.device.publish(
        f"/sys/{sub.product_key}/{sub.device_name}/thing/event/property/post", b'{"id":"1","params":{}}'
    )
    refusal = await gateway.device.next()
    assert refusal.topic == f"/ext/error/{estate.gateway.product_key}/gw-01"
    assert b'"code":520' in refusal.payload


async def test_people_change_it_and_the_gateway_is_told(gateway: Gateway, estate: Estate) -> None:
    subs = await estate.subs(3)
    iot_ids = [sub.iot_id for sub in subs]
    place: dict[str, Any] = {"gateway_iot_id": estate.gateway.iot_id}
    async with estate.database.begin() as tx:
        assert await topology.add_subs(estate.scope, tx, iot_ids=iot_ids, **place) == 3
    told = await gateway.told("topo/change", "topo/add/notify")
    assert told == {
        f"/sys/{estate.gateway.product_key}/gw-01/thing/topo/change": {"status": 0, "subList": named(*subs)},
        f"/sys/{estate.gateway.product_key}/gw-01/thing/topo/add/notify": named(*subs),
    }
    for reply in ("thing/topo/change_reply", "thing/topo/add/notify_reply"):
        await gateway.device.publish(gateway.device.topic(reply), b'{"id":"1","code":200,"data":{}}')
    await gateway.login(*subs)
    await estate.settled(subs, "online")

    async with estate.database.begin() as tx:
        await topology.remove_subs(estate.scope, tx, iot_ids=iot_ids[:1], **place)
    assert list((await gateway.told("topo/change")).values()) == [{"status": 1, "subList": named(subs[0])}]
    answer = await gateway.ask("combine/logout", named(subs[0])[0])
    assert answer["code"] == 520, "it was logged out with that"
    await estate.settled(subs, "offline", "online", "online")


async def test_people_are_refused_by_name(estate: Estate, stranger: Estate) -> None:
    (sub,) = await estate.subs(1)
    foreign = await stranger.device("alien")
    cases = [
        (topology.add_subs, estate.gateway, foreign, "not_found"),
        (topology.add_subs, stranger.gateway, sub, "not_found"),
        (topology.add_subs, sub, sub, "gateway.not_one"),
        (topology.add_subs, estate.gateway, estate.gateway, "gateway.of_gateway"),
        (topology.remove_subs, estate.gateway, sub, "gateway.not_its_sub"),
    ]
    for change, at, device, code in cases:
        with pytest.raises(LinliError) as refused:
            async with estate.database.begin() as tx:
                await change(estate.scope, tx, gateway_iot_id=at.iot_id, iot_ids=[device.iot_id])
        assert refused.value.code == code
        for language in ("zh-CN", "en"):
            assert not refused.value.text(language).startswith(code)


async def test_a_gateway_has_no_more_than_it_can(
    gateway: Gateway, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "MAX_SUBS", 2)
    subs = await estate.subs(3)
    answer = await gateway.ask("thing/topo/add", [signed(sub) for sub in subs])
    assert answer["code"] == 428
    assert await gateway.ok("thing/topo/get", {}) == []


async def test_other_rooms_hear_of_each_change(gateway: Gateway, estate: Estate) -> None:
    heard: list[tuple[str, str, list[str]]] = []

    async def on_change(tx: Tx, event: TopologyChanged) -> None:
        heard.append((event.device_name, event.change, [sub.device_name for sub in event.subs]))

    estate.database.handlers.inline(TopologyChanged, on_change)
    subs = await estate.subs(2)
    second = await estate.device("gw-02", estate.gateway_product)
    await gateway.ok("thing/topo/add", [signed(sub) for sub in subs])
    async with estate.database.begin() as tx:
        await topology.add_subs(estate.scope, tx, gateway_iot_id=second.iot_id, iot_ids=[subs[0].iot_id])
    async with estate.database.begin() as tx:
        await devices.delete_device(estate.scope, tx, iot_id=second.iot_id)
    assert heard == [
        ("gw-01", "added", ["sub_01", "sub_02"]),
        ("gw-01", "removed", ["sub_01"]),
        ("gw-02", "added", ["sub_01"]),
        ("gw-02", "removed", ["sub_01"]),
    ]
    assert (await estate.row(subs[0])).gateway_no is None


async def test_a_device_that_nobody_placed_is_where_its_gateway_is(estate: Estate) -> None:
    placed = await estate.device("gw-03", estate.gateway_product, project_id=estate.project_id)
    (sub,) = await estate.subs(1)
    async with estate.database.begin() as tx:
        await devices.assign_community(estate.scope, tx, iot_id=placed.iot_id, community_id=1504)
        await topology.add_subs(estate.scope, tx, gateway_iot_id=placed.iot_id, iot_ids=[sub.iot_id])
    row = await estate.row(sub)
    assert (row.project_id, row.community_id) == (estate.project_id, 1504)

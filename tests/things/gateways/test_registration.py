"""Sub-devices that fetch their identity through their gateway, and each reason why they do not."""

from typing import Any

import pytest

from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit import signatures
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from tests.things.device import Platform
from tests.things.gateways.conftest import Estate, Gateway, named, signed

RANDOM = "8Ygb7ULYh53B6OA"


def identity(triple: Triple) -> dict[str, str]:
    return {
        "iotId": triple.iot_id, "productKey": triple.product_key, "deviceName": triple.device_name,
        "deviceSecret": triple.device_secret,
    }  # fmt: skip


def proxied(triple: Triple, product_secret: str, method: str = "hmacSha256") -> dict[str, str]:
    text = signatures.register_text(triple.device_name, triple.product_key, RANDOM)
    return named(triple)[0] | {
        "random": RANDOM, "signMethod": method, "sign": signatures.sign(product_secret, text, method),
    }  # fmt: skip


async def test_a_gateway_registers_what_was_set_up(gateway: Gateway, estate: Estate) -> None:
    subs = await estate.subs(2)
    assert await gateway.ok("thing/sub/register", named(*subs)) == [identity(sub) for sub in subs]
    assert await gateway.ok("thing/sub/register", named(*subs)) == [identity(sub) for sub in subs]
    await gateway.ok("thing/topo/add", [signed(sub) for sub in subs])
    await gateway.login(*subs)
    await estate.settled(subs, "online")
    assert await gateway.ok("thing/sub/register", named(subs[0])) == [identity(subs[0])], "its own, again"


@pytest.mark.parametrize("method", ["hmacSha256", "hmacSha1", "hmacMd5"])
async def test_or_by_the_secret_of_their_product(gateway: Gateway, estate: Estate, method: str) -> None:
    subs = await estate.subs(2)
    asked = [proxied(sub, estate.product_secret, method) for sub in subs]
    tail = "thing/proxy/provisioning/product_register"
    made = await gateway.ok(tail, {"proxieds": asked})
    assert made == {"successes": [identity(sub) for sub in subs], "failures": []}


async def test_each_refusal_has_its_code(
    platform: Platform, gateway: Gateway, estate: Estate, stranger: Estate, ids: Ids, secrets: Secrets
) -> None:
    good, active, off, elsewhere = await estate.subs(4)
    await (await platform.connect(active)).post({"LightSwitch": 1})
    await estate.settled([active], "online")
    async with estate.database.begin() as tx:
        await devices.enable_device(estate.scope, tx, iot_id=off.iot_id, enabled=False)
        closed = await products.create_product(
            estate.scope, tx, values=products.ProductValues(name="k"), ids=ids, secrets=secrets
        )
    closed_secret = secrets.open(closed.secret, about=f"product:{closed.product_key}")
    not_open = await estate.device("closed_1", closed.product_key)
    second = Gateway(await platform.connect(await estate.device("gw-02", estate.gateway_product)))
    await second.ok("thing/topo/add", [signed(elsewhere)])
    foreign = await stranger.device("alien")
    unknown = good._replace(device_name="nobody")
    no_product = good._replace(product_key="a1NoSuchKey")
    gateways = good._replace(product_key=estate.gateway_product, device_name="gw-02")

    cases = [
        (active, estate.product_secret, 6289),
        (off, estate.product_secret, 522),
        (elsewhere, estate.product_secret, 6619),
        (unknown, estate.product_secret, 6100),
        (not_open, closed_secret, 6288),
        (foreign, stranger.product_secret, 6250),
        (no_product, estate.product_secret, 6250),
    ]
    for triple, _, code in cases:
        answer = await gateway.ask("thing/sub/register", named(good, triple))
        assert (answer["code"], answer["data"][0]["deviceName"]) == (code, triple.device_name), answer
    assert (await gateway.ask("thing/sub/register", named(gateways)))["code"] == 6288

    asked = [proxied(triple, secret) for triple, secret, _ in cases]
    asked += [proxied(good, "wrong")]
    tail = "thing/proxy/provisioning/product_register"
    made = await gateway.ok(tail, {"proxieds": [*asked, proxied(good, estate.product_secret)]})
    assert made["successes"] == [identity(good)]
    assert [failure["code"] for failure in made["failures"]] == [code for *_, code in cases]
    only = await gateway.ok(tail, {"proxieds": asked[-1:]})
    assert only["successes"] == []
    assert [failure["code"] for failure in only["failures"]] == [6287]


@pytest.mark.parametrize("params", [None, [], {}, {"proxieds": []}, {"proxieds": [{}]}, {"proxieds": 1}, "x"])
async def test_what_is_no_registration_is_refused(gateway: Gateway, params: Any) -> None:
    for tail in ("thing/proxy/provisioning/product_register", "thing/sub/register", "thing/sub/unregister"):
        assert (await gateway.ask(tail, params))["code"] == 460


async def test_an_identity_is_given_back(gateway: Gateway, estate: Estate) -> None:
    one, two = await estate.subs(2)
    await gateway.ok("thing/topo/add", [signed(one)])
    await gateway.login(one)
    assert (await gateway.ask("thing/sub/unregister", named(one, two)))["code"] == 6401
    assert await gateway.ok("thing/topo/get", {}) == named(one)
    assert await gateway.ok("thing/sub/unregister", named(one)) == {}
    assert await gateway.ok("thing/topo/get", {}) == []
    await estate.settled([one], "unactive")
    assert (await gateway.ask("thing/topo/add", [signed(one)]))["code"] == 401, "the old secret ended"
    (fresh,) = await gateway.ok("thing/sub/register", named(one))
    assert fresh["iotId"] == one.iot_id
    assert fresh["deviceSecret"] != one.device_secret
    await gateway.ok("thing/topo/add", [signed(one._replace(device_secret=fresh["deviceSecret"]))])

"""The examples beside each topic, published as they stand by devices of the product."""

import asyncio
import json
from typing import Any

import pytest

from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from linli.things.catalogue.payloads import SUB_DEVICE, SUB_PRODUCT, payload
from linli.things.catalogue.topics import NAME, Topic, topics
from linli.things.debugging.refused_uplinks import list_refused
from linli.things.queries.products import get_product
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from linli.tsl.document import parse
from linli.tsl.samples import sample_value
from linli.tsl.values import CompiledModel
from tests.things.conftest import DOOR_TSL, Site, field
from tests.things.device import Device, Platform
from tests.things.gateways.conftest import signed

GATEWAY_TSL = {
    "properties": [field("Mode", "int", min="0", max="5"), field("Note", "text", length="40")],
    "events": DOOR_TSL["events"],
    "services": DOOR_TSL["services"],
}
NO_ANSWER = {
    "service_reply",
    "rrpc_response",
    "ota_inform",
    "ota_progress",
    "user_up",
    "down_raw_reply",
    "log_post",
}
OTHER_ANSWER = {"ntp_request": "/ext/ntp/", "shadow_update": "/shadow/get/"}
NOTHING_THERE = {"config_get"}
"""Answered with a code of their own as long as nobody wrote what is asked for."""


@pytest.fixture
async def gateway_site(database: Database, ids: Ids, secrets: Secrets, site: Site) -> tuple[Triple, Triple]:
    """A gateway, and a device that is to be behind it."""
    make: dict[str, Any] = {"ids": ids, "secrets": secrets}
    async with database.begin() as tx:
        of_gateway, of_sub = [
            await products.create_product(site.tenant, tx, values=values, **make)
            for values in (
                products.ProductValues(name="网关", node_type=1, tsl=GATEWAY_TSL),
                products.ProductValues(name="门禁", tsl=DOOR_TSL, dynamic_register=True),
            )
        ]
        gateway, sub = [
            await devices.create_device(
                site.tenant, tx, values=devices.DeviceValues(product_key=key, device_name=name), **make
            )
            for key, name in ((of_gateway.product_key, "gateway-01"), (of_sub.product_key, SUB_DEVICE))
        ]
    return gateway, sub


async def test_every_example_is_taken_as_it_stands(
    platform: Platform, database: Database, site: Site, gateway_site: tuple[Triple, Triple]
) -> None:
    gateway, sub = gateway_site
    product = await get_product(site.tenant, database, product_key=gateway.product_key)
    model = product.model()
    device = await platform.connect(gateway)
    listed = [row for row in topics(gateway.product_key, gateway=True, raw=False) if row.direction == "up"]
    # A gateway registers a device, adds it, lets it come and go, and removes it.
    order = {"sub_register": 0, "topo_add": 1, "topo_delete": 3}
    listed.sort(key=lambda row: order.get(row.key, 2))
    answers: dict[str, Any] = {}
    for row in listed:
        text = payload(row.key, model, gateway.product_key).replace(NAME, gateway.device_name)
        text = text.replace(SUB_PRODUCT, sub.product_key)
        content = _signed(json.loads(text), sub) if text else b"bytes"
        topic = _topic(row, gateway.device_name)
        await device.publish(topic, content if isinstance(content, bytes) else json.dumps(content).encode())
        if row.key not in NO_ANSWER:
            answers[row.key] = await _answer(device, OTHER_ANSWER.get(row.key, f"{topic}_reply"))
    codes = {key: answer.get("code") for key, answer in answers.items() if key not in OTHER_ANSWER}
    assert {key: code for key, code in codes.items() if code != 200 and key not in NOTHING_THERE} == {}
    assert answers["shadow_update"]["payload"]["status"] == "success"
    assert answers["ntp_request"]["deviceSendTime"]
    refused = await list_refused(site.tenant, database, device_no=0, text="", page=PageRequest())
    assert [row.reason for row in refused.data] == []


def _topic(row: Topic, name: str) -> str:
    topic = row.topic.replace(NAME, name).replace("${messageId}", "7").replace("#", "news")
    return topic.replace("${identifier}", "passEvent" if "/event/" in topic else "remoteOpen")


def _signed(content: Any, sub: Triple) -> Any:
    """With the signature of the device that the example names."""
    if isinstance(content, dict):
        if "sign" in content and content.get("deviceName") == SUB_DEVICE:
            return content | signed(sub)
        return {name: _signed(value, sub) for name, value in content.items()}
    return [_signed(value, sub) for value in content] if isinstance(content, list) else content


async def _answer(device: Device, place: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            message = await device.next()
            if message.topic.startswith(place):
                return dict(json.loads(message.payload))


@pytest.mark.parametrize("name", ["property_post", "event_post", "batch_post", "desired_get"])
def test_a_product_without_functions_has_examples_too(name: str) -> None:
    assert json.loads(payload(name, parse({}), "a1bcdefghij"))["version"] == "1.0"


def test_a_sample_keeps_to_the_limits_of_its_type() -> None:
    model = parse(
        {
            "properties": [
                field("Small", "int", min="-9", max="-3", step="2"), field("Large", "int", min="500", max="900"),
                field("Fine", "double", min="0", max="1", step="0.25"), field("Free", "float"),
                field("Word", "text", length="2"), field("When", "date"), field("On", "bool", **{"0": "a", "1": "b"}),
                field("Way", "enum", **{"3": "a", "7": "b"}),
                {
                    "identifier": "Many", "name": "m", "accessMode": "rw",
                    "dataType": {"type": "array", "specs": {"size": "3", "item": {"type": "int"}}},
                },
            ]
        }
    )  # fmt: skip
    samples = {row.identifier: sample_value(row.type) for row in model.properties}
    post = CompiledModel(model).property_post(samples)
    assert not post.dropped
    assert {value.rule.identifier for value in post.values} == samples.keys()

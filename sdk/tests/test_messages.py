"""Webhook checks by vectors of the contract; event stream, MQTT consumer and gateway against `linli serve`."""

import threading

import pytest

from linli_sdk.device import AsyncDevice, Triple, register
from linli_sdk.sse import events
from linli_sdk.subscriber import Subscriber
from linli_sdk.webhook import NotGenuine, WebhookReceiver, signature


def test_a_webhook_is_checked_and_told_apart() -> None:
    body, stamp = b'{"ids":["1"]}', "1795492800000"
    receiver = WebhookReceiver("secret", now=lambda: 1795492800.0)
    headers = {
        "X-Linli-Timestamp": stamp,
        "X-Linli-Signature": signature("secret", stamp, body),
        "X-Linli-Message-Id": "7",
        "X-Linli-Topic": "/sys/appkey/1/community/space/change",
    }
    message = receiver.receive(headers, body)
    assert message is not None
    assert (message.kind, message.payload) == ("change", {"ids": ["1"]})
    assert receiver.receive(headers, body) is not None, "not done yet: a crash must not lose it"
    receiver.done(message)
    assert receiver.receive(headers, body) is None
    with pytest.raises(NotGenuine):
        receiver.receive(headers, body + b" ")
    with pytest.raises(NotGenuine):
        WebhookReceiver("secret", now=lambda: 1795492800.0 + 301).receive(headers, body)


async def test_mqtt_consumer(site) -> None:
    async with Subscriber(site.endpoint, site.app_key, site.app_secret) as subscriber:
        await subscriber.subscribe(f"/sys/appkey/{site.app_key}/thing/#")
        async with AsyncDevice(site.endpoint, site.device("heard-1")) as door:
            await door.post_properties({"Temperature": 3.5})
            while (delivery := await subscriber.next(20)).message.kind != "property":
                assert delivery.ack()
            assert delivery.message.payload["items"]["Temperature"]["value"] == 3.5
            assert delivery.ack()


def test_event_stream_resumes(site) -> None:
    with site.client() as linli:
        made = linli.subscriptions.create(kind="sse", name="sdk")
        number, stop = made.subscription_id, threading.Event()
        threading.Timer(30, stop.set).start()
        linli.subscriptions.test(subscription_id=number)
        first = next(events(linli, number, after="0", stop=stop))
        linli.subscriptions.test(subscription_id=number)
        second = next(events(linli, number, after=first.id, stop=stop))
        assert int(second.id) > int(first.id)
        stop.set()


async def test_a_gateway_speaks_for_its_sub_devices(site) -> None:
    sub = site.device("sub-1")
    gateway = site.installation.admin("create-product", "网关", "--tenant", site.tenant, "--gateway")
    made = site.installation.admin("create-device", gateway["productKey"], "--name", "gw-1")
    who = Triple(made["productKey"], made["deviceName"], made["deviceSecret"])
    async with AsyncDevice(site.endpoint, who, gateway=True) as box:
        await box.topo_add([sub])
        door = box.sub(sub)
        await box.login(door)
        await door.post_properties({"Temperature": 4.5})
        assert [one.device_name for one in await box.topo()] == ["sub-1"]


async def test_registration_by_product_secret(site) -> None:
    made = site.device("registered-1")
    if not site.product_secret:
        pytest.skip("this command does not tell the product's secret")
    told = await register(site.endpoint, site.product_key, "registered-1", site.product_secret)
    assert told == made

"""Call events as subscribers hear them over MQTT: on the tenant's topic, on the key's, and among business messages."""

from dataclasses import dataclass

import pytest

from linli.calls.rows import TO_GROUP
from linli.databus import changes
from linli.databus.topics import CommunityChange, Kind
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.scope import Scope
from tests.databus.test_mqtt import House, queues_of
from tests.domains.intercom.sip.conftest import Exchange


@dataclass
class Key:
    """Of the tenant of the exchange: that of a project."""

    app_key: str
    app_secret: str
    owner: Scope


async def key_of(exchange: Exchange, scope: Scope) -> Key:
    owner = Scope.system(exchange.scope.tenant)
    async with exchange.db.begin() as tx:
        key, secret = await tenancy.create_app_key(
            owner, tx, project_id=scope.project_id or "", ids=exchange.ids, secrets=exchange.secrets
        )
    return Key(key, secret, owner)


@pytest.mark.covers("B105", "EP-50", "EP-52")
async def test_a_call_is_told_on_three_topics_to_its_own_project(
    exchange: Exchange, clock: ManualClock
) -> None:
    house = House(exchange.db, clock, exchange.ids, exchange.secrets)
    await house.start()
    try:
        ours, other = await key_of(exchange, exchange.scope), await key_of(exchange, exchange.other)
        tenant = exchange.scope.tenant
        consumer, neighbour = await house.consumer(ours), await house.consumer(other, "c2")
        for each, key in ((consumer, ours), (neighbour, other)):
            assert await each.subscribe(f"/broadcast/{tenant}/vinotify") == 1
            assert await each.subscribe(f"/broadcast/{key.app_key}/vinotify") == 1
            assert await each.subscribe(f"/broadcast/{tenant}/homelink/#") == 1
        assert await consumer.subscribe(f"/broadcast/{other.app_key}/vinotify") == 128
        assert await consumer.subscribe("/broadcast/+/vinotify") == 128
        await queues_of(exchange.db, ours, 14)
        door, phone = await exchange.phone(kind=1), await exchange.phone()
        group = await exchange.group(phone)
        await door.call(group)
        await phone.request("INVITE")
        told = {one.topic: one.json for one in await consumer.wait_for(3)}
        event = told[f"/broadcast/{tenant}/vinotify"]
        assert event.pop("eventTime") > 0
        assert event == {"eventCode": "1", "source": door.number, "targetType": TO_GROUP, "target": group}
        assert told[f"/broadcast/{ours.app_key}/vinotify"] | {"eventTime": 0} == event | {"eventTime": 0}
        business = told[f"/broadcast/{tenant}/homelink/call"]
        assert sorted(business) == ["data", "gmtCreate", "id", "messageType"]
        assert isinstance(business["id"], str)
        assert business["messageType"] == "call"
        assert business["data"] | {"eventTime": 0} == event | {"eventTime": 0}
        # The neighbour hears what is its own on the same topic, and nothing before it.
        async with exchange.db.begin() as tx:
            await changes.publish(
                tx,
                Kind.SPACE,
                None,
                CommunityChange(7, ["1"], "insert"),
                tenant_id=tenant,
                app_key=other.app_key,
            )
        (mine,) = await neighbour.wait_for(1)
        assert mine.topic == f"/broadcast/{tenant}/homelink/space"
        assert mine.json["data"] == {"communityId": 7, "ids": ["1"], "type": "insert"}
    finally:
        await house.stop()

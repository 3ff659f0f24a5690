"""Records of passes by intercom as subscribers get them: of calls of the platform, and of those only a door knows of."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import msgspec
import pytest

from linli.calls.rows import APP, DOOR_STATION
from linli.databus import subscriptions
from linli.databus.hub import Hub
from linli.databus.subscription_rows import Filters
from linli.databus.webhook.pump import Limits
from linli.domains.intercom.models import house_groups
from linli.domains.intercom.sip.front import SipFront
from linli.domains.intercom.sip.log import CallLog
from linli.kernel.clock import SystemClock
from linli.kernel.settings import Sip
from linli.protocols import sip
from linli.sim.door import SimulatedDoor
from tests.databus.receiver import Receiver
from tests.domains.access.platform import until
from tests.domains.intercom.conftest import DOOR, GROUP, Home
from tests.domains.intercom.sip.test_call_records import HOUSE, kept, phone_of, unlocked
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send
from tests.openapi.house import Partner

MODEL = "iot_entrance_videointercom_record_model"
FIELDS = (
    "tenantId", "projectId", "time", "iotId", "productKey", "deviceName", "sourceType", "eventInfo",
)  # fmt: skip
LANDLINE = "02188886666"


@pytest.fixture
async def front(home: Home) -> AsyncIterator[SipFront]:
    """Its calls are of the time that doors tell."""
    platform = home.platform
    log = CallLog(platform.db, platform.clock, platform.ids, process="main")
    front = SipFront(
        Sip(host="127.0.0.1", port=0), platform.db, SystemClock(), home.secrets, log, host="127.0.0.1"
    )
    await front.start()
    try:
        yield front
    finally:
        await front.stop()


async def subscribe(home: Home, partner: Partner, url: str) -> None:
    async with home.platform.db.begin() as tx:
        await subscriptions.create_webhook(
            partner.owner,
            tx,
            app_key=partner.app_key,
            name="records",
            url=url,
            filters=Filters(),
            ids=home.platform.ids,
            secrets=home.secrets,
            secret="a secret of the integrator's own",
        )


async def told(home: Home, receiver: Receiver, count: int) -> dict[str, Any]:
    """The record that the message of this place names, fetched as an integrator does."""
    messages = await until_told(receiver, count)
    (record_id,) = messages[-1]["dataIds"]
    assert messages[-1]["operateType"] == "insert"
    condition = {"fieldName": "id", "operate": "eq", "value": record_id}
    asked = {"modelId": MODEL, "conditions": [condition]}
    page = await home.partner.call("/data/model/data/query", "0.0.3", asked)
    (record,) = page["data"]["items"]
    return {field: record.get(field) for field in FIELDS}


async def until_told(receiver: Receiver, count: int) -> list[Any]:
    def messages() -> list[Any]:
        return [said.json for said in receiver.received if said.json.get("modelId") == MODEL]

    await until(lambda: len(messages()) >= count)
    assert len(messages()) == count
    return messages()


def say_opened(door: SimulatedDoor, kind: int, number: str, now_ms: int, **more: str) -> None:
    info = {"eventTime": str(now_ms // 1000), **more}
    values = {"sourceType": kind, "number": number, "extInfo": msgspec.json.encode(info).decode()}
    door.link.queue_event("doorOpenEvent", values)


@pytest.mark.covers("EP-51")
async def test_a_subscriber_gets_passes_by_cloud_call_and_by_landline(home: Home, front: SipFront) -> None:
    platform, partner = home.platform, home.partner
    hub = Hub(
        platform.db,
        platform.clock,
        home.secrets,
        limits=Limits(allow_private=True, timeout_seconds=20.0),
        rng=Random(1),
    )
    async with Receiver() as receiver, Receiver() as foreign:
        await subscribe(home, partner, receiver.url)
        await subscribe(home, home.other, foreign.url)
        await hub.start()
        try:
            iot_id, simulated = await platform.new_door(partner, home.product_key)
            door, phone = await phone_of(home, front, DOOR_STATION), await phone_of(home, front, APP)
            group = await home.group()
            await home.ok(f"{GROUP}/sip/add", groupID=group, sipNumberList=[phone.number])
            issued = {"sipNumber": door.number, "password": "p", "host": "h", "port": "6050"}
            await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issued)
            await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=[{"roomId": "1202", "groupId": group}])
            async with platform.db.begin() as tx:
                row = {"space_id": HOUSE, "tenant_id": partner.tenant_id, "community_id": 1}
                names = {"group_id": group, "room_id": "1-9-3-1202", "changed_ms": 0}
                await tx.insert(house_groups, {**row, **names})
            now_ms = platform.clock.now_ms()

            # A call that the platform connects: the door says in the call that it opened, and reports it besides.
            invite = await door.call(group)
            received = await phone.request("INVITE")
            answer(phone, received, 200, body=ANSWER)
            dialog = acknowledge(door, invite, await door.response(200))
            await phone.request("ACK")
            await unlocked(door, dialog, 200)
            for _ in range(2):
                await phone.next(lambda m: isinstance(m, sip.Request) and b"200" in m.body)
            named = {
                "iotId": iot_id,
                "productKey": home.product_key,
                "deviceName": simulated.link.triple.device_name,
            }
            record = await told(home, receiver, 1)
            whose = {"tenantId": partner.tenant_id, "projectId": await scope_of(home)}
            assert msgspec.json.decode(record.pop("eventInfo")) == {
                "sipNumber": door.number, "groupId": group, "roomId": "1202", "spaceId": str(HOUSE),
            }  # fmt: skip
            assert record == {**whose, **named, "time": now_ms, "sourceType": "0"}
            say_opened(simulated, 0, door.number, now_ms, roomId="1-9-3-1202")

            # The door's own gateway calls a telephone: only the door knows.
            say_opened(simulated, 1, LANDLINE, now_ms)
            record = await told(home, receiver, 2)
            assert msgspec.json.decode(record.pop("eventInfo")) == {"phone": LANDLINE}
            landline = {"iotId": "", "productKey": "", "deviceName": ""}
            assert record == {**whose, **landline, "time": now_ms // 1000 * 1000, "sourceType": "1"}
            send(door, dialog.request("BYE"))
            await kept(platform.db)

            # A call by another SIP server, an hour later.
            await platform.clock.advance(3_600_000)
            now_ms = platform.clock.now_ms() // 1000 * 1000
            say_opened(simulated, 0, "88001", now_ms, roomId="1-9-3-1202")
            record = await told(home, receiver, 3)
            assert msgspec.json.decode(record.pop("eventInfo")) == {
                "sipNumber": "88001", "groupId": group, "roomId": "1-9-3-1202", "spaceId": str(HOUSE),
            }  # fmt: skip
            assert record == {**whose, **named, "time": now_ms, "sourceType": "0"}
            say_opened(simulated, -1, "", now_ms)  # an ordinary opening is none
            say_opened(simulated, 1, LANDLINE, now_ms)
            await told(home, receiver, 4)
        finally:
            await hub.stop()
        assert not foreign.received, "another company hears nothing"
    found = await home.other.call("/data/model/data/query", "0.0.3", {"modelId": MODEL})
    assert LANDLINE not in msgspec.json.encode(found).decode()
    for each in (door, phone):
        each.close()


async def scope_of(home: Home) -> str:
    """`projectId` of the community's records."""
    page = await home.partner.call("/data/model/data/query", "0.0.3", {"modelId": MODEL})
    return str(page["data"]["items"][0]["scope_id"])


@pytest.mark.engines("sqlite", "postgresql")
async def test_an_opening_that_only_the_report_tells_is_the_calls(home: Home, front: SipFront) -> None:
    """A door that says nothing in the call, only afterwards: the call was opened, and has one record."""
    iot_id, simulated = await home.platform.new_door(home.partner, home.product_key)
    door, phone = await phone_of(home, front, DOOR_STATION), await phone_of(home, front, APP)
    issued = {"sipNumber": door.number, "password": "p", "host": "h", "port": "6050"}
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issued)
    invite = await door.call(phone.number)
    answer(phone, await phone.request("INVITE"), 200, body=ANSWER)
    dialog = acknowledge(door, invite, await door.response(200))
    await phone.request("ACK")
    say_opened(simulated, 0, door.number, home.platform.clock.now_ms())
    say_opened(simulated, 0, door.number, home.platform.clock.now_ms())
    say_opened(simulated, 1, LANDLINE, home.platform.clock.now_ms())

    async def infos() -> list[Any]:
        page = await home.partner.call("/data/model/data/query", "0.0.3", {"modelId": MODEL})
        return [msgspec.json.decode(item["eventInfo"]) for item in page["data"]["items"]]

    async def landline() -> bool:
        return {"phone": LANDLINE} in await infos()

    await until(landline)
    assert len(await infos()) == 2
    send(door, dialog.request("BYE"))
    assert (await kept(home.platform.db)).opened_ms
    for each in (door, phone):
        each.close()

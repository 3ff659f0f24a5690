"""Doors by serial number, what they report, what subscribers get, and opening from afar."""

from typing import Any

import msgspec
import pytest

from linli.databus.queries import Record, find_records
from linli.delivery import service as delivery
from linli.delivery.schemas import Grant
from linli.domains.access.errors import DoorUnknown, SerialNumberUnknown
from linli.domains.access.events import PassRecorded, RemoteOpened
from linli.domains.access.queries import doors as queries
from linli.domains.access.queries.passes import PassFilter, list_passes
from linli.domains.access.service import doors, passes
from linli.domains.access.service.kinds import CARD
from linli.domains.access.service.remote import remote_open
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.things.errors import DeviceBoundElsewhere, DeviceOffline
from linli.things.serials.errors import SerialNumberTaken
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers
from linli.things.service import devices
from tests.domains.access.conftest import PERSON, Site

MODEL = "iot_entrance_event_model"
DAY = 86_400_000


async def records(site: Site, community_id: int = 1) -> list[Record]:
    return await find_records(
        site.app, site.db, model_id=MODEL, terms=[], page=PageRequest(), community_id=community_id
    )


async def listed(site: Site, sn: str, device_name: str) -> int:
    async with site.db.begin() as tx:
        entry = SerialNumberEntry(sn, site.product_key, device_name)
        return await list_serial_numbers(site.app, tx, entries=[entry], now_ms=site.now)


async def register(site: Site, **named: Any) -> str:
    wanted: dict[str, Any] = {"community_id": 1, "name": "北门"} | named
    async with site.db.begin() as tx:
        door = await doors.register_door(
            site.app, tx, new=doors.NewDoor(**wanted), keys=site.keys, now_ms=site.now
        )
    return door.iot_id


async def test_a_door_is_registered_by_the_number_on_its_back(site: Site) -> None:
    iot_id = await site.new_device("wangjing_0001")
    assert await listed(site, "wang_0001", "wangjing_0001") == 1
    assert await listed(site, "wang_0001", "wangjing_0001") == 0
    assert await register(site, sn="wang_0001", direction="EXIT") == iot_id
    door = await queries.get_door(site.app, site.db, iot_id=iot_id)
    assert (door.sn, door.direction, door.community_id) == ("wang_0001", "EXIT", 1)
    page = await queries.list_doors(site.app, site.db, page=PageRequest(), community_id=1, text="WANG_")
    assert [found.iot_id for found in page.data] == [iot_id]
    await site.work()
    assert site.door(iot_id).key is not None


async def test_unknown_and_contradictory_numbers_are_refused(site: Site) -> None:
    await site.new_device("door-a")
    await listed(site, "sn-1", "door-a")
    for sn, name in (("sn-1", "door-b"), ("sn-2", "door-a")):
        with pytest.raises(SerialNumberTaken):
            await listed(site, sn, name)
    with pytest.raises(SerialNumberUnknown):
        await register(site, sn="sn-9")
    await listed(site, "sn-3", "not-made-yet")
    with pytest.raises(SerialNumberUnknown):
        await register(site, sn="sn-3")
    with pytest.raises(DoorUnknown):
        await register(site, iot_id="nowhere")
    for bad in (
        {},
        {"sn": "sn-1", "iot_id": "x"},
        {"sn": "sn-1", "name": " "},
        {"sn": "sn-1", "direction": "IN"},
    ):
        with pytest.raises(BadInput):
            await register(site, **bad)


async def test_a_door_of_another_community_is_not_taken_over(site: Site) -> None:
    door = await site.new_door("别处", community_id=2)
    with pytest.raises(DeviceBoundElsewhere):
        await register(site, iot_id=door.iot_id)


async def test_a_door_follows_its_device_into_another_community(site: Site) -> None:
    door = await site.new_door("北门")
    await site.work()
    old = site.door(door.iot_id).key
    async with site.db.begin() as tx:
        await devices.assign_community(site.app, tx, iot_id=door.iot_id, community_id=None)
    assert await queries.find_door(site.app, site.db, iot_id=door.iot_id) is None
    await register(site, iot_id=door.iot_id, community_id=2)
    await site.work()
    assert site.door(door.iot_id).key not in (None, old)


async def test_a_pass_becomes_a_record_of_the_community(site: Site) -> None:
    door = await site.new_door("北门", direction="EXIT")
    code = await site.code_on(door.iot_id, max_scans=5)
    await site.work()
    await site.scan(door.iot_id, await site.picture(code))
    (record,) = await records(site)
    row = msgspec.json.decode(record.body)
    assert record.version == "1.1"
    assert (row["identityId"], row["name"], row["iotId"], row["type"]) == (
        PERSON,
        "王先生",
        door.iot_id,
        "QRCODE",
    )
    assert (row["direction"], row["time"]) == ("EXIT", site.now // 1000 * 1000)
    assert (row["userExtInfo"], row["devExtInfo"]) == ("{}", '{"gate":"north"}')
    assert (row["tenantId"], row["projectId"]) == (site.app.tenant_id, record.scope_id)
    outcome = msgspec.json.decode(row["eventExtInfo"])
    assert outcome == {"code": 0, "message": "success", "remainScanTimes": 4}
    assert await records(site, 2) == []


async def test_an_unknown_credential_has_nobodys_name(site: Site) -> None:
    door = await site.new_door("北门")
    event = {"code": 203, "message": "", "type": "tradCard", "content": "lost card", "extInfo": ""}
    await site.tell(door.iot_id, "event", "passEvent", event)
    (record,) = await records(site)
    row = msgspec.json.decode(record.body)
    assert (row["identityId"], row["name"], row["cardId"], row["type"]) == ("", "", "lost card", "CARD")
    assert msgspec.json.decode(row["eventExtInfo"]) == {
        "code": 203,
        "message": "Traditional card number does not exist",
    }


async def test_a_keyed_in_password_reaches_the_subscriber_and_stays_out_of_our_list(site: Site) -> None:
    door = await site.new_door("北门")
    event = {"code": 0, "message": "success", "type": "password", "content": "271828", "extInfo": "not json"}
    await site.tell(door.iot_id, "event", "passEvent", event)
    (record,) = await records(site)
    assert msgspec.json.decode(record.body)["number"] == "271828"
    page = await list_passes(site.app, site.db, where=PassFilter(), page=PageRequest())
    assert (page.data[0].type, page.data[0].credential) == ("PASSWORD", "")


async def test_a_face_pass_is_kept_and_told_but_is_no_traditional_record(site: Site) -> None:
    door = await site.new_door("北门")
    await site.person("50face", "赵先生")
    heard: list[PassRecorded] = []

    async def listen(tx: Tx, event: PassRecorded) -> None:
        heard.append(event)

    site.db.handlers.inline(PassRecorded, listen)
    event = {"code": 0, "message": "success", "type": "face", "content": "", "extInfo": {"userID": "50face"}}
    await site.tell(door.iot_id, "event", "passEvent", event)
    assert await records(site) == []
    assert [(e.type, e.identity_id) for e in heard] == [("FACE", "50face")]


@pytest.mark.parametrize(
    "values", [{"code": 0, "type": "telepathy"}, {"type": "qrCode"}, {"code": "x", "type": "qrCode"}]
)
async def test_a_malformed_pass_is_refused_for_parking(site: Site, values: dict[str, object]) -> None:
    door = await site.new_door("北门")
    with pytest.raises((BadInput, msgspec.ValidationError)):
        await site.tell(door.iot_id, "event", "passEvent", values)


async def test_a_device_time_that_cannot_be_believed_is_replaced(site: Site) -> None:
    door = await site.new_door("北门")
    for seconds in (site.now // 1000 - 60, site.now // 1000 - 41 * 86_400, 99_999_999_999):
        extra = msgspec.json.encode({"eventTime": str(seconds)}).decode()
        event = {"code": 103, "message": "", "type": "qrCode", "content": "x", "extInfo": extra}
        await site.tell(door.iot_id, "event", "passEvent", event)
    page = await list_passes(site.app, site.db, where=PassFilter(refused=True), page=PageRequest())
    assert [row.passed_ms for row in reversed(page.data)] == [
        (site.now // 1000 - 60) * 1000,
        site.now,
        site.now,
    ]


async def test_passes_are_found_by_what_people_ask_for(site: Site) -> None:
    north, south = await site.new_door("北门"), await site.new_door("南门")
    code = await site.code_on(north.iot_id)
    await site.work()
    await site.scan(north.iot_id, await site.picture(code))
    await site.scan(south.iot_id, await site.picture(code))

    async def found(**where: object) -> list[str]:
        page = await list_passes(site.app, site.db, where=PassFilter(**where), page=PageRequest())  # type: ignore[arg-type]
        return [row.door_name for row in page.data]

    assert await found() == ["南门", "北门"]
    assert await found(refused=False) == ["北门"]
    assert await found(refused=True) == ["南门"]
    assert await found(iot_id=south.iot_id) == ["南门"]
    assert await found(identity_id=PERSON) == ["北门"]
    assert await found(types=("CARD",)) == []
    assert await found(text="王先") == ["北门"]
    assert await found(text="%") == []
    assert await found(community_id=2) == []
    assert await found(from_ms=site.now + 1) == []
    stranger = Scope("0" * 32, Caller("staff", "1"))
    assert (await list_passes(stranger, site.db, where=PassFilter(), page=PageRequest())).total == 0


async def test_passes_are_kept_180_days(site: Site) -> None:
    door = await site.new_door("北门")
    event = {"code": 103, "message": "", "type": "qrCode", "content": "x", "extInfo": ""}
    await site.tell(door.iot_id, "event", "passEvent", event)

    async def left() -> int:
        return (await list_passes(site.app, site.db, where=PassFilter(), page=PageRequest())).total

    await passes.purge_passes(site.db, now_ms=site.now + 180 * DAY)
    assert await left() == 1
    await passes.purge_passes(site.db, now_ms=site.now + 181 * DAY)
    assert await left() == 0


async def test_opening_from_afar_leaves_a_trace_whatever_happens(site: Site) -> None:
    door = await site.new_door("北门")
    heard: list[str] = []

    async def listen(tx: Tx, event: RemoteOpened) -> None:
        heard.append(event.result)

    site.db.handlers.inline(RemoteOpened, listen)

    async def ask(scope: Scope, reason: str = "快递") -> None:
        await remote_open(
            scope,
            site.db,
            invoker=site.doors,
            iot_id=door.iot_id,
            reason=reason,
            ids=site.ids,
            clock=site.clock,
        )

    staff = Scope(site.app.tenant_id, Caller("staff", "12"), frozenset({1}))
    await ask(staff)
    site.door(door.iot_id).online = False
    with pytest.raises(DeviceOffline):
        await ask(staff)
    with pytest.raises(BadInput):
        await ask(staff, "x" * 201)
    with pytest.raises(DoorUnknown):
        await ask(Scope(site.app.tenant_id, Caller("staff", "13"), frozenset({2})))
    assert site.door(door.iot_id).opened == 1
    trace = await queries.remote_opens_of(staff, site.db, iot_id=door.iot_id)
    assert [(row.caller, row.reason, row.result) for row in reversed(trace)] == [
        ("staff:12", "快递", "opened"),
        ("staff:12", "快递", "device.offline"),
    ]
    assert heard == ["opened", "device.offline"]


async def test_a_right_on_all_doors_reaches_those_registered_later(site: Site) -> None:
    first = await site.new_door("北门")
    wish = Grant(
        community_id=1, source="test", kind=CARD, subject=PERSON, credential="master card",
        target_type=doors.COMMUNITY_DOORS, target="1",
    )  # fmt: skip
    async with site.db.begin() as tx:
        await delivery.grant(site.app, tx, wish, now_ms=site.now)
    await site.work()
    second, other = await site.new_door("南门"), await site.new_door("别处", community_id=2)
    await site.work()
    assert site.door(first.iot_id).swipe("master card")[0].opens
    assert site.door(second.iot_id).swipe("master card")[0].opens
    assert not site.door(other.iot_id).swipe("master card")[0].opens
    async with site.db.begin() as tx:
        await doors.remove_door(site.app, tx, iot_id=second.iot_id)
    await site.work()
    assert site.door(second.iot_id).permissions.cards == {}

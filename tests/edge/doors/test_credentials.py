"""QR codes, cards, Bluetooth cards, alarms and keep-open. Spec G 5, F6-F8; 12, 8-10."""

import json
from typing import Any

import pytest

from linli.edge.doors.caller import Refusal
from linli.edge.framework import ParamsBad
from tests.edge.doors.site import SiteCode
from tests.edge.doors.site_box import SiteBox

CODE = "ALI5466697328cff9121c21cf59dcec4"
FOR_EVER = {"effectiveTime": "1589472000000", "expiryTime": "1905004800000"}


def codes_of(box: SiteBox, device: str) -> list[tuple[int, str, str]]:
    events = box.things.events_of(device, "passEvent")
    return [(one["code"], one["type"], one["content"]) for one in events]


async def test_qr_codes_are_decided_by_the_box(box: SiteBox) -> None:
    machine, now = await box.door(), box.clock.now_ms()
    box.site.codes[CODE] = SiteCode("user-a", now - 1000, now + 60_000, max_scans=2)
    assert await machine.scan(CODE) == "user-a"
    assert await machine.scan("B" * 32) is None
    assert await machine.scan(CODE) == "user-a"
    assert await machine.scan(CODE) is None
    await box.clock.advance(60_001)
    assert await machine.scan(CODE) is None
    told = [one[0] for one in codes_of(box, "door.2")]
    assert told == [0, 103, 0, 104, 102]
    assert json.loads(box.things.events_of("door.2", "passEvent")[0]["extInfo"])["userId"] == "user-a"
    assert machine.memory.opened == 2


async def test_a_code_of_other_doors_opens_nothing_here(box: SiteBox) -> None:
    machine = await box.door()
    box.site.codes[CODE] = SiteCode("user-a", 0, 2**52, doors=frozenset(("gate.2",)))
    assert await machine.scan(CODE) is None


async def test_cards_are_held_and_decided_by_the_door(box: SiteBox) -> None:
    machine, now = await box.door(), box.clock.now_ms()
    good = {"cardId": "F47B0BA2", "userId": "user-a", **FOR_EVER}
    past = {"cardId": "777342461", "effectiveTime": "1", "expiryTime": str(now - 1)}
    got = await box.supervisor.call(
        "door.3", "syncCardPermissions", {"permissions": [{"type": 1, **good}, {"type": 3, **past}]}
    )
    assert got == {"confirmed": ["F47B0BA2", "777342461"], "failed": []}
    assert await machine.swipe("F47B0BA2")
    assert not await machine.swipe("777342461")
    assert not await machine.swipe("0000")
    assert codes_of(box, "door.3") == [(0, "tradCard", "F47B0BA2")]
    alarms = [one["cardId"] for one in box.things.events_of("door.3", "alarmEvent")]
    assert alarms == ["777342461", "0000"]
    # read back both ways
    held = await box.supervisor.call("door.3", "queryCardPermissions", {})
    assert [one["cardId"] for one in held["permissions"]] == ["F47B0BA2", "777342461"]
    await machine.report_cards()
    (reported,) = box.things.events_of("door.3", "cardPermissions")
    times = ("effectiveTime", "expiryTime")
    assert reported["permissions"] == [
        card | {name: int(card[name]) for name in times} for card in held["permissions"]
    ]
    # adding what is there and deleting what is missing both succeed
    again = [{"type": 1, **good}, {"type": 2, "cardId": "none", **FOR_EVER}, {"type": 2, **past}]
    await box.supervisor.call("door.3", "syncCardPermissions", {"permissions": again})
    assert set(machine.memory.cards) == {"F47B0BA2"}


async def test_201_cards_go_in_two_calls_and_are_read_back_in_pages(box: SiteBox) -> None:
    machine = await box.door()
    entries = [{"type": 1, "cardId": f"{n:08X}", **FOR_EVER} for n in range(201)]
    calls: list[int] = []
    serve = machine._answer

    async def counted(path: str, message: Any) -> Any:
        calls.append(len(getattr(message, "permissions", ())))
        return await serve(path, message)

    machine._answer = counted  # type: ignore[method-assign]
    got = await box.supervisor.call("door.3", "syncCardPermissions", {"permissions": entries})
    assert len(got["confirmed"]) == 201
    assert calls == [200, 1]
    machine.memory.page = 50
    held = await box.supervisor.call("door.3", "queryCardPermissions", {})
    assert len(held["permissions"]) == 201


async def test_bluetooth_cards_are_a_list_of_their_own(box: SiteBox) -> None:
    machine = await box.door()
    entry = {"type": 1, "cardId": "514152694808390", **FOR_EVER}
    await box.supervisor.call("door.4", "syncBlePermissions", {"permissions": [entry]})
    assert await machine.tap("514152694808390")
    assert not await machine.swipe("514152694808390")
    assert not await machine.tap("1")
    assert codes_of(box, "door.4") == [(0, "bleCard", "514152694808390")]
    assert [one["alarmType"] for one in box.things.events_of("door.4", "alarmEvent")] == [3]
    assert [one["alarmType"] for one in box.things.events_of("door.3", "alarmEvent")] == [2]


@pytest.mark.covers("G-C30")
async def test_the_eight_alarms(box: SiteBox) -> None:
    machine = await box.door()
    for kind in range(8):
        await machine.alarm(kind, "777" if kind in (2, 3) else None)
    told = [(one["alarmType"], one["alarm"]) for one in box.things.events_of("door.3", "alarmEvent")]
    assert told == [
        (0, "tamper"), (1, "tamperCleared"), (2, "invalidCard"), (4, "forcedOpen"),
        (5, "forcedOpenCleared"), (6, "heldOpen"), (7, "heldOpenCleared"),
    ]  # fmt: skip
    (ble,) = box.things.events_of("door.4", "alarmEvent")
    assert (ble["alarm"], ble["cardId"]) == ("invalidBleCard", "777")


async def test_keep_open_is_set_and_read(box: SiteBox) -> None:
    machine = await box.door()
    for wanted in (1, 0):
        await box.supervisor.call("door.3", "setKeepOpen", {"keepOpen": wanted})
        assert machine.memory.keep_open == wanted
        assert await box.supervisor.call("door.3", "getKeepOpen", {}) == {"keepOpen": wanted}


@pytest.mark.parametrize(
    ("service", "params", "field"),
    [
        ("setKeepOpen", {"keepOpen": 2}, "keepOpen"),
        ("setKeepOpen", {}, "keepOpen"),
        ("setTempCheckRule", {"isCheck": 1}, "maxThreshold"),
        ("syncCardPermissions", {"permissions": [{"type": 1}]}, "cardId"),
        ("syncCardPermissions", {}, "permissions"),
        ("syncFaces", {"faces": [{"type": 9}]}, "type"),
        ("SyncSipNumber", {"sipNumber": "a"}, "password"),
        ("verifyPhoneResult", {"phoneNumber": "x", "result": 0}, "phoneNumber"),
        ("CloudCallElevator", {"ElevatorID": "1"}, "startFloor"),
        ("SetElevatorRuleState", {"Availability": "maybe"}, "availability"),
    ],
)
async def test_bad_values_are_named_and_not_sent(
    box: SiteBox, service: str, params: dict[str, Any], field: str
) -> None:
    machine = await box.machine()
    custom = {
        "ip": "127.0.0.1", "port": machine.port, "elevatorConnected": 1,
        "abilities": ["face", "card", "bluetooth", "video", "elevator"],
    }  # fmt: skip
    machine.aim("127.0.0.1", await box.deploy("door_terminal", ("aio", custom)))
    await box.connect(machine, "aio")
    with pytest.raises(ParamsBad) as bad:
        await box.supervisor.call("aio", service, params)
    assert field in f"{bad.value.field} {bad.value.facts['rule']}"


async def test_codes_of_other_lengths_are_bad_parameters(box: SiteBox) -> None:
    machine = await box.door()
    for length in (31, 33):
        with pytest.raises(Refusal, match="32 bytes") as refused:
            await machine.scan("A" * length)
        assert refused.value.answer.code == 5
    with pytest.raises(ValueError, match="cardId"):
        await machine.alarm(2)
    with pytest.raises(Refusal):
        machine.faults.wrong_token = True
        await machine.scan(CODE)

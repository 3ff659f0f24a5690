"""The scenes of spec E, G28-G31: a pass at the door or in the car, and what the lift is asked; with the line cut too."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from linli.domains.access.service import qr
from linli.edge.runtime import lift_passes
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import DEVICE, INVOKE, USER, LiftSite

pytestmark = pytest.mark.engines("sqlite")
RECORDED = (
    "eventId", "eventTime", "identityID", "mediaType", "mediaID", "entranceDeviceName", "elevatorDeviceName",
    "startFloor", "targetList", "callResultCode", "callResultMsg",
)  # fmt: skip
TARGETS = [
    {"targetFloor": "10", "targetRoomNo": "01"},
    {"targetFloor": "11", "targetRoomNo": "02"},
    {"targetFloor": "12"},
]


async def code_of(site: LiftSite, identity_id: str) -> str:
    """A code at the door and at the reader in the car, once the box keeps it."""
    platform, now = site.platform, site.platform.clock.now_ms()
    async with platform.db.begin() as tx:
        code = await qr.generate_code(
            site.scope, tx, identity_id=identity_id, length=32, ids=platform.ids, now_ms=now
        )
        await qr.bind_code(
            site.scope, tx, qr_code=code, identity_id=identity_id, iot_ids=[site.door, site.lift],
            right=qr.QrRight(starts_ms=now, ends_ms=now + 86_400_000), keys=platform.keys, now_ms=now,
        )  # fmt: skip

    async def there() -> bool:
        await platform.worker.run_once()
        await platform.reconciler.run_once()
        return all(
            [
                any(row.item.credential == code for row in await site.box.wishes.kept(name, ("qr",)))
                for name in ("door.unit", "lift.gateway")
            ]
        )

    await until(there)
    return code


async def held(site: LiftSite) -> None:
    """The box has the rules of now."""

    async def same() -> bool:
        await site.platform.clock.advance(2_000)
        await site.platform.worker.run_once()
        answer = await site.estate.desk.get("/edge/passage-rules")
        return all(row["state"] == "held" for row in answer.json()["data"])

    await until(same)


async def records(site: LiftSite, most: int = 50) -> list[dict[str, Any]]:
    """As an application reads them; oldest first, by their time."""
    said = await site.ok("/data/model/data/query", "0.0.3", modelId="AutoElevatorCallRecord", pageSize=most)
    return sorted(said["items"], key=lambda row: int(row["eventTime"]))


def under_way() -> list[str]:
    """Passes that the box, in this process, is carrying out."""
    names = [task.get_name() for task in asyncio.all_tasks()]
    return [name for name in names if name.startswith("passage-")]


def plain(stop: Any) -> tuple[str, str | None]:
    return stop.floor, stop.room or stop.room_number


@pytest.mark.covers("C016", "EP-73", "EP-74", "EP-75", "EP-76", "EP-77", "EP-78")
async def test_the_scenes_of_the_contract(site: LiftSite) -> None:
    await site.with_box()
    door, car = site.machines
    lift, person = car.memory, {"identityId": site.person}
    code, other = [await code_of(site, who) for who in (site.person, site.estate.neighbour)]

    # scene 3: the unit door calls, and the one target goes with the call
    data_id = await site.linkage()
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, **person, userTargetList=TARGETS[:1])
    await held(site)
    await door.scan(other)  # who is not in the linkage is let in, and no lift comes
    await until(lambda: not under_way())
    await door.scan(code)
    await until(lambda: bool(lift.calls))
    (call,) = lift.calls
    assert (call.start_floor, call.target_floor, call.target_room) == ("1", "10", "01")

    # several: the call, then all of them freed; and the neighbour by the code alone, with the line cut
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, **person, userTargetList=TARGETS)
    by_code = {"paramType": "QRCODE", "paramValue": other, "userTargetList": [{"targetFloor": "3A"}]}
    await site.ok(f"{USER}/save", "1.0.1", dataId=data_id, **by_code)
    await held(site)
    site.box.line.cut()
    site.line_cut = True
    await door.scan(code)
    await until(lambda: bool(lift.released))
    await door.scan(other)
    await until(lambda: len(lift.calls) == 3)
    assert [plain(stop) for stop in lift.released[0].floor_room_list or ()] == [
        ("10", "01"), ("11", "02"), ("12", None)
    ]  # fmt: skip
    assert [call.target_floor for call in lift.calls[1:]] == [None, "3A"]
    site.line_cut = False
    site.box.line.mend()
    await until(lambda: site.box.line.up and site.box.queue.backlog == 0)

    # switched off, and on again
    async def switch(wanted: str) -> None:
        ask = {"iotId": site.lift, "identifier": "SetElevatorRuleState", "args": {"Availability": wanted}}
        assert (await site.ok(INVOKE, "1.0.1", **ask))["code"] == 0
        ask = {"iotId": site.lift, "identifier": "GetElevatorRuleState", "args": {}}
        assert (await site.ok(INVOKE, "1.0.1", **ask))["Availability"] == wanted

    await switch("disable")
    await door.scan(code)
    await until(lambda: not under_way())
    await switch("enable")
    await site.ok(f"{DEVICE}/delete", "1.0.2", dataId=data_id)

    # scene 4: the car only comes
    data_id = await site.linkage("CALL_ONLY", triggerFloor="B1")
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, **person)
    await held(site)
    await door.scan(code)
    await until(lambda: len(lift.calls) == 4)
    assert (lift.calls[3].start_floor, lift.calls[3].target_floor) == ("B1", None)

    # scenes 1 and 2: the reader in the car lights one floor, then frees several
    data_id = await site.linkage("ACTIVATE_ONLY", triggerIotId=site.lift)
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, **person, userTargetList=TARGETS[:1])
    await held(site)
    await car.scan(code)
    await until(lambda: bool(lift.lit))
    assert (lift.lit[0].elevator_id, plain(lift.lit[0].floor_room_list[0])) == ("X", ("10", "01"))
    await site.ok(f"{DEVICE}/delete", "1.0.2", dataId=data_id)
    data_id = await site.linkage("RELEASE_ONLY", triggerIotId=site.lift)
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, **person, userTargetList=TARGETS)
    await held(site)
    await car.scan(code)
    await until(lambda: len(lift.released) == 2)
    assert lift.released[1].elevator_id == "X"
    assert len(lift.calls) == 4

    # a lift that refuses: one record of each result, the failure with the lift's own words
    car.faults.refuses = "lift out of order"
    await car.scan(code)

    async def told() -> bool:
        return len(await records(site)) == 7

    await until(told)
    rows = await records(site)
    assert [row["callResultCode"] for row in rows] == [200] * 6 + [99]
    assert "lift out of order" in rows[-1]["callResultMsg"]
    assert len({row["eventId"] for row in rows}) == 7
    first = {name: rows[0][name] for name in RECORDED}
    assert first == {
        "eventId": rows[0]["eventId"], "eventTime": rows[0]["eventTime"], "identityID": site.person,
        "mediaType": "QRCODE", "mediaID": code, "entranceDeviceName": "door.unit",
        "elevatorDeviceName": "lift.gateway", "startFloor": "1", "callResultCode": 200, "callResultMsg": "success",
        "targetList": '[{"targetFloor": "10", "targetRoomNo": "01"}]',
    }  # fmt: skip
    assert rows[2]["mediaID"] == other  # by the code alone, and with the line cut
    assert rows[3].get("targetList") == "[]"

    # many at one moment: one call and one record of each
    car.faults.refuses = ""
    await asyncio.gather(*(car.scan(code) for _ in range(20)))
    await until(lambda: len(lift.released) == 22)

    async def all_told() -> bool:
        return len({row["eventId"] for row in await records(site)}) == 27

    await until(all_told)


async def test_a_right_that_ends_while_the_pass_waits_calls_no_lift(
    site: LiftSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody rides on what was taken away within `delaySeconds`; the record says why nothing came."""
    waited = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await (waited.wait() if seconds == 300 else asyncio.sleep(seconds))

    monkeypatch.setattr(
        lift_passes,
        "asyncio",
        SimpleNamespace(create_task=asyncio.create_task, gather=asyncio.gather, sleep=sleep),
    )
    await site.with_box()
    door, car = site.machines
    person = {"identityId": site.person}
    code = await code_of(site, site.person)
    data_id = await site.linkage(delaySeconds=300)
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, **person, userTargetList=TARGETS[:1])
    await held(site)
    await door.scan(code)
    await until(lambda: bool(under_way()))
    await site.ok(f"{USER}/delete", "1.0.2", dataId=data_id, **person)
    await held(site)
    waited.set()
    await until(lambda: not under_way())
    assert car.memory.calls == []
    await until(lambda: site.box.queue.backlog == 0)

    async def told() -> bool:
        return bool(await records(site))

    await until(told)
    (record,) = await records(site)
    assert record["callResultCode"] == -2
    assert "ended" in record["callResultMsg"]

"""Plates that the platform reads in a lane's pictures: for cameras that read none, and as a second opinion."""

import random
from typing import Any

import pytest

from linli.domains.access.times import write_time
from linli.domains.parking.readings.service import purge_readings
from linli.sim.lane_camera import SimulatedLaneCamera
from linli.vision.engine.ports import Busy, State
from linli.vision.plates.engine import PlateEngine
from linli.vision.plates.fake import FakePlates, marked_plate
from linli.vision.plates.looks import PlateLook
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, JPEG, OURS, Lot
from tests.domains.parking.fees.test_stays import HOUR, Gate, gate
from tests.domains.parking.test_attention import needs
from tests.domains.parking.test_exits import town
from tests.domains.parking.test_prepay import Town
from tests.domains.parking.test_tickets import Lanes
from tests.domains.parking.test_tickets import town as ticket_town
from tests.vision.conftest import plate_models
from tests.vision.plate_pictures import jpeg, scene

__all__ = ["gate", "plate_models", "ticket_town", "town"]
BOTH = pytest.mark.engines("sqlite", "postgresql")
ONE = pytest.mark.engines("sqlite")


class Seen:
    """An engine that reads what pictures are marked with, in this process. `busy`: it takes no picture."""

    def __init__(self) -> None:
        self._reader = FakePlates()
        self.busy = False
        self.asked = 0

    @property
    def state(self) -> State:
        return State(self._reader.model_id, 0, None, self._reader.models)

    async def read(self, picture: bytes) -> PlateLook:
        self.asked += 1
        if self.busy:
            raise Busy("16 asks wait already")
        return self._reader.read(picture)


def use(lot: Lot) -> Seen:
    engine = Seen()
    lot.platform.plate_readings.engine = engine
    return engine


async def reads(lot: Lot, lane_id: int, **rule: Any) -> dict[str, Any]:
    """Plates are read at a lane."""
    answer = await lot.estate.desk.put(f"{lot.path}/lanes/{lane_id}/reading", json={"isOn": True, **rule})
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def last(lot: Lot, count: int = 1) -> list[dict[str, Any]]:
    """Passes as the page shows them, newest first, as soon as so many of them were read."""
    rows: list[dict[str, Any]] = []

    async def enough() -> bool:
        answer = await lot.estate.desk.get(f"{lot.path}/passes")
        rows[:] = answer.json()["data"]
        return sum(row["reading"] is not None for row in rows) >= count

    await until(enough, 60)
    return rows


async def permit(lot: Lot, plate: str) -> None:
    now = lot.platform.clock.now_ms()
    dates = {
        "effectiveDate": write_time(now - HOUR, "Asia/Shanghai"),
        "expiryDate": write_time(now + 48 * HOUR, "Asia/Shanghai"),
    }
    await lot.ok(
        "/vehicle/permission/add", permList=[{"spaceId": str(lot.lot), "plateNumber": plate, **dates}]
    )


async def comes(camera: SimulatedLaneCamera, picture: bytes, read: str = "", **fields: Any) -> None:
    verdict = await camera.see(read, picture=picture, **fields)
    assert not verdict.open or read


@ONE
async def test_a_camera_that_reads_nothing_has_its_barrier_opened_by_its_picture(
    gate: Gate, plate_models: Any
) -> None:
    """With the real models in their child: a drawn car, over MQTT, from the picture to the barrier and the stay."""
    engine = PlateEngine(plate_models, timeout_seconds=60)
    await engine.start()
    gate.lot.platform.plate_readings.engine = engine
    try:
        await gate.published()
        view = await reads(gate.lot, gate.lot.entrance)
        assert (view["canRead"], view["cause"]) == (True, "")
        await permit(gate.lot, OURS)
        picture = jpeg(scene(OURS, "blue", random.Random(8)))
        await comes(gate.entry, picture)
        await until(lambda: gate.entry.opened == 1, 60)
        (row,) = await last(gate.lot)
        assert (row["plate"], row["permission"], row["plateColor"]) == (OURS, "ordinary", 2)
        assert (row["reading"]["outcome"], row["reading"]["plate"]) == ("read", OURS)
        assert row["reading"]["confidence"] >= 0.8
        assert (await gate.stay(OURS))["state"] == "inside"
        orders = (await gate.desk.get(f"{gate.lot.path}/lanes/{gate.lot.entrance}")).json()["orders"]
        assert [(order["action"], order["reason"]) for order in orders] == [
            ("open", "平台从车道照片中识读出车牌")
        ]
        # The camera sees it leave and says so: it is the same car, and the barrier stays down.
        await comes(gate.entry, picture, "出租车")
        rows = await last(gate.lot, 2)
        assert [row["reading"]["outcome"] for row in rows] == ["hint", "read"]
        assert (gate.entry.opened, len(await gate.stays())) == (1, 1)
    finally:
        await engine.stop()


@BOTH
async def test_only_who_would_pass_by_himself_is_let_in(gate: Gate) -> None:
    lot, entry = gate.lot, gate.entry
    use(lot)
    await gate.published()
    await reads(lot, lot.entrance)
    await permit(lot, OURS)
    await lot.estate.desk.post(f"{lot.path}/vehicles", json={"kind": "blacklist", "plate": "浙B99999"})
    cases = (
        (marked_plate(JPEG, GUEST), GUEST),  # a guest, where the lane lets none in
        (marked_plate(JPEG, "浙B99999"), "浙B99999"),
        (marked_plate(JPEG, OURS, 0.7), OURS),  # not sure enough
        (marked_plate(JPEG, "浙AD12345", 0.95, "blue"), "浙AD12345"),  # a shape that stands on green
    )
    for number, (picture, plate) in enumerate(cases, 1):
        await comes(entry, picture)
        row = (await last(lot, number))[0]
        assert (row["plate"], row["permission"]) == ("", "no_plate")
        assert (row["reading"]["outcome"], row["reading"]["plate"]) == ("hint", plate)
        (need,) = await needs(lot)
        assert (need["why"], need["plate"], need["read"]) == ("no_plate", "", plate)
        gate.later(20_000)
    await comes(entry, marked_plate(JPEG, "-"))
    assert (await last(lot, 5))[0]["reading"]["outcome"] == "none"
    gate.later(20_000)
    assert (entry.opened, await gate.stays()) == (0, [])
    await reads(lot, lot.entrance, letsGuestsIn=True)
    await comes(entry, marked_plate(JPEG, GUEST, 0.97, "green"))
    await until(lambda: entry.opened == 1, 60)
    stay = await gate.stay(GUEST)
    assert (stay["state"], stay["vehicleClass"]) == ("inside", "energy")


@BOTH
async def test_pictures_of_one_car_agree_or_it_is_asked(gate: Gate) -> None:
    lot, entry = gate.lot, gate.entry
    use(lot)
    await reads(lot, lot.entrance)
    await permit(lot, OURS)
    await comes(entry, marked_plate(JPEG, "浙A12346", 0.7))
    await last(lot, 1)
    await comes(entry, marked_plate(JPEG, OURS, 0.9))
    row = (await last(lot, 2))[0]
    assert (row["reading"]["outcome"], row["reading"]["plate"]) == ("hint", OURS)
    assert row["reading"]["confidence"] < 0.8
    gate.later(20_000)
    for confidence in (0.75, 0.79):
        await comes(entry, marked_plate(JPEG, OURS, confidence))
        await last(lot, 3)
    await until(lambda: entry.opened == 1, 60)


@BOTH
async def test_at_an_exit_a_guest_leaves_by_exactly_his_plate(gate: Gate) -> None:
    lot = gate.lot
    use(lot)
    await gate.published()
    await reads(lot, lot.exit)
    await gate.comes(GUEST)
    await comes(gate.exit, marked_plate(JPEG, "沪AD12346"))  # one character from him: no pairing by guess
    assert (await last(lot, 1))[0]["reading"]["outcome"] == "hint"
    assert (gate.exit.opened, (await gate.stay(GUEST))["state"]) == (0, "inside")
    gate.later(HOUR)
    await comes(gate.exit, marked_plate(JPEG, GUEST))
    await until(lambda: gate.exit.opened == 1, 60)
    assert (await gate.stay(GUEST))["state"] == "left"


@BOTH
async def test_who_owes_waits_at_the_exit_by_the_plate_that_was_read(town: Town) -> None:
    use(town.lot)
    await reads(town.lot, town.lot.exit)
    await town.comes(GUEST)
    town.later(2 * HOUR)
    await comes(town.exit, marked_plate(JPEG, GUEST))
    await until(lambda: town.exit.qr, 60)
    assert (town.exit.opened, (await town.stay(GUEST))["state"]) == (0, "inside")
    at = f"/parking-stays/{(await town.stay(GUEST))['id']}/payments"
    assert (await town.desk.post(at, json={"fen": 900})).status_code == 204
    await until(lambda: town.exit.opened == 1, 60)


@BOTH
async def test_a_ticket_that_was_taken_first_stays_the_only_one(ticket_town: Lanes) -> None:
    """A phone was quicker than the models: one stay, one opening."""
    town, engine = ticket_town, use(ticket_town.lot)
    engine.busy = True
    await reads(town.lot, town.lot.entrance)
    await permit(town.lot, OURS)
    picture = marked_plate(JPEG, OURS)
    town.entry.waiting = "x"  # it stands there still, as the camera says with every state
    await town.without_plate(town.entry, picture=picture)
    assert (await town.takes()).status_code == 303
    await until(lambda: town.entry.opened == 1 and engine.asked == 1, 60)
    engine.busy = False
    await town.without_plate(town.entry, picture=picture)  # the same car, seen once more
    row = (await last(town.lot))[0]
    assert (row["plate"], row["reading"]["outcome"]) == ("", "hint")
    assert (town.entry.opened, len(await town.stays())) == (1, 1)


@BOTH
async def test_a_second_opinion_raises_a_camera_or_asks_a_person(gate: Gate) -> None:
    lot = gate.lot
    engine = use(lot)
    await reads(lot, lot.entrance, doubtBelow=60)
    await gate.comes(OURS, picture=marked_plate(JPEG, OURS))
    assert engine.asked == 0  # the camera is sure
    gate.later(200_000)
    await gate.comes(GUEST, picture=marked_plate(JPEG, GUEST, 0.95), plateRecognitionReliability=0.4)
    row = (await last(lot, 1))[0]
    assert (row["plate"], row["reading"]["outcome"], row["reliability"]) == (GUEST, "agrees", 0.95)
    gate.later(200_000)
    await gate.comes("浙A00001", picture=marked_plate(JPEG, "浙A00007"), plateRecognitionReliability=0.4)
    row = (await last(lot, 2))[0]
    assert (row["plate"], row["reading"]["outcome"], row["reliability"]) == ("浙A00001", "differs", 0.4)
    (need,) = await needs(lot)
    assert (need["why"], need["plate"], need["read"]) == ("plate_doubt", "浙A00001", "浙A00007")
    stay = await gate.stay("浙A00001")
    assert (stay["state"], need["stayId"]) == ("inside", stay["id"])
    corrected = await lot.estate.desk.put(f"/parking-stays/{stay['id']}/plate", json={"plate": need["read"]})
    assert corrected.status_code == 200, corrected.text
    assert await needs(lot) == []  # the question is answered
    gate.later(200_000)
    await gate.comes("浙A00002", picture=marked_plate(JPEG, "浙A00003", 0.6), plateRecognitionReliability=0.4)
    assert (await last(lot, 3))[0]["reading"]["outcome"] == "none"  # two who are unsure are no question
    assert await needs(lot) == []


@ONE
async def test_a_barrier_that_stays_shut_is_for_a_person(gate: Gate) -> None:
    use(gate.lot)
    await reads(gate.lot, gate.lot.entrance)
    await permit(gate.lot, OURS)
    gate.entry.jammed = True
    await comes(gate.entry, marked_plate(JPEG, OURS))

    async def asked() -> bool:
        return [(need["why"], need["plate"]) for need in await needs(gate.lot)] == [("read_shut", OURS)]

    await until(asked, 60)


@ONE
async def test_without_models_nothing_changes_and_the_page_says_so(gate: Gate) -> None:
    lot = gate.lot
    await lot.platform.plate_readings.engine.start()
    view = await reads(lot, lot.entrance)
    assert (view["isOn"], view["canRead"], view["cause"], view["last"]) == (True, False, "no_models", [])
    await permit(lot, OURS)
    await gate._passes(gate.entry, "", {"picture": marked_plate(JPEG, OURS)})
    (need,) = await needs(lot)
    assert (need["why"], need["read"], gate.entry.opened) == ("no_plate", "", 0)


@ONE
async def test_hostile_pictures_and_a_busy_engine_leave_the_pass_as_it_is(gate: Gate) -> None:
    lot = gate.lot
    engine = use(lot)
    await reads(lot, lot.entrance)
    engine.busy = True
    await gate._passes(gate.entry, "", {"picture": marked_plate(JPEG, OURS)})
    await until(lambda: engine.asked == 1, 60)
    engine.busy = False
    gate.later(20_000)
    # A key of somebody else's is no picture of the lane, and a picture that is gone is none.
    gate.entry.report("", gate.entry.decide(""), "../../secret.jpg")
    key = await gate.entry.upload(marked_plate(JPEG, OURS))
    await lot.platform.store.delete(key)
    gate.entry.report("", gate.entry.decide(""), key)
    row = (await last(lot, 1))[0]
    assert (row["plate"], row["reading"]["outcome"], engine.asked) == ("", "none", 1)


@ONE
async def test_what_is_read_at_a_lane_is_set_by_who_may(gate: Gate) -> None:
    lot = gate.lot
    path = f"{lot.path}/lanes/{lot.entrance}/reading"
    before = (await gate.desk.get(path)).json()
    assert (before["isOn"], before["letsGuestsIn"], before["doubtBelow"]) == (False, False, 0)
    for body, status in (
        ({"isOn": True, "doubtBelow": 101}, 400),
        ({"isOn": "yes"}, 400),
        ({"isOn": True, "other": 1}, 400),
        ({}, 400),
    ):
        assert (await gate.desk.put(path, json=body)).status_code == status
    assert (await gate.desk.get(f"{lot.path}/lanes/{lot.lot}/reading")).status_code == 404
    after = await reads(lot, lot.entrance, doubtBelow=55, letsGuestsIn=True)
    assert (after["isOn"], after["letsGuestsIn"], after["doubtBelow"]) == (True, True, 55)


@BOTH
async def test_readings_go_with_their_passes(gate: Gate) -> None:
    lot, engine = gate.lot, use(gate.lot)
    await reads(lot, lot.entrance)
    await comes(gate.entry, marked_plate(JPEG, GUEST))
    await last(lot)
    now, day = lot.platform.clock.now_ms(), 24 * HOUR
    view = (await gate.desk.get(f"{lot.path}/lanes/{lot.entrance}/reading")).json()
    assert [(row["outcome"], row["plate"]) for row in view["last"]] == [("hint", GUEST)]
    await purge_readings(lot.platform.db, now_ms=now + 10 * day, days=11)
    assert (await last(lot))[0]["reading"] is not None
    await purge_readings(lot.platform.db, now_ms=now + 12 * day, days=11)
    rows = (await lot.estate.desk.get(f"{lot.path}/passes")).json()["data"]
    assert [row["reading"] for row in rows] == [None]
    assert engine.asked == 1

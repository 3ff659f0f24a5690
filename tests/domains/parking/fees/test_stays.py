"""Cars come and leave past lane cameras: their stays, fees, payments, and what a person puts right."""

from typing import Any

import pytest

from linli.domains.access.times import write_time
from linli.sim.lane_camera import SimulatedLaneCamera
from tests.domains.access.platform import until
from tests.domains.parking.conftest import Lot
from tests.domains.parking.fees.test_tariffs import case, draft

pytestmark = pytest.mark.engines("sqlite")
HOUR = 3_600_000
GUEST = "沪AD12345"
STAYS = "/parking-stays"


class Gate:
    """The lot with both of its lanes, and the console of who sits there."""

    def __init__(self, lot: Lot, cameras: tuple[SimulatedLaneCamera, SimulatedLaneCamera]) -> None:
        self.lot, (self.entry, self.exit) = lot, cameras
        self.desk = lot.estate.desk
        self.number = 0

    async def published(self, **changed: Any) -> str:
        """A tariff that the lot charges by."""
        body = {"communityId": self.lot.estate.community, "name": "地面", "draft": draft(**changed)}
        made = await self.desk.post("/parking-tariffs", json=body)
        assert made.status_code == 201, made.text
        at = f"/parking-tariffs/{made.json()['id']}"
        saved = {"name": "地面", "draft": draft(**changed), "cases": [case(900)]}
        assert (await self.desk.put(at, json=saved)).status_code == 204
        assert (await self.desk.post(f"{at}/publish")).is_success
        answer = await self.desk.put(f"{at}/lots", json={"lotIds": [self.lot.lot]})
        assert answer.status_code == 204, answer.text
        return at

    async def comes(self, plate: str, **fields: Any) -> None:
        await self._passes(self.entry, plate, fields)

    async def leaves(self, plate: str, **fields: Any) -> None:
        await self._passes(self.exit, plate, fields)

    async def _passes(self, camera: SimulatedLaneCamera, plate: str, fields: dict[str, Any]) -> None:
        await camera.see(plate, **fields)
        self.number += 1

        async def taken_in() -> bool:
            answer = await self.desk.get(f"{self.lot.estate.path}/parking/passes")
            assert answer.status_code == 200, answer.text
            return bool(answer.json()["total"] >= self.number)

        await until(taken_in)

    async def stays(self, **where: Any) -> list[dict[str, Any]]:
        answer = await self.desk.get(STAYS, params={"communityId": self.lot.estate.community, **where})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows

    async def stay(self, plate: str) -> dict[str, Any]:
        (row,) = await self.stays(plate=plate)
        return row

    def later(self, ms: int) -> None:
        self.lot.platform.clock._now_ms += ms


@pytest.fixture
async def gate(lot: Lot) -> Gate:
    _, entry = await lot.lane(lot.entrance, "camera-in")
    _, leaving = await lot.lane(lot.exit, "camera-out")
    return Gate(lot, (entry, leaving))


async def test_a_stay_is_charged_paid_and_over(gate: Gate) -> None:
    await gate.published()
    await gate.comes(GUEST)
    (lots,) = (await gate.desk.get("/parking-lots", params={"communityId": gate.lot.estate.community})).json()
    assert (lots["id"], lots["inside"]) == (gate.lot.lot, 1)
    gate.later(2 * HOUR)
    inside = await gate.stay(GUEST)
    assert (inside["state"], inside["fen"], inside["dueFen"], inside["vehicleClass"]) == (
        "inside",
        900,
        900,
        "energy",
    )
    at = f"{STAYS}/{inside['id']}"
    view = (await gate.desk.get(at)).json()
    assert [line["kind"] for line in view["fee"]["lines"]] == ["first", "further"]

    other = await gate.desk.post(f"{at}/payments", json={"fen": 500})
    assert (other.status_code, other.json()["code"]) == (409, "stay.other_amount")
    assert "9.00" in other.json()["message"]
    silent = await gate.desk.post(f"{at}/waivers", json={"fen": 900, "reason": " "})
    assert (silent.status_code, silent.json()["field"]) == (400, "reason")
    assert (await gate.desk.post(f"{at}/payments", json={"fen": 900})).status_code == 204
    twice = await gate.desk.post(f"{at}/payments", json={"fen": 900})
    assert (twice.status_code, twice.json()["code"]) == (409, "stay.nothing_due")
    gate.later(14 * 60_000)  # still time to leave
    await gate.leaves(GUEST)
    left = await gate.stay(GUEST)
    assert (left["state"], left["fen"], left["paidFen"], left["dueFen"]) == ("left", 900, 900, 0)


async def test_who_pays_late_pays_what_came_since_and_who_leaves_unpaid_is_seen(gate: Gate) -> None:
    await gate.published()
    await gate.comes(GUEST)
    gate.later(2 * HOUR)
    at = f"{STAYS}/{(await gate.stay(GUEST))['id']}"
    assert (await gate.desk.post(f"{at}/payments", json={"fen": 900})).status_code == 204
    gate.later(20 * 60_000)
    await gate.leaves(GUEST)
    left = await gate.stay(GUEST)
    assert (left["state"], left["fen"], left["dueFen"]) == ("left", 1_100, 200)
    waived = {"fen": 200, "reason": "出口排队"}
    assert (await gate.desk.post(f"{at}/waivers", json=waived)).status_code == 204
    view = (await gate.desk.get(at)).json()
    assert [(row["method"], row["fen"], row["reason"]) for row in view["payments"]] == [
        ("cash", 900, ""),
        ("waived", 200, "出口排队"),
    ]
    assert view["stay"]["dueFen"] == 0


async def test_a_right_covers_its_part_and_a_lot_without_tariff_is_free(gate: Gate) -> None:
    await gate.comes("浙A00001")
    await gate.published()
    now = gate.lot.platform.clock.now_ms()
    permission = {
        "spaceId": str(gate.lot.lot),
        "plateNumber": GUEST,
        "effectiveDate": write_time(now - HOUR, "Asia/Shanghai"),
        "expiryDate": write_time(now + HOUR, "Asia/Shanghai"),
    }
    await gate.lot.ok("/vehicle/permission/add", permList=[permission])
    await gate.comes(GUEST)
    gate.later(2 * HOUR)
    view = (await gate.desk.get(f"{STAYS}/{(await gate.stay(GUEST))['id']}")).json()
    first = view["fee"]["lines"][0]
    assert (first["kind"], first["minutes"]) == ("pass", 60)
    assert view["fee"]["fen"] == 500
    await gate.leaves("浙A00001")
    free = await gate.stay("浙A00001")
    assert (free["isFree"], free["fen"], free["dueFen"]) == (True, 0, 0)


async def test_a_misread_exit_is_mended_where_it_is_sure_and_undone_by_a_person(gate: Gate) -> None:
    await gate.published()
    await gate.comes("浙A1234B")
    await gate.comes("苏E9K777")
    gate.later(2 * HOUR)
    await gate.leaves("浙A12348")
    mended = await gate.stay("浙A1234B")
    assert (mended["state"], mended["readAs"], mended["fen"]) == ("left", "浙A12348", 900)
    undone = await gate.desk.post(f"{STAYS}/{mended['id']}/separate")
    assert undone.is_success, undone.text
    assert (await gate.stay("浙A1234B"))["state"] == "inside"
    orphan = await gate.stay("浙A12348")
    assert (orphan["isOrphan"], orphan["id"]) == (True, undone.json()["id"])
    again = await gate.desk.post(f"{STAYS}/{mended['id']}/separate")
    assert again.status_code == 409
    history = await gate.desk.get(
        f"{gate.lot.estate.path}/history", params={"kind": "parking_stay", "target": mended["id"]}
    )
    assert [row["action"] for row in history.json()["data"]] == ["separated", "mended"]


async def test_an_exit_that_may_be_of_two_waits_for_a_person(gate: Gate) -> None:
    await gate.published()
    await gate.comes("浙A1234B", plateColorNumber=2)
    await gate.comes("浙A1234S", plateColorNumber=2)
    gate.later(2 * HOUR)
    await gate.leaves("浙A1234X", plateColorNumber=2)
    (orphan,) = await gate.stays(state="orphan")
    assert orphan["isOrphan"]
    near = (await gate.desk.get(f"{STAYS}/{orphan['id']}/candidates")).json()
    assert {row["plate"] for row in near} == {"浙A1234B", "浙A1234S"}
    assert not any(row["likely"] for row in near)
    chosen = next(row for row in near if row["plate"] == "浙A1234S")
    joined = await gate.desk.post(f"{STAYS}/{orphan['id']}/join", json={"stayId": chosen["id"]})
    assert joined.json() == {"id": chosen["id"]}
    left = await gate.stay("浙A1234S")
    assert (left["state"], left["readAs"], left["fen"]) == ("left", "浙A1234X", 900)
    assert not any(row["isOrphan"] for row in await gate.stays())
    bad = await gate.desk.post(f"{STAYS}/{orphan['id']}/join", json={"stayId": "x"})
    assert bad.status_code == 400


async def test_a_plate_is_corrected_and_a_vehicle_that_is_not_there_ended(gate: Gate) -> None:
    await gate.published()
    await gate.comes("浙B00001")
    stay = await gate.stay("浙B00001")
    at = f"{STAYS}/{stay['id']}"
    wrong = await gate.desk.put(f"{at}/plate", json={"plate": "hello"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "plate")
    await gate.comes("浙B00009")
    taken = await gate.desk.put(f"{at}/plate", json={"plate": "浙B00009"})
    assert (taken.status_code, taken.json()["field"]) == (400, "plate")
    assert (await gate.desk.put(f"{at}/plate", json={"plate": "浙b·00007"})).json() == {"id": stay["id"]}
    assert (await gate.stay("浙B00007"))["state"] == "inside"
    assert (await gate.desk.post(f"{at}/end", json={"reason": "拖走"})).status_code == 204
    over = await gate.desk.post(f"{at}/end", json={"reason": "拖走"})
    assert (over.status_code, over.json()["code"]) == (409, "stay.over")
    ended = await gate.stay("浙B00007")
    assert (ended["state"], ended["dueFen"]) == ("ended", 0)

    gate.later(HOUR)
    await gate.comes("浙B00009")  # again, without having left
    assert [row["state"] for row in await gate.stays(plate="浙B00009")] == ["inside", "lost"]


async def test_a_draft_says_what_the_last_month_would_have_cost(gate: Gate) -> None:
    at = await gate.published()
    await gate.comes(GUEST)
    gate.later(2 * HOUR)
    await gate.leaves(GUEST)
    answer = await gate.desk.post(f"{at}/compare", json={"draft": draft(freeDeducted=True)})
    assert answer.is_success, answer.text
    seen = answer.json()
    assert (seen["stays"], seen["beforeFen"], seen["afterFen"], seen["cheaper"]) == (1, 900, 700, 1)
    assert [(row["plate"], row["afterFen"]) for row in seen["largest"]] == [(GUEST, 700)]
    same = (await gate.desk.post(f"{at}/compare", json={"draft": draft()})).json()
    assert (same["dearer"], same["cheaper"], same["largest"]) == (0, 0, [])


async def test_only_an_outermost_area_is_a_lot(gate: Gate) -> None:
    at = await gate.published()
    deck = await gate.desk.put(f"{at}/lots", json={"lotIds": [gate.lot.deck]})
    assert (deck.status_code, deck.json()["field"]) == (400, "lotIds")
    nowhere = await gate.desk.put(f"{at}/lots", json={"lotIds": [1]})
    assert nowhere.status_code == 404
    assert (await gate.desk.put(f"{at}/lots", json={"lotIds": []})).status_code == 204
    await gate.comes(GUEST)
    assert (await gate.stay(GUEST))["isFree"]


async def test_a_car_that_is_read_twice_came_once(gate: Gate) -> None:
    await gate.comes(GUEST)
    await gate.comes(GUEST)
    await until(lambda: gate.number == 2)
    assert len(await gate.stays()) == 1
    gate.later(HOUR)
    await gate.leaves(GUEST)
    await gate.leaves(GUEST)
    assert [row["state"] for row in await gate.stays()] == ["left"]

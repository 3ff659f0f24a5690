"""Who may take money at the exit and who may let go without, by role; cash in shifts, handed over counted."""

import asyncio
import csv
import io
from typing import Any

import pytest

from linli.domains.people.rights import Role
from tests.console.conftest import Browser
from tests.domains.access.test_search import staff
from tests.domains.parking.fees.test_stays import GUEST, HOUR, STAYS, Gate, gate

__all__ = ("gate",)
pytestmark = pytest.mark.engines("sqlite")


async def _owing(gate: Gate, *plates: str) -> list[str]:
    """Numbers of stays inside that owe 9 yuan each."""
    await gate.published()
    for plate in plates:
        await gate.comes(plate)
    gate.later(2 * HOUR)
    return [(await gate.stay(plate))["id"] for plate in plates]


def _shifts(gate: Gate) -> str:
    return f"{gate.lot.estate.path}/parking/shifts"


async def _own(web: Browser, gate: Gate) -> Any:
    answer = await web.get(f"{_shifts(gate)}/mine")
    assert answer.status_code == 200, answer.text
    return answer.json()["view"]


async def test_guards_take_cash_and_managers_waive(gate: Gate) -> None:
    first, second = await _owing(gate, GUEST, "浙A00002")
    async with staff(gate.lot.estate, Role.STAFF, community_id=gate.lot.estate.community) as guard:
        waived = await guard.post(f"{STAYS}/{first}/waivers", json={"fen": 900, "reason": "熟人"})
        assert waived.status_code == 403
        assert (await guard.post(f"{STAYS}/{first}/end", json={"reason": "不在"})).status_code == 403
        assert (await guard.get(_shifts(gate))).status_code == 403
        renamed = await guard.put(f"{STAYS}/{second}/plate", json={"plate": "浙A00003"})
        assert renamed.status_code == 200, renamed.text
        assert (await guard.post(f"{STAYS}/{first}/payments", json={"fen": 900})).status_code == 204
    waiver = {"fen": 900, "reason": "业主车辆"}
    assert (await gate.desk.post(f"{STAYS}/{second}/waivers", json=waiver)).status_code == 204
    view = (await gate.desk.get(f"{STAYS}/{second}")).json()
    assert [(row["method"], row["reason"]) for row in view["payments"]] == [("waived", "业主车辆")]


async def test_cash_is_in_a_shift_until_it_is_handed_over(gate: Gate) -> None:
    first, second, third = await _owing(gate, GUEST, "浙A00002", "浙A00003")
    async with staff(gate.lot.estate, Role.STAFF, community_id=gate.lot.estate.community) as guard:
        assert await _own(guard, gate) is None
        nothing = await guard.post(f"{_shifts(gate)}/mine/hand-over", json={"countedFen": 0})
        assert (nothing.status_code, nothing.json()["code"]) == (409, "stay.nothing_taken")
        for stay in (first, second):
            assert (await guard.post(f"{STAYS}/{stay}/payments", json={"fen": 900})).status_code == 204
        own = await _own(guard, gate)
        assert (own["shift"]["times"], own["shift"]["expectedFen"], own["shift"]["closedMs"]) == (
            2,
            1800,
            None,
        )
        assert [row["plate"] for row in own["takings"]] == ["浙A00002", GUEST]
        silent = await guard.post(f"{_shifts(gate)}/mine/hand-over", json={"countedFen": 1700})
        assert (silent.status_code, silent.json()["field"]) == (400, "reason")
        less = await guard.post(f"{_shifts(gate)}/mine/hand-over", json={"countedFen": -1})
        assert (less.status_code, less.json()["field"]) == (400, "countedFen")
        body = {"countedFen": 1700, "reason": "找零有误"}
        done = await guard.post(f"{_shifts(gate)}/mine/hand-over", json=body)
        assert done.status_code == 200, done.text
        assert (done.json()["expectedFen"], done.json()["countedFen"]) == (1800, 1700)
        assert await _own(guard, gate) is None
    assert (await gate.desk.post(f"{STAYS}/{third}/payments", json={"fen": 900})).status_code == 204
    rows = (await gate.desk.get(_shifts(gate))).json()["data"]
    assert [(row["person"], row["expectedFen"], row["countedFen"]) for row in rows] == [
        (rows[0]["person"], 900, None),
        ("保安", 1800, 1700),
    ]
    differs = (await gate.desk.get(_shifts(gate), params={"state": "differs"})).json()
    assert [row["reason"] for row in differs["data"]] == ["找零有误"]
    shown = (await gate.desk.get(f"{_shifts(gate)}/{rows[1]['id']}")).json()
    assert len(shown["takings"]) == 2
    exported = await gate.desk.get(f"{_shifts(gate)}/export.csv", params={"language": "en"})
    lines = list(csv.DictReader(io.StringIO(exported.text)))
    assert [(line["Short (yuan)"], line["Over (yuan)"]) for line in lines] == [("", ""), ("1.00", "")]


@pytest.mark.engines("sqlite", "postgresql")
async def test_cash_that_goes_back_is_in_the_shift_and_not_owed_again(gate: Gate) -> None:
    first, second = await _owing(gate, GUEST, "浙A00002")
    at = f"{STAYS}/{first}/cash-refunds"
    empty = await gate.desk.post(at, json={"fen": 300, "reason": "多收"})
    assert (empty.status_code, empty.json()["code"]) == (409, "stay.cash_refund_too_large")
    async with staff(gate.lot.estate, Role.STAFF, community_id=gate.lot.estate.community) as guard:
        assert (await guard.post(f"{STAYS}/{first}/payments", json={"fen": 900})).status_code == 204
        assert (await guard.post(at, json={"fen": 300, "reason": "多收"})).status_code == 403
        assert (await guard.get(f"{_shifts(gate)}/days")).status_code == 403
    # The guard holds that cash, the manager has none yet.
    none = await gate.desk.post(at, json={"fen": 300, "reason": "多收"})
    assert (none.status_code, none.json()["code"]) == (409, "stay.not_in_till")
    assert (await gate.desk.post(f"{STAYS}/{second}/payments", json={"fen": 900})).status_code == 204
    for body, status in (
        ({"fen": 300, "reason": " "}, 400),
        ({"fen": 0, "reason": "多收"}, 400),
        ({"fen": "drei", "reason": "多收"}, 400),
        ({"fen": 901, "reason": "多收"}, 409),
    ):
        assert (await gate.desk.post(at, json=body)).status_code == status, body
    answers = await asyncio.gather(
        *(gate.desk.post(at, json={"fen": 500, "reason": "多收"}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    view = (await gate.desk.get(f"{STAYS}/{first}")).json()
    assert sorted((row["method"], row["fen"]) for row in view["payments"]) == [
        ("cash", 900),
        ("given_back", -500),
        ("waived", 500),
    ]
    assert (view["stay"]["dueFen"], view["cashFen"]) == (0, 400)
    own = await _own(gate.desk, gate)
    assert (own["shift"]["times"], own["shift"]["backFen"], own["shift"]["expectedFen"]) == (1, 500, 400)
    (day,) = (await gate.desk.get(f"{_shifts(gate)}/days")).json()
    assert (day["times"], day["fen"], day["backTimes"], day["backFen"]) == (2, 1800, 1, 500)
    assert [row["fen"] for row in own["takings"]] == [-500, 900]
    exported = await gate.desk.get(f"{_shifts(gate)}/export.csv", params={"language": "en"})
    lines = list(csv.DictReader(io.StringIO(exported.text)))
    assert sorted(line["Given back (yuan)"] for line in lines) == ["", "5.00"]


async def test_who_left_unpaid_is_listed_until_it_is_paid(gate: Gate) -> None:
    (stay,) = await _owing(gate, GUEST)
    await gate.leaves(GUEST)
    asked = {"communityId": gate.lot.estate.community}
    (row,) = (await gate.desk.get(f"{STAYS}/owing", params=asked)).json()["data"]
    assert (row["id"], row["dueFen"]) == (stay, 900)
    other = await gate.desk.get(f"{STAYS}/owing", params={**asked, "plate": "浙B"})
    assert other.json()["total"] == 0
    assert (await gate.desk.post(f"{STAYS}/{stay}/payments", json={"fen": 900})).status_code == 204
    assert (await gate.desk.get(f"{STAYS}/owing", params=asked)).json()["total"] == 0


@pytest.mark.engines("sqlite", "postgresql")
async def test_of_ten_who_take_the_same_fee_at_once_one_has_it(gate: Gate) -> None:
    (stay,) = await _owing(gate, GUEST)
    answers = await asyncio.gather(
        *(gate.desk.post(f"{STAYS}/{stay}/payments", json={"fen": 900}) for _ in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [204] + [409] * 9
    assert (await _own(gate.desk, gate))["shift"]["expectedFen"] == 900

"""What single rights show and allow at lanes: amounts for who takes fees, words on a screen with a reason."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from linli.domains.parking.claims import service as claims
from linli.domains.people.rights import Rights, Role, RoleGrant
from linli.domains.people.service import accounts, organisation, ownership, passwords
from linli.domains.people.service.organisation import Hand
from linli.kernel.db import Tx
from tests.console.conftest import PASSWORD, Browser
from tests.domains.parking.conftest import GUEST, Lot
from tests.domains.parking.fees.test_stays import HOUR, STAYS, gate
from tests.domains.parking.test_control_room import at, seat
from tests.domains.parking.test_exits import town
from tests.domains.parking.test_prepay import Town

__all__ = ["gate", "town"]
pytestmark = pytest.mark.engines("sqlite")
PHONE = "13800000032"


@asynccontextmanager
async def clerk(lot: Lot, *rights: str) -> AsyncIterator[Browser]:
    """A person of the company with these rights alone."""
    estate = lot.estate
    main = Rights(1, "main", (RoleGrant(Role.TENANT_ADMIN, estate.tenant.tenant),))
    hand, hashed = Hand(estate.tenant, main, estate.platform.ids), await accounts.hash_password(PASSWORD)
    async with estate.platform.db.begin() as tx:
        person = await organisation.add_person(hand, tx, name="职员", phone=PHONE)
        await ownership.prove(tx, account_id=person, now_ms=estate.now)
        await passwords.set_password(tx, account_id=person, password_hash=hashed, now_ms=estate.now)
        await organisation.set_rights(hand, tx, account_id=person, rights=list(rights))
        await organisation.join_groups(hand, tx, account_ids=[person], project_ids=[lot.partner.project_id])
    async with Browser(estate.parts, address="192.0.2.78") as browser:
        answer = await browser.sign_in(PHONE)
        assert answer.status_code == 200, answer.text
        yield browser


async def test_amounts_of_stays_are_for_who_takes_fees(town: Town) -> None:
    await town.comes(GUEST)
    town.later(2 * HOUR)
    stay = await town.stay(GUEST)
    assert (stay["fen"], stay["dueFen"]) == (900, 900)
    where = {"communityId": town.lot.estate.community}
    async with clerk(town.lot, "vehicles.use") as guard:
        (row,) = (await guard.get(STAYS, params=where)).json()["data"]
        assert row["plate"] == GUEST
        assert (row["fen"], row["paidFen"], row["dueFen"]) == (None, None, None)
        view = (await guard.get(f"{STAYS}/{stay['id']}")).json()
        assert (view["stay"]["dueFen"], view["fee"], view["payments"], view["cashFen"]) == (None, None, [], 0)
        assert (await guard.get(f"{STAYS}/owing", params=where)).status_code == 403
        assert (await guard.post(f"{STAYS}/{stay['id']}/payments", json={"fen": 900})).status_code == 403


async def test_why_cash_was_taken_and_a_plate_corrected_is_kept(town: Town) -> None:
    await town.comes(GUEST)
    town.later(2 * HOUR)
    path = f"{STAYS}/{(await town.stay(GUEST))['id']}"
    for tail, body in (("payments", {"fen": 900}), ("plate", {"plate": "沪AD12346"})):
        send = town.desk.put if tail == "plate" else town.desk.post
        refused = await send(f"{path}/{tail}", json={**body, "reason": "长" * 201})
        assert (refused.status_code, refused.json()["field"]) == (400, "reason")
        answer = await send(f"{path}/{tail}", json={**body, "reason": "岗亭核对"})
        assert answer.is_success, answer.text
    assert [row["reason"] for row in (await town.desk.get(path)).json()["payments"]] == ["岗亭核对"]
    where = {"kind": "parking_stay", "target": path.rpartition("/")[2]}
    rows = (await town.desk.get(f"{town.lot.estate.path}/history", params=where)).json()["data"]
    assert [row["action"] for row in rows[:2]] == ["corrected", "cash"]
    assert all("岗亭核对" in str(row) for row in rows[:2])


async def test_who_works_at_lanes_shows_words_with_a_reason(lot: Lot) -> None:
    await lot.lane(lot.entrance, "lane-1")
    async with clerk(lot, "vehicles.use", "doors.use") as guard:
        silent = await guard.post(at(lot, "lines"), json={"lines": ["请稍候"]})
        assert (silent.status_code, silent.json()["field"]) == (400, "reason")
        shown = {"lines": ["请稍候"], "reason": "前车未走"}
        assert (await guard.post(at(lot, "lines"), json=shown)).is_success
        assert (await guard.post(at(lot, "qr"), json={"text": "x"})).status_code == 403
    assert (await lot.estate.desk.post(at(lot, "lines"), json={"lines": ["试屏"]})).is_success


async def test_a_code_and_two_stays_put_together_are_for_the_seat_that_has_the_lane(town: Town) -> None:
    lot = town.lot
    await town.comes(GUEST)
    town.later(HOUR)
    await town.leaves("苏E88888")
    (orphan,) = await town.stays(state="orphan")
    stay = await town.stay(GUEST)
    async with seat(lot) as other:
        assert (await other.post(at(lot, lane=lot.exit), json={})).status_code == 200
        shown = await town.desk.post(at(lot, "qr", lane=lot.exit), json={"text": "x"})
        assert (shown.status_code, shown.json()["code"]) == (409, "parking.lane_claimed")
        joined = await town.desk.post(f"{STAYS}/{orphan['id']}/join", json={"stayId": stay["id"]})
        assert (joined.status_code, joined.json()["code"]) == (409, "parking.lane_claimed")
        joined = await other.post(f"{STAYS}/{orphan['id']}/join", json={"stayId": stay["id"]})
        assert joined.is_success, joined.text


@pytest.mark.engines("sqlite", "postgresql")
async def test_no_seat_slips_in_between_the_look_at_a_claim_and_the_act(lot: Lot) -> None:
    order: list[str] = []
    async with seat(lot) as other:

        async def claims_it() -> None:
            answer = await other.post(at(lot), json={})
            assert answer.status_code == 200, answer.text
            order.append("claim")

        async def acts(tx: Tx) -> asyncio.Task[None]:
            await claims.require_free(
                lot.estate.tenant,
                tx,
                [lot.entrance],
                community_id=lot.estate.community,
                seat=1,
                now_ms=lot.platform.clock.now_ms(),
            )
            waiting = asyncio.create_task(claims_it())
            await asyncio.wait((waiting,), timeout=0.5)
            order.append("act")
            return waiting

        waiting = await lot.platform.db.run(acts)
        await waiting
    assert order == ["act", "claim"]


async def test_a_lane_of_others_is_not_locked_by_a_car_that_is_said_to_stand_there(town: Town) -> None:
    await town.comes(GUEST)
    stay = (await town.stay(GUEST))["id"]
    for lane in (987654321, town.lot.lot):
        body = {"laneId": str(lane), "reason": "手机丢失"}
        answer = await town.desk.post(f"/parking-cars-without-plate/{stay}/exit", json=body)
        assert answer.status_code == 404, answer.text

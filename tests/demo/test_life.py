"""People at the doors of the sample: their passes reach the platform; what goes wrong heals."""

import random

import pytest

from linli.delivery.queries import list_rows
from linli.delivery.schemas import DesiredFilter, DesiredRow
from linli.delivery.service import retry
from linli.demo import town
from linli.demo.folder import DemoFolder
from linli.demo.mishaps import Mishaps
from linli.demo.town import Neighbour, Town
from linli.demo.visitors import Visitors
from linli.demo.wallet import VALID_MS, Wallet
from linli.domains.access.queries.passes import PassFilter, list_passes
from linli.domains.access.rows import Pass
from linli.kernel.pages import PageRequest
from linli.rules import PassCode
from tests.demo.conftest import Sample, start, until, wishes


async def passes(sample: Sample, **where: object) -> list[Pass]:
    conditions = PassFilter(community_id=sample.site.community.community_id, **where)  # type: ignore[arg-type]
    page = await list_passes(
        sample.site.tenant, sample.platform.db, where=conditions, page=PageRequest(1, 200)
    )
    return page.data


async def at(sample: Sample, number: int, **where: object) -> list[Pass]:
    """So many passes, as soon as they are in the database."""

    async def enough() -> list[Pass]:
        found = await passes(sample, **where)
        return found if len(found) >= number else []

    return await until(enough)


async def people(sample: Sample) -> tuple[Town, Neighbour, Neighbour]:
    """(town, somebody with a code, somebody with a card)."""
    there = await town.look(sample.platform, sample.site)
    with_code = next(person for person in there.people if person.codes)
    with_card = next(person for person in there.people if person.cards and not person.codes)
    return there, with_code, with_card


async def test_a_code_from_the_app_opens_ones_own_door_and_is_on_record_at_once(sample: Sample) -> None:
    there, resident, _ = await people(sample)
    (code,) = resident.codes
    wallet = Wallet(sample.platform, sample.site)
    text = await wallet.picture(resident.identity_id, code)
    assert len(text) == 88
    assert await wallet.picture(resident.identity_id, code) == text
    own = sample.fleet.doors[there.unit_door(resident)]

    async def delivered() -> bool:
        return bool(own.public_key) and code in own.permissions.qr

    await until(delivered)
    assert own.scan(text).opens
    others = [door for door in there.of_role("unit") if door not in resident.codes[code]]
    assert sample.fleet.doors[others[0]].scan(text).code is PassCode.QR_UNKNOWN
    found = {row.iot_id: row for row in await at(sample, 2)}
    passed, refused = found[there.unit_door(resident)], found[others[0]]
    assert (passed.code, passed.name, passed.type, passed.direction) == (
        0,
        resident.name,
        "QRCODE",
        "ENTRANCE",
    )
    assert passed.received_ms - passed.passed_ms < 5000
    assert refused.code == 103


async def test_the_lift_takes_up_whom_the_door_lets_in(sample: Sample) -> None:
    there, resident, _ = await people(sample)
    lift = sample.fleet.lifts[resident.building]
    (code,) = resident.codes

    async def delivered() -> bool:
        return bool(lift.public_key) and code in lift.permissions.qr

    await until(delivered)
    assert not lift.press_floor(resident.floor)
    text = await Wallet(sample.platform, sample.site).picture(resident.identity_id, code)
    assert lift.scan(text).opens
    assert lift.press_floor(resident.floor)
    (passed,) = await at(sample, 1)
    assert (passed.iot_id, passed.code, passed.name) == (there.lift(resident), 0, resident.name)
    stranger = next(one for one in there.people if one.codes and one.building != resident.building)
    (other,) = stranger.codes
    wrong = await Wallet(sample.platform, sample.site).picture(stranger.identity_id, other)
    assert lift.scan(wrong).code is PassCode.QR_UNKNOWN


async def test_a_pulled_cable_delays_passes_and_loses_none(sample: Sample) -> None:
    there, _, resident = await people(sample)
    (card,) = resident.cards
    gate = sample.fleet.doors[there.of_role("in")[0]]
    gate.link.cut()
    for _ in range(5):
        assert gate.swipe(card).opens
    assert gate.link.unsent >= 5
    assert await passes(sample) == []
    gate.link.mend()
    found = await at(sample, 5)
    assert len(found) == 5
    assert {row.name for row in found} == {resident.name}


async def test_a_door_that_refuses_files_needs_attention_until_it_is_well(sample: Sample) -> None:
    there = await town.look(sample.platform, sample.site)
    (club,) = there.of_role("club")
    door = sample.fleet.doors[club]
    before = set(door.permissions.cards)
    door.refuse_files = True
    mishaps = Mishaps(sample.platform, sample.site, there, sample.fleet)
    await mishaps._new_members(club)
    wanted = DesiredFilter(device=club, statuses=("unknownError", "needManual"))
    site, db = sample.site, sample.platform.db

    async def failed() -> list[DesiredRow]:
        page = await list_rows(site.tenant, db, wanted=wanted, page=PageRequest(1, 10))
        return page.data if page.total == 3 else []

    rows = await until(failed)
    assert {(row.reason, "storage fault" in row.detail) for row in rows} == {("refused", True)}
    door.refuse_files = False
    async with db.begin() as tx:
        due = await retry(
            site.tenant, tx, row_ids=[row.id for row in rows], now_ms=sample.platform.clock.now_ms()
        )
    assert due == 3

    async def held() -> bool:
        return len(set(door.permissions.cards) - before) == 3

    await until(held)


async def test_a_visitors_code_is_used_up_and_forgotten(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await town.look(sample.platform, sample.site)
    wallet = Wallet(sample.platform, sample.site)
    visitors = Visitors(sample.platform, sample.site, there, sample.fleet, wallet)
    monkeypatch.setattr(visitors, "_random", random.Random(4))
    identity_id, code = await visitors._invite(there.people[0], starts_in_ms=0)
    gate = sample.fleet.doors[there.of_role("in")[0]]

    async def delivered() -> bool:
        return code in gate.permissions.qr and gate.public_key is not None

    await until(delivered)
    assert gate.scan(await wallet.picture(identity_id, code)).opens
    assert gate.scan(await wallet.picture(identity_id, code)).code is PassCode.QR_USED_UP
    found = await at(sample, 2)
    assert sorted(row.code for row in found) == [0, 104]
    assert {row.name.endswith("（访客）") for row in found} == {True}
    assert {row.remaining for row in found} == {0}
    await visitors.leave(identity_id)

    async def forgotten() -> bool:
        return all(code not in door.permissions.qr for door in sample.fleet.doors.values())

    await until(forgotten)


async def test_old_pictures_linger_in_the_wallet(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    there, resident, _ = await people(sample)
    (code,) = resident.codes
    wallet = Wallet(sample.platform, sample.site)
    text = await wallet.picture(resident.identity_id, code)
    assert wallet.screenshot(random.Random(1)) == ""
    later = sample.platform.clock.now_ms() + VALID_MS + 1500
    monkeypatch.setattr(sample.platform.clock, "now_ms", lambda: later)
    assert wallet.screenshot(random.Random(1)) == text
    assert await wallet.picture(resident.identity_id, code) != text
    door = sample.fleet.doors[there.unit_door(resident)]
    monkeypatch.setattr(door, "_now_ms", lambda: later)
    assert door.scan(text).code is PassCode.QR_EXPIRED


async def test_life_goes_on_when_its_people_lose_their_rights(folder: DemoFolder) -> None:
    living = await start(folder, wishes(life=True))
    try:
        before = len(await at(living, 5))
        there = await town.look(living.platform, living.site)
        for door in living.fleet.doors.values():
            door.permissions.cards.clear()
            door.permissions.qr.clear()
        refused = await at(living, 3, refused=True)
        assert {row.code for row in refused} <= {103, 203}
        assert len(await passes(living)) > before
        assert len(there.people) == 500
    finally:
        await living.demo.stop()

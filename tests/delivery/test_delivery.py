"""Grants become rows, rows reach devices and stay right there: whatever fails on the way."""

from collections.abc import Sequence

import msgspec
import pytest

from linli.delivery import queries, service
from linli.delivery.retention import forget_ended
from linli.delivery.schemas import Content, DeliverySettled, DesiredFilter, GrantRow, Target
from linli.delivery.store import free_leases
from linli.kernel.db import Reader, Tx
from linli.kernel.db.errors import ConnectionLost, LostRace
from linli.kernel.disk import DiskFull
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Caller, Scope
from tests.delivery.conftest import TENANT, House
from tests.delivery.shelf import KIND, Killed

DAY = 86_400_000


async def test_a_right_is_waiting_then_held_then_gone(house: House) -> None:
    await house.grant()
    assert await house.status() == "toBeTransferred"
    assert await house.work() == 1
    row = await house.row()
    assert (row.status, row.confirmed_ms) == ("transferred", house.clock.now_ms())
    assert house.shelf.held_by("door-1") == {"A"}
    assert await house.revoke()
    assert await house.status() == "toBeTransferred"
    await house.work()
    assert await house.status() == "transferDeleted"
    assert house.shelf.held_by("door-1") == set()
    assert not await house.revoke()


async def test_the_same_grant_again_sends_nothing(house: House) -> None:
    first = await house.grant()
    await house.work()
    assert await house.grant() == first
    assert await house.work() == 0


async def test_a_changed_window_is_sent_anew(house: House) -> None:
    await house.grant()
    await house.work()
    ends = house.clock.now_ms() + DAY
    await house.grant(house.wish(ends_ms=ends))
    assert await house.work() == 1
    assert msgspec.json.decode(house.shelf.stored["door-1", "A"], type=Content).ends_ms == ends


async def test_what_two_sources_granted_stays_until_both_took_it_back(house: House) -> None:
    await house.grant()
    await house.grant(house.wish(source="other"))
    await house.work()
    await house.revoke()
    await house.work()
    assert house.shelf.held_by("door-1") == {"A"}
    await house.revoke(house.wish(source="other"))
    await house.work()
    assert house.shelf.held_by("door-1") == set()


async def test_a_right_taken_back_before_it_was_sent_never_reaches_the_device(house: House) -> None:
    await house.grant()
    await house.revoke()
    assert await house.work() == 0
    assert (await house.status(), house.shelf.batches) == ("transferDeleted", [])


async def test_an_offline_device_is_waited_for_and_served_when_it_returns(house: House) -> None:
    house.shelf.offline.add("door-1")
    await house.grant()
    for _ in range(10):
        await house.work()
        await house.clock.advance(DAY)
    row = await house.row()
    assert (row.status, row.failures, row.reason) == ("deviceOffline", 0, "offline")
    await house.work()
    house.shelf.offline.clear()
    assert await house.work() == 0
    await house.online()
    assert await house.work() == 1
    assert await house.status() == "transferred"


@pytest.mark.parametrize("error", [LostRace(), ConnectionLost(), DiskFull()])
async def test_a_database_that_cannot_is_not_taken_for_a_device_that_is_away(
    house: House, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that is away is waited for until it comes back; this one is there all the time."""

    async def fails(device: str, batch: Sequence[object]) -> None:
        raise error

    await house.grant()
    with monkeypatch.context() as patch:
        patch.setattr(house.shelf, "carry", fails)
        await house.work()
    row = await house.row()
    assert (row.status, row.reason) == ("unknownError", "broken")
    await house.clock.advance(120_000)
    await house.work()
    assert await house.status() == "transferred"


async def test_a_silent_device_times_out_and_after_three_retries_needs_a_person(house: House) -> None:
    house.shelf.silent.add("door-1")
    await house.grant()
    await house.work()
    assert await house.status() == "transferTimeout"
    for _ in range(4):
        await house.clock.advance(DAY)
        await house.work()
    row = await house.row()
    assert (row.status, row.next_try_ms, len(house.shelf.batches)) == ("needManual", None, 4)
    house.shelf.silent.clear()
    async with house.db.begin() as tx:
        assert await service.retry(house.scope, tx, row_ids=[row.id], now_ms=house.clock.now_ms()) == 1
    await house.work()
    assert await house.status() == "transferred"


async def test_delete_time_outs_have_their_own_status(house: House) -> None:
    await house.grant()
    await house.work()
    house.shelf.silent.add("door-1")
    await house.revoke()
    await house.work()
    assert await house.status() == "deleteTimeout"


async def test_one_bad_entry_does_not_keep_the_others_out(house: House) -> None:
    house.shelf.poison.add("bad")
    for credential in ("bad", *"ABCDEFGH"):
        await house.grant(house.wish(credential))
    for _ in range(12):
        await house.work()
        await house.clock.advance(7_200_000)
    assert house.shelf.held_by("door-1") == set("ABCDEFGH")
    row = await house.row("bad")
    assert (row.status, row.detail) == ("needManual", "bad entry")


async def test_killed_after_the_device_confirmed_it_sends_again(house: House) -> None:
    await house.grant()
    house.shelf.kill_after_store = True
    with pytest.raises(Killed):
        await house.work()
    assert await house.status() == "transferring"
    house.shelf.kill_after_store = False
    assert await house.work() == 0
    await house.clock.advance(60_000)
    assert await house.work() == 1
    assert await house.status() == "transferred"


async def test_the_only_process_of_a_database_waits_for_no_dead_one(house: House) -> None:
    await house.grant()
    house.shelf.kill_after_store = True
    with pytest.raises(Killed):
        await house.work()
    house.shelf.kill_after_store = False
    assert await free_leases(house.db, house.clock.now_ms()) == 1
    assert await house.work() == 1
    assert await house.status() == "transferred"
    assert await free_leases(house.db, house.clock.now_ms()) == 0


async def test_a_change_while_the_device_is_at_work_is_sent_after_it(house: House) -> None:
    await house.grant()
    house.shelf.kill_after_store = True
    with pytest.raises(Killed):
        await house.work()
    house.shelf.kill_after_store = False
    await house.revoke()
    assert await house.status() == "transferring"
    await house.clock.advance(60_000)
    await house.work()
    assert (await house.status(), house.shelf.held_by("door-1")) == ("transferDeleted", set())


async def test_two_workers_never_serve_one_device_at_once(house: House) -> None:
    other = House(house.db, house.clock, house.shelf)
    for number in range(3):
        await house.grant(house.wish(str(number)))
    store, second = house.reconciler._store, other.reconciler._store
    assert len(await store.claim("door-1", [KIND], most=1)) == 1
    assert await second.claim("door-1", [KIND], most=10) == []
    assert await other.work() == 0


async def test_an_ended_right_lingers_a_day_and_is_deleted_then(house: House) -> None:
    await house.grant(house.wish(ends_ms=house.clock.now_ms() + 3_600_000))
    await house.work()
    await house.clock.advance(3_600_001)
    assert await house.work() == 0
    assert house.shelf.held_by("door-1") == {"A"}
    await house.clock.advance(DAY + 1)
    assert await house.work() == 1
    assert (await house.status(), house.shelf.held_by("door-1")) == ("transferDeleted", set())


async def test_the_gap_between_two_grants_is_not_opened(house: House) -> None:
    now = house.clock.now_ms()
    await house.grant(house.wish(source="monday", starts_ms=now, ends_ms=now + DAY))
    await house.grant(house.wish(source="friday", starts_ms=now + 4 * DAY, ends_ms=now + 5 * DAY))
    await house.work()
    content = msgspec.json.decode(house.shelf.stored["door-1", "A"], type=Content)
    assert (content.starts_ms, content.ends_ms) == (now, now + DAY)
    await house.clock.advance(DAY + 1)
    await house.work()
    content = msgspec.json.decode(house.shelf.stored["door-1", "A"], type=Content)
    assert (content.starts_ms, content.ends_ms) == (now + 4 * DAY, now + 5 * DAY)


async def test_read_back_repairs_what_a_device_lost(house: House) -> None:
    for credential in "ABC":
        await house.grant(house.wish(credential))
    await house.revoke(house.wish("C"))
    await house.work()
    stray = house.shelf.stored.pop(("door-1", "A"))
    house.shelf.stored["door-1", "C"] = stray
    assert await house.comparing.compare("door-1", TENANT) == 2
    assert await house.work() == 2
    assert house.shelf.held_by("door-1") == {"A", "B"}
    assert await house.comparing.compare("door-1", TENANT) == 0


async def test_sending_again_on_request(house: House) -> None:
    await house.grant()
    await house.work()
    async with house.db.begin() as tx:
        await service.resend(tx, device="door-1", kind=KIND, credential="A", now_ms=house.clock.now_ms())
    assert await house.work() == 1


async def test_a_grant_on_a_scope_reaches_its_devices_and_follows_them(house: House) -> None:
    doors = ["door-1", "door-2"]

    async def every_door(scope: Scope, db: Reader, grants: Sequence[GrantRow]) -> dict[int, list[Target]]:
        return {
            grant.id: [Target(door, grant.credential, grant.subject, grant.content) for door in doors]
            for grant in grants
        }

    house.carriers.expand("community", every_door)
    wish = house.wish(device="1", target_type="community")
    await house.grant(wish)
    assert await house.work() == 2
    doors[:] = ["door-2", "door-3"]
    async with house.db.begin() as tx:
        await service.expand_scope(tx, target_type="community", target="1")
    await house.work()
    assert {device for device, _ in house.shelf.stored} == {"door-2", "door-3"}
    await house.revoke(wish)
    await house.work()
    assert house.shelf.stored == {}


async def test_what_a_device_may_have_taken_before_its_line_broke_is_taken_off_again(house: House) -> None:
    house.shelf.cut_off.add("door-1")
    await house.grant()
    await house.work()
    assert await house.status() == "deviceOffline"
    assert house.shelf.held_by("door-1") == {"A"}
    await house.revoke()
    assert await house.status() == "toBeTransferred"  # not "removed": nobody knows that it is not there
    house.shelf.cut_off.clear()
    await house.online()
    await house.work()
    assert house.shelf.held_by("door-1") == set()
    assert await house.status() == "transferDeleted"


async def test_history_tells_who_did_what(house: House) -> None:
    await house.grant()
    await house.work()
    row = await house.row()
    await house.revoke()
    await house.work()
    history = await queries.history_of(house.scope, house.db, row_id=row.id)
    assert [(h.state, h.deleting, h.caller) for h in reversed(history)] == [
        ("waiting", 0, "app:30239797"),
        ("held", 0, "device"),
        ("waiting", 1, "app:30239797"),
        ("removed", 1, "device"),
    ]


async def test_lists_filter_and_count_by_status(house: House) -> None:
    house.shelf.offline.add("door-2")
    await house.grant(house.wish("A"))
    await house.grant(house.wish("B", "door-2"))
    await house.grant(house.wish("C"))
    await house.work()
    await house.revoke(house.wish("C"))
    assert {row.credential for row in await house.rows(statuses=("transferred", "deviceOffline"))} == {
        "A",
        "B",
    }
    assert [row.credential for row in await house.rows(device="door-2")] == ["B"]
    assert [row.credential for row in await house.rows(credential="A", kinds=(KIND,), subject="50ac")] == [
        "A"
    ]
    assert await house.rows(kinds=("other",)) == []
    counts = await queries.count_by_status(house.scope, house.db, wanted=DesiredFilter(community_id=1))
    assert counts == {"transferred": 1, "deviceOffline": 1, "toBeTransferred": 1}


async def test_nobody_sees_or_touches_rows_of_another_community_or_tenant(house: House) -> None:
    await house.grant()
    row = await house.row()
    strangers = [
        Scope(TENANT, Caller("app", "1"), frozenset({2})),
        Scope("0" * 32, Caller("app", "1"), frozenset({1})),
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            await queries.get_row(stranger, house.db, row_id=row.id)
        async with house.db.begin() as tx:
            assert not await service.revoke(stranger, tx, house.wish(), now_ms=1)
            with pytest.raises(NotFound):
                await service.retry(stranger, tx, row_ids=[row.id], now_ms=1)
    async with house.db.begin() as tx:
        with pytest.raises(NotFound):
            await service.grant(house.scope, tx, house.wish(community_id=3), now_ms=1)
        with pytest.raises(BadInput):
            await service.grant(house.scope, tx, house.wish(starts_ms=2, ends_ms=1), now_ms=1)
    assert await house.status() == "toBeTransferred"


async def test_other_rooms_hear_of_each_change(house: House) -> None:
    heard: list[tuple[str, str]] = []

    async def listen(tx: Tx, event: DeliverySettled) -> None:
        heard.append((event.before, event.status))

    house.db.handlers.inline(DeliverySettled, listen)
    await house.grant()
    await house.work()
    assert heard == [("transferDeleted", "toBeTransferred"), ("transferring", "transferred")]


async def test_the_worker_hears_of_a_grant_and_serves_many_devices(house: House) -> None:
    import asyncio

    await house.reconciler.start()
    try:
        for number in range(40):
            await house.grant(house.wish(device=f"door-{number}"))
        async with asyncio.timeout(30):
            while len(house.shelf.stored) < 40:
                await asyncio.sleep(0.01)
    finally:
        await house.reconciler.stop()


async def test_what_ended_long_ago_is_forgotten_and_what_holds_is_not(house: House) -> None:
    await house.grant(house.wish("old"))
    await house.grant(house.wish("held"))
    await house.work()
    await house.revoke(house.wish("old"))
    await house.work()
    now = house.clock.now_ms()
    assert await forget_ended(house.db, now_ms=now + 180 * DAY) == 0
    assert await forget_ended(house.db, now_ms=now + 181 * DAY) == 2
    assert [row.credential for row in await house.rows()] == ["held"]
    (row,) = await house.rows()
    assert await queries.history_of(house.scope, house.db, row_id=row.id)
    await house.grant(house.wish("old"))
    await house.work()
    assert house.shelf.held_by("door-1") == {"old", "held"}

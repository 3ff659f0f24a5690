"""An alarm of a door is taken by a person of the staff, closed with a word, and each step can be taken back."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from linli.app.events import to_pages
from linli.console.hub import Hub
from linli.domains.access.queries.alarms import AlarmFilter, list_alarms
from linli.domains.access.service.alarms import purge_alarms
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel import history, tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from tests.console.conftest import PASSWORD, Browser
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until

FORCED, FORCED_OVER = 4, 5
DAY = 86_400_000


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


@asynccontextmanager
async def person(estate: Estate, login: str, role: Role, **place: Any) -> AsyncIterator[Browser]:
    """Signed in with a role, in the estate's company unless another is given."""
    hashed = await accounts.hash_password(PASSWORD)
    place = {"tenant_id": estate.tenant.tenant, **place}
    async with estate.platform.db.begin() as tx:
        account = await accounts.create_account(
            tx,
            login=login,
            password_hash=hashed,
            proven=True,
            name=f"员工{login[-1]}",
            ids=estate.platform.ids,
            now_ms=estate.now,
        )
        await accounts.grant_role(tx, account_id=account, role=role, now_ms=estate.now, **place)
    async with Browser(estate.parts, address=f"192.0.2.1{login[-1]}") as browser:
        assert (await browser.sign_in(login)).status_code == 200
        yield browser


async def alarms(web: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    answer = await web.get("/door-alarms", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def forced(estate: Estate, door: Any) -> dict[str, Any]:
    """A door is forced: its alarm as the desk sees it."""
    before = len(await alarms(estate.desk))
    door.link.queue_event("alarmEvent", {"alarmType": FORCED, "alarm": "…"})

    async def listed() -> bool:
        return len(await alarms(estate.desk)) > before

    await until(listed)
    return (await alarms(estate.desk))[0]


async def past(estate: Estate, alarm: str) -> list[dict[str, Any]]:
    asked = {"kind": "door_alarm", "target": alarm}
    answer = await estate.desk.get(f"{estate.path}/history", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


@pytest.mark.engines("sqlite", "postgresql")
async def test_an_alarm_is_taken_closed_with_a_word_and_reopened(estate: Estate) -> None:
    _, door = await estate.new_door("SN-1", "北门")
    alarm = await forced(estate, door)
    step = f"/door-alarms/{alarm['id']}"
    assert (alarm["handling"], alarm["takenBy"], alarm["takenMs"]) == ("open", "", None)
    async with (
        person(estate, "13900000001", Role.STAFF, community_id=estate.community) as guard,
        person(estate, "13900000002", Role.STAFF, community_id=estate.community) as other,
    ):
        for _ in range(2):  # again is the same
            assert (await guard.post(f"{step}/take")).status_code == 204
        (row,) = await alarms(estate.desk, handling="taken")
        assert (row["takenBy"], row["takenMs"], row["handling"]) == ("员工1", estate.now, "taken")
        assert await alarms(estate.desk, handling="open,closed") == []
        refused = await other.post(f"{step}/take")
        assert (refused.status_code, refused.json()["code"]) == (409, "access.alarm_taken")
        assert "员工1" in refused.json()["message"]
        for body, field in (
            ({"outcome": "x"}, "outcome"), ({"outcome": "other"}, "note"),
            ({"outcome": "other", "note": " "}, "note"), ({"outcome": "real", "note": "x" * 201}, "note"),
            ({"outcome": "real", "note": "a\u0007"}, "note"),
        ):  # fmt: skip
            wrong = await other.post(f"{step}/close", json=body)
            assert (wrong.status_code, wrong.json()["field"]) == (400, field), body
        await estate.platform.clock.advance(1000)
        body = {"outcome": "other", "note": "  搬家 挡住了门 "}
        assert (await other.post(f"{step}/close", json=body)).status_code == 204
        (row,) = await alarms(estate.desk, handling="closed")
        assert (row["takenBy"], row["closedBy"], row["closedMs"]) == ("员工1", "员工2", estate.now)
        assert (row["outcome"], row["note"]) == ("other", "搬家 挡住了门")
        for way in ("take", "release", "close"):
            again = await guard.post(f"{step}/{way}", json={"outcome": "real"} if way == "close" else None)
            assert (again.status_code, again.json()["code"]) == (409, "access.alarm_closed"), way
        closed, taken = await past(estate, alarm["id"])
        assert [(one["action"], one["byName"]) for one in (closed, taken)] == [
            ("alarm_closed", "员工2"),
            ("alarm_taken", "员工1"),
        ]
        assert {"field": "alarm_note", "before": "", "after": "搬家 挡住了门"} in closed["fields"]
        back = await guard.post(f"{estate.path}/history/{taken['id']}/restore")
        assert (back.status_code, back.json()["code"]) == (409, "access.alarm_moved_on")
        for one in (closed, taken):
            answer = await guard.post(f"{estate.path}/history/{one['id']}/restore")
            assert answer.status_code == 204, answer.text
        (row,) = await alarms(estate.desk, handling="open")
        assert (row["takenBy"], row["closedBy"], row["outcome"], row["note"]) == ("", "", "", "")
        assert (await guard.post(f"{step}/release")).json()["code"] == "access.alarm_not_taken"
        assert (await guard.post(f"{step}/reopen")).json()["code"] == "access.alarm_not_closed"
        assert (await other.post(f"{step}/close", json={"outcome": "test"})).status_code == 204
        (row,) = await alarms(estate.desk)
        assert (row["takenBy"], row["closedBy"], row["outcome"]) == ("员工2", "员工2", "test")
        assert (await guard.post(f"{step}/reopen")).status_code == 204
        assert (await guard.post(f"{step}/release")).status_code == 204
        told = [one["action"] for one in await past(estate, alarm["id"])]
        assert told[:3] == ["alarm_released", "alarm_reopened", "alarm_closed"]
    wrong = await estate.desk.get("/door-alarms", params={"handling": "open,x"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "handling")


async def test_only_who_opens_doors_there_takes_alarms(estate: Estate) -> None:
    _, door = await estate.new_door("SN-1", "北门")
    step = f"/door-alarms/{(await forced(estate, door))['id']}"
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        manager = await enter(
            person(estate, "13900000001", Role.COMMUNITY_MANAGER, community_id=estate.community)
        )
        elsewhere = await enter(person(estate, "13900000002", Role.STAFF, community_id=estate.community + 1))
        async with estate.platform.db.begin() as tx:
            tenant = await tenancy.create_tenant(tx, name="别的物业", ids=estate.platform.ids)
        stranger = await enter(person(estate, "13900000004", Role.TENANT_ADMIN, tenant_id=tenant))
        nobody = await enter(Browser(estate.parts, address="192.0.2.99"))
        for way, body in (
            ("take", None),
            ("release", None),
            ("close", {"outcome": "real"}),
            ("reopen", None),
        ):
            for who, status in (
                (nobody, 401),
                (elsewhere, 404),
                (stranger, 404),
            ):
                answer = await who.post(f"{step}/{way}", json=body)
                assert answer.status_code == status, (way, answer.text)
        (row,) = await alarms(estate.desk)
        assert row["handling"] == "open"
        for way, body in (
            ("take", None),
            ("close", {"outcome": "false"}),
            ("reopen", None),
            ("release", None),
        ):
            assert (await manager.post(f"{step}/{way}", json=body)).status_code == 204, way
        assert (await manager.post("/door-alarms/4242/take")).status_code == 404


async def test_said_again_after_it_was_closed_it_is_a_new_alarm(estate: Estate) -> None:
    """A door forced again must not hide behind an alarm that somebody closed."""
    _, door = await estate.new_door("SN-1", "北门")
    hub = Hub()
    to_pages(estate.platform.db, hub, estate.platform.store)
    scope = Scope(estate.tenant.tenant, Caller("staff", "1"), frozenset({estate.community}))
    live = hub.subscribe({"alarm": scope}, account_id=1)
    first = await forced(estate, door)
    step = f"/door-alarms/{first['id']}"
    assert (await estate.desk.post(f"{step}/take")).status_code == 204
    assert (await estate.desk.post(f"{step}/close", json={"outcome": "work"})).status_code == 204
    second = await forced(estate, door)
    assert second["id"] != first["id"]
    assert (second["handling"], second["times"]) == ("open", 1)
    seen = []
    while len(seen) < 4:
        event = await live.next(30)
        assert event is not None
        row = msgspec.json.decode(event.body)
        seen.append((row["id"], row["handling"], row["new"]))
    assert seen == [
        (first["id"], "open", True),
        (first["id"], "taken", False),
        (first["id"], "closed", False),
        (second["id"], "open", True),
    ]
    assert (await estate.desk.post(f"{step}/reopen")).status_code == 204  # both go on now
    door.link.queue_event("alarmEvent", {"alarmType": FORCED_OVER, "alarm": "…"})

    async def over() -> bool:
        return await alarms(estate.desk, lasting=True) == []

    await until(over)
    assert len(await alarms(estate.desk, lasting=False)) == 2


async def test_its_history_goes_with_it(estate: Estate) -> None:
    _, door = await estate.new_door("SN-1", "北门")
    alarm = await forced(estate, door)
    assert (await estate.desk.post(f"/door-alarms/{alarm['id']}/take")).status_code == 204
    db, community = estate.platform.db, estate.community
    for days, left in ((179, 1), (181, 0)):
        await purge_alarms(db, now_ms=estate.now + days * DAY, days=180)
        rows = await list_alarms(estate.tenant, db, where=AlarmFilter(), page=PageRequest())
        kept = await history.page(
            estate.tenant,
            db,
            community_id=community,
            kind="door_alarm",
            target=alarm["id"],
            request=PageRequest(),
        )
        assert (rows.total, kept.total) == (left, left)

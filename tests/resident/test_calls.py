"""Calls to a home: its own people read and hear of them; staff see the community's."""

from typing import Any

from sqlalchemy import update

from linli.console.parts import Parts
from linli.domains.people.models import house_members
from linli.kernel.db import Command
from tests.console.conftest import Browser
from tests.resident.conftest import STAFF_PHONE, Village
from tests.resident.door_calls import door_of, ring

HOUR_MS = 3_600_000


async def test_a_home_reads_its_own_calls(
    parts: Parts, clock: Any, village: Village, owner: Any, tenant: Any, neighbour: Any
) -> None:
    door = await door_of(parts, village)
    await clock.advance(HOUR_MS)
    missed = await ring(parts, door, "missed")
    await ring(parts, door, "answered", taken_by="p1")
    at = f"/houses/{village.house}/calls"
    for reader in (owner, tenant):
        page = (await reader.get(at)).json()
        assert page["total"] == 2
        taken, other = page["data"]
        assert (taken["outcome"], taken["missed"], taken["opened"], taken["talkedMs"]) == (
            "answered", False, True, 7000,
        )  # fmt: skip
        assert (other["id"], other["missed"]) == (str(missed), True)
        assert "d1" not in str(page), "numbers are of no use at home"
    only = (await owner.get(at, params={"missed": "true"})).json()
    assert [row["id"] for row in only["data"]] == [str(missed)]
    since = (await owner.get(at, params={"missed": "true", "sinceMs": other["startedMs"]})).json()
    assert since["total"] == 0
    assert (await neighbour.get(at)).status_code == 404
    assert (await owner.get(f"/houses/{village.other_house}/calls")).status_code == 404


async def test_nothing_from_before_one_lived_there(parts: Parts, village: Village, owner: Any) -> None:
    door = await door_of(parts, village)
    call_id = await ring(parts, door, "missed")
    async with parts.db.begin() as tx:
        later = update(house_members).values(created_ms=parts.clock.now_ms() + 1)
        await Command(later, unscoped="a test").run(tx)
    page = (await owner.get(f"/houses/{village.house}/calls")).json()
    assert page["data"] == [], call_id


async def test_staff_find_calls(parts: Parts, village: Village) -> None:
    door = await door_of(parts, village)
    for outcome in ("missed", "busy", "given_up"):
        await ring(parts, door, outcome)
    await ring(parts, door, "answered", taken_by="p1")
    await ring(parts, door)
    async with Browser(parts) as staff:
        await staff.sign_in(STAFF_PHONE, "correct horse battery")

        async def found(**query: Any) -> list[str]:
            page = await staff.get("/calls", params={"communityId": village.community, **query})
            assert page.status_code == 200, page.text
            return [row["outcome"] for row in page.json()["data"]]

        assert await found() == ["", "answered", "given_up", "busy", "missed"]
        assert await found(outcome="unanswered") == ["given_up", "busy", "missed"]
        assert await found(outcome="busy") == ["busy"]
        assert await found(opened="true") == ["answered"]
        assert await found(houseId=village.house, pageSize=2, pageNo=2) == ["given_up", "busy"]
        assert await found(houseId=village.other_house) == []
        assert await found(iotId="other") == []
        assert await found(to=1) == []
        bad = await staff.get("/calls", params={"outcome": "nothing"})
        assert bad.status_code == 400
        assert "outcome" in bad.text
        assert (await staff.get("/calls", params={"communityId": village.far_community})).json()["total"] == 0
        file = await staff.get(
            "/calls/export.csv",
            params={"communityId": village.community, "outcome": "unanswered", "language": "zh-CN"},
        )
        lines = file.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 4
        assert "无人接听" in lines[-1]

"""Residents see who looked at the cameras on the way to their door, and nobody else's."""

from typing import Any

import pytest
from sqlalchemy import select, update

from linli.console.parts import Parts
from linli.domains.communities.queries import spaces
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people import person_rules as rules
from linli.domains.people.models import accounts, house_members
from linli.domains.people.schemas import Profile
from linli.domains.people.service import residents
from linli.domains.video.models import cameras
from linli.domains.video.service.looks import Look, note_look
from linli.kernel.clock import ManualClock
from linli.kernel.db import Command, Query
from linli.kernel.scope import Caller, Scope
from tests.domains.communities.builders import make_space
from tests.resident.conftest import STAFF_PHONE, TENANT_PHONE, Phone, Village

NEXT_DOOR = "13800000103"
_staff = Query(select(accounts.c.id).where(accounts.c.login == STAFF_PHONE), unscoped="of the test")
_MOVE_OUT = Command(
    update(house_members).where(house_members.c.person_phone == TENANT_PHONE).values(status=rules.MOVED_OUT),
    unscoped="of the test",
)


@pytest.fixture
async def places(parts: Parts, village: Village, clock: ManualClock) -> dict[str, int]:
    """A camera at the house, its unit, its building, another building, the grounds and the car park each."""
    here, ids = village.here, parts.ids
    root = here.community.root_space_id
    assert root is not None
    async with parts.db.begin() as tx:
        way = [number for number, _ in await spaces.way(here.tenant, tx, village.house)]
    made = {"root": root, "building": way[1], "unit": village.unit, "house": village.house}
    for kind, name in (("building", "4幢"), ("parking_area", "地下车库")):
        made[kind if kind != "building" else "other"] = await make_space(
            parts.db, here.tenant, ids, root, kind, name
        )
    now_ms = clock.now_ms()
    async with parts.db.begin() as tx:
        for name, space_id in made.items():
            row = {
                "camera_id": ids.number(), "tenant_id": here.tenant.tenant, "community_id": village.community,
                "iot_id": f"iot-{name}", "product_key": "p", "device_name": name, "name": f"镜头 {name}",
                "space_id": space_id, "created_ms": now_ms, "changed_ms": now_ms,
            }  # fmt: skip
            await tx.insert(cameras, row)
    return made


async def look(parts: Parts, village: Village, clock: ManualClock, name: str, what: str, **more: Any) -> None:
    account = more.pop("account", "")
    caller = Caller(more.pop("kind", "staff"), account or more.pop("number", "1"))
    scope = Scope(village.here.tenant.tenant, caller, None, None)
    now_ms = clock.now_ms()
    done = Look(f"iot-{name}", what, now_ms - 5_000, now_ms, **more)
    async with parts.db.begin() as tx:
        await note_look(scope, tx, done, community_id=village.community, now_ms=now_ms)


async def seen(phone: Phone, house: int) -> list[tuple[str, str]]:
    answer = await phone.get(f"/houses/{house}/camera-looks")
    assert answer.status_code == 200, answer.text
    return [(row["camera"], row["what"]) for row in answer.json()["looks"]["data"]]


async def test_a_resident_sees_looks_at_the_way_to_the_door(parts, village, clock, places, owner):
    account = str(await _staff.scalar(parts.db))
    await clock.advance(1_000)
    for name in places:
        await look(parts, village, clock, name, "live", account=account)
    await clock.advance(1_000)
    await look(parts, village, clock, "unit", "download", account=account, reason="快递遗失")
    await look(parts, village, clock, "unit", "lock", account=account, reason="留存")
    await look(parts, village, clock, "unit", "live", kind="resident", number="7")
    await look(parts, village, clock, "house", "device", kind="app", number="30239797")
    answer = (await owner.get(f"/houses/{village.house}/camera-looks")).json()
    assert sorted(answer["cameras"]) == ["镜头 building", "镜头 house", "镜头 unit"]
    rows = answer["looks"]["data"]
    assert sorted((row["camera"], row["what"]) for row in rows) == [
        ("镜头 building", "live"), ("镜头 house", "device"), ("镜头 house", "live"), ("镜头 unit", "download"),
        ("镜头 unit", "live"),
    ]  # fmt: skip
    (taken,) = [row for row in rows if row["what"] == "download"]
    assert (taken["who"], "reason" in taken, taken["program"]) == ("管家", False, False), "it may name others"
    assert taken["role"]
    (live,) = [row for row in rows if (row["camera"], row["what"]) == ("镜头 unit", "live")]
    assert live["lastedMs"] == 5_000
    (program,) = [row for row in rows if row["program"]]
    assert (program["who"], program["role"]) == ("", "")
    assert STAFF_PHONE not in str(answer)
    assert "30239797" not in str(answer)


async def test_what_is_another_home_s_is_not_shown(parts, village, clock, places, owner, neighbour, newcomer):
    for name in places:
        await look(parts, village, clock, name, "live")
    path = f"/houses/{village.house}/camera-looks"
    for phone in (neighbour, newcomer):
        assert (await phone.get(path)).status_code == 404
    assert (await owner.get(f"/houses/{village.other_house}/camera-looks")).status_code == 404
    assert await seen(neighbour, village.far_house) == []
    for query in ({"pageSize": 0}, {"pageSize": 10_000}, {"pageNo": "x"}):
        assert (await owner.get(path, params=query)).status_code == 400, query


async def test_only_from_when_one_lives_there_and_no_longer_after(parts, village, clock, places, tenant):
    await look(parts, village, clock, "unit", "live")
    await look(parts, village, clock, "house", "live")
    await clock.advance(60_000)
    async with parts.db.begin() as tx:
        await residents.move_in(
            village.here.tenant, tx, SpaceHouses(), house_id=village.other_house,
            profile=Profile(name="新邻居", phone=NEXT_DOOR), type=rules.OWNER, ids=parts.ids,
            now_ms=clock.now_ms(),
        )  # fmt: skip
    async with Phone(parts, address="192.0.2.31") as next_door:
        assert (await next_door.sign_in(NEXT_DOOR)).status_code == 200
        assert await seen(next_door, village.other_house) == []  # before they came
        await clock.advance(1_000)
        await look(parts, village, clock, "unit", "picture")
        await look(parts, village, clock, "house", "picture")
        assert await seen(next_door, village.other_house) == [("镜头 unit", "picture")]
    assert len(await seen(tenant, village.house)) == 4
    await parts.db.run(_MOVE_OUT.run)
    assert (await tenant.get(f"/houses/{village.house}/camera-looks")).status_code == 404

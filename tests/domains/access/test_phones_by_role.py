"""Phones of residents at the console: whole for who may read them, masked for guards, wherever they come back."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from linli.domains.access.models import passes
from linli.domains.people.phones import PhoneSight
from linli.domains.people.rights import OwnRights, Right, Rights, Role
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from tests.console.conftest import Browser
from tests.domains.access.estate import OWNER_PHONE, Estate, open_estate
from tests.domains.access.test_search import PLATE, staff

MASKED = "138****0101"


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        vehicle = {"plate": PLATE, "identityId": made.owner}
        added = await made.desk.post(f"{made.path}/vehicles", json=vehicle)
        assert added.status_code == 201, added.text
        changed = await made.desk.put(
            f"{made.path}/residents/{made.owner}", json={"name": "王伟", "phone": OWNER_PHONE, "sex": 1}
        )
        assert changed.status_code == 200, changed.text
        yield made


async def _rows(web: Browser, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = await web.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def _seen(web: Browser, estate: Estate) -> dict[str, str]:
    """The owner's phone, by where it comes back."""
    at = estate.path
    (resident,) = await _rows(web, f"{at}/residents", q="王伟")
    (vehicle,) = await _rows(web, f"{at}/vehicles", q=PLATE)
    (user,) = await _rows(web, f"{at}/users", q="王伟")
    detail = (await web.get(f"{at}/residents/{estate.owner}")).json()
    (hit,) = [
        hit for hit in (await web.get("/search", params={"q": "王伟"})).json() if hit["kind"] == "person"
    ]
    book = await web.get(f"{at}/vehicles/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    return {
        "list": resident["phone"],
        "panel": detail["phone"],
        "vehicles": vehicle["ownerPhone"],
        "vehicles' workbook": next(row[2] for row in sheet.iter_rows(values_only=True) if row[0] == PLATE),
        "users": user["phone"],
        "search": hit["detail"],
    }


async def test_phones_are_whole_for_managers_and_masked_for_guards(estate: Estate) -> None:
    assert set((await _seen(estate.desk, estate)).values()) == {OWNER_PHONE}
    async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
        assert set((await _seen(guard, estate)).values()) == {MASKED}


async def test_guards_find_a_whole_phone_and_no_part_of_one(estate: Estate) -> None:
    at = estate.path

    async def finds(web: Browser, text: str) -> dict[str, bool]:
        hits = (await web.get("/search", params={"q": text})).json()
        return {
            "residents": bool(await _rows(web, f"{at}/residents", q=text)),
            "vehicles": bool(await _rows(web, f"{at}/vehicles", q=text)),
            "users": bool(await _rows(web, f"{at}/users", q=text)),
            "search": any(hit["kind"] == "person" for hit in hits),
        }

    async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
        for part in ("13800000", "1380000010"):
            assert set((await finds(estate.desk, part)).values()) == {True}, part
            assert set((await finds(guard, part)).values()) == {False}, part
        for web in (estate.desk, guard):
            assert set((await finds(web, OWNER_PHONE)).values()) == {True}


async def _pass(estate: Estate) -> None:
    async with estate.platform.db.begin() as tx:
        row = dict.fromkeys((column.name for column in passes.c if not column.nullable), "")
        numbers = {column.name: 0 for column in passes.c if column.type.python_type is int}
        await tx.insert(
            passes,
            row
            | {name: 0 for name in numbers if name in row}
            | {
                "id": 1, "tenant_id": estate.tenant.tenant, "community_id": estate.community, "iot_id": "door-7",
                "door_name": "南门", "identity_id": estate.owner, "name": "王伟", "type": "CARD", "passed_ms": estate.now,
            },
        )  # fmt: skip


async def test_the_export_of_passes_names_house_and_phone_as_far_as_the_reader_may(estate: Estate) -> None:
    await _pass(estate)
    asked = {"communityId": estate.community, "language": "en"}

    async def exported(web: Browser) -> dict[str, str]:
        (line,) = csv.DictReader(io.StringIO((await web.get("/passes/export.csv", params=asked)).text))
        return line

    line = await exported(estate.desk)
    assert (line["Person"], line["House"], line["Phone"]) == ("王伟", "Building 1, Room 101", OWNER_PHONE)
    book = await estate.desk.get("/passes/export.xlsx", params=asked)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][1:4] == ["王伟", "Building 1, Room 101", OWNER_PHONE]
    async with staff(estate, Role.STAFF, community_id=estate.community) as guard:
        assert (await exported(guard))["Phone"] == MASKED


def test_a_phone_is_whole_where_all_of_the_places_show_it() -> None:
    scope = Scope.system("t1").narrowed(1)
    both = Scope(scope.tenant_id, scope.caller, frozenset({1, 2}))

    def own(*rights: Right, community: int = 1) -> OwnRights:
        return OwnRights("t1", frozenset(rights), communities=frozenset({community}))

    see, phones = Right.RESIDENTS_SEE, Right.PHONES_SEE
    for given, community, whole in (
        ((own(see),), 1, False),
        ((own(see, phones),), 1, True),
        ((own(Right.RESIDENTS_MANAGE),), 1, True),
        ((own(see, phones), own(see, community=2)), 2, False),
        ((own(see, phones), own(see, community=2)), None, False),
        ((own(see, phones), own(see, phones, community=2)), None, True),
    ):
        assert PhoneSight(Rights(1, "前台", (), given), both, community).whole is whole

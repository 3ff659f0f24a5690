"""Faults of a workbook answered over HTTP: one answer for all of a kind, then imported, and taken back."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.console.conftest import Browser, administrator, browser  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.communities.test_console import approved, desk, importer_jobs, parts  # noqa: F401 - fixtures
from tests.domains.communities.test_workbook import workbook

type Rows = list[tuple[Any, ...]]
HOUSES: Rows = [
    ("1幢", "1单元", "0101", "三室两厅一卫", 89, "住宅", None),
    ("1幢", "1单元", 102, None, None, "住宅", None),
    ("1幢", "1单元", "0101", None, None, None, None),
]
PEOPLE: Rows = [
    ("1", "1", "0101", "李白", "户主", "+86 139-0000-0001", "男"),
    ("1", "1", "0101", "李白", "户主", None, "男"),
    ("1", "1", "0102", "杜甫", "干爹", "1390000000", "男"),
    ("1", "1", "0103", "王维", "租户", "13900000003", None),
    ("1", "1", "0101", "孟浩然", "朋友", "13900000001", None),
]


class ImportDesk:
    """Hands one workbook in and answers what it asks."""

    def __init__(self, web: Browser, community: dict[str, Any], folder: Path) -> None:
        self.browser, self.community, self.folder = web, community, folder
        self.id = ""

    async def check(self, houses: Rows, people: Rows = []) -> dict[str, Any]:  # noqa: B006 - never changed
        content = workbook(self.folder / "in.xlsx", houses, people).read_bytes()
        where = f"/communities/{self.community['id']}/spaces/import?dryRun=true"
        tried: dict[str, Any] = (
            await self.browser.post(where, files={"file": ("房屋.xlsx", content)})
        ).json()
        self.id = tried["id"]
        return tried

    async def answer(self, *answers: tuple[str, ...], fails: str = "") -> dict[str, Any]:
        body = {
            "answers": [dict(zip(("group", "action", "value"), answer, strict=False)) for answer in answers]
        }
        answered = await self.browser.post(f"/imports/{self.id}/answers", json=body)
        assert answered.status_code == (400 if fails else 200), answered.text
        result: dict[str, Any] = answered.json()
        assert result.get("field", "") == fails
        return result

    async def end(self, action: str) -> dict[str, Any]:
        result: dict[str, Any] = (await self.browser.post(f"/imports/{self.id}/{action}")).json()
        return result

    async def locations(self) -> list[str]:
        found = (await self.browser.get(f"/communities/{self.community['id']}/houses?sort=location")).json()
        return [row["location"] for row in found["data"]]

    async def people(self) -> list[tuple[str, str, int]]:
        found = (await self.browser.get(f"/communities/{self.community['id']}/residents")).json()
        return sorted((row["name"], row["phone"], row["type"]) for row in found["data"])


@pytest.fixture
async def book(desk: Browser, tmp_path: Path) -> ImportDesk:  # noqa: F811
    return ImportDesk(desk, await approved(desk), tmp_path)


def groups_of(tried: dict[str, Any]) -> dict[str, int]:
    return {group["id"]: group["count"] for group in tried["groups"]}


async def test_check_answers_import_undo(book: ImportDesk) -> None:
    tried = await book.check(HOUSES, PEOPLE)
    assert tried["state"] == "refused"
    assert groups_of(tried)["houses/house_type/choice/住宅"] == 2
    tried = await book.answer(("houses/house_type/choice/住宅", "take", "1"))
    assert tried["answered"] == 1
    assert groups_of(tried) == {
        "houses/house/zeros_lost": 1, "houses/house/repeats": 1, "residents/type/choice/干爹": 1,
        "residents/phone/phone_digits": 1, "residents/name/already_lives": 1, "residents/house/no_such_house": 1,
        "residents/phone/phone_repeats": 1,
    }  # fmt: skip
    shown = {group["id"]: group for group in tried["groups"]}
    assert shown["residents/name/already_lives"]["message"].startswith("the same person stands")
    assert {"value": "2", "text": "family member"} in shown["residents/type/choice/干爹"]["choices"]
    mended = {(mend["title"], mend["message"][:9]): mend["count"] for mend in tried["mends"]}
    assert mended["楼栋", "words suc"] == 3
    assert mended["手机号", "+86, blan"] == 1
    (word,) = [
        mend for mend in tried["mends"] if mend["title"] == "身份" and mend["examples"][0]["before"] == "户主"
    ]
    assert word["examples"][0]["after"] == "owner"

    tried = await book.answer(
        ("houses/house/zeros_lost", "pad"), ("houses/house/repeats", "leave_out"),
        ("residents/type/choice/干爹", "take", "亲属"), ("residents/phone/phone_digits", "empty"),
        ("residents/name/already_lives", "leave_out"), ("residents/house/no_such_house", "make"),
        ("residents/phone/phone_repeats", "empty"),
    )  # fmt: skip
    assert (tried["state"], tried["groups"], tried["badRows"]) == ("checked", [], 0), tried["problems"]
    assert (tried["rows"], tried["outcome"]["leftOut"], tried["outcome"]["houses"]) == (8, 2, 3)
    assert await book.locations() == []

    done = await book.end("apply")
    assert done["state"] == "done"
    assert await book.locations() == ["1/1/0101", "1/1/0102", "1/1/0103"]
    assert await book.people() == [
        ("孟浩然", "", 4), ("李白", "13900000001", 1), ("杜甫", "", 2), ("王维", "13900000003", 3),
    ]  # fmt: skip
    assert (await book.end("undo"))["state"] == "undone"
    assert await book.locations() == []
    assert await book.people() == []


async def test_numbers_that_differ_by_zeros_from_those_there(book: ImportDesk) -> None:
    await book.check([("01", "01", "0101", None, None, None, None)])
    await book.end("apply")
    tried = await book.check([("1", "1", "101", "3/2/1", None, None, None)])
    assert groups_of(tried) == {"houses/building/zeros_differ": 1}
    tried = await book.answer(
        ("houses/building/zeros_differ", "match"),
    )
    assert groups_of(tried) == {"houses/unit/zeros_differ": 1}
    await book.answer(("houses/unit/zeros_differ", "match"))
    tried = await book.answer(("houses/house/zeros_differ", "match"))
    assert (tried["state"], tried["outcome"]["housesChanged"]) == ("checked", 1)
    assert groups_of(await book.answer()) == {"houses/building/zeros_differ": 1}, "answers are forgotten"
    tried = await book.answer(("houses/building/zeros_differ", "keep"))
    assert (tried["state"], tried["outcome"]["buildings"]) == ("checked", 1)


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (("houses/house_type/choice/别的", "take", "1"), "group"),
        (("houses/house_type/choice/住宅", "pad"), "action"),
        (("houses/house_type/choice/住宅", "take"), "value"),
        (("houses/house_type/choice/住宅", "take", "99"), "value"),
    ],
)
async def test_answers_to_nothing_that_was_asked(
    book: ImportDesk, answer: tuple[str, ...], field: str
) -> None:
    await book.check(HOUSES)
    await book.answer(answer, fails=field)
    assert (await book.browser.get(f"/imports/{book.id}")).json()["answered"] == 0


async def test_the_marked_workbook_can_still_be_fetched(book: ImportDesk, tmp_path: Path) -> None:
    await book.check(HOUSES, PEOPLE)
    await book.answer(("houses/house_type/choice/住宅", "empty"))
    marked = await book.browser.get(f"/imports/{book.id}/report.xlsx")
    (tmp_path / "marked.xlsx").write_bytes(marked.content)
    rows = openpyxl.load_workbook(tmp_path / "marked.xlsx")["房屋"]
    assert "zeros in front" in rows["A3"].value
    assert rows["A2"].value is None


async def test_an_import_that_is_done_takes_no_answers(book: ImportDesk) -> None:
    await book.check(HOUSES[:1], [])
    await book.answer(("houses/house_type/choice/住宅", "take", "1"))
    await book.end("apply")
    body = {"answers": [{"group": "houses/house_type/choice/住宅", "action": "empty"}]}
    late = await book.browser.post(f"/imports/{book.id}/answers", json=body)
    assert (late.status_code, late.json()["code"]) == (409, "import.wrong_state")

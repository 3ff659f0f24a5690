"""Each address that a table prints is found by what it prints, and a house by its number alone."""

import pytest

from linli.domains.communities.address_search import AddressWish
from linli.domains.communities.addresses import in_words
from tests.domains.communities.test_addresses_in_words import TABLE

ODD = [
    *dict.fromkeys(location for location, _, _ in TABLE if location and "停车区" not in location),
    "Ａ座/２单元/３０１", "Phase2/Tower3/101", "1号/1/101", "A-3/1/101", "东区/晨曦楼/301", "3期/5号楼/1/1203A",
    "B1/101", "Building 7/Unit 2/12", "三单元/301", "12B/02", "Block12/1/101", "王府（一期）/1/1/101",
    "Phase 2/12B-Wing/9", "1/2/101甲", "é幢/1/1", "2/1/101", "11/1/101",
]  # fmt: skip


def chosen(text: str, locations: list[str]) -> list[str]:
    return [locations[at] for at in AddressWish(text).choose(list(enumerate(locations)))]


@pytest.mark.parametrize("location", ODD)
def test_every_printed_address_is_found(location: str) -> None:
    printed = (
        in_words(location, "zh-CN"),
        in_words(location, "en"),
        location,
        location.replace("/", "-"),
        location.replace("/", " / "),
    )
    for text in printed:
        wish = AddressWish(text)
        assert location in chosen(text, ODD), text
        assert wish.may_run_together or any(part in location for part in wish.parts), text


@pytest.mark.parametrize(
    ("text", "houses"),
    [
        ("0301", ["01/01/0301", "02/01/0301"]),
        ("301", ["01/01/0301", "02/01/0301"]),
        ("301室", ["01/01/0301", "02/01/0301"]),
        ("1幢301", ["01/01/0301"]),
        ("1-301", ["01/01/0301", "02/01/0301"]),
        ("1号楼1单元301室", ["01/01/0301"]),
        ("１幢１单元３０１室", ["01/01/0301"]),
        ("2幢", ["02/01/0301", "02/01/0302"]),
        ("30", ["01/01/0301", "02/01/0301", "02/01/0302"]),
        ("3", ["01/01/0301", "02/01/0301", "02/01/0302"]),
        ("Room 302", ["02/01/0302"]),
        ("11幢", ["11/01/1101"]),
        ("1101", ["11/01/1101"]),
        ("9-9-9", []),
        ("%", []),
        ("_", []),
        ("' or 1=1", []),
    ],
)
def test_a_house_is_found_as_people_say_it(text: str, houses: list[str]) -> None:
    assert chosen(text, ["01/01/0301", "02/01/0301", "02/01/0302", "11/01/1101"]) == houses


def test_a_hostile_search_is_short_work() -> None:
    wish = AddressWish("1 " * 100_000)
    assert len(wish.pieces) <= 12
    assert wish.choose([(1, "1/" * 200)]) in ([1], [])

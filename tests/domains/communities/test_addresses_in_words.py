"""Addresses as people say them; web/console/tests/address.test.ts checks the web's function on the same table."""

import json
from pathlib import Path

import pytest

from linli.domains.communities.addresses import in_words, with_word

TABLE = json.loads((Path(__file__).parent / "addresses.json").read_text("utf-8"))


@pytest.mark.parametrize(("location", "chinese", "english"), TABLE)
def test_addresses_are_said_as_people_say_them(location: str, chinese: str, english: str) -> None:
    assert (in_words(location, "zh-CN"), in_words(location, "en")) == (chinese, english)


@pytest.mark.parametrize(
    ("kind", "name", "level"),
    [
        ("building", "01", "1幢"),
        ("unit", "1单元", "1单元"),
        ("parking_area", "b1", "B1停车区"),
        ("community", "1", "1"),
    ],
)
def test_a_level_says_what_it_is(kind: str, name: str, level: str) -> None:
    assert with_word(kind, name) == level

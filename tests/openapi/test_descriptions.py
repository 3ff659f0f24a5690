"""The reference says what each method and field is in the reader's language, whole, and nothing in another one."""

import re

import pytest

from linli.app import rooms
from linli.openapi import reference
from linli.openapi.descriptions import CHINESE, half

IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{2,}[a-z ,]*(?: [a-z]{2,}){3,}")
"""English prose: four words or more in a row."""


def test_every_method_is_described_in_chinese() -> None:
    specs = list(rooms.registry())
    assert [spec.key for spec in specs if not IDEOGRAPH.search(spec.described("zh-CN"))] == []
    assert [spec.key for spec in specs if WORDS.search(spec.described("zh-CN"))] == []


def test_every_description_belongs_to_a_method() -> None:
    keys = {name for spec in rooms.registry() for name in (spec.path, f"{spec.path} {spec.version}")}
    assert sorted(CHINESE.keys() - keys) == []


def test_fields_are_described_in_chinese() -> None:
    assert [
        (spec.path, field.name, field.description)
        for spec in rooms.registry()
        for kind in (spec.params, spec.result)
        for field in reference.fields_of(kind, "zh-CN")
        if WORDS.search(field.description)
    ] == []


@pytest.mark.parametrize(
    ("description", "chinese", "english"),
    [
        ("标题 / title", "标题", "title"),
        ("名称路径，以 / 分隔 / names, joined by /", "名称路径，以 / 分隔", "names, joined by /"),
        ("AppKey", "AppKey", "AppKey"),
        ("1 男 2 女", "1 男 2 女", "1 男 2 女"),
    ],
)
def test_the_half_of_a_description(description: str, chinese: str, english: str) -> None:
    assert (half(description, "zh-CN"), half(description, "en")) == (chinese, english)

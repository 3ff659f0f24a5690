"""One term for one thing in every text a person reads, and no text in another language: glossary.json says which."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tree_checks import LANGUAGES, flat

ROOT = Path(__file__).resolve().parents[2]
BOX_PAGES = ROOT / "src" / "linli" / "edge" / "services" / "console" / "static" / "texts.js"
GLOSSARY: dict[str, Any] = json.loads((Path(__file__).parent / "glossary.json").read_text("utf-8"))
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9-]+")
WIRE_NAME = re.compile(r"[A-Z0-9]+s?|[A-Za-z][a-z]*[A-Z0-9].*|[Xx]-.*|.*\d.*")
"""Abbreviations (SIP, IPs), names in code (iotId, ProductKey, RabbitMQ), headers, anything with a digit."""
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;!?(]|\)[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text: where it stands, and what it says."""
    for folder in (ROOT / "src", *sorted((ROOT / "web").glob("*/src"))):
        for file in sorted(folder.rglob(f"strings/{language}.json*")):
            yield from _of_file(file)
    halves = BOX_PAGES.read_text("utf-8").split("const en = {")
    half = halves[LANGUAGES.index(language)]
    for key, text in re.findall(r"'?([\w.]+)'?: '((?:[^'\\]|\\.)*)'", half):
        yield f"texts.js {key}", text


def _of_file(file: Path) -> Iterator[tuple[str, str]]:
    for key, text in flat(json.loads(file.read_text("utf-8"))):
        yield f"{file.relative_to(ROOT)} {key}", text


@cache
def refusals(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What must not be said, and what may be said though it holds such a word."""
    edge = r"\b" if language == "en" else ""
    flags = re.IGNORECASE if language == "en" else 0
    words = "|".join(map(re.escape, GLOSSARY[language]["refused"]))
    kept = "|".join(map(re.escape, GLOSSARY[language]["kept"]))
    return re.compile(f"{edge}(?:{words})(?:s?{edge})" if edge else words, flags), re.compile(kept)


def refused_terms(language: str, text: str) -> list[str]:
    word, kept = refusals(language)
    said = PLACEHOLDER.sub("{}", kept.sub("", text))
    return [match[0] for match in word.finditer(said)]


def foreign_words(language: str, text: str) -> list[str]:
    said = PLACEHOLDER.sub("{}", text)
    if language == "en":
        for name in GLOSSARY["en"]["chinese"]:
            said = said.replace(name, "")
        return CHINESE.findall(said)
    allowed = set(GLOSSARY["zh-CN"]["latin"])
    said = re.sub(r"\\n|<[^>]*>|https?://\S+", " ", said)
    return [word for word in LATIN.findall(said) if word not in allowed and not WIRE_NAME.fullmatch(word)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_term_for_one_thing(language: str) -> None:
    wanted = GLOSSARY[language]["refused"]
    assert [
        f"{where}: {term}, wanted: {wanted.get(term, wanted.get(term.lower().rstrip('s')))}"
        for where, text in texts(language)
        for term in refused_terms(language, text)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_in_another_language(language: str) -> None:
    assert [
        f"{where}: {word}" for where, text in texts(language) for word in foreign_words(language, text)
    ] == []


def test_chinese_has_its_own_punctuation() -> None:
    assert [where for where, text in texts("zh-CN") if HALF_WIDTH.search(text)] == []


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("zh-CN", "门禁一体机与一体机", ["一体机"]),
        ("zh-CN", "周界报警主机报警", ["报警"]),
        ("en", "Clusters of {node}", ["Clusters"]),
        ("en", "Node type", []),
    ],
)
def test_refused_terms_are_found(language: str, text: str, terms: list[str]) -> None:
    assert refused_terms(language, text) == terms


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("zh-CN", "设备 storage fault，SN 与 iotId 不符，见 {file}", ["storage", "fault"]),
        ("zh-CN", "用 X-Ca-Request-Id 或 HmacSHA256", []),
        ("en", "The house 房屋 in 杭州", ["房屋"]),
    ],
)
def test_words_of_the_other_language_are_found(language: str, text: str, words: list[str]) -> None:
    assert foreign_words(language, text) == words

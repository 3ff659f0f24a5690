"""The manuals: the same jobs in both languages, in the words that stand on the pages."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.test_glossary import HALF_WIDTH, refused_terms, texts
from tree_checks import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
MANUALS = ROOT / "docs" / "manual"
LIST = ROOT / "web" / "manual" / ".vitepress" / "locales.ts"
ANCHOR = re.compile(r"^## .+ \{#([a-z-]+)\}$", re.MULTILINE)
LINK = re.compile(r"\]\(([\w-]+)\.md(?:#([\w-]+))?\)")
PICTURE = re.compile(r"\]\(\.\./images/([\w/.-]+)\)")
QUOTED = re.compile("“([^”]+)”")
EXAMPLES = {
    "zh-CN": {"1幢", "三室两厅一卫", "1幢1单元301", "0301", "保洁", "装修", "紧急联系人", "？"},
    "en": {"?"},
}
"""What is quoted and is not a word of a page."""


def pages(language: str) -> dict[str, str]:
    """Name of each page of the manuals, and its text."""
    return {file.stem: file.read_text("utf-8") for file in sorted((MANUALS / language).glob("*.md"))}


def anchors() -> set[str]:
    """Every place that a link may lead to: `doors`, `doors#card`."""
    both = pages("en")
    return set(both) | {f"{page}#{anchor}" for page, text in both.items() for anchor in ANCHOR.findall(text)}


def test_both_languages_have_the_same_sections_in_the_same_order() -> None:
    zh, en = ({page: ANCHOR.findall(text) for page, text in pages(one).items()} for one in LANGUAGES)
    assert zh == en
    assert [
        page for page, text in pages("en").items() if text.count("\n## ") != len(ANCHOR.findall(text))
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_between_sections_lead_somewhere(language: str) -> None:
    there = anchors()
    targets = {
        f"{page}#{anchor}" if anchor else page
        for text in pages(language).values()
        for page, anchor in LINK.findall(text)
    }
    assert targets - there == set()


def test_the_list_at_the_left_has_every_page() -> None:
    listed = set(re.findall(r"'([\w-]+)'", LIST.read_text("utf-8")))
    assert set(pages("en")) - {"index"} - listed == set()
    guides = {file.name.split(".")[0] for file in (ROOT / "docs" / "guides").glob("*.md")}
    assert guides - listed == {"asvs", "feature"}, "these two are for those who change the platform"


@cache
def _words(language: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """What stands on pages: whole texts, and those with something filled in."""
    plain, filled = set[str](), []
    for _, text in texts(language):
        for part in text.split(" | "):  # forms of the plural
            if "{" in part:
                pieces = re.split(r"\{[^{}]*\}", part)
                filled.append(re.compile(".+".join(map(re.escape, pieces))))
            plain.add(part.strip(" .。"))
    return plain, filled


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_quoted_stands_on_a_page(language: str) -> None:
    plain, filled = _words(language)
    missing = {
        f"{page}: {word}"
        for page, text in pages(language).items()
        for word in QUOTED.findall(text)
        if word not in EXAMPLES[language]
        and word.strip(".。") not in plain
        and not any(shape.fullmatch(word) for shape in filled if len(shape.pattern) > 6)
    }
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_trades_terms_are_used(language: str) -> None:
    assert [
        f"{page}: {term}" for page, text in pages(language).items() for term in refused_terms(language, text)
    ] == []


def test_chinese_has_its_own_punctuation() -> None:
    plain = {
        page: re.sub(r"!?\[([^\]]*)\]\([^)]*\)|\{#[^}]*\}", r"\1", text)
        for page, text in pages("zh-CN").items()
    }
    assert {page: HALF_WIDTH.findall(text) for page, text in plain.items() if HALF_WIDTH.search(text)} == {}


def test_every_page_of_the_console_has_its_section() -> None:
    """`manual.json` is the table behind the "?" of each page; both languages have the same sections."""
    console = ROOT / "web" / "console" / "src"
    table = json.loads((console / "app" / "manual.json").read_text("utf-8"))
    named = {
        name
        for file in (console / "app" / "router.ts", *console.glob("domains/*/routes.ts"))
        for name in re.findall(r"\bname: '([\w-]+)'", file.read_text("utf-8"))
    }
    assert named - table.keys() == set(), "say in manual.json which section is about the page"
    assert table.keys() - named == set()
    assert set(table.values()) - anchors() == set()


@pytest.mark.parametrize(
    "file", ["resident/src/domains/home/HelpPage.vue", "staff/src/domains/settings/MePage.vue"]
)
def test_phone_pages_lead_to_a_manual(file: str) -> None:
    (page,) = re.findall(r"`/help/\$\{locale\}/([\w-]+)`", (ROOT / "web" / file).read_text("utf-8"))
    assert page in pages("en")


def test_pictures_are_few_small_and_used() -> None:
    folder = MANUALS / "images"
    kept = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    shown = {name for one in LANGUAGES for text in pages(one).values() for name in PICTURE.findall(text)}
    assert kept == shown
    assert len(kept) <= 40
    assert [name for name in kept if (folder / name).stat().st_size > 60_000] == []

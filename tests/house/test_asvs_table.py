"""The table of OWASP ASVS 5.0.0: every requirement of levels 1 and 2 once, its state, why, and files that exist."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"
STATES = ("met", "n.a.", "open")
LEVEL_1 = {
    "1.2": "1-5", "1.3": "1-2", "1.5": "1", "2.1": "1", "2.2": "1-2", "2.3": "1", "3.2": "1-2", "3.3": "1",
    "3.4": "1-2", "3.5": "1-3", "4.1": "1", "4.4": "1", "5.2": "1-2", "5.3": "1-2", "6.1": "1", "6.2": "1-8",
    "6.3": "1-2", "6.4": "1-2", "7.2": "1-4", "7.4": "1-2", "8.1": "1", "8.2": "1-2", "8.3": "1", "9.1": "1-3",
    "9.2": "1", "10.4": "1-5", "11.3": "1-2", "11.4": "1", "12.1": "1", "12.2": "1-2", "13.4": "1", "14.2": "1",
    "14.3": "1", "15.1": "1", "15.2": "1", "15.3": "1",
}  # fmt: skip
LEVEL_2 = {
    "1.1": "1-2", "1.2": "6-9", "1.3": "3-11", "1.4": "1-3", "1.5": "2", "2.1": "2-3", "2.2": "3", "2.3": "2-4",
    "2.4": "1", "3.3": "2-4", "3.4": "3-6", "3.5": "4-5", "3.7": "1-2", "4.1": "2-3", "4.2": "1", "4.3": "1-2",
    "4.4": "2-4", "5.1": "1", "5.2": "3", "5.4": "1-3", "6.1": "2-3", "6.2": "9-12", "6.3": "3-4", "6.4": "3-4",
    "6.5": "1-5", "6.6": "1-3", "6.8": "1-4", "7.1": "1-3", "7.3": "1-2", "7.4": "3-5", "7.5": "1-2", "7.6": "1-2",
    "8.1": "2", "8.2": "3", "8.4": "1", "9.2": "2-4", "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "6-11",
    "10.5": "1-5", "10.6": "1-2", "10.7": "1-3", "11.1": "1-2", "11.2": "1-3", "11.3": "3", "11.4": "2-4",
    "11.5": "1", "11.6": "1", "12.1": "2-3", "12.3": "1-4", "13.1": "1", "13.2": "1-5", "13.3": "1-2",
    "13.4": "2-5", "14.1": "1-2", "14.2": "2-4", "14.3": "2-3", "15.1": "2-3", "15.2": "2-3", "15.3": "2-7",
    "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3", "17.1": "1", "17.2": "1-4",
    "17.3": "1-2",
}  # fmt: skip
"""By section, first to last number. Source: OWASP ASVS 5.0.0, requirements with L1 and L2 in its CSV: 70 and 183."""
FILE = re.compile(r"`((?:src|tests|docs|web|deploy|sdk)/[^`\s]+|[\w.-]+\.(?:md|lock|toml))`")


class Row(NamedTuple):
    number: str
    level: int
    asks: str
    state: str
    where: str


def _rows() -> list[Row]:
    text = (GUIDES / "asvs.en.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$", text, re.MULTILINE)
    rows = []
    for number, rest in found:
        level, asks, state, where = (cell.strip() for cell in rest.split("|"))
        rows.append(Row(number, int(level), asks, state, where))
    return rows


def _numbers(sections: dict[str, str]) -> list[str]:
    found = []
    for section, span in sections.items():
        first, _, last = span.partition("-")
        found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def test_every_requirement_stands_once_with_its_level() -> None:
    wanted = {**dict.fromkeys(_numbers(LEVEL_1), 1), **dict.fromkeys(_numbers(LEVEL_2), 2)}
    assert Counter(wanted.values()) == {1: 70, 2: 183}
    rows = _rows()
    assert [row.number for row in rows] == sorted(
        wanted, key=lambda number: tuple(map(int, number.split(".")))
    )
    assert {row.number: row.level for row in rows} == wanted


def test_every_row_says_its_state_and_why() -> None:
    rows = _rows()
    assert [row.number for row in rows if row.state not in STATES] == []
    assert [row.number for row in rows if not row.asks or not row.where] == []


def test_what_is_met_names_a_file() -> None:
    assert [row.number for row in _rows() if row.state == "met" and not FILE.search(row.where)] == []


def test_files_that_are_named_exist() -> None:
    named = {(row.number, name) for row in _rows() for name in FILE.findall(row.where)}
    assert sorted((number, name) for number, name in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_totals_are_right(language: str) -> None:
    text = (GUIDES / f"asvs.{language}.md").read_text(encoding="utf-8")
    rows = _rows()
    for level in (1, 2):
        counts = Counter(row.state for row in rows if row.level == level)
        cells = " | ".join(str(counts[state]) for state in STATES)
        assert re.search(rf"^\| (?:level|第) ?{level}[^|]*\| {re.escape(cells)} \|$", text, re.MULTILINE), (
            cells
        )
    counts = Counter(row.state for row in rows)
    cells = " | ".join(str(counts[state]) for state in STATES)
    assert re.search(rf"^\| (?:both|合计)[^|]*\| {re.escape(cells)} \|$", text, re.MULTILINE), cells


def test_chinese_lists_what_is_open() -> None:
    text = (GUIDES / "asvs.zh.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\b\d+\.\d+\.\d+\b", text.partition("## 未满足")[2]))
    assert listed == {row.number for row in _rows() if row.state == "open"}

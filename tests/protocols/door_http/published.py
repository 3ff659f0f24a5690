"""The published exchanges as bytes, for the codec's tests and for those that replay them through sockets."""

import json
import re
from pathlib import Path
from typing import NamedTuple

CASES = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))["cases"]

UNLIKE_WRITTEN = {
    "V23": "the example has the list under `data`, the table under `elevatorList`, which is what we send",
    "V26": "targetFloor is a number in the example, a String in the table, which is what we send",
    "V29": "page numbers are strings in the example, Integers in the table, which is what we send",
}
"""Requests that a sender of ours writes otherwise, as the source contradicts itself (spec G 11, rows 3, 7, 11)."""


class Exchange(NamedTuple):
    name: str
    path: str
    request: bytes
    """As published; empty for the two forms."""
    fields: dict[str, str]
    """Of the two forms, without the photo."""
    answer: bytes
    source: str


def compact(text: str) -> bytes:
    """The same JSON without the spaces between its tokens; nothing else is touched."""
    return re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda found: found.group(1) or "", text).encode()


def mend(text: str) -> str:
    """Features are cut short by dots (V9), one answer has a comma too many (V30): neither is JSON."""
    return re.sub(r",\s*\}", "}", re.sub(r",\s*\.\.\.\]", "]", text))


def _exchange(case: dict[str, str]) -> Exchange:
    text = mend(case["request"])
    form = not text.startswith("{")
    fields = dict(re.findall(r'(\w+): "([^"]*)"', text)) if form else {}
    return Exchange(
        case["name"], case["path"], b"" if form else text.encode(), fields, compact(mend(case["answer"])),
        f"{case['request_source']}, {case['answer_source']}",
    )  # fmt: skip


EXCHANGES = [_exchange(case) for case in CASES]
TOKEN = "6f2ae65e-d7f3-11ea-9a16-6c96cfdfd355-192-168-1-128"

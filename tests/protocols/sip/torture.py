"""Reads `rfc4475.txt`."""

import re
from pathlib import Path
from typing import NamedTuple


class Torture(NamedTuple):
    name: str
    section: str
    core: str
    server: str
    wire: bytes


def torture_messages() -> list[Torture]:
    text = (Path(__file__).parent / "rfc4475.txt").read_text(encoding="utf-8")
    messages = []
    for block in text.split("\n=== ")[1:]:
        head, _, lines = block.partition("\n")
        lines = re.sub(r"<repeat count=(\d+)>(.*?)</repeat>", lambda match: match[2] * int(match[1]), lines)
        wire = _bytes(lines)
        name, section, core, server = head.split()
        if not wire.endswith(b"\n"):
            wire += b"\n"
        messages.append(Torture(name, section, core, server, wire.replace(b"\n", b"\r\n")))
    return messages


def _bytes(lines: str) -> bytes:
    wire = b""
    for plain, digits in re.findall(r"(.*?)(?:<hex>([0-9A-F]*)</hex>|\Z)", lines, re.DOTALL):
        wire += plain.encode() + bytes.fromhex(digits)
    return wire

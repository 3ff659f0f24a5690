"""Reads `dumps.txt`."""

from pathlib import Path


def dumps() -> dict[str, bytes]:
    text = (Path(__file__).parent / "dumps.txt").read_text(encoding="utf-8")
    messages = {}
    for block in text.split("\n=== ")[1:]:
        name, _, lines = block.partition("\n")
        messages[name] = (
            (lines.rstrip("\n") + "\n\n" if "\n\n" not in lines.strip("\n") else lines)
            .replace("\n", "\r\n")
            .encode()
        )
    return messages

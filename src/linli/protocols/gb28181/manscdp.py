"""MANSCDP: the XML in MESSAGE bodies. Source: GB/T 28181-2016, annex A.

Tolerated, for cameras in the field do it: a declared GB2312 that is UTF-8 or GBK, no declaration, an ampersand that
stands bare, spaces around values. Never taken: a document type, entities of its own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as XML
from xml.sax.saxutils import escape

MOST_BYTES: Final = 65_535
MOST_ITEMS: Final = 1_000
"""Of one message; a catalogue comes in many messages."""
_MOST_TEXT: Final = 512
_MOST_ELEMENTS: Final = 50_000
_MOST_DEPTH: Final = 12
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>\s*")
_BARE: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OPEN: Final = re.compile(r"<[^/!?]")


class Unreadable(ValueError):
    """No message, or one beyond its bounds."""


@dataclass(frozen=True, slots=True)
class Message:
    kind: str
    """Notify, Query, Control or Response."""
    command: str
    """Its CmdType."""
    number: str
    """Its SN, which an answer repeats."""
    device: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """The simple values beside these."""
    items: tuple[Mapping[str, str], ...] = ()
    """Of its list; values of nested elements stand beside the item's own."""

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def total(self) -> int:
        """How many items all answers of this number have together, as the sender says."""
        text = self.get("SumNum")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else len(self.items)


def read(body: bytes) -> Message:
    """Raises Unreadable."""
    if len(body) > MOST_BYTES:
        raise Unreadable("the message is too large")
    text = _CONTROL.sub("", _DECLARATION.sub("", _decoded(body)))
    if "<!" in text:
        raise Unreadable("the message declares a document type")
    if len(_OPEN.findall(text)) > _MOST_ELEMENTS:
        raise Unreadable("the message has too many elements")
    if _depth(text) > _MOST_DEPTH:
        raise Unreadable("the message is nested too deeply")
    try:
        root = XML.fromstring(_BARE.sub("&amp;", text))
    except (XML.ParseError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if root.tag not in ("Notify", "Query", "Control", "Response"):
        raise Unreadable(f"{root.tag[:40]} is no kind of message")
    fields: dict[str, str] = {}
    items: list[Mapping[str, str]] = []
    for element in root:
        if len(element) == 0:
            fields.setdefault(element.tag, _text(element))
            continue
        for item in element:
            if item.tag == "Item":
                items.append(_flat(item))
            elif len(item) == 0:
                fields.setdefault(item.tag, _text(item))
        if len(items) > MOST_ITEMS:
            raise Unreadable("the message has too many items")
    command = fields.pop("CmdType", "")
    if not command:
        raise Unreadable("CmdType is missing")
    return Message(root.tag, command, fields.pop("SN", ""), fields.pop("DeviceID", ""), fields, tuple(items))


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in re.finditer(r"<(/?)[^<>]*?(/?)>", text):
        if sign[1]:
            depth -= 1
        elif not sign[2]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _text(element: XML.Element) -> str:
    return (element.text or "").strip()[:_MOST_TEXT]


def _flat(item: XML.Element) -> dict[str, str]:
    values: dict[str, str] = {}
    for element in item:
        if len(element) == 0:
            values.setdefault(element.tag, _text(element))
        for nested in element:
            values.setdefault(nested.tag, _text(nested))
    return values


def build(
    kind: str,
    command: str,
    number: int | str,
    device: str,
    fields: Mapping[str, str | int] | None = None,
    items: Iterable[Mapping[str, str | int]] | None = None,
    *,
    list_name: str = "DeviceList",
) -> bytes:
    """A message in GB 2312 (GB 18030 where a sign needs it), as the edition of 2016 wants it. An empty `device` is left
    out."""
    lines = ['<?xml version="1.0" encoding="GB2312"?>', f"<{kind}>"]
    whose = {"DeviceID": device} if device else {}
    head: dict[str, str | int] = {"CmdType": command, "SN": number, **whose, **(fields or {})}
    lines += [f"<{name}>{escape(str(value))}</{name}>" for name, value in head.items()]
    if items is not None:
        listed = list(items)
        lines.append(f'<{list_name} Num="{len(listed)}">')
        for item in listed:
            lines.append("<Item>")
            lines += [f"<{name}>{escape(str(value))}</{name}>" for name, value in item.items()]
            lines.append("</Item>")
        lines.append(f"</{list_name}>")
    lines.append(f"</{kind}>")
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def date_text(text: str) -> str:
    """A time of a message as `yyyy-MM-dd HH:mm:ss`; empty when it is none. Cameras write a T, a space, fractions, a Z."""
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?Z?", text.strip())
    return f"{match[1]} {match[2]}" if match else ""

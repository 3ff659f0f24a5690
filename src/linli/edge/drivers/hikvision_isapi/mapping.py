"""What a camera pushes by ISAPI: XML alone, or multipart with pictures. Pure. Source: Hikvision's public ISAPI text."""

import re
from typing import Final
from xml.etree import ElementTree

import msgspec

PICTURE_BYTES: Final = 3 * 1024 * 1024
XML_BYTES: Final = 256 * 1024
PARTS_MOST: Final = 16
ANPR: Final = "ANPR"
_BOUNDARY: Final = re.compile(rb'boundary="?([0-9A-Za-z\'()+_,\-./:=? ]{1,70}?)"?\s*(?:;|$)')
_PLATE_COLORS: Final = {
    "blue": 1,
    "yellow": 2,
    "white": 3,
    "black": 4,
    "green": 5,
    "newenergygreen": 5,
    "newenergyyellowgreen": 6,
}
_CAR_COLORS: Final = {
    "red": 1, "green": 2, "blue": 3, "yellow": 4, "white": 5, "gray": 6, "black": 7, "purple": 8, "brown": 9, "pink": 10,
}  # fmt: skip
_UNREAD: Final = frozenset(("unknown", "无车牌", "noplate"))


class BadPush(ValueError):
    """The camera's message cannot be read; the text says why."""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    mac: str
    kind: str
    plate: str = ""
    source: str = ""
    confidence: int = 0
    plate_color: int = 0
    car_color: int = 0
    picture: bytes = b""


def read(content_type: bytes, body: bytes) -> Push:
    """Raises BadPush."""
    if content_type.lower().startswith(b"multipart/"):
        match = _BOUNDARY.search(content_type)
        if match is None:
            raise BadPush("the multipart has no boundary")
        parts = _parts(body, match[1])
    else:
        parts = [(b"application/xml", body)]
    texts = [part for kind, part in parts if b"xml" in kind]
    if len(texts) != 1:
        raise BadPush(f"{len(texts)} parts of XML")
    pictures = [part for kind, part in parts if kind.startswith(b"image/")]
    return _push(_xml(texts[0]), max(pictures, key=len, default=b""))


def check_picture(picture: bytes) -> bytes:
    """A JPEG. Raises BadPush."""
    if len(picture) > PICTURE_BYTES:
        raise BadPush(f"the picture has more than {PICTURE_BYTES} bytes")
    if not picture.startswith(b"\xff\xd8\xff"):
        raise BadPush("the picture is no JPEG")
    return picture


def barrier_gate(mode: str) -> bytes:
    """`mode`: open, close, lock."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><BarrierGate version="2.0"'
        f' xmlns="http://www.isapi.org/ver20/XMLSchema"><ctrlMode>{mode}</ctrlMode></BarrierGate>'
    ).encode()


def masked(plate: str) -> str:
    return f"{plate[:2]}***{plate[-2:]}" if len(plate) > 5 else "***" if plate else ""


def _parts(body: bytes, boundary: bytes) -> list[tuple[bytes, bytes]]:
    """(content type, content) of each part. Raises BadPush, also for one that was cut off."""
    mark = b"--" + boundary
    if not body.rstrip().endswith(mark + b"--"):
        raise BadPush("the multipart is cut off")
    pieces = body.split(mark, PARTS_MOST + 2)[1:]
    if len(pieces) > PARTS_MOST + 1:
        raise BadPush(f"more than {PARTS_MOST} parts")
    parts = []
    for piece in pieces[:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        if not gap:
            raise BadPush("a part has no content")
        kind = re.search(rb"content-type:\s*([^\r\n;]+)", head, re.IGNORECASE)
        parts.append((kind[1].strip().lower() if kind else b"", content.removesuffix(b"\r\n")))
    return parts


def _xml(text: bytes) -> ElementTree.Element:
    """Without document types, which could grow without end. Raises BadPush."""
    if len(text) > XML_BYTES:
        raise BadPush(f"the XML has more than {XML_BYTES} bytes")
    if b"<!" in text:
        raise BadPush("the XML has a document type")
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise BadPush(f"no XML: {error}") from None


def _push(alert: ElementTree.Element, picture: bytes) -> Push:
    mac = _text(alert, "macAddress").lower().replace("-", ":")
    if not mac:
        raise BadPush("macAddress is missing")
    kind = _text(alert, "eventType")
    if kind != ANPR:
        return Push(mac=mac, kind=kind)
    plate = _text(alert, "licensePlate")
    if len(plate) > 32:
        raise BadPush("licensePlate is no plate")
    at = _text(alert, "dateTime")
    number = _text(alert, "UUID") or (f"{at}:{plate}" if at else "")
    confidence = _text(alert, "confidenceLevel")
    return Push(
        mac=mac,
        kind=kind,
        plate="" if plate.lower() in _UNREAD else plate,
        source=f"{mac}:{number}"[:200] if number else "",
        confidence=min(100, int(confidence[:4])) if confidence.isdecimal() else 0,
        plate_color=_PLATE_COLORS.get(_text(alert, "plateColor").lower(), 0),
        car_color=_CAR_COLORS.get(_text(alert, "color").lower(), 0),
        picture=picture,
    )


def _text(alert: ElementTree.Element, name: str) -> str:
    """The first element of this name in any namespace; empty: none."""
    for element in alert.iter():
        if element.tag.rpartition("}")[2] == name:
            return (element.text or "").strip()
    return ""

"""RTSP 1.0 as who asks a camera speaks it: requests, answers, and packets between them. Source: RFC 2326."""

from collections.abc import Mapping
from typing import Final, NamedTuple

MOST_HEAD: Final = 16 * 1024
MOST_BODY: Final = 64 * 1024


class Broken(ValueError):
    """No answer, or one beyond its bounds."""


class Answer(NamedTuple):
    status: int
    reason: str
    fields: Mapping[str, tuple[str, ...]]
    """By name in lower case."""
    body: bytes

    def get(self, name: str) -> str:
        values = self.fields.get(name, ())
        return values[0] if values else ""


class Packet(NamedTuple):
    """Within the connection (10.12)."""

    channel: int
    data: bytes


def request(method: str, uri: str, number: int, fields: Mapping[str, str] | None = None) -> bytes:
    lines = [f"{method} {uri} RTSP/1.0", f"CSeq: {number}", "User-Agent: Linli"]
    lines += [f"{name}: {value}" for name, value in (fields or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def take(buffer: bytes) -> tuple[Answer | Packet | None, bytes]:
    """Split the first answer or packet off; (None, buffer) while bytes are missing. Raises Broken."""
    buffer = buffer.lstrip(b"\r\n") if buffer[:1] in (b"\r", b"\n") else buffer
    if buffer.startswith(b"$"):
        if len(buffer) < 4 or len(buffer) < (end := 4 + int.from_bytes(buffer[2:4])):
            return None, buffer
        return Packet(buffer[1], buffer[4:end]), buffer[end:]
    head, split, rest = buffer.partition(b"\r\n\r\n")
    if len(head) > MOST_HEAD:
        raise Broken("the head is too long")
    if not split:
        if buffer and not b"RTSP/1.".startswith(buffer[:7]) and not buffer.startswith(b"RTSP/1."):
            raise Broken("this is no RTSP")
        return None, buffer
    answer = _head(head.decode("utf-8", "replace"))
    text = answer.get("content-length") or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > MOST_BODY:
        raise Broken("the body is too long")
    size = int(text)
    if len(rest) < size:
        return None, buffer
    return answer._replace(body=rest[:size]), rest[size:]


def _head(text: str) -> Answer:
    first, *lines = text.split("\r\n")
    version, _, rest = first.partition(" ")
    status, _, reason = rest.partition(" ")
    if not version.startswith("RTSP/1.") or len(status) != 3 or not status.isascii() or not status.isdigit():
        raise Broken("this is no answer of RTSP")
    fields: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            fields[key] = (*fields.get(key, ()), value.strip())
    return Answer(int(status), reason[:80], fields, b"")

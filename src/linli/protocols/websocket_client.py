"""The client's side of WebSocket: the request, the check of its answer, masked frames. Source: RFC 6455, 4.1, 5.3.

Both sides share `websocket.FrameReader`; a client reads frames without a mask.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

from linli.protocols.websocket import GUID, VERSION, CloseCode, Opcode, unmask

KEY_BYTES: Final = 16
MASK_BYTES: Final = 4
HEAD_BYTES: Final = 16_384
"""Of the server's answer; more is no answer of ours."""


class NotAccepted(Exception):
    """The server did not go over to WebSocket; `status` is what it answered, 0 when it was no HTTP answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"{status}: {why}")
        self.status = status


def request(host: str, path: str, key: bytes, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """The whole GET that offers to upgrade. `host` with its port where that is not the scheme's own; `key`: 16 bytes.

    Raises ValueError where a part holds a line's end, which would begin another header.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key of {len(key)} bytes, it has {KEY_BYTES}")
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(key).decode()}",
        f"Sec-WebSocket-Version: {VERSION}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    if any("\r" in line or "\n" in line for line in lines) or " " in path:
        raise ValueError("a header or the path holds white space that ends it")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def check_answer(head: bytes, key: bytes) -> None:
    """`head`: the answer up to its empty line. Raises NotAccepted."""
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not status.isdigit():
        raise NotAccepted(0, "this is no HTTP answer")
    if status != "101":
        raise NotAccepted(int(status), rest[4:].strip() or "no upgrade")
    found = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    proof = base64.b64encode(
        hashlib.sha1(base64.b64encode(key) + GUID, usedforsecurity=False).digest()
    ).decode()
    if found.get("upgrade", "").lower() != "websocket" or found.get("sec-websocket-accept") != proof:
        raise NotAccepted(101, "the answer is for somebody else")


def masked_frame(opcode: Opcode, payload: bytes, mask: bytes) -> bytes:
    """One whole frame as a client sends it; `mask`: 4 bytes nobody can foretell."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size <= 0xFFFF:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2)
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8)
    return head + mask + unmask(payload, mask)


def masked_close(code: CloseCode, mask: bytes) -> bytes:
    return masked_frame(Opcode.CLOSE, int(code).to_bytes(2), mask)

"""Opening a door within a call: a request and its answer as INFO, and the key `*` as INFO. Source: spec A 4.1.

The contract says JSON; some write it as a form under the same name, and some leave out who asks.
"""

from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import msgspec

from .message import Request

CONTENT_TYPE: Final = "application/json"
STAR_TYPE: Final = "application/dtmf-relay"
OPENED: Final = 200
_MOST_BODY: Final = 1_024
_LAST: Final = 999
_STAR: Final = ("*", "10")
"""As a sign, and by its number in RFC 2833."""


class Unlock(NamedTuple):
    """A request to open, or the answer to one."""

    asks: bool
    number: int
    """1 to 999; the two copies of a message share it. 0: none that can be read."""
    status: int = 0
    """Of an answer: 200 opened, from 400 on not."""


def read_unlock(request: Request) -> Unlock | None:
    """None: it is about something else."""
    if len(request.body) > _MOST_BODY:
        return None
    fields = _fields(request.body)
    if fields.get("req") == "unlock":
        return Unlock(True, _number(fields.get("reqsn"), _LAST))
    if fields.get("res") == "unlock":
        return Unlock(False, _number(fields.get("reqsn"), _LAST), _number(fields.get("status"), 999))
    return None


def presses_star(request: Request) -> bool:
    """Whether an INFO says that `*` was pressed."""
    kind = request.content_type
    if kind not in (STAR_TYPE, "application/dtmf") or len(request.body) > _MOST_BODY:
        return False
    text = request.body.decode("latin-1")
    if kind == "application/dtmf":
        return text.strip() in _STAR
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip().lower() == "signal":
            return value.strip() in _STAR
    return False


def ask_to_open(number: int, asker: str) -> bytes:
    """Body of a request. `asker`: the number of who asks."""
    return msgspec.json.encode({"req": "unlock", "reqsn": number, "sip": asker})


def tell_opening(number: int, status: int, words: str) -> bytes:
    """Body of an answer. `words` are for people and not in the contract, which lets further fields be."""
    return msgspec.json.encode({"res": "unlock", "reqsn": number, "status": status, "message": words})


def press_star() -> bytes:
    return b"Signal=*\r\nDuration=160\r\n"


def _fields(body: bytes) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            return {name: values[0] for name, values in parse_qs(body.decode("ascii")).items()}
        except ValueError:
            return {}
    return read if isinstance(read, dict) else {}


def _number(value: Any, most: int) -> int:
    """Also written as a text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 3:
        value = int(value)
    return value if type(value) is int and 0 <= value <= most else 0

"""Frames of a tunnel. Text frames are JSON; binary frames are bytes of a terminal, or pieces of a file.

shell        → binary: keys; text `{"cols","rows"}`        ← binary: screen; text `{"exit": code}` at its end
files, tools → text `{"id","do","with"}`                   ← text `{"id","item"}` any number, then `{"id","ok"}`
http, video                                                  or `{"id","error":{"code","message","field"?}}`
                                                           ← binary: 4 bytes of the id, then a piece of the answer
Numbers of questions are the asker's, from 1 up. `{"id","do":"cancel"}` ends a question that goes on.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

type Kind = Literal["shell", "files", "tools", "http", "video"]
"""`http`: the box's own page; `video`: that of its video component (`HTTP-LH-8080`)."""

MAX_MESSAGE: Final = 256 * 1024
"""Of one frame in either direction; a longer one ends the tunnel (1009)."""
PIECE: Final = 48 * 1024
"""Of a file in one frame."""
ID_BYTES: Final = 4
MOST_ID: Final = 2**31 - 1
CANCEL: Final = "cancel"
TUNNEL_PATH: Final = "/edge/tunnel/"
"""At the cloud; the ticket follows."""


class WireError(ValueError):
    """A frame that is none; the text says why."""


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[int, Meta(ge=1, le=MOST_ID)]
    do: Annotated[str, Meta(max_length=60)]
    given: dict[str, Any] = msgspec.field(name="with", default_factory=dict)


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """`code`: `not_found`, `bad_input`, `forbidden`, `too_big`, `failed`, `unknown`, `offline`."""

    code: str
    message: str
    field: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of the three: an item of a list that goes on, the end, or what went wrong."""

    id: int
    item: Any = None
    ok: Any = None
    error: Fault | None = None

    @property
    def ends(self) -> bool:
        return self.item is None


class Resize(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cols: Annotated[int, Meta(ge=2, le=1000)]
    rows: Annotated[int, Meta(ge=2, le=1000)]


_question = msgspec.json.Decoder(Question).decode
_answer = msgspec.json.Decoder(Answer).decode
_resize = msgspec.json.Decoder(Resize).decode


def question(frame: bytes) -> Question:
    """Raises WireError."""
    try:
        return _question(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError(str(error)) from error


def answer(frame: bytes) -> Answer:
    """Raises WireError."""
    try:
        return _answer(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError(str(error)) from error


def resize(frame: bytes) -> Resize:
    """Raises WireError."""
    try:
        return _resize(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError(str(error)) from error


def piece(number: int, data: bytes) -> bytes:
    """A part of the answer to question `number`."""
    return number.to_bytes(ID_BYTES) + data


def split_piece(frame: bytes) -> tuple[int, bytes]:
    """(question, bytes). Raises WireError."""
    if len(frame) < ID_BYTES:
        raise WireError(f"a piece of {len(frame)} bytes has no number")
    return int.from_bytes(frame[:ID_BYTES]), frame[ID_BYTES:]


def encode(value: msgspec.Struct) -> bytes:
    return msgspec.json.encode(value)

"""Messages on the pipe between the platform and its face child: msgpack in frames of a length and a body. Pure."""

import struct
from typing import Final

import msgspec

from linli.vision.engine.ports import Change, State
from linli.vision.looks import Use

LENGTH: Final = struct.Struct("<I")
FRAME_MAX: Final = 64 * 1024 * 1024


class LookAsk(msgspec.Struct, frozen=True, tag="look", array_like=True):
    picture: bytes
    use: Use
    embed: bool


class CropAsk(msgspec.Struct, frozen=True, tag="crop", array_like=True):
    picture: bytes


class FindAsk(msgspec.Struct, frozen=True, tag="find", array_like=True):
    library: str
    picture: bytes
    crop: bool
    limit: int


class MarkAsk(msgspec.Struct, frozen=True, tag="mark", array_like=True):
    library: str


class FeedAsk(msgspec.Struct, frozen=True, tag="feed", array_like=True):
    library: str
    changes: list[Change]
    mark: int
    afresh: bool


class SearchAsk(msgspec.Struct, frozen=True, tag="search", array_like=True):
    library: str
    vectors: list[bytes]
    limit: int


class ForgetAsk(msgspec.Struct, frozen=True, tag="forget", array_like=True):
    library: str


type Ask = LookAsk | CropAsk | FindAsk | MarkAsk | FeedAsk | SearchAsk | ForgetAsk


class Done(msgspec.Struct, frozen=True, tag="done", array_like=True):
    """The result, encoded on its own: the asker knows its type."""

    result: bytes


class Unreadable(msgspec.Struct, frozen=True, tag="unreadable", array_like=True):
    """The picture is none: `ports.NoPicture`."""

    rule: str


class Failed(msgspec.Struct, frozen=True, tag="failed", array_like=True):
    why: str


type Answer = Done | Unreadable | Failed

encode: Final = msgspec.msgpack.Encoder().encode
_asks: Final[msgspec.msgpack.Decoder[Ask]] = msgspec.msgpack.Decoder(Ask)
_answers: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)
decode_ask: Final = _asks.decode
decode_answer: Final = _answers.decode
decode_state: Final = msgspec.msgpack.Decoder(State).decode


def frame(body: bytes) -> bytes:
    return LENGTH.pack(len(body)) + body

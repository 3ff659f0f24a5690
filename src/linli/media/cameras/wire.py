"""Messages between the platform and the child that takes streams in: orders bring sockets, pictures come by a stream."""

from typing import Final

import msgspec

ORDER_MAX: Final = 65_536
PICTURE_MAX: Final = 6 * 1024 * 1024
SIZE_BYTES: Final = 4


class Take(msgspec.Struct, frozen=True, tag="take", array_like=True):
    """A stream comes at the socket that comes with this: of datagrams, or one that listens.

    `hosts`: who may send. `ssrc`: what was agreed; another one from the right host is taken and counted.
    """

    number: int
    hosts: list[str]
    ssrc: int
    listens: bool


class Drop(msgspec.Struct, frozen=True, tag="drop", array_like=True):
    number: int


class Allow(msgspec.Struct, frozen=True, tag="allow", array_like=True):
    """A further address may send."""

    number: int
    host: str


type Order = Take | Allow | Drop


class Facts(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What came of one stream since it was taken."""

    packets: int = 0
    octets: int = 0
    lost: int = 0
    strangers: int = 0
    """Packets from other addresses; dropped."""
    stranger: str = ""
    """The last of these."""
    wrong_ssrc: int = 0
    pictures: int = 0
    keys: int = 0
    h265: bool = False
    foreign: bool = False
    """What comes is no program stream."""
    other_ssrc: int = 0
    """The last one that was not agreed and is taken; 0: there was none."""
    key_gap: int = 0
    """Units of 1/90,000 s between the last two key pictures, by the camera's own times; 0: there were not two."""
    since_key: int = 0
    """The same, from the last key picture to the last picture."""


class Report(msgspec.Struct, frozen=True, tag="report", array_like=True):
    number: int
    facts: Facts


class Frame(msgspec.Struct, frozen=True, tag="frame", array_like=True):
    """A picture. `sps`, `pps`: those that it needs, with key pictures only."""

    number: int
    key: bool
    dts: int
    """Units of 1/90,000 s, from 0 on, always growing."""
    shift: int
    """pts less dts."""
    data: bytes
    """Units, each behind its length in four bytes."""
    sps: bytes = b""
    pps: bytes = b""


type News = Report | Frame

_encoder: Final = msgspec.msgpack.Encoder()
encode: Final = _encoder.encode
encode_into: Final = _encoder.encode_into
_orders: Final[msgspec.msgpack.Decoder[Order]] = msgspec.msgpack.Decoder(Order)
_news: Final[msgspec.msgpack.Decoder[News]] = msgspec.msgpack.Decoder(News)
decode_order: Final = _orders.decode
decode_news: Final = _news.decode

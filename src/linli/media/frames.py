"""Messages between the platform and its media child, one a packet of their socket. Pure."""

from typing import Final

import msgspec

FRAME_MAX: Final = 65_536


class Open(msgspec.Struct, frozen=True, tag="open", array_like=True):
    """A port pair comes with this message: its two sockets. `latched`: where its other end was, of an earlier child."""

    port: int
    video: bool
    signalled: str
    latched: tuple[str, int] | None = None
    control_latched: tuple[str, int] | None = None


class Announce(msgspec.Struct, frozen=True, tag="announce", array_like=True):
    """What the other end's description says. `clocks`: clock rate by payload type; `keys`: those of key presses."""

    port: int
    signalled: str
    address: tuple[str, int] | None
    control: tuple[str, int] | None
    clocks: dict[int, int]
    keys: list[int]
    sealed: bool
    """Whether the ends encrypt: nothing but the head can be read."""
    guarded: bool = False
    """Whether the key that opens doors waits until it is released."""


class Route(msgspec.Struct, frozen=True, tag="route", array_like=True):
    """To which ports its packets go; `source`: the port that hears of its receivers' lost pictures, if no other does."""

    port: int
    targets: list[int]
    source: int | None


class Browsers(msgspec.Struct, frozen=True, tag="browsers", array_like=True):
    """The port of all browsers: its socket comes with this message."""


class Browser(msgspec.Struct, frozen=True, tag="browser", array_like=True):
    """A browser answered. `media`: port number, picture or not, payload types; such numbers are of no socket."""

    number: int
    fragment: str
    password: str
    fingerprint: str
    media: list[tuple[int, bool, list[int]]]
    renamed: dict[int, int] = {}
    """Payload types of the others by that browser's, where it named them before it knew theirs."""
    voice: int = 0
    """Under which source (SSRC) it hears all voices; 0: each under its own."""


class BrowserGone(msgspec.Struct, frozen=True, tag="browser_gone", array_like=True):
    number: int
    fragment: str


class Release(msgspec.Struct, frozen=True, tag="release", array_like=True):
    """The key that opens doors, which was pressed at the other end, goes on."""

    port: int


class Close(msgspec.Struct, frozen=True, tag="close", array_like=True):
    port: int


class Ping(msgspec.Struct, frozen=True, tag="ping", array_like=True):
    number: int


type Order = Open | Announce | Route | Release | Close | Ping | Browsers | Browser | BrowserGone


class Latched(msgspec.Struct, frozen=True, tag="latched", array_like=True):
    """Where the other end really is."""

    port: int
    address: tuple[str, int]
    control: bool


class Key(msgspec.Struct, frozen=True, tag="key", array_like=True):
    """A key was pressed at the other end."""

    port: int
    key: str


class Counts(msgspec.Struct, frozen=True, array_like=True):
    """Of one port, since its child began."""

    packets: int = 0
    octets: int = 0
    lost: int = 0
    jitter_ms: float = 0.0
    """Now."""
    sent: int = 0
    refused: int = 0
    """Packets of strangers, of none that is RTP, and beyond what a stream may have."""
    signs: int = 0
    """All that came from the other end, reports too: grows while it lives."""
    reported_lost: int = 0
    """Of what was sent to it, as it says."""


class Counted(msgspec.Struct, frozen=True, tag="counted", array_like=True):
    port: int
    counts: Counts
    last: bool = False
    """The port is closed."""


class Certificate(msgspec.Struct, frozen=True, tag="certificate", array_like=True):
    """What the child shows to browsers: SHA-256, in hexadecimal with colons."""

    fingerprint: str


class BrowserState(msgspec.Struct, frozen=True, tag="browser_state", array_like=True):
    """Whether a browser's keys are there, or it is lost."""

    number: int
    connected: bool


class Pong(msgspec.Struct, frozen=True, tag="pong", array_like=True):
    number: int


type News = Latched | Key | Counted | Pong | Certificate | BrowserState

encode: Final = msgspec.msgpack.Encoder().encode
_orders: Final[msgspec.msgpack.Decoder[Order]] = msgspec.msgpack.Decoder(Order)
_news: Final[msgspec.msgpack.Decoder[News]] = msgspec.msgpack.Decoder(News)
decode_order: Final = _orders.decode
decode_news: Final = _news.decode

"""One anchored call: its ends, their ports, who hears whom and who may talk."""

import secrets
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

import msgspec

from linli.media.browser_offer import Credentials, browser_answer, browser_offer, fingerprint_in
from linli.media.frames import Announce, Browser, BrowserGone, Counts, Order, Release, Route
from linli.media.latch import Address
from linli.media.ports import Pair, sendable
from linli.protocols import sdp

TALKS: Final = 50
"""Packets of a voice, a second's, that show that it came."""
_KEYS: Final = "telephone-event"


class NoBrowsers(Exception):
    """Browsers are not served here, or not at this moment."""


class Listener(Protocol):
    """Who is told what happens in a session."""

    def pressed(self, end: Hashable, key: str) -> None:
        """A key of a phone, which may be of a code: nothing writes it down."""
        ...

    def lost(self, end: Hashable) -> None:
        """A browser is gone, or its keys: it must be offered the call anew."""
        ...

    def silent(self) -> None:
        """Nothing came from any end for long: nobody is there any more."""
        ...

    def closed(self, quality: "Quality") -> None:
        """The last counts are there."""
        ...


class Heard(NamedTuple):
    """How one medium of one end went."""

    end: Hashable
    video: bool
    counts: Counts


class Quality(NamedTuple):
    media: tuple[Heard, ...]
    one_way: bool
    """One side was heard and the other one never, though both were in the call."""


@dataclass(slots=True, eq=False)
class Stream:
    """One port pair, and what its child must be told again when there is a new one."""

    port: int
    """Of its socket; of a browser's medium a number above all ports."""
    pair: Pair | None
    end: Hashable
    signalled: str
    video: bool
    announced: Announce | None = None
    latched: Address | None = None
    control_latched: Address | None = None
    route: Route | None = None
    before: Counts = field(default_factory=Counts)
    """Of children that are no more."""
    now: Counts = field(default_factory=Counts)
    heard_ms: int = 0
    """Of a browser: when something came the last time."""
    heard_signs: int = -1
    deaf: bool = False
    """Its end wants nothing of it now: a browser that holds its call, or takes no picture."""

    @property
    def hears(self) -> bool:
        return not self.deaf and self.announced is not None and self.announced.address is not None

    @property
    def counts(self) -> Counts:
        return _sum(self.before, self.now)


class Desk(Protocol):
    """What a session needs of the relay."""

    def open(self, session: "Session", end: Hashable, signalled: str, *, video: bool) -> Stream:
        """Raises NoPorts."""
        ...

    def send(self, order: Order) -> None: ...

    def open_browser(self, session: "Session", end: Hashable, *, video: bool) -> Stream: ...

    @property
    def browser_place(self) -> tuple[int, str]:
        """The port of browsers, and the fingerprint that is shown there. Raises NoBrowsers."""
        ...

    def shut(self, session: "Session", stream: Stream) -> None: ...

    def closing(self, session: "Session") -> None: ...


class Session:
    """All others hear its anchor, and the anchor hears the one who may talk.

    `guarded`: the key that opens doors waits for `release`.
    """

    def __init__(self, desk: Desk, listener: Listener, anchor: Hashable, *, guarded: bool = False) -> None:
        self._desk = desk
        self._anchor = anchor
        self._guarded = guarded
        self._keys: set[int] = set()
        """Payload types of key presses, of all ends: a door takes those that it offered itself."""
        self.listener = listener
        self._ends: dict[Hashable, dict[int, Stream]] = {}
        self._signalled: dict[Hashable, str] = {}
        self._browsers: dict[Hashable, tuple[int, Credentials]] = {}
        self._talker: Hashable = None
        self.over = False
        self.signs = -1
        self.heard_ms = 0
        self.watched = False
        """Whether a silence ends it: not while it rings."""

    @property
    def streams(self) -> list[Stream]:
        return [stream for streams in self._ends.values() for stream in streams.values()]

    # ------------------------------------------------------------ descriptions

    def take(self, end: Hashable, signalled: str, description: sdp.Description) -> None:
        """What an end says of itself; `signalled`: the host that said it. Raises NoPorts."""
        if self.over:
            return
        self._signalled[end] = signalled
        streams = self._ends.setdefault(end, {})
        for index, medium in enumerate(description.media):
            stream = streams.get(index)
            if stream is None:
                if not medium.live:
                    continue
                stream = self._open(end, index, video=medium.kind == "video")
            order = _announce(
                stream.port, signalled, description.address(medium), medium, guarded=self._guarded
            )
            self._keys.update(order.keys)
            self._set_announced(stream, order)
        for stream in self.streams:
            if stream.announced is not None:
                self._set_announced(stream, stream.announced)
        self._route()

    def _set_announced(self, stream: Stream, order: Announce) -> None:
        if self._guarded:
            order = msgspec.structs.replace(order, keys=sorted(self._keys))
        if order != stream.announced:
            stream.announced, stream.signalled = order, order.signalled
            self._desk.send(order)

    def place(self, end: Hashable, signalled: str, description: sdp.Description, host: str) -> bytes:
        """The description as this end gets it: our ports in place of the other one's. Raises NoPorts."""
        ports = []
        if not self.over:
            self._signalled.setdefault(end, signalled)
            streams = self._ends.setdefault(end, {})
            for index, medium in enumerate(description.media):
                if medium.live and index not in streams:
                    self._open(end, index, video=medium.kind == "video")
            ports = [
                streams[index].port if index in streams else 0 for index in range(len(description.media))
            ]
        return description.placed(host, ports or [0] * len(description.media))

    def _open(self, end: Hashable, index: int, *, video: bool) -> Stream:
        stream = self._ends[end][index] = self._desk.open(self, end, self._signalled[end], video=video)
        return stream

    # ------------------------------------------------------------ browsers

    def offer(self, end: Hashable, description: sdp.Description, host: str, *, shows: bool = False) -> bytes:
        """A phone's description, for a browser that joins. `shows`: its camera is the picture. Raises NoBrowsers."""
        port, fingerprint = self._desk.browser_place
        self.drop(end)
        streams = self._ends[end] = {
            index: self._desk.open_browser(self, end, video=medium.kind == "video")
            for index, medium in enumerate(description.media)
            if medium.live
        }
        self._signalled[end] = ""
        number = min((stream.port for stream in streams.values()), default=0)
        # A browser that shows its camera and is shown none takes no voice that was not announced.
        voice = secrets.randbits(31) + 1 if shows else 0
        proof = Credentials(secrets.token_hex(4), secrets.token_hex(16), fingerprint, voice)
        self._browsers[end] = (number, proof)
        return browser_offer(description, host, port, proof, shows=shows)

    def answer(self, end: Hashable, description: sdp.Description) -> bool:
        """What a browser makes of an offer; False: it names no certificate, takes no medium, or was not asked."""
        fingerprint, asked = fingerprint_in(description), self._browsers.get(end)
        streams = self._ends.get(end, {})
        media = [
            (streams[index], medium)
            for index, medium in enumerate(description.media)
            if medium.live and index in streams
        ]
        if fingerprint is None or asked is None or not media:
            return False
        number, proof = asked
        kinds = [[int(kind) for kind in medium.formats if kind in medium.codecs] for _, medium in media]
        listed = [(stream.port, stream.video, types) for (stream, _), types in zip(media, kinds, strict=True)]
        order = Browser(number, proof.fragment, proof.password, fingerprint, listed, voice=proof.voice)
        self._desk.send(order)
        for stream, medium in media:
            stream.route = None  # one sent before the answer went to no stream
            here = sdp.Address("browser", 9, 9)
            announced = _announce(stream.port, "browser", here, medium, guarded=self._guarded)
            announced = msgspec.structs.replace(announced, sealed=False)  # its keys are ours
            self._keys.update(announced.keys)
            stream.deaf = not medium.receives
            self._set_announced(stream, announced)
        self._route()
        return True

    def join(self, end: Hashable, offer: sdp.Description, served: sdp.Description, host: str) -> bytes:
        """The answer to a browser that offers itself; `served`: what the anchor sends. Empty: nothing fits.

        Raises NoBrowsers.
        """
        port, _ = self._desk.browser_place
        if not self.offer(end, served, host):
            return b""
        number, proof = self._browsers[end]
        body, taken = browser_answer(offer, served, host, port, proof)
        fingerprint, streams = fingerprint_in(offer), self._ends[end]
        if fingerprint is None or not taken:
            self.drop(end)
            return b""
        listed = [(streams[at].port, streams[at].video, sorted(kinds)) for at, (_, kinds) in taken.items()]
        renamed = {own: other for _, kinds in taken.values() for own, other in kinds.items() if own != other}
        self._desk.send(Browser(number, proof.fragment, proof.password, fingerprint, listed, renamed))
        here = sdp.Address("browser", 9, 9)
        for at, (medium, _) in taken.items():
            order = _announce(streams[at].port, "browser", here, served.media[at], guarded=self._guarded)
            order = msgspec.structs.replace(order, sealed=False)
            self._keys.update(order.keys)
            streams[at].route, streams[at].deaf = None, not medium.receives
            self._set_announced(streams[at], order)
        self._route()
        return body

    def again(self, end: Hashable, offer: sdp.Description, served: sdp.Description, host: str) -> bytes:
        """The answer to a browser that changes what it takes: it holds, or wants no picture. Empty: that does not fit.

        Raises NoBrowsers.
        """
        port, _ = self._desk.browser_place
        asked = self._browsers.get(end)
        if asked is None:
            return b""
        body, taken = browser_answer(offer, served, host, port, asked[1])
        for at, (medium, _) in taken.items():
            if (stream := self._ends[end].get(at)) is not None:
                stream.deaf = not medium.receives
        self._route()
        return body if taken else b""

    def quiet_browsers(self, now_ms: int, most_ms: float) -> list[Hashable]:
        """Ends of browsers from which nothing came for so long, not even a check; each again after as long a time."""
        quiet = []
        for end, (number, _) in self._browsers.items():
            streams = self._ends[end].values()
            first = next((stream for stream in streams if stream.port == number), None)
            signs = sum(stream.counts.signs for stream in streams)
            if first is None or first.announced is None:
                continue
            if signs != first.heard_signs:
                first.heard_signs, first.heard_ms = signs, now_ms
            elif now_ms - first.heard_ms > most_ms:
                first.heard_ms = now_ms
                quiet.append(end)
        return quiet

    # ------------------------------------------------------------ who hears whom

    def turn(self, anchor: Hashable) -> None:
        """From now on all others hear this end."""
        self._anchor = anchor
        self._route()

    def talk(self, end: Hashable) -> None:
        """The anchor hears this end from now on, and no other one; None: nobody."""
        if end != self._talker:
            self._talker = end
            self._route()

    def hear(self, end: Hashable, wanted: list[bool]) -> None:
        """Which media this end wants now, in the order of its description."""
        for index, stream in self._ends.get(end, {}).items():
            stream.deaf = index < len(wanted) and not wanted[index]
        self._route()

    def release(self, end: Hashable) -> None:
        """This end may open the door: the key that it pressed goes on."""
        for stream in self._ends.get(end, {}).values():
            if not stream.video:
                self._desk.send(Release(stream.port))

    def drop(self, end: Hashable) -> None:
        """An end is no more in the call."""
        if (asked := self._browsers.pop(end, None)) is not None:
            self._desk.send(BrowserGone(asked[0], asked[1].fragment))
        for stream in self._ends.pop(end, {}).values():
            self._desk.shut(self, stream)
        self._route()

    def _route(self) -> None:
        anchor = self._ends.get(self._anchor, {})
        others = [(end, streams) for end, streams in self._ends.items() if end != self._anchor]
        for index, stream in anchor.items():
            hearing = [
                streams[index].port for _, streams in others if index in streams and streams[index].hears
            ]
            self._set_route(stream, hearing, None)
        for end, streams in others:
            for index, stream in streams.items():
                source = anchor.get(index)
                talks = end == self._talker and source is not None and source.hears
                self._set_route(
                    stream,
                    [source.port] if talks and source is not None else [],
                    None if source is None else source.port,
                )

    def _set_route(self, stream: Stream, targets: list[int], source: int | None) -> None:
        route = Route(stream.port, targets, source)
        if route != stream.route:
            stream.route = route
            self._desk.send(route)

    # ------------------------------------------------------------ the end

    def quality(self) -> Quality:
        media = tuple(Heard(stream.end, stream.video, stream.counts) for stream in self.streams)
        voices = [
            sum(heard.counts.packets for heard in media if heard.end == end and not heard.video)
            for end in (self._anchor, self._talker)
        ]
        return Quality(media, self._talker is not None and max(voices) >= TALKS and min(voices) == 0)

    def close(self) -> None:
        if not self.over:
            for number, proof in self._browsers.values():
                self._desk.send(BrowserGone(number, proof.fragment))
            self.over = True
            self._desk.closing(self)


def _announce(
    port: int, signalled: str, address: sdp.Address | None, medium: sdp.Medium, *, guarded: bool
) -> Announce:
    place = control = None
    if address is not None and sendable(address.host, signalled):
        place, control = (address.host, address.port), (address.host, address.control_port)
    codecs = {int(kind): codec for kind, codec in medium.codecs.items() if kind.isascii() and kind.isdigit()}
    clocks = {
        kind: int(rate) for kind, codec in codecs.items() if (rate := codec.rpartition("/")[2]).isdecimal()
    }
    return Announce(
        port,
        signalled,
        place,
        control,
        {kind: clock for kind, clock in clocks.items() if kind < 128 and 0 < clock <= 1_000_000},
        sorted(kind for kind, codec in codecs.items() if kind < 128 and codec.startswith(_KEYS)),
        "SAVP" in medium.profile,
        guarded,
    )


def _sum(first: Counts, second: Counts) -> Counts:
    return Counts(
        first.packets + second.packets,
        first.octets + second.octets,
        first.lost + second.lost,
        second.jitter_ms or first.jitter_ms,
        first.sent + second.sent,
        first.refused + second.refused,
        first.signs + second.signs,
        max(first.reported_lost, second.reported_lost),
    )

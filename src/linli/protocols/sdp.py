"""Descriptions of calls (SDP): read as far as a relay needs them, and written again with the relay's addresses.

Source: RFC 4566; RFC 3264 (offer and answer); RFC 3605 (`a=rtcp`); RFC 8839 and RFC 5763 for what is taken away.
"""

import ipaddress
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

MAX_BYTES: Final = 16_384
MAX_LINES: Final = 500
MAX_MEDIA: Final = 8
"""A door has two; more than these are no description of a call."""

_STATIC: Final = {"0": "pcmu/8000", "8": "pcma/8000", "9": "g722/8000", "13": "cn/8000", "18": "g729/8000"}
"""Formats that need no `rtpmap` (RFC 3551, 6)."""
_BESIDE: Final = frozenset({"telephone-event", "cn", "red", "ulpfec"})
"""Formats that carry no voice by themselves."""
_OF_ADDRESSES: Final = (
    "candidate:",
    "end-of-candidates",
    "ice-",
    "remote-candidates:",
    "rtcp:",
    "rtcp-mux",
    "rtcp-rsize",
)
"""Attributes that tell of addresses and ways of the one who wrote them."""


class Unreadable(ValueError):
    """No description, or one beyond its bounds."""


class Address(NamedTuple):
    """Where somebody wants a medium, in the words of the description. `host` may be a name."""

    host: str
    port: int
    control_port: int


@dataclass(slots=True)
class Medium:
    """One `m=` line and what belongs to it."""

    kind: str
    port: int
    profile: str
    formats: list[str]
    lines: list[tuple[str, str]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether it is offered or taken: a port of 0 refuses it."""
        return self.port != 0

    @property
    def receives(self) -> bool:
        """Whether who wrote it wants to get the medium."""
        return not any(kind == "a" and value in ("sendonly", "inactive") for kind, value in self.lines)

    @property
    def sends(self) -> bool:
        return not any(kind == "a" and value in ("recvonly", "inactive") for kind, value in self.lines)

    def attributes(self, name: str) -> list[str]:
        """The values of an attribute, without its name."""
        begin = f"{name}:"
        return [value[len(begin) :] for kind, value in self.lines if kind == "a" and value.startswith(begin)]

    @property
    def codecs(self) -> dict[str, str]:
        """Name and clock rate, such as `opus/48000`, by payload type; what nothing tells is left out."""
        codecs = {format_: _STATIC[format_] for format_ in self.formats if format_ in _STATIC}
        for value in self.attributes("rtpmap"):
            format_, _, codec = value.strip().partition(" ")
            name, _, rate = codec.strip().lower().partition("/")
            if format_ in self.formats:
                codecs[format_] = f"{name}/{rate.partition('/')[0]}"
        return codecs

    @property
    def voices(self) -> set[str]:
        """The names of its codecs, without those that accompany others."""
        return {codec.partition("/")[0] for codec in self.codecs.values()} - _BESIDE

    def direct(self, *, sends: bool, receives: bool) -> None:
        """Say what who writes it does with the medium (RFC 3264, 6.1)."""
        word = "sendrecv" if sends and receives else "sendonly" if sends else "recvonly"
        words = ("sendrecv", "sendonly", "recvonly", "inactive")
        self.lines = [line for line in self.lines if line not in [("a", each) for each in words]]
        self.lines.append(("a", word if sends or receives else "inactive"))

    def leave_out(self, name: str) -> None:
        """Take a codec away, unless it is all there is."""
        gone = {kind for kind, codec in self.codecs.items() if codec.partition("/")[0] == name}
        if gone and self.voices - {name}:
            self.drop(gone)

    def keep_only(self, names: Container[str]) -> None:
        """Take all other codecs away, unless none of these is there."""
        gone = {kind for kind, codec in self.codecs.items() if codec.partition("/")[0] not in names}
        gone |= set(self.formats) - set(self.codecs)
        if gone != set(self.formats):
            self.drop(gone)

    def drop(self, gone: set[str]) -> None:
        """Take these payload types away."""
        self.formats = [kind for kind in self.formats if kind not in gone]
        self.lines = [(kind, value) for kind, value in self.lines if kind != "a" or _about(value) not in gone]


@dataclass(slots=True)
class Description:
    lines: list[tuple[str, str]]
    """Before the first medium."""
    media: list[Medium]

    @property
    def of_browser(self) -> bool:
        """Whether some medium comes by DTLS: only who holds the keys' fingerprint can stand between."""
        return any("TLS" in medium.profile for medium in self.media)

    def address(self, medium: Medium) -> Address | None:
        """Where a medium is to be sent; None when it is refused or nobody said."""
        host = _connection(medium.lines) or _connection(self.lines)
        if not medium.live or host is None:
            return None
        control = medium.attributes("rtcp")
        port, _, _ = (control[0] if control else "").strip().partition(" ")
        return Address(host, medium.port, _port(port) or min(medium.port + 1, 65_535))

    def keep_as(self, answer: "Description") -> None:
        """Leave of an offer what was taken of it once. Changes this description."""
        for medium, taken in zip(self.media, answer.media, strict=False):
            if not taken.live:
                medium.port = 0
            elif gone := set(medium.formats) - set(taken.formats):
                medium.drop(gone)

    def without_picture(self) -> Self:
        """Refuse all but voices. Changes this description."""
        for medium in self.media:
            if medium.kind != "audio":
                medium.port = 0
        return self

    def voice_only(self, codecs: Sequence[str]) -> Self:
        """Refuse all but voices, and of those all but these codecs and the keys. Changes this description."""
        for medium in self.without_picture().media:
            if medium.kind == "audio" and medium.voices & set(codecs):
                medium.keep_only({*codecs, "telephone-event"})
        return self

    def written(self) -> bytes:
        """As it is."""
        lines = list(self.lines)
        for medium in self.media:
            lines.append(("m", f"{medium.kind} {medium.port} {medium.profile} {' '.join(medium.formats)}"))
            lines += medium.lines
        return "".join(f"{kind}={value}\r\n" for kind, value in lines).encode("utf-8", "surrogateescape")

    def placed(self, host: str, ports: Sequence[int]) -> bytes:
        """The same with these addresses: one port a medium, its control port beside it; 0 where it is refused."""
        family = "IP6" if ":" in host else "IP4"
        written = [_placed(line, family, host) for line in self.lines if _stays(line)]
        if _connection(self.lines) is None:
            at = next((index for index, (kind, _) in enumerate(written) if kind in "btrzka"), len(written))
            written.insert(at, ("c", f"IN {family} {host}"))
        for medium, port in zip(self.media, ports, strict=True):
            place = port if medium.live else 0
            written.append(("m", f"{medium.kind} {place} {medium.profile} {' '.join(medium.formats)}"))
            written += [_placed(line, family, host) for line in medium.lines if _stays(line)]
        return "".join(f"{kind}={value}\r\n" for kind, value in written).encode("utf-8", "surrogateescape")


def read(data: bytes) -> Description:
    """Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable("the description is too large")
    texts = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(texts) > MAX_LINES:
        raise Unreadable("the description has too many lines")
    description = Description([], [])
    lines = description.lines
    for text in texts:
        kind, equals, value = text.partition("=")
        if not equals or len(kind) != 1 or not "a" <= kind <= "z" or "\r" in value or "\0" in value:
            raise Unreadable("a line of the description is broken")
        if kind == "m":
            if len(description.media) == MAX_MEDIA:
                raise Unreadable("the description has too many media")
            medium = _read_medium(value)
            description.media.append(medium)
            lines = medium.lines
        else:
            lines.append((kind, value))
    if not description.lines or description.lines[0] != ("v", "0") or not description.media:
        raise Unreadable("this is no description of a call")
    return description


def common(offer: Description, other: Description) -> Description:
    """An answer to an offer, with what `other` sends so far as both number it alike: no packet is numbered anew."""
    media = []
    for index, medium in enumerate(offer.media):
        sent = other.media[index] if index < len(other.media) else None
        formats: list[str] = []
        if (
            sent is not None
            and sent.live
            and medium.live
            and sent.kind == medium.kind
            and "SAVP" not in sent.profile + medium.profile
        ):
            formats = [
                kind for kind in sent.formats if sent.codecs.get(kind, kind) == medium.codecs.get(kind)
            ]
        answer = Medium(medium.kind, 0, medium.profile, formats or medium.formats)
        if sent is not None and formats and Medium("", 9, "", formats, sent.lines).voices:
            answer.port = sent.port
            answer.lines = [
                (kind, value) for kind, value in sent.lines if kind != "a" or _about(value) in ("", *formats)
            ]
        media.append(answer)
    return Description(other.lines, media)


def _read_medium(value: str) -> Medium:
    words = value.split()
    port = _port(words[1].partition("/")[0]) if len(words) >= 4 else None
    if port is None:
        raise Unreadable("a medium of the description is broken")
    return Medium(words[0], port, words[2], words[3:])


def _port(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        return None
    port = int(text)
    return port if port <= 65_535 else None


def _connection(lines: list[tuple[str, str]]) -> str | None:
    """The host of a `c=` line."""
    for kind, value in lines:
        if kind == "c":
            words = value.split()
            return words[2].partition("/")[0] if len(words) == 3 else None
    return None


def _about(attribute: str) -> str:
    """The payload type that an attribute tells of; empty when none."""
    name, _, value = attribute.partition(":")
    return value.strip().partition(" ")[0] if name in ("rtpmap", "fmtp", "rtcp-fb") else ""


def _stays(line: tuple[str, str]) -> bool:
    return line[0] != "a" or not line[1].startswith(_OF_ADDRESSES)


def _placed(line: tuple[str, str], family: str, host: str) -> tuple[str, str]:
    kind, value = line
    if kind == "c":
        return kind, f"IN {family} {_silent(value) or host}"
    if kind == "o":
        words = value.split()
        if len(words) == 6:
            return kind, " ".join([*words[:3], "IN", family, host])
    return line


def _silent(value: str) -> str | None:
    """The address of a `c=` line that means: send nothing (RFC 3264, 8.4)."""
    words = value.split()
    try:
        address = ipaddress.ip_address(words[2]) if len(words) == 3 else None
    except ValueError:
        return None
    return str(address) if address is not None and address.is_unspecified else None

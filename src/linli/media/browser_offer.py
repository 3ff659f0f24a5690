"""Descriptions that browsers get and give: all media on one port, by DTLS. Pure. Source: RFC 8829, 5.2; RFC 9143."""

from typing import Final, NamedTuple

from linli.protocols import sdp

_KEPT: Final = ("rtpmap:", "fmtp:")
_PROFILE: Final = "UDP/TLS/RTP/SAVPF"


class Credentials(NamedTuple):
    """What an end of ours proves itself with."""

    fragment: str
    password: str
    fingerprint: str
    voice: int = 0
    """Under which source it hears all voices; 0: each under its own."""


def browser_offer(
    description: sdp.Description, host: str, port: int, end: Credentials, *, shows: bool = False
) -> bytes:
    """What a phone's description is for a browser, with the same payload types. `shows`: it sends the picture."""
    family = "IP6" if ":" in host else "IP4"
    live = [str(index) for index, medium in enumerate(description.media) if medium.live]
    lines = [
        "v=0",
        f"o=- 1 1 IN {family} {host}",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(live)}",
        f"a=fingerprint:sha-256 {end.fingerprint}",
    ]
    for index, medium in enumerate(description.media):
        video = medium.kind == "video"
        lines += [
            f"m={medium.kind} {port if medium.live else 0} {_PROFILE} {' '.join(medium.formats)}",
            f"c=IN {family} {host}",
            f"a=mid:{index}",
        ]
        if not medium.live:
            continue
        lines += [f"a={value}" for kind, value in medium.lines if kind == "a" and value.startswith(_KEPT)]
        if video:
            lines += [f"a=rtcp-fb:{format_} nack pli" for format_ in medium.formats]
        lines += [
            ("a=recvonly" if shows else "a=sendonly") if video else "a=sendrecv",
            f"a=msid:linli linli{index}",
            *([f"a=ssrc:{end.voice} cname:linli"] if end.voice and not video else []),
            "a=rtcp-mux",
            "a=setup:actpass",
            f"a=ice-ufrag:{end.fragment}",
            f"a=ice-pwd:{end.password}",
            f"a=candidate:1 1 udp 2130706431 {host} {port} typ host",
            "a=end-of-candidates",
        ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


class Taken(NamedTuple):
    """A medium that a browser offered, and our names of its payload types by its own."""

    medium: sdp.Medium
    kinds: dict[int, int]


def browser_answer(
    offer: sdp.Description, served: sdp.Description, host: str, port: int, end: Credentials
) -> tuple[bytes, dict[int, Taken]]:
    """Our answer to a browser's offer, and by its place in `served` each medium of it that is taken."""
    family = "IP6" if ":" in host else "IP4"
    taken: dict[int, Taken] = {}
    written: list[str] = []
    live: list[str] = []
    for index, medium in enumerate(offer.media):
        mid = next(iter(medium.attributes("mid")), str(index))
        at = next(
            (
                place
                for place, other in enumerate(served.media)
                if place not in taken and other.live and other.kind == medium.kind
            ),
            None,
        )
        kinds = {} if at is None or not medium.live else _fitting(medium, served.media[at])
        if at is None or not kinds:
            written += [f"m={medium.kind} 0 {medium.profile} {' '.join(medium.formats)}", f"a=mid:{mid}"]
            continue
        taken[at] = Taken(medium, kinds)
        live.append(mid)
        names = [format_ for format_ in medium.formats if format_.isdecimal() and int(format_) in kinds]
        video = medium.kind == "video"
        sends, receives = medium.receives, medium.sends and not video
        direction = "sendrecv" if sends and receives else "sendonly" if sends else "recvonly"
        written += [
            f"m={medium.kind} {port} {_PROFILE} {' '.join(names)}",
            f"c=IN {family} {host}",
            f"a=mid:{mid}",
            *_told_of(medium, names),
            *(f"a=rtcp-fb:{name} nack pli" for name in names if video),
            f"a={direction if sends or receives else 'inactive'}",
            f"a=msid:linli linli{at}",
            "a=rtcp-mux",
            "a=setup:passive",
            f"a=ice-ufrag:{end.fragment}",
            f"a=ice-pwd:{end.password}",
            f"a=candidate:1 1 udp 2130706431 {host} {port} typ host",
            "a=end-of-candidates",
        ]
    lines = [
        "v=0",
        f"o=- 1 1 IN {family} {host}",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(live)}",
        f"a=fingerprint:sha-256 {end.fingerprint}",
        *written,
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape"), taken


def _told_of(medium: sdp.Medium, names: list[str]) -> list[str]:
    """What it says of these payload types."""
    return [
        f"a={value}"
        for kind, value in medium.lines
        if kind == "a" and value.startswith(_KEPT) and value.partition(":")[2].split(" ")[0] in names
    ]


def _fitting(offered: sdp.Medium, served: sdp.Medium) -> dict[int, int]:
    """By the browser's payload type, the one under which the other end sends the same."""
    fitting: dict[int, int] = {}
    for other, codec in served.codecs.items():
        for own, name in offered.codecs.items():
            if name != codec or not (own.isdecimal() and other.isdecimal()) or int(own) in fitting:
                continue
            if codec.startswith("h264/") and _packing(offered, own) != _packing(served, other):
                continue
            fitting[int(own)] = int(other)
            break
    return fitting


def _packing(medium: sdp.Medium, format_: str) -> str:
    """How H.264 is cut into packets (RFC 6184, 8.2.2): both ends must mean the same."""
    for value in medium.attributes("fmtp"):
        name, _, words = value.strip().partition(" ")
        for word in words.split(";") if name == format_ else ():
            key, _, mode = word.strip().partition("=")
            if key == "packetization-mode":
                return mode
    return "0"


def phone_answer(answer: sdp.Description, offer: sdp.Description, host: str) -> bytes:
    """What a browser's answer is for the phone that made the offer. The ports are still to be set."""
    family = "IP6" if ":" in host else "IP4"
    lines = ["v=0", f"o=- 1 1 IN {family} {host}", "s=-", f"c=IN {family} {host}", "t=0 0"]
    for index, medium in enumerate(offer.media):
        taken = answer.media[index] if index < len(answer.media) else None
        formats = [] if taken is None else [kind for kind in taken.formats if kind in medium.formats]
        if taken is None or not taken.live or not medium.live or not formats:
            lines.append(f"m={medium.kind} 0 {medium.profile} {' '.join(medium.formats)}")
            continue
        lines.append(f"m={medium.kind} 9 {medium.profile} {' '.join(formats)}")
        lines += [
            f"a={value}"
            for kind, value in taken.lines
            if kind == "a" and value.startswith(_KEPT) and value.partition(":")[2].split(" ")[0] in formats
        ]
        lines.append("a=recvonly" if medium.kind == "video" else "a=sendrecv")
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


def fingerprint_in(answer: sdp.Description) -> str | None:
    """Of the certificate that a browser will show, if it names one in a way that is safe."""
    lines = [*answer.lines, *(line for medium in answer.media for line in medium.lines)]
    values = {
        value.partition(":")[2].strip()
        for kind, value in lines
        if kind == "a" and value.startswith("fingerprint:")
    }
    if len(values) != 1:
        return None
    name, _, fingerprint = values.pop().partition(" ")
    return fingerprint.strip().upper() if name.lower() == "sha-256" else None

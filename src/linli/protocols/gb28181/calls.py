"""Asking for pictures: SDP with `y=`, Subject, and the 10 digits of an SSRC.

Source: GB/T 28181-2016, 9.2 and annex F.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from linli.protocols import sdp

MOST_NUMBERS: Final = 10_000
_FIRST_DYNAMIC, _PAYLOADS = 96, 128
_WAYS: Final = {"udp": "RTP/AVP", "passive": "TCP/RTP/AVP", "active": "TCP/RTP/AVP"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`way`: `udp`, or TCP with us waiting (`passive`) or connecting (`active`)."""

    channel: str
    host: str
    port: int
    ssrc: str
    way: str = "udp"
    begin_s: int = 0
    end_s: int = 0
    """Of a recording, seconds since 1970; both 0: live."""
    sub: bool = False


def ssrc_of(domain: str, number: int, *, recorded: bool) -> str:
    """10 digits: live or recorded, five of the domain, a number."""
    return f"{int(recorded)}{domain[3:8]:0>5}{number % MOST_NUMBERS:04d}"


def describe(wanted: Wanted, server: str) -> bytes:
    """The SDP of our INVITE."""
    recorded = bool(wanted.end_s)
    family = "IP6" if ":" in wanted.host else "IP4"
    lines = [
        "v=0",
        f"o={server} 0 0 IN {family} {wanted.host}",
        f"s={'Playback' if recorded else 'Play'}",
        *([f"u={wanted.channel}:0"] if recorded else []),
        f"c=IN {family} {wanted.host}",
        f"t={wanted.begin_s} {wanted.end_s}",
        f"m=video {wanted.port} {_WAYS[wanted.way]} 96 98",
        "a=recvonly",
        "a=rtpmap:96 PS/90000",
        "a=rtpmap:98 H264/90000",
    ]
    if wanted.way != "udp":
        lines += [f"a=setup:{wanted.way}", "a=connection:new"]
    if wanted.sub:
        lines.append("a=streamnumber:1")
    lines.append(f"y={wanted.ssrc}")
    return ("\r\n".join(lines) + "\r\n").encode()


def subject(wanted: Wanted, server: str) -> str:
    return f"{wanted.channel}:{wanted.ssrc},{server}:0"


def ssrc_in(body: bytes) -> str:
    """The SSRC of a description, empty without one."""
    for line in body.splitlines():
        if line.startswith(b"y="):
            text = line[2:].decode("ascii", "replace").strip()
            return text if text.isascii() and text.isdigit() and len(text) <= 10 else ""
    return ""


class Refused(ValueError):
    """Pictures are asked for in a way that is not served."""


class Offer(NamedTuple):
    """What somebody asks for who wants pictures. `way`: `udp`, or TCP with them waiting (`passive`) or connecting."""

    host: str
    port: int
    ssrc: str
    way: Literal["udp", "passive", "active"]
    begin_s: int
    end_s: int
    """Of a recording, seconds since 1970; both 0: live."""
    sub: bool
    payload: int
    """Payload type of the program stream."""


def read_offer(body: bytes) -> Offer:
    """The description of an INVITE. Raises Refused."""
    try:
        description = sdp.read(body)
    except sdp.Unreadable as error:
        raise Refused(str(error)) from error
    session = next((value.strip().lower() for kind, value in description.lines if kind == "s"), "")
    if session not in ("play", "playback"):
        raise Refused("only Play and Playback are served")
    medium = next((each for each in description.media if each.kind == "video" and each.live), None)
    if medium is None or not medium.receives:
        raise Refused("no picture is asked for")
    place = description.address(medium)
    if place is None or not _one_host(place.host):
        raise Refused("c= names no address that can be sent to")
    payload = next((kind for kind, codec in medium.codecs.items() if codec == "ps/90000"), "")
    if not payload.isdecimal() or not _FIRST_DYNAMIC <= int(payload) < _PAYLOADS:
        raise Refused("only PS/90000 is served")
    begin_s, end_s = _span(description.lines) if session == "playback" else (0, 0)
    if session == "playback" and not 0 < begin_s < end_s:
        raise Refused("t= names no span")
    way: Literal["udp", "passive", "active"] = "udp"
    if "TCP" in medium.profile.upper():
        setup = next(iter(medium.attributes("setup")), "passive").strip().lower()
        way = "active" if setup == "active" else "passive"
    sub = next(iter(medium.attributes("streamnumber")), "0").strip() not in ("", "0")
    ssrc = ssrc_in(body)
    if ssrc and int(ssrc) >= 1 << 32:
        raise Refused("y= is no SSRC")
    return Offer(place.host, place.port, ssrc, way, begin_s, end_s, sub, int(payload))


def describe_sent(offer: Offer, channel: str, host: str, port: int) -> bytes:
    """The SDP of who sends what an offer asks for, from `host` and `port`."""
    family = "IP6" if ":" in host else "IP4"
    lines = [
        "v=0",
        f"o={channel} 0 0 IN {family} {host}",
        f"s={'Playback' if offer.end_s else 'Play'}",
        f"c=IN {family} {host}",
        f"t={offer.begin_s} {offer.end_s}",
        f"m=video {port} {_WAYS[offer.way]} {offer.payload}",
        "a=sendonly",
        f"a=rtpmap:{offer.payload} PS/90000",
    ]
    if offer.way != "udp":
        lines += [f"a=setup:{'active' if offer.way == 'passive' else 'passive'}", "a=connection:new"]
    lines.append(f"y={offer.ssrc}")
    return ("\r\n".join(lines) + "\r\n").encode()


def _one_host(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or text == "255.255.255.255")


def _span(lines: list[tuple[str, str]]) -> tuple[int, int]:
    words = next((value.split() for kind, value in lines if kind == "t"), [])
    if len(words) != 2 or not all(word.isascii() and word.isdigit() and len(word) <= 11 for word in words):
        return 0, 0
    return int(words[0]), int(words[1])

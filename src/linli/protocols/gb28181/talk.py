"""Talking to a camera: the notice of a broadcast, and the camera's call for the sound. Source: GB/T 28181-2016, 9.12.

The camera is told of a voice and calls for it: an INVITE whose audio it wants to get, as G.711A of 8,000 samples
a second.
"""

import ipaddress
from typing import Final, Literal, NamedTuple

from linli.protocols import sdp
from linli.protocols.gb28181.calls import Refused, ssrc_in
from linli.protocols.gb28181.codes import is_code

RATE: Final = 8_000
_A_LAW: Final = "pcma/8000"
_SPEAKER: Final = "137"
"""The kind of a device that sounds come out of (annex D)."""


class NoAudio(Refused):
    """It wants no sound."""


class NoCodec(Refused):
    """It wants a sound that is not sent; `names`: which."""

    def __init__(self, names: str) -> None:
        super().__init__("only PCMA/8000 is sent")
        self.names = names


class Listener(NamedTuple):
    """Where a camera wants the sound. `way`: `udp`, or TCP with it waiting (`passive`) or connecting (`active`)."""

    host: str
    port: int
    ssrc: str
    """Empty: it leaves it to us."""
    way: Literal["udp", "passive", "active"]
    payload: int


def broadcast_fields(source: str, target: str) -> dict[str, str | int]:
    """Of the notice Broadcast, which has no DeviceID."""
    return {"SourceID": source, "TargetID": target}


def speaker_of(channel: str) -> str:
    """The usual code of the loudspeaker beside a camera; empty where the camera's has another form."""
    code = f"{channel[:10]}{_SPEAKER}{channel[13:]}"
    return code if is_code(channel) and code != channel else ""


def read_listener(body: bytes) -> Listener:
    """The description of a camera's INVITE for sound. Raises NoAudio, NoCodec, Refused."""
    try:
        description = sdp.read(body)
    except sdp.Unreadable as error:
        raise Refused(str(error)) from error
    medium = next((each for each in description.media if each.kind == "audio" and each.live), None)
    if medium is None or not medium.receives:
        raise NoAudio("no sound is asked for")
    payload = next((kind for kind, codec in medium.codecs.items() if codec == _A_LAW), "")
    if not payload.isdecimal() or int(payload) > 127:
        raise NoCodec(", ".join(sorted(medium.codecs.values()))[:60] or " ".join(medium.formats)[:60])
    place = description.address(medium)
    if place is None or not _is_address(place.host):
        raise Refused("c= names no address that can be sent to")
    way: Literal["udp", "passive", "active"] = "udp"
    if "TCP" in medium.profile.upper():
        setup = next(iter(medium.attributes("setup")), "passive").strip().lower()
        way = "active" if setup == "active" else "passive"
    ssrc = ssrc_in(body)
    if ssrc and int(ssrc) >= 1 << 32:
        raise Refused("y= is no SSRC")
    return Listener(place.host, place.port, ssrc, way, int(payload))


def describe_voice(listener: Listener, source: str, host: str, port: int) -> bytes:
    """The SDP of who sends the sound, from `host` and `port`."""
    family = "IP6" if ":" in host else "IP4"
    profile = "RTP/AVP" if listener.way == "udp" else "TCP/RTP/AVP"
    lines = [
        "v=0",
        f"o={source} 0 0 IN {family} {host}",
        "s=Play",
        f"c=IN {family} {host}",
        "t=0 0",
        f"m=audio {port} {profile} {listener.payload}",
        "a=sendonly",
        f"a=rtpmap:{listener.payload} PCMA/{RATE}",
    ]
    if listener.way != "udp":
        lines += [f"a=setup:{'active' if listener.way == 'passive' else 'passive'}", "a=connection:new"]
    lines += [f"y={listener.ssrc}", "f=v/////a/1/8/1"]
    return ("\r\n".join(lines) + "\r\n").encode()


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or text == "255.255.255.255")

"""Asking for pictures: SDP with `y=`, Subject, and the 10 digits of an SSRC.

Source: GB/T 28181-2016, 9.2 and annex F.
"""

from dataclasses import dataclass
from typing import Final

MOST_NUMBERS: Final = 10_000
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

"""Broken STUN, DTLS, SRTP, RTP and reports of one call; part of `linli soak fuzz`. Blocking: runs in a thread."""

import contextlib
import os
import socket
import time
from typing import Final

import pylibsrtp
from OpenSSL import SSL

from linli.media.browsers import _context
from linli.protocols import rtp, sdp, stun
from linli.protocols.rtp.events import build_event
from tests.campaigns.mangle import Mangler

WAIT_S: Final = 20.0
BURST: Final = 12
"""Broken packets of a kind."""


def bound() -> tuple[socket.socket, int]:
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind(("127.0.0.1", 0))
    return wire, wire.getsockname()[1]


class Browser:
    """A page's end: proves itself by a check, shakes hands, and sends what it was not made for."""

    def __init__(self, mangler: Mangler) -> None:
        self._mangler, self.chance = mangler, mangler.chance
        self._context, self._fingerprint = _context()
        self.wire, _ = bound()
        self.inbound: pylibsrtp.Session | None = None
        self._fragment = self._password = ""
        self._place = ("127.0.0.1", 0)

    def answer(self) -> bytes:
        lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=fingerprint:sha-256 {self._fingerprint}",
            "m=audio 9 UDP/TLS/RTP/SAVPF 8 101", "a=mid:0", "a=rtpmap:101 telephone-event/8000",
            "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "a=rtpmap:96 H264/90000", "a=recvonly",
        ]  # fmt: skip
        return "".join(f"{line}\r\n" for line in lines).encode()

    def told(self, offer: bytes) -> None:
        """Where the other end is, and how it is asked."""
        lines = offer.decode().splitlines()
        self._fragment, self._password = (
            next(line.partition(":")[2] for line in lines if line.startswith(f"a=ice-{name}:"))
            for name in ("ufrag", "pwd")
        )
        self._place = ("127.0.0.1", next(medium.port for medium in sdp.read(offer).media if medium.live))

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.wire.sendto(data[:60_000], self._place)

    def attack(self) -> int:
        """Broken checks, then a right one, a handshake that is broken in half of the cases, broken packets after it."""
        username, nominated = (0x0006, f"{self._fragment}:x".encode()), (0x0025, b"")
        check = stun.build(stun.REQUEST, os.urandom(12), [username, nominated], self._password.encode())
        stranger, _ = bound()
        for _ in range(BURST):
            self._send(self._mangler.wound(check))
            stranger.sendto(bytes((self.chance.choice((0, 20, 22, 23, 63, 128, 255)),)) + self._mangler.raw(600),
                            self._place)  # fmt: skip
        stranger.close()
        deadline = time.monotonic() + WAIT_S
        self.wire.settimeout(0.2)
        while time.monotonic() < deadline:
            self._send(check)
            with contextlib.suppress(OSError):
                told = stun.read(self.wire.recv(2048))
                if told is not None and told.kind == stun.SUCCESS and told.transaction == check[8:20]:
                    break
        sent = 2 * BURST + self._shake_hands(broken=self.chance.random() < 0.5)
        for _ in range(BURST):
            self._send(self._mangler.wound(packet(self._mangler, 8)))
            sent += 1
        return sent

    def _shake_hands(self, *, broken: bool) -> int:
        connection = SSL.Connection(self._context, None)
        connection.set_connect_state()
        sent, deadline = 0, time.monotonic() + (2.0 if broken else WAIT_S)
        while time.monotonic() < deadline:
            try:
                connection.do_handshake()
                done = True
            except SSL.WantReadError:
                done = False
            except SSL.Error:
                return sent
            with contextlib.suppress(SSL.WantReadError):
                while True:
                    data = connection.bio_read(1500)
                    if broken and self.chance.random() < 0.7:
                        self._send(self._mangler.wound(data))
                        sent += 1
                    self._send(data)
            if done:
                return sent + self._seal(connection)
            try:
                data = self.wire.recv(2048)
            except TimeoutError:
                if broken:
                    return sent
                with contextlib.suppress(SSL.Error):
                    connection.DTLSv1_handle_timeout()
                continue
            if not stun.is_stun(data):
                connection.bio_write(data)
        return sent

    def _seal(self, connection: SSL.Connection) -> int:
        """Packets that are sealed well and broken inside."""
        material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 56)
        profile = pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        ours, theirs = material[:16] + material[32:44], material[16:32] + material[44:56]
        outbound = pylibsrtp.Session(
            pylibsrtp.Policy(key=ours, ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
        )
        self.inbound = pylibsrtp.Session(
            pylibsrtp.Policy(key=theirs, ssrc_type=pylibsrtp.Policy.SSRC_ANY_INBOUND, srtp_profile=profile)
        )
        for number in range(BURST):
            with contextlib.suppress(pylibsrtp.Error):
                plain = packet(self._mangler, self.chance.choice((8, 96, 101, 127)))
                if number % 3 == 0:
                    self._send(outbound.protect_rtcp(report(self._mangler)))
                else:
                    self._send(outbound.protect(plain[:12] + self._mangler.wound(plain[12:])[:1300]))
        return BURST

    def hears(self, body: bytes) -> bool:
        """Whether something that waits is this."""
        try:
            data = self.wire.recv(2048)
            return self.inbound is not None and body in self.inbound.unprotect(data)
        except (OSError, pylibsrtp.Error):
            return False

    def close(self) -> None:
        self.wire.close()


def packet(mangler: Mangler, kind: int) -> bytes:
    number = mangler.chance.randrange(1 << 16)
    body = build_event("5", ended=False, duration=160) if kind == 101 else mangler.raw(900)
    return rtp.build_packet(rtp.Head(kind, False, number, number * 160, 7), body)


def report(mangler: Mangler) -> bytes:
    """A report or a wish for a picture, broken behind its first word."""
    whole = rtp.build_picture_loss(7, mangler.chance.randrange(1 << 32))
    return whole[:8] + mangler.wound(whole[8:] + bytes(28))[:400]


def broken_media(mangler: Mangler, wires: list[socket.socket], ports: list[int]) -> int:
    """From a phone, to its own ports."""
    for wire, port in zip(wires, ports, strict=True):
        for _ in range(BURST):
            with contextlib.suppress(OSError):
                kind = mangler.chance.choice((8, 96, 101, 127))
                wire.sendto(mangler.wound(packet(mangler, kind)), ("127.0.0.1", port))
                wire.sendto(mangler.wound(report(mangler)), ("127.0.0.1", port + 1))
    return 4 * BURST


def spoken(wire: socket.socket, port: int, browser: Browser) -> str:
    """Say something until the page hears it; `refused`: its handshake was broken, so that it hears nothing."""
    if browser.inbound is None:
        return "refused"
    deadline, number, body = time.monotonic() + WAIT_S, 0, os.urandom(160)
    browser.wire.settimeout(0.02)
    while time.monotonic() < deadline:
        number += 1
        wire.sendto(rtp.build_packet(rtp.Head(8, False, number, number * 160, 1), body), ("127.0.0.1", port))
        for _ in range(20):
            if browser.hears(body):
                return "heard"
    return "unheard"

"""What the media child needs for a packet and for a call: RTP to phones, and as SRTP to browsers.

`python -m bench.relay`, with the extra `browsers`. Processor time is the child's own, so that other work on the machine
matters less; viewers' sockets take what they can, and what overflows was sent all the same.
"""

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pylibsrtp  # noqa: F401 - the child needs it
from OpenSSL import SSL

from linli.media.browsers import _context, fingerprint_of
from linli.media.relay import Relay
from linli.media.session import Quality, Session
from linli.protocols import rtp, sdp, stun

HOST = "127.0.0.1"
PACKETS, BYTES, RATE = 6_000, 1_100, 1_500
VIEWERS = (1, 3, 20)
TICKS = os.sysconf("SC_CLK_TCK")


class Deaf:
    """A session's listener."""

    def pressed(self, end: object, key: str) -> None:
        return

    def lost(self, end: object) -> None:
        return

    def silent(self) -> None:
        return

    def closed(self, quality: Quality) -> None:
        return


def described(port: int, *, fingerprint: str = "") -> sdp.Description:
    profile = "UDP/TLS/RTP/SAVPF" if fingerprint else "RTP/AVPF"
    lines = ["v=0", f"c=IN IP4 {HOST}", "t=0 0"]
    lines += [f"a=fingerprint:sha-256 {fingerprint}"] if fingerprint else []
    return sdp.read("\n".join([*lines, f"m=video {port} {profile} 96", "a=rtpmap:96 H264/90000"]).encode())


def bound() -> socket.socket:
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind((HOST, 0))
    return wire


def port_of(wire: socket.socket) -> int:
    return int(wire.getsockname()[1])


def join_phone(session: Session, end: int, offer: sdp.Description) -> socket.socket:
    wire = bound()
    session.place(end, HOST, offer, HOST)
    session.take(end, HOST, described(port_of(wire)))
    return wire


def join_browser(session: Session, end: int, offer: sdp.Description) -> Callable[[], socket.socket]:
    """Answer an offer; what is returned proves itself and shakes hands, beside the event loop."""
    lines = session.offer(end, offer, HOST).decode().splitlines()
    fragment, password = (
        next(line.partition(":")[2] for line in lines if line.startswith(f"a=ice-{name}:"))
        for name in ("ufrag", "pwd")
    )
    place = (HOST, next(int(line.split()[1]) for line in lines if line.startswith("m=")))
    context, fingerprint = _context()
    assert session.answer(end, described(9, fingerprint=fingerprint))

    def connect() -> socket.socket:
        wire = bound()
        username, nominated = (0x0006, f"{fragment}:x".encode()), (0x0025, b"")
        ask = stun.build(stun.REQUEST, os.urandom(12), [username, nominated], password.encode())
        wire.settimeout(0.1)
        answer = b""
        while not answer:
            wire.sendto(ask, place)
            with suppress(TimeoutError):
                answer = wire.recv(2048)
        wire.settimeout(10)
        connection = SSL.Connection(context, None)
        connection.set_connect_state()
        while True:
            try:
                connection.do_handshake()
                done = True
            except SSL.WantReadError:
                done = False
            try:
                while True:
                    wire.sendto(connection.bio_read(1500), place)
            except SSL.WantReadError:
                pass
            if done:
                certificate = connection.get_peer_certificate(as_cryptography=True)
                assert certificate is not None
                assert any(fingerprint_of(certificate) in line for line in lines)
                return wire
            data = wire.recv(2048)
            if not stun.is_stun(data):
                connection.bio_write(data)

    return connect


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def speak(wire: socket.socket, port: int) -> None:
    began = time.monotonic()
    for number in range(PACKETS):
        while (wait := began + number / RATE - time.monotonic()) > 0:
            time.sleep(min(wait, 0.001))
        head = rtp.Head(96, False, number & 0xFFFF, number * 60, 1)
        wire.sendto(rtp.build_packet(head, bytes(BYTES - 12)), (HOST, port))


async def measure(relay: Relay, viewers: int, *, browsers: bool) -> float:
    """Microseconds of the child for each packet that it sends."""
    camera = bound()
    offer = described(port_of(camera))
    session = relay.session(Deaf(), "camera")
    session.take("camera", HOST, offer)
    port = sdp.read(session.place("camera", HOST, offer, HOST)).media[0].port
    wires = []
    for end in range(viewers):
        if browsers:
            wires.append(await asyncio.to_thread(join_browser(session, end, offer)))
        else:
            wires.append(join_phone(session, end, offer))
    await asyncio.sleep(0.5)
    assert relay.pid is not None
    before = processor_s(relay.pid)
    await asyncio.to_thread(speak, camera, port)
    await asyncio.sleep(1.5)
    spent = processor_s(relay.pid) - before
    sent = sum(heard.counts.sent for heard in session.quality().media)
    session.close()
    for wire in (camera, *wires):
        wire.close()
    return spent * 1e6 / sent


async def main() -> None:
    relay = Relay(HOST, 28_000, 29_999, browser_port=0)
    await relay.start()
    assert relay.pid is not None
    result: dict[str, object] = {"child_kb": memory_kb(relay.pid)}
    for browsers in (False, True):
        name = "srtp_us_a_packet" if browsers else "rtp_us_a_packet"
        result[name] = {n: round(await measure(relay, n, browsers=browsers), 1) for n in VIEWERS}
    print(json.dumps(result))
    await relay.stop()


if __name__ == "__main__":
    asyncio.run(main())

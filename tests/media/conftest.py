"""A relay with its child on loopback ports."""

from collections.abc import AsyncIterator, Hashable

import pytest

from linli.media.relay import Relay
from linli.media.session import Quality, Session
from linli.protocols import sdp
from tests.media.peer import Peer


class Ears:
    """A session's listener."""

    def __init__(self) -> None:
        self.keys: list[tuple[Hashable, str]] = []
        self.silences = 0
        self.losses: list[Hashable] = []
        self.quality: Quality | None = None

    def pressed(self, end: Hashable, key: str) -> None:
        self.keys.append((end, key))

    def lost(self, end: Hashable) -> None:
        self.losses.append(end)

    def silent(self) -> None:
        self.silences += 1

    def closed(self, quality: Quality) -> None:
        self.quality = quality


def description(*ports: int, host: str = "127.0.0.1") -> sdp.Description:
    """Voice, and a picture when there is a second port."""
    lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
    for index, port in enumerate(ports):
        if index:
            lines += [f"m=video {port} RTP/AVPF 96", "a=rtpmap:96 H264/90000"]
        else:
            lines += [f"m=audio {port} RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"]
    return sdp.read("\r\n".join(lines).encode())


class Hall:
    """A relay, and what tests do with it."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.ears = Ears()
        self.peers: list[Peer] = []

    async def peer(self, ssrc: int, host: str = "127.0.0.1", kind: int = 8) -> Peer:
        self.peers.append(await Peer.open(ssrc, host, kind))
        return self.peers[-1]

    def ports(self, wire: bytes) -> list[int]:
        return [medium.port for medium in sdp.read(wire).media]

    def call(
        self, *ends: tuple[str, Peer | tuple[Peer, ...]], guarded: bool = False
    ) -> tuple[Session, dict[str, list[int]]]:
        """The first end calls, the others answer; by end, the ports that it is told."""
        told: dict[str, list[int]] = {}
        name, peers = ends[0]
        session = self.relay.session(self.ears, name, guarded=guarded)
        offer = _of(peers)
        session.take(name, "127.0.0.1", offer)
        for other, others in ends[1:]:
            told[other] = self.ports(session.place(other, "127.0.0.1", offer, "127.0.0.1"))
            answer = _of(others)
            session.take(other, "127.0.0.1", answer)
            told[name] = self.ports(session.place(name, "127.0.0.1", answer, "127.0.0.1"))
        return session, told


def _of(peers: Peer | tuple[Peer, ...]) -> sdp.Description:
    return description(*(peer.port for peer in (peers if isinstance(peers, tuple) else (peers,))))


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    relay = Relay("0.0.0.0", 21_000, 21_999)
    await relay.start()
    hall = Hall(relay)
    try:
        yield hall
    finally:
        for peer in hall.peers:
            peer.close()
        await relay.stop()

"""Cameras of the site's network that answer a WS-Discovery probe, beside the devices that are kept.

The address of a camera is where its answer came from; what it says of other hosts is not followed. Its endpoint's id
stays with it: one that has moved is known again.
"""

import asyncio
import socket
import uuid
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from linli.edge.video.rows import CHANNEL, VideoDevice
from linli.protocols.onvif import discovery
from linli.protocols.onvif.discovery import GROUP, Match, OnvifBroken

SECONDS: Final = 3.0
CAMERAS_MOST: Final = 512
ANSWER_BYTES: Final = 16 * 1024
AGAIN_S: Final = 0.5
"""Datagrams get lost: the probe is sent twice."""


class FoundCamera(msgspec.Struct, frozen=True, rename="camel"):
    ip: str
    port: int
    endpoint: str
    name: str
    hardware: str
    no: int = 0
    """Of the kept device that it is; 0: none yet."""
    device: str = ""
    user: str = ""
    moved: bool = False
    """It is kept with another address."""


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, message_id: str) -> None:
        self._message_id = message_id
        self.cameras: dict[str, tuple[str, Match]] = {}

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if len(data) > ANSWER_BYTES or len(self.cameras) >= CAMERAS_MOST:
            return
        try:
            rows = discovery.matches(data, self._message_id)
        except OnvifBroken:
            return
        for row in rows:
            self.cameras.setdefault(row.endpoint, (addr[0], row))


async def look_around(to: tuple[str, int] = GROUP, *, seconds: float = SECONDS) -> list[tuple[str, Match]]:
    """(address, what it says) of all that answered in time. Raises OSError without a network."""
    message_id = f"urn:uuid:{uuid.uuid4()}"
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    wire.setblocking(False)
    wire.bind(("", 0))
    transport, listener = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Listener(message_id), sock=wire
    )
    try:
        transport.sendto(discovery.probe(message_id), to)
        await asyncio.sleep(min(AGAIN_S, seconds / 2))
        transport.sendto(discovery.probe(message_id), to)
        await asyncio.sleep(max(0.0, seconds - AGAIN_S))
    finally:
        transport.close()
    return sorted(listener.cameras.values(), key=lambda row: (row[0], row[1].endpoint))


def beside_kept(answers: Iterable[tuple[str, Match]], kept: Iterable[VideoDevice]) -> list[FoundCamera]:
    """Each with the device that it is: by its endpoint's id, else by its address."""
    own = [row for row in kept if row.kind != CHANNEL]
    by_endpoint = {row.endpoint: row for row in own if row.endpoint}
    by_address = {(row.ip, row.port): row for row in own}
    cameras = []
    for host, match in answers:
        port = match.port_at(host)
        row = by_endpoint.get(match.endpoint)
        if row is None:
            at = by_address.get((host, port))
            row = at if at is not None and not at.endpoint else None
        camera = FoundCamera(host, port, match.endpoint, match.name, match.hardware)
        if row is not None:
            moved = (row.ip, row.port) != (host, port)
            camera = msgspec.structs.replace(camera, no=row.no, device=row.name, user=row.user, moved=moved)
        cameras.append(camera)
    return cameras

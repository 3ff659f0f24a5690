"""How a simulated camera answers probes of WS-Discovery: on a port of its own instead of the group's."""

import asyncio
import contextlib
from typing import Any, cast

from linli.protocols.onvif import discovery
from linli.protocols.onvif.discovery import Match, OnvifBroken


class SimulatedBeacon(asyncio.DatagramProtocol):
    """`port` after `start`."""

    def __init__(self, match: Match, *, before: bytes = b"") -> None:
        """`before`: a datagram that it sends ahead of its answer."""
        self.match = match
        self._before = before
        self._wire: asyncio.DatagramTransport | None = None
        self.port = 0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))

    def stop(self) -> None:
        if self._wire is not None:
            self._wire.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.DatagramTransport", transport)
        self.port = self._wire.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        assert self._wire is not None
        with contextlib.suppress(OnvifBroken):
            if message_id := discovery.probe_id(data):
                if self._before:
                    self._wire.sendto(self._before, addr)
                self._wire.sendto(discovery.answer("urn:uuid:another", self.match), addr)
                self._wire.sendto(discovery.answer(message_id, self.match), addr)

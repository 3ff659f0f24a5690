"""Pictures of one call, sent as a program stream in RTP, by datagrams or a connection, at their own pace."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

from linli.protocols import h26x, mpeg_ps, rtp

if TYPE_CHECKING:
    from linli.sim.gb28181.faults import Faults

_PAYLOAD: Final = 1_400
_TYPE: Final = 96
_VPS: Final = bytes.fromhex("40010c01ffff01600000030090000003000003003c95980900")


class SendsPictures(Protocol):
    """`open`, then `start`; `stop` in any state."""

    port: int
    key_wanted: bool

    async def open(self) -> None: ...

    def start(self) -> None: ...

    async def stop(self) -> None: ...


class Sender:
    """`open`, then `start`; `stop` in any state."""

    def __init__(
        self,
        to: tuple[str, int],
        pictures: Iterator[h26x.Picture],
        *,
        rate: int,
        ssrc: int,
        faults: "Faults",
        tcp: bool,
        host: str = "127.0.0.1",
    ) -> None:
        self._to = to
        self._host = host
        self._pictures = pictures
        self._rate = rate
        self._ssrc = ssrc + 1 if faults.wrong_ssrc else ssrc
        self._faults = faults
        self._tcp = tcp
        self._wire: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self._sequence = 0
        self.key_wanted = False
        self.sent = 0
        """Pictures."""
        self.port = 0

    async def open(self) -> None:
        if self._tcp:
            self._wire = socket.create_connection(self._to, source_address=(self._host, 0))
        else:
            self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._wire.bind((self._faults.stranger or self._host, 0))
            self._wire.connect(self._to)
        self._wire.setblocking(False)
        self.port = self._wire.getsockname()[1]

    def start(self) -> None:
        if self._task is None and not self._faults.silent:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._wire is not None:
            self._wire.close()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        keys = 0
        for count, picture in enumerate(self._pictures):
            await asyncio.sleep(max(0.0, began + count / self._rate - loop.time()))
            if picture.key and (self._faults.no_key or keys % self._faults.keys_each):
                keys += 1
                continue
            if picture.key and self._faults.keys_when_asked:
                if not self.key_wanted:
                    continue
                self.key_wanted = False
            keys += picture.key
            if self._faults.h265:
                picture = picture._replace(units=(_VPS,))
            kind = mpeg_ps.H265 if self._faults.h265 else mpeg_ps.H264
            data = mpeg_ps.write(picture, stream_type=kind)
            pieces = [data[at : at + _PAYLOAD] for at in range(0, len(data), _PAYLOAD)]
            for number, piece in enumerate(pieces, 1):
                self._sequence = (self._sequence + 1) & 0xFFFF
                if self._faults.loses and self._sequence % self._faults.loses == 0:
                    continue
                head = rtp.Head(
                    _TYPE, number == len(pieces), self._sequence, picture.pts & 0xFFFFFFFF, self._ssrc
                )
                await self._send(rtp.build_packet(head, piece))
            self.sent += 1

    async def _send(self, packet: bytes) -> None:
        assert self._wire is not None
        if self._tcp:
            await asyncio.get_running_loop().sock_sendall(self._wire, len(packet).to_bytes(2) + packet)
        else:
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                self._wire.send(packet)

"""The platform's end of the child that takes streams in: its sockets stay here, so the next child goes on with them."""

import asyncio
import contextlib
import logging
import os
import random
import socket
import sys
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from linli.media.cameras import wire
from linli.media.cameras.wire import Facts, Frame, Report, Take
from linli.media.ports import NoPorts

log = logging.getLogger(__name__)
_AGAIN_S: Final = (0.0, 0.2, 0.5, 1.0)
_LASTING_S: Final = 10.0
_BUFFER: Final = 1024 * 1024
_TRIES: Final = 200


class Place(NamedTuple):
    """One stream's port."""

    number: int
    port: int


class _Taken:
    def __init__(
        self,
        order: Take,
        here: socket.socket,
        frames: Callable[[Frame], None],
        facts: Callable[[Facts], None],
    ) -> None:
        self.order = order
        self.here = here
        self.frames = frames
        self.facts = facts


class _Reading(asyncio.Protocol):
    """What the child says, cut into messages. `over`: the child has ended, or says what is none."""

    def __init__(self, hear: Callable[[wire.News], None]) -> None:
        self._hear = hear
        self._parts: list[bytes] = []
        self._size = 0
        self._wanted = wire.SIZE_BYTES
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        if self.over.done():
            return
        self._parts.append(data)
        self._size += len(data)
        if self._size < self._wanted:
            return
        whole = data if len(self._parts) == 1 else b"".join(self._parts)
        view, at = memoryview(whole), 0
        self._wanted = wire.SIZE_BYTES
        while len(whole) - at >= wire.SIZE_BYTES:
            size = int.from_bytes(view[at : at + wire.SIZE_BYTES])
            end = at + wire.SIZE_BYTES + size
            if size > wire.PICTURE_MAX:
                self.connection_lost(None)
                return
            if end > len(whole):
                self._wanted = end - at
                break
            try:
                news = wire.decode_news(view[at + wire.SIZE_BYTES : end])
            except msgspec.DecodeError:
                self.connection_lost(None)
                return
            self._hear(news)
            at = end
        self._parts = [whole[at:]] if at < len(whole) else []
        self._size = len(whole) - at

    def connection_lost(self, exc: Exception | None) -> None:
        self._parts.clear()
        if not self.over.done():
            self.over.set_result(None)


class Pump:
    """`take` starts the child with the first stream; `stop` in any state."""

    def __init__(self, host: str, first: int, last: int, *, memory_mb: int = 512) -> None:
        self._host = host
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._ports = range(first, last + 1)
        # Cameras still send to ports of a process before this one: those come last.
        self._next = random.randrange(len(self._ports))
        self._memory_mb = memory_mb
        self._taken: dict[int, _Taken] = {}
        self._last = 0
        self._orders: socket.socket | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.pid: int | None = None
        self.restarts = 0

    def reserve(self, *, listens: bool) -> tuple[Place, socket.socket]:
        """A port of its own. Raises NoPorts."""
        for _ in range(min(_TRIES, len(self._ports))):
            port = self._ports[self._next]
            self._next = (self._next + 1) % len(self._ports)
            here = socket.socket(self._family, socket.SOCK_STREAM if listens else socket.SOCK_DGRAM)
            try:
                here.setblocking(False)
                here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                here.bind((self._host, port))
                if listens:
                    here.listen(2)
            except OSError:
                here.close()
                continue
            self._last += 1
            return Place(self._last, port), here
        raise NoPorts

    def take(
        self,
        order: Take,
        here: socket.socket,
        frames: Callable[[Frame], None],
        facts: Callable[[Facts], None],
    ) -> None:
        self._taken[order.number] = _Taken(order, here, frames, facts)
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(self._keep(), name="cameras' child")
        elif self._orders is not None:
            self._hand_over(order, here)

    def allow(self, number: int, host: str) -> None:
        """A further address may send this stream."""
        if (taken := self._taken.get(number)) is not None:
            taken.order = msgspec.structs.replace(taken.order, hosts=[*taken.order.hosts, host])
            self._send(wire.encode(wire.Allow(number, host)))

    def drop(self, number: int) -> None:
        taken = self._taken.pop(number, None)
        if taken is not None:
            self._send(wire.encode(wire.Drop(number)))
            taken.here.close()

    def _hand_over(self, order: Take, here: socket.socket) -> None:
        self._send(wire.encode(order), here)

    def _send(self, data: bytes, *sockets: socket.socket) -> None:
        if self._orders is None:
            return
        try:
            socket.send_fds(self._orders, [data], [here.fileno() for here in sockets])
        except OSError as error:  # it hangs or has ended: the next one gets all of them
            log.warning("the cameras' child takes no orders: %s", error)
            self._kill()

    def _kill(self) -> None:
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, 9)

    async def _keep(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._one_child()
            except OSError as error:
                log.warning("the cameras' child cannot be started: %s", error)
            lasted = asyncio.get_running_loop().time() - began > _LASTING_S
            failures = 0 if lasted else failures + 1
            self.restarts += 1
            await asyncio.sleep(_AGAIN_S[min(max(0, failures - 1), len(_AGAIN_S) - 1)])

    async def _one_child(self) -> None:
        orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        orders.setblocking(False)
        pictures, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs, there:
            try:
                child = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "linli.media.cameras.child", str(theirs.fileno()), str(there.fileno()),
                    str(self._memory_mb), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(), there.fileno()), env=_environment(), start_new_session=True,
                )  # fmt: skip
            except BaseException:
                orders.close()
                pictures.close()
                raise
        self.pid = child.pid
        self._orders = orders
        for taken in list(self._taken.values()):
            self._hand_over(taken.order, taken.here)
        loop = asyncio.get_running_loop()
        transport, reading = await loop.create_unix_connection(lambda: _Reading(self._hear), sock=pictures)
        try:
            await reading.over
            log.warning("the cameras' child ended; it is started again")
        finally:
            self._orders = None
            orders.close()
            transport.close()
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            self.pid = None
            await child.wait()

    def _hear(self, news: wire.News) -> None:
        taken = self._taken.get(news.number)
        if taken is None:
            return
        if isinstance(news, Report):
            taken.facts(news.facts)
        else:
            taken.frames(news)

    async def stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        for number in list(self._taken):
            self._taken.pop(number).here.close()


def _environment() -> dict[str, str]:
    """No secret goes along."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **kept}

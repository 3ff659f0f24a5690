"""Boxes of one community tell each other on the LAN of the passes that they counted (ADR 0100), so that a visitor's
entries count at all of them with the line cut as well.

A datagram to everybody on the LAN: `LW1`, 12 bytes of nonce, then sealed by AES-GCM with the site's key a MessagePack
list of [way, UTC ms, place, end of the right as UTC ms]. What is lost comes again: each pass three times, and all that
still count every 15 seconds. Who only listens or repeats learns and changes nothing.
"""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Meta

from linli.edge.remote.network import interfaces
from linli.edge.runtime import ways as way_rows
from linli.edge.runtime.ways import WayPass
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger

log = logger(__name__)
PORT: Final = 9104
MARK: Final = b"LW1"
NONCE_BYTES: Final = 12
MOST_BYTES: Final = 1_400
"""Of a datagram: no network on the way cuts it."""
AT_ONCE: Final = 10
"""Passes in one."""
MOST_TOLD: Final = 500
"""Of those that still count, the newest."""
EVERY_S: Final = 15.0
AGAIN_S: Final = (0.0, 0.2, 1.0)
MOST_EACH_S: Final = 200
"""Datagrams that are looked at in a second."""
AHEAD_MS: Final = 600_000
"""A pass whose time is so far ahead is of a box without a clock."""
_LOOK_S: Final = 1.0

type _Text = Annotated[str, Meta(min_length=1, max_length=64)]
type _Time = Annotated[int, Meta(ge=0, le=2**52)]
_read = msgspec.msgpack.Decoder(list[tuple[_Text, _Time, _Text, _Time]]).decode
_write = msgspec.msgpack.Encoder().encode


def everybody(host: str) -> list[str]:
    """Whom datagrams go to: everybody on the networks of this address, `0.0.0.0` being all of the machine's own."""
    if host.startswith("127."):
        return ["127.255.255.255"]
    return [
        str(card.address.network.broadcast_address)
        for card in interfaces()
        if card.up and card.address is not None and host in ("0.0.0.0", str(card.address.ip))
    ]


class WayPeers(asyncio.DatagramProtocol):
    """`run` as a task; `counted` hears of the box's own passes. `key`: of now, in hexadecimal; empty: no other box."""

    def __init__(
        self, store: Store, clock: Clock, key: Callable[[], str], host: str | None, port: int = PORT
    ) -> None:
        """`host`: the box's address on its LAN, `0.0.0.0` for all; None on a box without one."""
        self._store = store
        self._clock = clock
        self._key = key
        self._host = host
        self._port = port
        self._everybody: list[str] = []
        self._key_now = ""
        self._seal: AESGCM | None = None
        self._wire: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._second = 0
        self._looked_at = 0
        self._failed = False

    async def run(self) -> None:
        try:
            told_s = 0.0
            while self._host is not None:
                try:
                    await self._follow(self._host)
                    told_s += _LOOK_S
                    if self.listens and told_s >= EVERY_S:
                        told_s = 0.0
                        await self.tell_all()
                except Exception:
                    log.exception("entries were not shared with other boxes; it is tried again")
                await asyncio.sleep(_LOOK_S)
        finally:
            self._close()

    async def _follow(self, host: str) -> None:
        """Open the port while there is another box, with the key of now."""
        if (key := self._key()) != self._key_now:
            self._seal = AESGCM(bytes.fromhex(key)) if key else None
            self._key_now = key
        if self._seal is None:
            self._close()
        elif not self.listens:
            try:
                await self._open(host)
                self._failed = False
            except OSError as error:
                if not self._failed:
                    log.warning("entries are not shared with other boxes, port %d: %s", self._port, error)
                self._failed = True

    async def _open(self, host: str) -> None:
        self._everybody = everybody(host)
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            wire.setblocking(False)
            # What is bound to the address of everybody hears nothing else.
            wire.bind((host if host == "0.0.0.0" else next(iter(self._everybody), host), self._port))
            self._wire, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=wire)
        except BaseException:
            wire.close()
            raise
        await self.tell_all()

    def _close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    @property
    def listens(self) -> bool:
        return self._wire is not None and not self._wire.is_closing()

    # ------------------------------------------------------------ to the others

    def counted(self, passed: WayPass) -> None:
        """This box counted a pass. Never blocks."""
        if self.listens:
            self._work(self._repeat(passed))

    async def _repeat(self, passed: WayPass) -> None:
        for wait_s in AGAIN_S:
            await asyncio.sleep(wait_s)
            self._tell([passed])

    async def tell_all(self) -> None:
        """What still counts, also what others told: who was away hears it from anybody."""
        if self._host is not None:
            self._everybody = everybody(self._host)  # networks come and go
        now_ms = self._clock.now_ms()
        live = await self._store.read(lambda c: way_rows.that_count(c, now_ms=now_ms, most=MOST_TOLD))
        for at in range(0, len(live), AT_ONCE):
            self._tell(live[at : at + AT_ONCE])

    def _tell(self, passes: Iterable[WayPass]) -> None:
        if self._wire is None or self._seal is None or not self.listens:
            return
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._seal.encrypt(nonce, _write([tuple(passed) for passed in passes]), MARK)
        for address in self._everybody:
            with contextlib.suppress(OSError):
                self._wire.sendto(MARK + nonce + sealed, (address, self._port))

    # ------------------------------------------------------------ from the others

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        second = self._clock.steady_ms() // 1_000
        if second != self._second:
            self._second, self._looked_at = second, 0
        self._looked_at += 1
        if self._looked_at > MOST_EACH_S or self._seal is None:
            return
        passes = self._opened(self._seal, data)
        if passes:
            self._work(self._keep(passes))

    def _opened(self, seal: AESGCM, data: bytes) -> list[WayPass]:
        """Empty: it is no box of this site, or says nothing that counts."""
        if not len(MARK) + NONCE_BYTES < len(data) <= MOST_BYTES or not data.startswith(MARK):
            return []
        nonce, sealed = data[len(MARK) :][:NONCE_BYTES], data[len(MARK) + NONCE_BYTES :]
        try:
            listed = [WayPass(*each) for each in _read(seal.decrypt(nonce, sealed, MARK))]
        except (InvalidTag, msgspec.MsgspecError):
            return []
        now_ms = self._clock.now_ms()
        return [each for each in listed if each.at_ms <= now_ms + AHEAD_MS and each.ends_ms > now_ms]

    async def _keep(self, passes: list[WayPass]) -> None:
        now_ms = self._clock.now_ms()
        old = await self._store.read(lambda c: all(way_rows.is_kept(c, each) for each in passes))
        if not old:
            await self._store.write(lambda c: [way_rows.keep(c, each, now_ms=now_ms) for each in passes])

    def error_received(self, exc: Exception) -> None:
        log.debug("a datagram to other boxes was not sent: %s", exc)

    def _work(self, job: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= MOST_EACH_S:
            job.close()
            return
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

"""The relay of a process: its sockets, the child that moves their packets, and what the child must know again."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
import time
from collections.abc import Hashable
from typing import Final

from linli.media.frames import (
    Browsers,
    BrowserState,
    Certificate,
    Close,
    Counted,
    Counts,
    Key,
    Latched,
    News,
    Open,
    Order,
    Ping,
    Pong,
)
from linli.media.line import Line
from linli.media.ports import Ports
from linli.media.session import Listener, NoBrowsers, Session, Stream

log = logging.getLogger(__name__)

NUMBERS: Final = 100_000
"""Numbers of browsers' media begin above all ports."""
START_S: Final = 20.0
TICK_S: Final = 1.0
HUNG_S: Final = 5.0
"""Without an answer for so long the child is ended."""
SILENT_S: Final = 30.0
"""Without anything from any end for so long a call is over."""
BROWSER_SILENT_S: Final = 12.0
"""Browsers check their way every 5 s at least (RFC 7675); without one for so long they are gone."""
_AGAIN_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Before the child is started again after it ended so many times in a row."""
_LASTING_S: Final = 10.0


class Relay:
    """`start`, then `session` for each call; `stop` at the end."""

    def __init__(
        self,
        host: str,
        first: int,
        last: int,
        *,
        memory_mb: int = 256,
        silent_s: float = SILENT_S,
        browser_port: int | None = None,
    ) -> None:
        self._host = host
        self._ports = Ports(host, first, last)
        self._memory_mb = memory_mb
        self._silent_ms = silent_s * 1000
        self._streams: dict[int, tuple[Session, Stream]] = {}
        self._sessions: set[Session] = set()
        self._ending: dict[int, tuple[Session, Stream]] = {}
        self._line: Line | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ponged_s = 0.0
        self._pings = 0
        self._browsers: socket.socket | None = None
        self._browser_port = browser_port
        self._fingerprint = ""
        self._certified = asyncio.Event()
        self._last_number = NUMBERS
        self.restarts = 0
        """How often the child had to be started again."""

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        return self._child.pid if self._child is not None else None

    @property
    def ports(self) -> int:
        """Pairs in use."""
        return len(self._streams)

    async def start(self) -> None:
        """Raises OSError when the port of browsers is taken."""
        if self._browser_port is not None:
            family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
            self._browsers = socket.socket(family, socket.SOCK_DGRAM)
            self._browsers.bind((self._host, self._browser_port))
        await self._spawn()
        if self._browsers is not None:
            async with asyncio.timeout(START_S):
                await self._certified.wait()
        self._tasks = [
            asyncio.create_task(self._keep(), name="media child"),
            asyncio.create_task(self._watch(), name="media watch"),
        ]

    async def stop(self) -> None:
        """In any state."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for session in list(self._sessions):
            session.close()
        for port in list(self._ending):
            self._close(port)
        await self._end()
        if self._browsers is not None:
            self._browsers.close()

    def session(self, listener: Listener, anchor: Hashable, *, guarded: bool = False) -> Session:
        session = Session(self, listener, anchor, guarded=guarded)
        session.heard_ms = _now_ms()
        self._sessions.add(session)
        return session

    # ------------------------------------------------------------ from the sessions

    def open(self, session: Session, end: Hashable, signalled: str, *, video: bool) -> Stream:
        """Raises NoPorts."""
        pair = self._ports.take()
        stream = Stream(pair.port, pair, end, signalled, video)
        self._streams[stream.port] = (session, stream)
        self._hand_over(stream)
        return stream

    def open_browser(self, session: Session, end: Hashable, *, video: bool) -> Stream:
        self._last_number += 1
        stream = Stream(self._last_number, None, end, "", video)
        self._streams[stream.port] = (session, stream)
        return stream

    @property
    def browser_place(self) -> tuple[int, str]:
        """Raises NoBrowsers."""
        if self._browsers is None or not self._fingerprint:
            raise NoBrowsers
        return self._browsers.getsockname()[1], self._fingerprint

    def send(self, order: Order) -> None:
        if self._line is not None:
            self._line.send(order)

    def shut(self, session: Session, stream: Stream) -> None:
        """Its sockets close when the child has closed its own."""
        port = stream.port
        if self._streams.pop(port, None) is not None:
            self._ending[port] = (session, stream)
            if self._line is None:
                self._close(port)
            else:
                self._line.send(Close(port))

    def closing(self, session: Session) -> None:
        """End all its ports; its listener hears the last counts when the child has given them."""
        for stream in session.streams:
            self.shut(session, stream)
        self._tell_closed(session)

    # ------------------------------------------------------------ from the child

    def _take(self, news: News) -> None:
        match news:
            case Pong():
                self._ponged_s = time.monotonic()
            case Certificate(fingerprint):
                self._fingerprint = fingerprint
                self._certified.set()
            case BrowserState(number, connected):
                if not connected and (place := self._streams.get(number)) is not None:
                    place[0].listener.lost(place[1].end)
            case Latched(port, address, control):
                if (place := self._streams.get(port)) is not None:
                    if control:
                        place[1].control_latched = address
                    else:
                        place[1].latched = address
            case Key(port, key):
                if (place := self._streams.get(port)) is not None:
                    place[0].listener.pressed(place[1].end, key)
            case Counted(port, counts, last):
                place = self._ending.get(port) if last else self._streams.get(port)
                if place is not None:
                    place[1].now = counts
                    if last:
                        self._close(port)
                        self._tell_closed(place[0])

    def _close(self, port: int) -> None:
        _, stream = self._ending.pop(port)
        if stream.pair is not None:
            stream.pair.close()

    def _tell_closed(self, session: Session) -> None:
        if (
            session.over
            and session in self._sessions
            and not any(other is session for other, _ in self._ending.values())
        ):
            self._sessions.discard(session)
            session.listener.closed(session.quality())

    # ------------------------------------------------------------ the child

    def _hand_over(self, stream: Stream) -> None:
        pair = stream.pair
        if self._line is not None and pair is not None:
            self._line.send(
                Open(pair.port, stream.video, stream.signalled, stream.latched, stream.control_latched),
                (pair.data.fileno(), pair.control.fileno()),
            )

    async def _spawn(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._child = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "linli.media.child", str(theirs.fileno()), str(self._memory_mb),
                    stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),), env=_environment(),
                    start_new_session=True,  # a Ctrl-C at the terminal is the platform's to handle
                )  # fmt: skip
            except BaseException:
                ours.close()
                raise
        self._line = Line(ours, self._take, self._kill)
        self._ponged_s = time.monotonic()
        if self._browsers is not None:
            self._fingerprint = ""
            self._line.send(Browsers(), (self._browsers.fileno(),))
        for _, stream in self._streams.values():
            stream.before, stream.now = stream.counts, Counts()
            self._hand_over(stream)
        gone = {(session, stream.end) for session, stream in self._streams.values() if stream.pair is None}
        for session, end in gone:
            session.drop(end)  # its keys died with the child
            session.listener.lost(end)
        for _, stream in self._streams.values():
            for order in (stream.announced, stream.route):
                if order is not None:
                    self._line.send(order)

    async def _keep(self) -> None:
        failures = 0
        while True:
            assert self._child is not None
            began_s = time.monotonic()
            code = await self._child.wait()
            failures = 0 if time.monotonic() - began_s > _LASTING_S else failures + 1
            log.warning("the media child ended (%s); it is started again", code)
            await self._end()
            self.restarts += 1
            await asyncio.sleep(_AGAIN_S[min(max(0, failures - 1), len(_AGAIN_S) - 1)])
            while True:
                try:
                    await self._spawn()
                    break
                except OSError as error:
                    log.warning("the media child cannot be started: %s", error)
                    await asyncio.sleep(_AGAIN_S[-1])

    async def _watch(self) -> None:
        stale: set[int] = set()
        while True:
            await asyncio.sleep(TICK_S)
            if self._line is not None:
                self._pings += 1
                self._line.send(Ping(self._pings))
                if time.monotonic() - self._ponged_s > HUNG_S:
                    log.warning("the media child does not answer")
                    self._kill()
            for port in stale & self._ending.keys():
                session = self._ending[port][0]
                self._close(port)  # its last counts are lost, as news may be
                self._tell_closed(session)
            stale = set(self._ending)
            now_ms = _now_ms()
            for session in list(self._sessions):
                for end in session.quiet_browsers(now_ms, BROWSER_SILENT_S * 1000):
                    session.listener.lost(end)
                signs = sum(stream.counts.signs for stream in session.streams)
                if signs != session.signs or not session.watched:
                    session.signs, session.heard_ms = signs, now_ms
                elif now_ms - session.heard_ms > self._silent_ms and not session.over:
                    session.heard_ms = now_ms
                    session.listener.silent()

    def _kill(self) -> None:
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()

    async def _end(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()
        ending = list(self._ending)
        sessions = {self._ending[port][0] for port in ending}
        for port in ending:
            self._close(port)
        for session in sessions:
            self._tell_closed(session)
        child, self._child = self._child, None
        if child is not None:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
            await child.wait()


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _environment() -> dict[str, str]:
    """No secret goes along."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **kept}

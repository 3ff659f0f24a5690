"""Signals by LISTEN/NOTIFY, on a connection of their own, so a busy pool does not delay them.

Signals of one turn of the loop, or sent while the statement before runs, share one statement. It does not wait for the
disk (`synchronous_commit = off`): after a power cut signals have no value, and the tables have the state.
"""

import asyncio
import secrets
from typing import Any, Final

import asyncpg

from linli.kernel import telemetry
from linli.kernel.rounds import end_tasks
from linli.kernel.signals.local import MOST_BYTES, Signals, SignalTooLong

log = telemetry.logger(__name__)

PREFIX: Final = "linli_"
"""Prefix of each channel's name in PostgreSQL, because all users of a database share its channels."""
MOST_WAITING: Final = 10_000
"""Signals kept while the database is away; beyond, listeners learn that they missed some."""
MOST_AT_ONCE: Final = 500
_RETRY_SECONDS: Final = (0.05, 0.2, 0.5, 1.0)
_CLOSE_SECONDS: Final = 2.0
_LOST_MARK: Final = "?"
"""Instead of the sender's name: signals on this channel were dropped by their sender."""

_NOTIFY: Final = "SELECT pg_notify(c, p) FROM unnest($1::text[], $2::text[]) AS t(c, p)"


class PostgresSignals(Signals):
    reaches_others = True

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._name = secrets.token_hex(4)
        self._waiting: dict[tuple[str, str], None] = {}
        """(channel, payload) in the order sent; equal ones once."""
        self._dropped: set[str] = set()
        self._heard: set[str] = set()
        """Channels that the present connection listens to."""
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        """Set whenever something went out or was listened to: `ready` looks again."""
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._connected_before = False

    async def ready(self) -> None:
        self._run_soon()
        while not self._closing and not self._listeners.keys() <= self._heard:
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        self._changed.set()
        if self._task is not None:
            done, _ = await asyncio.wait({self._task}, timeout=_CLOSE_SECONDS)
            if not done:
                await end_tasks(self._task)

    def _listening(self, channel: str) -> None:
        if channel not in self._heard:
            self._run_soon()

    def _send(self, channel: str, payload: str) -> None:
        if len(payload.encode()) > MOST_BYTES:
            raise SignalTooLong(f"a signal on {channel} of {len(payload)} characters")
        if self._closing:
            return
        key = (channel, payload)
        # Sent again while it waits, it goes out later: after the signals that were sent in between.
        self._waiting.pop(key, None)
        self._waiting[key] = None
        if len(self._waiting) > MOST_WAITING:
            dropped = next(iter(self._waiting))
            del self._waiting[dropped]
            self._dropped.add(dropped[0])
        self._run_soon()

    def _run_soon(self) -> None:
        self._wake.set()
        if self._task is None and not self._closing:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="signals")

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                connection = await asyncpg.connect(
                    self._url,
                    timeout=5,
                    server_settings={"synchronous_commit": "off", "application_name": "linli signals"},
                )
            except Exception as error:  # noqa: BLE001 - it could not connect, for any reason: try again
                if self._closing:
                    return
                if not failures:
                    log.warning("signals: the database cannot be reached: %s", error)
                await asyncio.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
                failures += 1
                continue
            failures = 0
            try:
                await self._serve(connection)
                return  # closing
            except Exception as error:  # noqa: BLE001 - the connection is gone, under any name
                log.warning("signals: the connection was lost: %s", error)
            finally:
                self._heard.clear()
                connection.terminate()

    async def _serve(self, connection: Any) -> None:
        """Until closed. Raises when the connection is lost."""
        connection.add_termination_listener(lambda _: self._wake.set())
        first = True
        while True:
            self._wake.clear()
            if connection.is_closed():
                raise ConnectionError("closed by the server")
            for channel in [c for c in self._listeners if c not in self._heard]:
                await connection.add_listener(PREFIX + channel, self._notified)
                self._heard.add(channel)
            if first:
                first = False
                if self._connected_before:
                    self._lost()
                self._connected_before = True
            self._changed.set()
            await self._flush(connection)
            if self._closing and not self._waiting:
                return
            if not self._waiting:
                await self._wake.wait()
                await asyncio.sleep(0)  # what the others say in this turn goes along

    async def _flush(self, connection: Any) -> None:
        part = list(self._waiting)[:MOST_AT_ONCE]
        lost = list(self._dropped)
        if not part and not lost:
            return
        channels = [PREFIX + channel for channel, _ in part] + [PREFIX + channel for channel in lost]
        payloads = [f"{self._name}{payload}" for _, payload in part] + [
            f"{_LOST_MARK}{self._name}" for _ in lost
        ]
        # Taken out first: one that is sent again from here on is news, and goes out once more.
        for key in part:
            del self._waiting[key]
        try:
            await connection.execute(_NOTIFY, channels, payloads)
        except BaseException:
            self._waiting = dict.fromkeys(part) | self._waiting
            raise
        self._dropped.difference_update(lost)

    def _notified(self, connection: Any, pid: int, channel: str, text: str) -> None:
        name = channel.removeprefix(PREFIX)
        if text.startswith(_LOST_MARK):
            if text[1:] != self._name:
                self._lost([name])
        elif not text.startswith(self._name):
            self._hear(name, text[len(self._name) :])

"""Mail between processes: the messages lie in the database, and a signal tells the receiver that some wait.

Mail is for questions that need an answer *now*: it is lost when its receiver ends or the database loses power, and its
sender needs a time-out. Messages of one sender arrive in the order sent. Messages sent in one turn of the loop, or
while earlier mail is written, share one transaction.
"""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Query
from linli.kernel.processes.models import process_mail
from linli.kernel.rounds import end_tasks

log = telemetry.logger(__name__)

POLL_SECONDS: Final = 1.0
"""The safety net below the signals."""
MOST_WAITING: Final = 10_000
_COLUMNS: Final = ("to_process", "kind", "body", "sent_ms")
_TRIES: Final = 3
_RETRY_SECONDS: Final = 0.2

_take = Query(
    delete(process_mail)
    .where(process_mail.c.to_process == bindparam("me"))
    .returning(process_mail.c.id, process_mail.c.kind, process_mail.c.body)
)


class _Letter(NamedTuple):
    to: str
    kind: str
    body: bytes
    lost: Callable[[], None] | None


class Mail:
    """One process's mailbox. On SQLite nobody else is there, and mail to oneself is all there is."""

    def __init__(self, db: Database, clock: Clock, me: str) -> None:
        self._db = db
        self._clock = clock
        self._me = me
        self._readers: dict[str, Callable[[bytes], object]] = {}
        self._out: list[_Letter] = []
        self._writing: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None

    def on[M: msgspec.Struct](self, kind: str, message: type[M], read: Callable[[M], object]) -> None:
        """The readers of messages, by kind. `read` must not block."""
        decode = msgspec.msgpack.Decoder(message).decode
        self._readers[kind] = lambda body: read(decode(body))

    def send(
        self, to: str, kind: str, message: msgspec.Struct, *, lost: Callable[[], None] | None = None
    ) -> None:
        """Send to the process named `to`. `lost()`: the database did not take it."""
        if len(self._out) >= MOST_WAITING:
            if lost is not None:
                asyncio.get_running_loop().call_soon(lost)
            return
        self._out.append(_Letter(to, kind, msgspec.msgpack.encode(message), lost))
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write(), name="mail-out")

    async def start(self) -> None:
        self._stop_listening = self._db.signals.listen(
            self._channel(self._me), lambda _: self._news.set(), missed=self._news.set
        )
        await self._db.signals.ready()
        self._news.set()
        self._task = asyncio.create_task(self._read_all(), name="mail-in")

    async def stop(self) -> None:
        """Send what waits; read no more."""
        if self._stop_listening is not None:
            self._stop_listening()
        await end_tasks(self._task)
        if self._writing is not None:
            await self._writing

    @staticmethod
    def _channel(name: str) -> str:
        return f"mail_{name[-40:]}"  # PostgreSQL cuts at 63 bytes; what tells names apart is at their end

    async def _write(self) -> None:
        await asyncio.sleep(0)  # mail sent in the same turn goes along
        try:
            while self._out:
                letters, self._out = self._out, []
                await self._write_letters(letters)
        finally:
            self._writing = None

    async def _write_letters(self, letters: list[_Letter]) -> None:
        now = self._clock.now_ms()
        rows = [(letter.to, letter.kind, letter.body, now) for letter in letters]
        for attempt in range(_TRIES):
            try:
                await self._db.run(lambda tx: tx.insert_tuples(process_mail, _COLUMNS, rows), durable=False)
            except Exception as error:  # noqa: BLE001 - the database does not take it: again, then it is lost
                log.warning("mail: %d messages cannot be sent: %s", len(rows), error)
                if attempt + 1 < _TRIES:
                    await asyncio.sleep(_RETRY_SECONDS)
            else:
                for to in dict.fromkeys(letter.to for letter in letters):
                    self._db.signals.publish(self._channel(to))
                return
        for letter in letters:
            if letter.lost is not None:
                letter.lost()

    async def _read_all(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._news.wait()
            self._news.clear()
            try:
                rows = await self._db.run(partial(_take.all, me=self._me), durable=False)
            except Exception as error:  # noqa: BLE001 - the database is away; the mail is still there
                log.warning("mail: cannot be read: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            for _, kind, body in sorted(rows):
                self._read(kind, bytes(body))

    def _read(self, kind: str, body: bytes) -> None:
        read = self._readers.get(kind)
        if read is None:
            log.warning("mail: nobody reads %s", kind)
            return
        try:
            read(body)
        except Exception:
            log.exception("mail: a message of kind %s could not be dealt with", kind)

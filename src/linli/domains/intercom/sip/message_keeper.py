"""Recordings of a process: each becomes a film in the object store, also those that an end of the process left."""

import asyncio
import functools
from pathlib import Path
from typing import Final

from linli.domains.intercom.queries.messages import left_by, message_in_hand
from linli.domains.intercom.rows import RECORDING
from linli.domains.intercom.service import messages
from linli.domains.intercom.service.messages import Outcome
from linli.domains.intercom.sip.mailbox import LEAST_S
from linli.domains.intercom.sip.prompts import PROMPT_S
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.disk import DiskFull
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.rounds import end_tasks
from linli.kernel.telemetry import logger
from linli.media import films
from linli.media.recording import Recording

log = logger(__name__)
_NO_FILM: Final = "no_film"
_DRAIN_S: Final = 20.0


class MessageKeeper:
    """`start`, `stop` in any state. One film is made at a time. `process`: whose recordings are in `folder`."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, objects: ObjectStore, folder: Path, *, process: str
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._objects = objects
        self._folder = folder
        self._process = process
        self._begun: dict[int, asyncio.Task[bool]] = {}
        self._queue: asyncio.Queue[tuple[int, str, float | None]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        left = set(await left_by(self._db, self._process))
        for path in await asyncio.to_thread(lambda: list(self._folder.iterdir())):
            if path.suffix == ".mkv" and path.stem.isdecimal() and int(path.stem) in left:
                left.discard(int(path.stem))
                self._queue.put_nowait((int(path.stem), "", None))
            else:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        for call_id in left:
            await self._settle(call_id, Outcome())
        self._task = asyncio.create_task(self._loop(), name="messages of visitors")

    async def stop(self) -> None:
        """Make ready what is left, if there is time: the next start does the rest."""
        if self._task is None:
            return
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self._queue.join()
        except TimeoutError:
            log.warning("some messages are not ready; the next start makes them")
        await end_tasks(self._task)

    # ------------------------------------------------------------ from the mailbox

    def has_room(self) -> bool:
        try:
            self._objects.check_room()
        except DiskFull:
            return False
        return True

    def begun(self, call_id: int) -> None:
        work = functools.partial(
            messages.begin, call_id=call_id, process=self._process, now_ms=self._clock.now_ms()
        )
        self._begun[call_id] = asyncio.create_task(self._db.run(work))

    def recorded(self, call_id: int, recording: Recording, *, codec: str, spoken_s: float) -> None:
        self._queue.put_nowait((call_id, codec, spoken_s))

    # ------------------------------------------------------------ films

    async def _loop(self) -> None:
        while True:
            call_id, codec, spoken_s = await self._queue.get()
            try:
                if await self._is_there(call_id):
                    await self._settle(call_id, await self._make(call_id, codec, spoken_s))
                await asyncio.to_thread(self._clear, call_id)
            except Exception:
                log.exception("the message of call %s is not ready; the next start tries again", call_id)
            finally:
                self._queue.task_done()

    async def _is_there(self, call_id: int) -> bool:
        if (begun := self._begun.pop(call_id, None)) is not None:
            return await begun
        row = await message_in_hand(self._db, call_id)
        return row is not None and row.state == RECORDING

    async def _make(self, call_id: int, codec: str, spoken_s: float | None) -> Outcome:
        """`spoken_s`: None of a recording that was left: its film says it."""
        source = self._folder / f"{call_id}.mkv"
        row = await message_in_hand(self._db, call_id)
        if row is None or not source.exists() or not source.stat().st_size:
            return Outcome()
        if spoken_s is None:
            codec, length_s = await films.look_at(source)
            spoken_s = length_s - PROMPT_S
        try:
            film = await films.make(source, self._folder, codec=codec)
        except films.NoFilm as error:
            log.warning("the message of call %s: %s", call_id, error)
            return Outcome(why=_NO_FILM) if spoken_s >= LEAST_S else Outcome()
        photo, key = "", f"{row.tenant_id}/message/{self._ids.hex(32)}"
        if film.photo is not None:
            photo = f"{key}.jpg"
            await self._objects.put(photo, await asyncio.to_thread(film.photo.read_bytes))
        if spoken_s < LEAST_S:
            return Outcome(photo=photo)
        name = f"{key}.{film.kind}"
        await self._objects.put(name, await asyncio.to_thread(film.path.read_bytes))
        return Outcome(film.kind, name, photo, round((spoken_s + PROMPT_S) * 1000))

    async def _settle(self, call_id: int, result: Outcome) -> None:
        now_ms = self._clock.now_ms()
        await self._db.run(functools.partial(messages.settle, call_id=call_id, result=result, now_ms=now_ms))

    def _clear(self, call_id: int) -> None:
        for path in self._folder.glob(f"{call_id}.*"):
            path.unlink(missing_ok=True)

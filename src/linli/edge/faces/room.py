"""The face room in the box: the platform's desired rows, doors' questions, and the work in between."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

from linli.edge.doors.caller import CallTimedOut
from linli.edge.doors.keeper import FaceDoor, Recognised
from linli.edge.faces import reports
from linli.edge.faces.decision import Decider
from linli.edge.faces.doors import DoorLibraries, LazyFaces
from linli.edge.faces.features import Features, Refused
from linli.edge.faces.files import Files, LibraryPictures
from linli.edge.faces.index import Index
from linli.edge.faces.library import PICTURE, Library
from linli.edge.faces.rows import FaceRows, user_id_of
from linli.edge.framework.errors import DeviceOffline, DeviceRefused, ParamsBad
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.protocols.face_data import (
    ClearAll,
    FaceDataError,
    FaceEvent,
    FaceResult,
    decode_file,
    encode_results,
)
from linli.vision.engine.ports import Engine, EngineError

log = logging.getLogger(__name__)

FILE_BYTES: Final = 16 * 1024 * 1024
TURN_SECONDS: Final = 60.0
"""How often windows and schedules are looked at, and failed pushes are tried again."""
CHECK_MS: Final = 3_600_000
"""How long a service outside is trusted to be the same model."""
NOT_STORED: Final = 99
"""Code of a face that a door did not take: the platform reads it as a failed push."""


class FaceRoom:
    """Implements `FaceWishes`, and `recognise` and `face_photo` of `Doorkeeper`. Used on one loop."""

    def __init__(self, *, engine: Engine, store: Store, folder: Path, files: Files, clock: Clock) -> None:
        """`engine` is started and stopped by who made it; `folder` holds the pictures."""
        self._engine = engine
        self._store = store
        self._files = files
        self._clock = clock
        self._features = Features(engine)
        index = Index(engine, store)
        self._library = Library(store, index, self._features, LibraryPictures(folder), files)
        self._decider = Decider(engine, store, clock)
        self._libraries = DoorLibraries(store)
        self._comparing: dict[str, FaceDoor] = {}
        """Doors that compare themselves, as they were connected last."""
        self._due_ms: dict[str, int | None] = {}
        """When to look at such a door again."""
        self._turns: dict[str, asyncio.Lock] = {}
        self._checked_ms: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # life

    async def start(self) -> None:
        await self._library.tidy()
        with contextlib.suppress(EngineError):
            await self._library.fit()
        self._spawn(self._complete(), "vectors of a new model")
        self._spawn(self._keep_time(), "windows of faces")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._features.close()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _complete(self) -> None:
        """Vectors of the box's own model for every picture that has none: after a change of models."""
        if model := self._features.model_for(None):
            complete = await self._library.complete(model)
            if complete:
                log.info("%d faces were computed anew for model %s", complete, model)

    async def _keep_time(self) -> None:
        while True:
            await self._clock.sleep(TURN_SECONDS)
            try:
                await self._library.fit()
            except EngineError as error:
                log.warning("the face library cannot be mended now: %s", error)
            now = self._clock.now_ms()
            for device, door in list(self._comparing.items()):
                due = self._due_ms.get(device)
                if due is None or due > now:
                    continue
                with contextlib.suppress(LinliError, CallTimedOut):
                    async with self._turn(device):
                        await self._mend(door)

    def _turn(self, device: str) -> asyncio.Lock:
        """A door is brought one thing after the other."""
        return self._turns.setdefault(device, asyncio.Lock())

    # what the platform wishes

    async def sync(self, door: FaceDoor, params: Mapping[str, Any]) -> dict[str, Any]:
        events = await self._events(door.device, params)
        model = self._features.model_for(door.machine.algorithm if door.compares else None)
        async with self._turn(door.device):
            results = await self._library.apply(door.device, model, events)
            if door.compares:
                results = await self._confirmed_by_door(door, results)
        return {"FaceResult": encode_results(results)}

    async def forget(self, device: str) -> None:
        """The door is no longer deployed: its library goes, and with it the persons that no other door has."""
        self._comparing.pop(device, None)
        self._due_ms.pop(device, None)
        async with self._turn(device):
            await self._library.apply(device, "", [ClearAll()])
            await self._store.write(lambda c: FaceRows(c).forget_door(device))

    async def _events(self, device: str, params: Mapping[str, Any]) -> list[FaceEvent]:
        url = _url(params, "FaceDataUrl")
        try:
            return decode_file(await self._files.get(url, limit=FILE_BYTES))
        except FaceDataError as error:
            raise ParamsBad(field="FaceDataUrl", rule=str(error)) from None
        except OSError as error:
            raise DeviceRefused(device=device, device_code=500, why=f"download failed: {error}") from None

    async def _confirmed_by_door(self, door: FaceDoor, results: list[FaceResult]) -> list[FaceResult]:
        """The door decides: a picture that it did not take is reported as not taken. Raises DeviceOffline."""
        failed = await self._push(door, only={result.person_id for result in results})
        if failed and not door.online:
            raise DeviceOffline(device=door.device)
        return [
            FaceResult(result.person_id, result.event, NOT_STORED)
            if result.person_id in failed and result.event == PICTURE
            else result
            for result in results
        ]

    async def _push(self, door: FaceDoor, *, only: set[str] | None = None) -> dict[str, str]:
        number, model = await self._number(door), self._features.model_for(door.machine.algorithm)
        if number is None or not model:
            return {}
        pushed = await self._libraries.push(door, number, model, self._clock.now_ms(), only=only)
        dues = [pushed.due_ms, self._due_ms.get(door.device) if only is not None else None]
        self._due_ms[door.device] = min((due for due in dues if due is not None), default=None)
        return pushed.failed

    async def _mend(self, door: FaceDoor) -> None:
        """Make vectors that could not be made before, and send what is not there yet."""
        number, model = await self._number(door), self._features.model_for(door.machine.algorithm)
        if number is not None and model:
            await self._library.complete(model, door=number)
            await self._push(door)

    async def _number(self, door: FaceDoor) -> int | None:
        """None: the platform never sent anything for this door."""
        return await self._store.read(lambda c: FaceRows(c).door_or_none(door.device))

    async def report(self, door: FaceDoor, params: Mapping[str, Any]) -> dict[str, Any]:
        url = _url(params, "FaceReportUrl")
        number = await self._store.write(lambda c: FaceRows(c).door(door.device))
        model = self._features.model_for(door.machine.algorithm if door.compares else None)
        rows = await self._store.read(lambda c: FaceRows(c).report(number, model))
        if door.compares:
            if not door.online:
                raise DeviceOffline(device=door.device)
            await self._libraries.read_back(door, number)
            wanted = LazyFaces(self._store, number, model, self._clock.now_ms())
            rows = await reports.report_of_door(rows, wanted, await self._libraries.confirmed(number))
        content, count = await asyncio.to_thread(reports.write, rows)
        try:
            await self._files.put(url, content)
        except OSError as error:
            raise DeviceRefused(device=door.device, device_code=500, why=f"upload failed: {error}") from None
        return {"FaceCount": count}

    # doors

    async def connected(self, door: FaceDoor) -> None:
        if not door.compares:
            self._comparing.pop(door.device, None)
            return
        self._comparing[door.device] = door
        number, model = await self._number(door), self._features.model_for(door.machine.algorithm)
        if number is None or not model:
            return  # the box has no data of this door: leave its library alone
        async with self._turn(door.device):
            await self._check_outside(model)
            await self._library.complete(model, door=number)
            await self._libraries.read_back(door, number)
            failed = await self._push(door)
        if failed:
            log.warning("%s did not take %d faces: %s", door.device, len(failed), next(iter(failed.values())))

    async def _check_outside(self, model: str) -> None:
        now = self._clock.now_ms()
        if model == self._features.model_for(None) or now - self._checked_ms.get(model, -CHECK_MS) < CHECK_MS:
            return
        try:
            await self._library.check_outside(model)
            self._checked_ms[model] = now
        except Refused as refused:
            log.warning("%s cannot be checked now: %s", model, refused)

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None:
        return await self._decider.recognise(device, photo, detect=detect, similarity=similarity)

    async def face_photo(self, device: str, face_id: str) -> bytes | None:
        picture = await self._store.read(lambda c: FaceRows(c).picture_at(device, face_id))
        return None if picture is None else await self._library.picture(picture)

    async def user_of(self, device: str, face_id: str) -> str:
        """By what userId a camera that compares itself knows a face; empty: it does not."""
        user = await self._store.read(lambda c: FaceRows(c).user_at(device, face_id))
        return "" if user is None else user_id_of(user)


def _url(params: Mapping[str, Any], field: str) -> str:
    """Raises ParamsBad."""
    url = params.get(field)
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise ParamsBad(field=field, rule="must be the address of a file")
    return url

"""The box's face library: the platform's rows for each door, the pictures and their vectors."""

import asyncio
import contextlib
import hashlib
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from linli.edge.faces.features import OUTSIDE, Features, Refused
from linli.edge.faces.files import Files, LibraryPictures, file_name
from linli.edge.faces.index import Index
from linli.edge.faces.rows import FaceRows, Picture
from linli.edge.store import Store
from linli.protocols.face_data import (
    AddImage,
    AddUser,
    ClearAll,
    ClearGroup,
    DeleteImage,
    DeleteUser,
    FaceEvent,
    FaceImage,
    FaceResult,
    LibraryCode,
)
from linli.vision.engine.ports import Change

log = logging.getLogger(__name__)

USER, PICTURE = 1, 2
PICTURE_BYTES: Final = 1024 * 1024
"""Spec E 7."""
_REFUSALS_KEPT: Final = 5000


@dataclass(slots=True)
class _Ready:
    """A picture before its file is worked through. `code` is SUCCESS, or why the picture cannot be used."""

    no: int | None = None
    """The number of a picture that is here already."""
    kept: bool = False
    """Whether its file is on disk."""
    vector: bytes = b""
    code: LibraryCode = LibraryCode.SUCCESS


class Library:
    """`own` below is the model of the box itself; others are of doors that compare themselves."""

    def __init__(
        self,
        store: Store,
        index: Index,
        features: Features,
        pictures: LibraryPictures,
        files: Files,
    ) -> None:
        self._store = store
        self._index = index
        self._features = features
        self._pictures = pictures
        self._files = files
        self._turn = asyncio.Lock()
        """One file at a time: its pictures, its rows and the engine's library belong together."""
        self._refused: OrderedDict[tuple[str, str, str], LibraryCode] = OrderedDict()
        """Pictures of no use, so that 200 doors do not have one looked at 200 times: (person, md5, model)."""

    # what the platform says

    async def apply(self, door: str, model: str, events: Sequence[FaceEvent]) -> list[FaceResult]:
        """Work through a file: committed when it returns, with one result for each user and picture in it."""
        async with self._turn:
            ready: dict[tuple[str, str], _Ready] = {}
            silent = False
            for event in events:
                if isinstance(event, AddImage):
                    key = event.image.person_id, event.image.md5
                    # One that waited in vain speaks for the others of its file: the platform waits for all of them.
                    ready[key] = ready.get(key) or await self._prepare(event.image, model, silent=silent)
                    silent |= ready[key].code is LibraryCode.EXTRACTION_TIMED_OUT
            own = model == self._features.model_for(None)
            done = await self._store.write(lambda c: _work(c, door, events, ready, model, own=own))
            await self._drop(done.gone)
            if done.changes:
                await self._index.change(done.changes, done.number)
        return done.results

    async def _prepare(self, image: FaceImage, model: str, *, silent: bool) -> _Ready:
        """Have a picture and its vector; the models are not asked when they are `silent`."""
        key = (image.person_id, image.md5, model)
        if key in self._refused:
            return _Ready(code=self._refused[key])
        no, lacks = await self._store.read(lambda c: FaceRows(c).picture(image.person_id, image.md5, model))
        ready = _Ready(no)
        if no is not None and not lacks:
            return ready
        name = file_name(image.person_id, image.md5)
        content = None if ready.no is None else await self._pictures.find(name)
        if content is None:
            try:
                content = await self._fetch(image)
            except Refused as refused:
                ready.code = refused.code
                return ready
        try:
            ready.vector = await self._make("" if silent else model, content)
        except Refused as refused:
            ready.code = refused.code
            if refused.final:
                self._remember(key, refused.code)
                return ready
        # Without a vector for now it is wanted all the same: it is made as soon as it can be.
        await self._pictures.keep(name, content)
        ready.kept = True
        return ready

    async def _fetch(self, image: FaceImage) -> bytes:
        """Raises Refused."""
        if image.size > PICTURE_BYTES:
            raise Refused(LibraryCode.TOO_BIG)
        try:
            content = await self._files.get(image.url, limit=PICTURE_BYTES)
        except OSError as error:
            log.info("the picture of %s cannot be had: %s", image.person_id, error)
            raise Refused(LibraryCode.DOWNLOAD_FAILED) from None
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != image.md5:
            raise Refused(LibraryCode.PARSE_FAILED)
        return content

    async def _make(self, model: str, content: bytes) -> bytes:
        if not model:
            raise Refused(LibraryCode.EXTRACTION_TIMED_OUT, final=False)
        return await self._features.make(model, content)

    def _remember(self, key: tuple[str, str, str], code: LibraryCode) -> None:
        self._refused[key] = code
        while len(self._refused) > _REFUSALS_KEPT:
            self._refused.popitem(last=False)

    async def _drop(self, gone: Sequence[Picture]) -> None:
        """Nothing of an erased face stays: its file, its rows, and what the log of the database still has of them."""
        if gone:
            await self._pictures.drop(file_name(picture.person_id, picture.md5) for picture in gone)
            await asyncio.to_thread(_empty_log, self._store.file)

    # pictures

    async def picture(self, picture: Picture) -> bytes | None:
        return await self._pictures.find(file_name(picture.person_id, picture.md5))

    async def tidy(self) -> None:
        """At the start: files without a row go; vectors of models that were replaced go."""
        async with self._turn:
            pictures = await self._store.read(lambda c: FaceRows(c).pictures())
            await self._pictures.keep_only(
                {file_name(picture.person_id, picture.md5) for picture in pictures}
            )
            own = self._features.model_for(None)
            for model in await self._store.read(lambda c: FaceRows(c).models()):
                if own and model != own and not model.startswith(OUTSIDE):
                    await self._drop_model(model)

    async def _drop_model(self, model: str) -> None:
        await self._store.write(lambda c: FaceRows(c).drop_model(model))

    async def complete(self, model: str, *, door: int | None = None) -> int:
        """Make the vectors that are missing, those of one door or all; how many were made.

        Ends early when the models or the service do not answer: the others would wait for the same.
        """
        count = 0
        for picture in await self._store.read(lambda c: FaceRows(c).lacking(model, door=door)):
            async with self._turn:
                try:
                    count += await self._complete_one(picture, model)
                except Refused:
                    break
        return count

    async def _complete_one(self, picture: Picture, model: str) -> bool:
        """Raises Refused when another try may help."""
        key = (picture.person_id, picture.md5, model)
        content = None if key in self._refused else await self.picture(picture)
        if content is None:
            return False
        try:
            vector = await self._make(model, content)
        except Refused as refused:
            if not refused.final:
                raise
            self._remember(key, refused.code)
            return False
        own = model == self._features.model_for(None)
        number = await self._store.write(lambda c: _put_vector(c, picture, model, vector, own=own))
        if number:
            await self._index.change([Change(str(picture.no), vector)], number)
        return True

    async def check_outside(self, model: str) -> bool:
        """Whether a service outside makes other vectors than it did; its old ones are then forgotten. Raises Refused."""
        probe = await self._store.read(lambda c: FaceRows(c).a_feature(model))
        content = None if probe is None else await self.picture(probe[0])
        if probe is None or content is None or not await self._features.changed(model, content, probe[1]):
            return False
        log.warning("%s makes other vectors than it did: all are made anew", model)
        await self._drop_model(model)
        return True

    async def fit(self) -> None:
        """Mend the engine's library. Raises EngineError."""
        async with self._turn:
            await self._index.fit()


class _Done(NamedTuple):
    """The result of a file. `number` counts the changes for the engine's library, where there are any."""

    results: list[FaceResult]
    gone: list[Picture]
    changes: list[Change]
    number: int


def _work(
    connection: sqlite3.Connection,
    door: str,
    events: Sequence[FaceEvent],
    ready: dict[tuple[str, str], _Ready],
    model: str,
    *,
    own: bool,
) -> _Done:
    """One file in one transaction."""
    rows = FaceRows(connection)
    work = _Work(rows, rows.door(door), ready, model)
    for event in events:
        work.take(event)
    # What is deleted is overwritten in the file, too.
    connection.execute("PRAGMA secure_delete = ON")
    gone = rows.sweep(work.touched)
    changes = [Change(str(no), vector) for no, vector in work.features if own]
    changes += [Change(str(picture.no), b"") for picture in gone]
    return _Done(work.results, gone, changes, Index.count(rows) if changes else 0)


def _put_vector(
    connection: sqlite3.Connection, picture: Picture, model: str, vector: bytes, *, own: bool
) -> int:
    """Keep a vector of a picture that is still here. The number for the engine's library; 0: it need not know."""
    rows = FaceRows(connection)
    no, _ = rows.picture(picture.person_id, picture.md5, model)
    if no != picture.no:
        return 0
    rows.put_feature(picture.no, model, vector)
    rows.clear_failures(picture.no)
    return Index.count(rows) if own else 0


def _empty_log(file: Path) -> None:
    """Bring the database's log into its file and cut it. A reader may hold it: the next erasure does it again."""
    with contextlib.closing(sqlite3.connect(file, timeout=5.0)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


class _Work:
    """One file, inside its transaction."""

    def __init__(self, rows: FaceRows, door: int, ready: dict[tuple[str, str], _Ready], model: str) -> None:
        self._rows = rows
        self._door = door
        self._ready = ready
        self._model = model
        self.results: list[FaceResult] = []
        self.touched: dict[str, None] = {}
        self.features: list[tuple[int, bytes]] = []

    def take(self, event: FaceEvent) -> None:
        match event:
            case AddUser(user):
                self._rows.put_user(self._door, user)
                self._add_result(user.person_id, USER, LibraryCode.SUCCESS)
            case AddImage(image):
                self._add_result(image.person_id, PICTURE, self._add_image(image))
            case DeleteImage(person_id, md5):
                gone = self._rows.drop_image(self._door, person_id, md5)
                missing = LibraryCode.NO_SUCH_PERSON if gone is None else LibraryCode.NO_SUCH_IMAGE
                self._add_result(person_id, PICTURE, LibraryCode.SUCCESS if gone else missing)
            case DeleteUser(person_id):
                gone = self._rows.drop_user(self._door, person_id)
                self._add_result(person_id, USER, LibraryCode.SUCCESS if gone else LibraryCode.NO_SUCH_PERSON)
            case ClearGroup(group_id):
                self.touched |= dict.fromkeys(self._rows.drop_group(self._door, group_id))
            case ClearAll():
                self.touched |= dict.fromkeys(self._rows.drop_door(self._door))

    def _add_result(self, person_id: str, kind: int, code: LibraryCode) -> None:
        self.touched[person_id] = None
        self.results.append(FaceResult(person_id, kind, int(code)))

    def _add_image(self, image: FaceImage) -> LibraryCode:
        ready = self._ready[image.person_id, image.md5]
        if ready.no is None and ready.kept:
            ready.no = self._rows.add_picture(image)
        if ready.no is not None and ready.vector:
            self._rows.put_feature(ready.no, self._model, ready.vector)
            self.features.append((ready.no, ready.vector))
            ready.vector = b""
        if ready.no is not None and (ready.kept or ready.code is LibraryCode.SUCCESS):
            self._rows.put_image(self._door, image.person_id, ready.no)
        if ready.code is not LibraryCode.SUCCESS:
            self._rows.put_failure(self._door, image.person_id, int(ready.code))
        return ready.code

"""The engine's library kept in step with the rows: vectors by the number of their picture."""

import logging
from collections.abc import Sequence
from typing import Final

from linli.edge.faces.rows import FaceRows
from linli.edge.store import Store
from linli.vision.engine.ports import Change, Engine, EngineError

log = logging.getLogger(__name__)

LIBRARY: Final = "edge"
_COUNTER: Final = "index"
_AT_ONCE: Final = 2000
"""Vectors of one message: some megabytes."""


class Index:
    """The rows count changes; a library whose mark is another is filled again. Callers take turns."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store

    @staticmethod
    def count(rows: FaceRows) -> int:
        """Number a change, inside its transaction."""
        return rows.count_up(_COUNTER)

    async def _number(self) -> int:
        return await self._store.read(lambda c: FaceRows(c).state(_COUNTER))

    async def change(self, changes: Sequence[Change], number: int) -> None:
        """Follow a change that was committed as `number`. A failure is mended by the next `fit`."""
        try:
            if await self._engine.mark(LIBRARY) == number - 1:
                await self._engine.feed(LIBRARY, changes, mark=number)
            else:
                await self._fill()
        except EngineError as error:
            log.warning("the face library will be filled anew: %s", error)

    async def fit(self) -> None:
        """Fill the library if it is not what the rows are. Raises EngineError."""
        if self._engine.state.model_id and await self._engine.mark(LIBRARY) != await self._number():
            await self._fill()

    async def _fill(self) -> None:
        number, model = await self._number(), self._engine.state.model_id
        after, afresh = 0, True
        while part := await self._part(model, after):
            changes = [Change(str(picture), vector) for picture, vector in part]
            await self._engine.feed(LIBRARY, changes, mark=0, afresh=afresh)
            after, afresh = part[-1][0], False
        await self._engine.feed(LIBRARY, [], mark=number, afresh=afresh)

    async def _part(self, model: str, after: int) -> list[tuple[int, bytes]]:
        return await self._store.read(lambda c: FaceRows(c).vectors(model, after=after, most=_AT_ONCE))

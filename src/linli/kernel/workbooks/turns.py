"""How many workbooks are read at once: one long and one short workbook in a process, with fair turns for companies.

A child process for each workbook would multiply the memory allowed for one. A short workbook never waits for a long
one.
"""

import asyncio
import contextlib
import weakref
from collections.abc import AsyncIterator
from typing import Final

from linli.kernel.errors import NotYet
from linli.kernel.turns import Crowded, FairTurns

SHORT_BYTES: Final = 256 * 1024
"""A packed workbook up to this is short: some thousand rows."""


class ReadersBusy(NotYet):
    """Others' workbooks are being read, and as many wait as may."""

    code = "workbooks.busy"


class _Lanes:
    def __init__(self) -> None:
        self.short = FairTurns(waiting=32, waiting_each=2)
        self.long = FairTurns(waiting=2, waiting_each=1)


_lanes: Final[weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Lanes]] = weakref.WeakKeyDictionary()


@contextlib.asynccontextmanager
async def reading(owner: str, size: int) -> AsyncIterator[None]:
    """A turn for a company to read a workbook of `size` bytes, as it came. Raises ReadersBusy."""
    lanes = _lanes.setdefault(asyncio.get_running_loop(), _Lanes())
    lane = lanes.short if size <= SHORT_BYTES else lanes.long
    try:
        async with lane.turn(owner):
            yield
    except Crowded as error:
        raise ReadersBusy() from error

"""Workbooks as they are handed in: looked at where they lie, and put into the store in pieces, never whole in memory."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO, Final, cast

from litestar.datastructures import UploadFile

from linli.kernel.errors import LinliError, TooLarge
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.refusals import check_workbook
from linli.kernel.workbooks.sheets import prepare

_PIECE: Final = 256 * 1024


async def check_file(file: UploadFile, *, most: int) -> None:
    """At most `most` bytes, and a workbook within its bounds. Raises TooLarge, BadWorkbook."""
    size = await asyncio.to_thread(file.file.seek, 0, os.SEEK_END)
    if size > most:
        raise TooLarge(limit=f"{most // 1024 // 1024} MiB")
    await asyncio.to_thread(check_workbook, cast(BinaryIO, file.file))
    await asyncio.to_thread(prepare)


@asynccontextmanager
async def stored(
    file: UploadFile, objects: ObjectStore, key: str, *, most: int, sealed_by: Secrets | None = None
) -> AsyncIterator[None]:
    """The file lies in the store; it goes again where the block refuses it. `sealed_by`: it may hold passwords.

    Raises what `ObjectStore.receive` raises.
    """
    await file.seek(0)
    if sealed_by is None:
        await objects.receive(key, _pieces(file), limit=most)
    else:
        await objects.put(key, sealed_by.seal_file(await file.read(), about=key))
    try:
        yield
    except LinliError:
        await objects.delete(key)
        raise


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece

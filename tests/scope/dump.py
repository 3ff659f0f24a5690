"""Everything the platform remembers, at one moment: all tables and all files."""

import asyncio
import os
from collections.abc import Iterator

from tests.scope.tables import Rows
from tests.scope.town import Town


async def dump(town: Town) -> Rows:
    """Rows by table, and the files under `(files)`."""
    return {**await town.tables.read(), "(files)": sorted(_files(str(town.folder / "objects")))}


def _files(folder: str) -> Iterator[str]:
    """Each file below the folder, with its size."""
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:  # no file was ever stored, or the last of a folder went meanwhile
        return
    with entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                yield f"{entry.path} {entry.stat().st_size}"


def changes(before: Rows, after: Rows) -> list[str]:
    """Rows that are gone (`-`) or new (`+`), by table."""
    told = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, []), after.get(name, [])
        if old != new:
            told += [f"- {name} {row}" for row in old if row not in new]
            told += [f"+ {name} {row}" for row in new if row not in old]
    return told


async def still(town: Town) -> Rows:
    """Everything, once nothing is under way any more."""
    await town.hang_up_simulations()
    await town.hang_up_boxes()
    while True:
        while await town.platform.worker.run_once():
            pass
        mark = await town.tables.mark()
        now = await dump(town)
        await asyncio.sleep(0.02)
        if await town.tables.mark() == mark:
            return now

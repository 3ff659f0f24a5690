"""Everything the platform remembers, at one moment: all tables and all files."""

import asyncio
from typing import Any

from tests.campaigns.snapshot import snapshot, table_names
from tests.scope.town import Town

UNWATCHED = (
    "openapi_nonce", "openapi_requests", "openapi_usage", "secret_reads", "alembic_version", "handled_messages",
    "inbox_commits",
)  # fmt: skip
"""Beginnings of tables' names: what a refused call leaves behind too, namely that it was made; and what is noted of
devices' messages whenever their handlers come to it."""
UNWATCHED_COLUMNS = {
    "app_keys": ("last_used_ms",),
    "devices": ("last_seen_ms",),
    "console_sessions": ("seen_ms", "expires_ms"),
}

type Dump = dict[str, list[str]]


async def dump(town: Town) -> Dump:
    """Rows by table, sorted, and the files under `(files)`."""
    url = town.platform.settings.database
    found: Dump = {}
    async with snapshot(url) as held:
        for name in await table_names(held, url):
            if not name.startswith(UNWATCHED):
                found[name] = sorted(map(repr, await held.rows(await _select(held, name, url))))
    store = town.folder / "objects"
    found["(files)"] = sorted(
        f"{path.relative_to(store)} {path.stat().st_size}" for path in store.rglob("*") if path.is_file()
    )
    return found


async def _select(held: Any, name: str, url: str) -> str:
    hidden = UNWATCHED_COLUMNS.get(name)
    if hidden is None:
        return f'SELECT * FROM "{name}"'
    if url.startswith("sqlite"):
        columns = [row[1] for row in await held.rows(f'PRAGMA table_info("{name}")')]
    else:
        sql = f"SELECT column_name::text FROM information_schema.columns WHERE table_name = '{name}'"
        columns = [column for (column,) in await held.rows(sql)]
    return f'SELECT {", ".join(column for column in columns if column not in hidden)} FROM "{name}"'


def changes(before: Dump, after: Dump) -> list[str]:
    """Rows that are gone (`-`) or new (`+`), by table."""
    told = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, []), after.get(name, [])
        if old != new:
            told += [f"- {name} {row}" for row in old if row not in new]
            told += [f"+ {name} {row}" for row in new if row not in old]
    return told


async def still(town: Town) -> Dump:
    """Everything, once nothing is under way any more."""
    await town.hang_up_simulations()
    before: Dump = {}
    while True:
        while await town.platform.worker.run_once():
            pass
        now = await dump(town)
        if now == before:
            return now
        before = now
        await asyncio.sleep(0.02)

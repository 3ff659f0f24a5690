"""Passes that are to call a lift, kept until their result is: a box that is killed meanwhile loses none, and calls none
twice. ADR 0099.

A row is committed together with the pass itself, goes to `SENT` before the lift is asked, and goes away in the commit of
the result. So after a restart `WAITS` was never sent, and of `SENT` nobody knows what the lift did.
"""

import functools
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from linli.edge.runtime.passers import Pass
from linli.edge.store import Step, Store
from linli.kernel.clock import Clock
from linli.protocols.edge_link import Linkage, PassageRule

WAITS: Final = "waits"
SENT: Final = "sent"
GATEWAY: Final = "gateway"
"""The lift serves the pass by a rule of its own, and is to tell of it."""
MISSED: Final = "missed"
"""It did not, and that is recorded: what it tells later is no second record."""
FORGOTTEN_MS: Final = 600_000

STEPS: Final = (
    Step(
        "lift_journal.1",
        """
        CREATE TABLE lift_passes (
          id INTEGER PRIMARY KEY AUTOINCREMENT, stage TEXT NOT NULL, lift TEXT NOT NULL, rule_id TEXT NOT NULL,
          linkage INTEGER NOT NULL, down INTEGER NOT NULL, rule BLOB NOT NULL,
          content TEXT NOT NULL, pass BLOB NOT NULL, own INTEGER NOT NULL,
          gateway_rule TEXT NOT NULL, at_ms INTEGER NOT NULL, steady_ms INTEGER NOT NULL, boot TEXT NOT NULL
        );
        CREATE INDEX lift_passes_of ON lift_passes (lift, content);
        CREATE TABLE lift_told (
          lift TEXT NOT NULL, rule TEXT NOT NULL, mark TEXT NOT NULL, at_ms INTEGER NOT NULL, steady_ms INTEGER NOT NULL,
          boot TEXT NOT NULL, PRIMARY KEY (lift, rule)
        ) WITHOUT ROWID;
        """,
    ),
)

type Work = Callable[[sqlite3.Connection], None]


class _Kept(msgspec.Struct):
    """A pass as it is written down; of what its machine told, only what says who it was."""

    device: str
    way: str
    content: str
    info: Mapping[str, Any]


@dataclass(slots=True)
class Entry:
    """One rule that a pass started."""

    rule: PassageRule | Linkage
    passed: Pass
    at_ms: int
    """When it was, by the box's clock…"""
    steady_ms: int
    """…and by that which runs since the machine started, which nobody sets."""
    down: bool = False
    """A visitor's code that opens no more, which may still call the lift down."""
    resumed: bool = False
    """Begun in an earlier life of the box."""
    id: int = 0
    same_boot: bool = True
    """The machine was not switched off since: the age of the pass is known."""
    waited: bool = False
    """Its time has come already."""

    @property
    def own(self) -> bool:
        """At a reader of the lift's own machine."""
        return self.rule.lift in self.passed.notes


class Row(NamedTuple):
    stage: str
    gateway_rule: str
    own: bool
    entry: Entry


class Journal:
    """All changes are in the box's file when they return, and keep nothing in memory."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def insert(self, connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
        """In the commit of the pass."""
        for entry in entries:
            passed, is_linkage = entry.passed, isinstance(entry.rule, Linkage)
            kept = _Kept(passed.device, passed.way, passed.content, {"userId": passed.info.get("userId", "")})
            cursor = connection.execute(
                "INSERT INTO lift_passes (stage, lift, rule_id, linkage, down, rule, content, pass, own, gateway_rule,"
                " at_ms, steady_ms, boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)",
                (
                    WAITS, entry.rule.lift, entry.rule.id, is_linkage, entry.down, msgspec.json.encode(_bare(entry.rule)),
                    passed.content, msgspec.json.encode(kept), entry.own, entry.at_ms,
                    entry.steady_ms, boot_id(),
                ),
            )  # fmt: skip
            entry.id = cursor.lastrowid or 0

    async def sent(self, entry: Entry) -> None:
        """The lift is about to be asked."""
        await self._stage(entry, SENT, "")

    async def at_gateway(self, entry: Entry, rule: str) -> None:
        await self._stage(entry, GATEWAY, rule)

    async def done(self, entry: Entry) -> None:
        """Nothing is to be done, or told."""
        await self._store.write(self.ends(entry))

    def ends(self, entry: Entry) -> Work:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM lift_passes WHERE id = ?", (entry.id,))

        return work

    def missed(self, entry: Entry) -> Work:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE lift_passes SET stage = ? WHERE id = ?", (MISSED, entry.id))

        return work

    def report_is_kept(self, lift: str, linkage: str, rule: str, content: str, mark: str) -> Work:
        """The lift told of a rule of its own: of the oldest such pass."""
        row = (lift, rule, mark, self._clock.now_ms(), self._clock.steady_ms(), boot_id())

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO lift_told VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute(
                "DELETE FROM lift_passes WHERE id = (SELECT min(id) FROM lift_passes WHERE lift = ? AND content = ?"
                " AND rule_id = ? AND own = 1 AND stage IN (?, ?))",
                (lift, content, linkage, WAITS, GATEWAY),
            )

        return work

    async def marks(self) -> list[tuple[str, str, str, int]]:
        """(lift, rule, mark, age in ms) of what lifts told last; before the machine was switched off: as of now."""
        now = self._clock.steady_ms()

        def select(connection: sqlite3.Connection) -> list[tuple[str, str, str, int]]:
            rows = connection.execute(
                "SELECT lift, rule, mark, steady_ms, boot FROM lift_told ORDER BY at_ms"
            )
            return [(*row[:3], now - row[3] if row[4] == boot_id() else 0) for row in rows]

        return await self._store.read(select)

    async def kept(self) -> list[Row]:
        """All rows, those of now among them; oldest first."""

        def select(connection: sqlite3.Connection) -> Sequence[tuple[Any, ...]]:
            return connection.execute(
                "SELECT id, stage, linkage, down, rule, pass, own, gateway_rule, at_ms, steady_ms, boot"
                " FROM lift_passes ORDER BY id"
            ).fetchall()

        rows = []
        for row in await self._store.read(select):
            number, stage, linkage, down, rule, kept, own, gateway_rule, at_ms, steady_ms, boot = row
            kind: Any = Linkage if linkage else PassageRule
            passed = Pass(*msgspec.structs.astuple(msgspec.json.decode(kept, type=_Kept)))
            entry = Entry(
                msgspec.json.decode(rule, type=kind), passed, at_ms, steady_ms, down=bool(down), resumed=True, id=number,
                same_boot=bool(boot) and boot == boot_id(),
            )  # fmt: skip
            rows.append(Row(stage, gateway_rule, bool(own), entry))
        return rows

    async def forget(self) -> None:
        """What is of no use any more."""
        before = self._clock.now_ms() - FORGOTTEN_MS

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM lift_told WHERE at_ms < ?", (before,))
            connection.execute("DELETE FROM lift_passes WHERE stage = ? AND at_ms < ?", (MISSED, before))

        await self._store.write(work)

    async def _stage(self, entry: Entry, stage: str, rule: str) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE lift_passes SET stage = ?, gateway_rule = ? WHERE id = ?", (stage, rule, entry.id)
            )

        await self._store.write(work)


@functools.cache
def boot_id() -> str:
    """Of this run of the machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _bare(rule: PassageRule | Linkage) -> PassageRule | Linkage:
    """Without the persons: a result names the rule and its place."""
    if isinstance(rule, Linkage):
        return msgspec.structs.replace(rule, persons={}, credentials={})
    return msgspec.structs.replace(rule, persons={}, visitors={})

"""The desired state of each door, kept on the box: rows of `linli.sync`, as the cloud keeps them, in the box's own file.

Kinds that the box answers for itself (codes, their key) are held as soon as they are written down. The others are
brought to the door and stay here until it confirms them. A row to delete stays without content until then.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from linli.edge.store import Step, Store
from linli.kernel.clock import Clock
from linli.sync import (
    ABSENT,
    Backoff,
    Delivery,
    Item,
    Outcome,
    State,
    new_item,
    report,
    resend,
    retry,
    settle,
    start,
    take_batch,
    wake,
    want,
)

QR, KEY, CARD, BLE = "qr", "key", "card", "ble"
RULE = "liftRule"
LINKED = "linkedRule"
"""A rule that the box derives from a linkage, for a lift that keeps rules itself."""
GROUP = "sipGroup"
AT_BOX: Final = frozenset((QR, KEY, GROUP))
"""Decided by the box: nothing is brought to the door, and what must go is gone at once."""
FOREIGN: Final = "other"
"""The mark of what a device holds and the box never sent."""
LEASE_MS: Final = 120_000
BACKOFF: Final = Backoff(first_ms=10_000, retries=5)

STEPS: Final = (
    Step(
        "wishes.1",
        """
        CREATE TABLE wishes (
          device TEXT NOT NULL, kind TEXT NOT NULL, credential TEXT NOT NULL, content TEXT NOT NULL,
          generation INTEGER NOT NULL, wanted TEXT NOT NULL, reported TEXT NOT NULL, state TEXT NOT NULL,
          failures INTEGER NOT NULL, next_try_ms INTEGER, reason TEXT NOT NULL, detail TEXT NOT NULL,
          PRIMARY KEY (device, kind, credential)
        ) WITHOUT ROWID;
        CREATE INDEX wishes_due ON wishes (next_try_ms) WHERE next_try_ms IS NOT NULL;
        CREATE INDEX wishes_credential ON wishes (kind, credential);
        """,
    ),
)
_COLUMNS = (
    "device, kind, credential, generation, wanted, reported, state, failures, next_try_ms, reason, detail"
)


type _Change = Callable[[Item, int], Item]


class Wish(NamedTuple):
    kind: str
    credential: str
    content: str
    """JSON of the kind's own shape; empty: it must go."""
    mark: str = ""
    """The mark of this content; empty: it is made from the content."""


class Kept(NamedTuple):
    item: Item
    content: str


def mark_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:32] if content else ABSENT


class Wishes:
    """Implements `linli.sync.Store`. All in one file with everything else of the box."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    # what is wanted

    async def put(self, device: str, wishes: Sequence[Wish]) -> None:
        """All of them, or none. Returns after the commit.

        A row that the door refused before is due at once, even if it is unchanged: the asker waits for the door's
        answer, and the cloud has its own back-off.
        """
        now = self._clock.now_ms()

        def work(connection: sqlite3.Connection) -> None:
            for wish in wishes:
                if wish.kind in AT_BOX and not wish.content:
                    connection.execute(
                        "DELETE FROM wishes WHERE device = ? AND kind = ? AND credential = ?",
                        (device, wish.kind, wish.credential),
                    )
                    continue
                kept = _find(connection, device, wish.kind, wish.credential)
                item = kept.item if kept else new_item(device, wish.kind, wish.credential)
                item = want(
                    item, (wish.mark or mark_of(wish.content)) if wish.content else ABSENT, now_ms=now
                )
                at_box = wish.kind in AT_BOX
                item = report(item, item.wanted, now_ms=now) if at_box else retry(item, now_ms=now)
                _save(connection, item, wish.content)

        await self._store.write(work)

    async def forget(self, device: str) -> None:
        """The device is no longer deployed."""
        await self._store.write(
            lambda c: c.execute("DELETE FROM wishes WHERE device = ?", (device,)).rowcount
        )

    async def kept(self, device: str, kinds: Iterable[str]) -> list[Kept]:
        wanted = tuple(kinds)
        marks = ",".join("?" * len(wanted))

        def select(connection: sqlite3.Connection) -> list[Kept]:
            rows = connection.execute(
                f"SELECT {_COLUMNS}, content FROM wishes WHERE device = ? AND kind IN ({marks})",
                (device, *wanted),
            )
            return [_kept(row) for row in rows]

        return await self._store.read(select)

    async def content(self, devices: Iterable[str], kind: str, credential: str) -> tuple[str, str] | None:
        """(device, content) of the first of `devices` that has it."""
        return await self._store.read(lambda connection: find_content(connection, devices, kind, credential))

    async def reported_mark(self, device: str, kind: str, credential: str) -> str:
        """What the device holds of one row, as far as is known: a mark, ABSENT or UNKNOWN."""
        kept = await self._store.read(lambda connection: _find(connection, device, kind, credential))
        return kept.item.reported if kept else ABSENT

    async def devices_of(self, kind: str) -> list[str]:
        """Devices with a row of a kind."""
        return await self._store.read(
            lambda c: [
                row[0] for row in c.execute("SELECT DISTINCT device FROM wishes WHERE kind = ?", (kind,))
            ]
        )

    async def counts(self) -> dict[str, int]:
        """Rows by state, for pages."""
        return await self._store.read(
            lambda c: {
                row[0]: row[1] for row in c.execute("SELECT state, count(*) FROM wishes GROUP BY state")
            }
        )

    # bringing it there

    async def claim(self, device: str, kinds: Sequence[str], *, most: int) -> list[Delivery]:
        now = self._clock.now_ms()

        def work(connection: sqlite3.Connection) -> list[Delivery]:
            marks = ",".join("?" * len(kinds))
            rows = connection.execute(
                f"SELECT {_COLUMNS}, content FROM wishes WHERE device = ? AND kind IN ({marks})"
                " AND next_try_ms <= ? ORDER BY next_try_ms, credential LIMIT ?",
                (device, *kinds, now, most * 4),
            ).fetchall()
            by_key = {kept.item.key: kept for kept in map(_kept, rows)}
            claimed = []
            # What must go first: a full door has room only after it.
            for item in take_batch(
                sorted((k.item for k in by_key.values()), key=lambda item: not item.deleting), most
            ):
                started, content = start(item, lease_until_ms=now + LEASE_MS), by_key[item.key].content
                _save(connection, started, content)
                claimed.append(Delivery(started, content))
            return claimed

        return await self._store.write(work)

    async def settle(self, device: str, results: Sequence[tuple[Item, Outcome]]) -> None:
        now = self._clock.now_ms()

        def work(connection: sqlite3.Connection) -> None:
            for sent, outcome in results:
                kept = _find(connection, *sent.key)
                if kept is not None:
                    item = settle(kept.item, outcome, sent=sent, backoff=BACKOFF, now_ms=now)
                    _save(connection, item, kept.content)

        await self._store.write(work)

    async def wake(self, device: str) -> None:
        """The door is back: its waiting rows are due."""
        await self._change(device, None, lambda item, now: wake(item, now_ms=now))

    async def resend(self, device: str, kinds: Sequence[str]) -> None:
        """Rows that cannot be read back are sent again, because a door may have lost them."""
        await self._change(
            device, kinds, lambda item, now: item if item.deleting else resend(item, now_ms=now)
        )

    async def reported(self, device: str, kind: str, marks: Mapping[str, str]) -> None:
        """The door's read-back, as marks by credential; rows that are not in it are not on the door."""
        await self._change(
            device, (kind,), lambda item, now: report(item, marks.get(item.credential, ABSENT), now_ms=now)
        )

    async def adopt(self, device: str, kind: str, credentials: Sequence[str]) -> None:
        """Rows that the device holds though nobody wants them: they are to go."""
        now = self._clock.now_ms()

        def work(connection: sqlite3.Connection) -> None:
            for credential in credentials:
                kept = _find(connection, device, kind, credential)
                item = kept.item if kept else new_item(device, kind, credential)
                _save(connection, report(item, FOREIGN, now_ms=now), kept.content if kept else "")

        await self._store.write(work)

    async def tidy(self, device: str, kind: str) -> None:
        """Rows that went from the device as well are forgotten."""
        await self._store.write(
            lambda c: (
                c.execute(
                    "DELETE FROM wishes WHERE device = ? AND kind = ? AND state = ?",
                    (device, kind, State.REMOVED.value),
                ).rowcount
            )
        )

    async def ask_again(self, device: str, kinds: Sequence[str]) -> None:
        """Rows that were given up are tried anew."""
        await self._change(device, kinds, lambda item, now: retry(item, now_ms=now))

    async def due(self) -> list[str]:
        """Devices with rows to be brought now."""
        now = self._clock.now_ms()
        return await self._store.read(
            lambda c: [
                r[0] for r in c.execute("SELECT DISTINCT device FROM wishes WHERE next_try_ms <= ?", (now,))
            ]
        )

    async def _change(self, device: str, kinds: Sequence[str] | None, change: _Change) -> None:
        now = self._clock.now_ms()

        def work(connection: sqlite3.Connection) -> None:
            rows = connection.execute(f"SELECT {_COLUMNS}, content FROM wishes WHERE device = ?", (device,))
            for kept in map(_kept, rows.fetchall()):
                if kinds is not None and kept.item.kind not in kinds:
                    continue
                item = change(kept.item, now)
                if item != kept.item:
                    _save(connection, item, kept.content)

        await self._store.write(work)


def find_content(
    connection: sqlite3.Connection, devices: Iterable[str], kind: str, credential: str
) -> tuple[str, str] | None:
    rows = dict(
        connection.execute(
            "SELECT device, content FROM wishes WHERE kind = ? AND credential = ? AND content != ''",
            (kind, credential),
        ).fetchall()
    )
    return next(((device, rows[device]) for device in devices if device in rows), None)


def _find(connection: sqlite3.Connection, device: str, kind: str, credential: str) -> Kept | None:
    row = connection.execute(
        f"SELECT {_COLUMNS}, content FROM wishes WHERE device = ? AND kind = ? AND credential = ?",
        (device, kind, credential),
    ).fetchone()
    return _kept(row) if row else None


def _kept(row: tuple[str, str, str, int, str, str, str, int, int | None, str, str, str]) -> Kept:
    (
        device,
        kind,
        credential,
        generation,
        wanted,
        reported,
        state,
        failures,
        next_try,
        reason,
        detail,
        content,
    ) = row
    item = Item(
        device=device,
        kind=kind,
        credential=credential,
        generation=generation,
        wanted=wanted,
        reported=reported,
        state=State(state),
        failures=failures,
        next_try_ms=next_try,
        reason=reason,
        detail=detail,
    )
    return Kept(item, content)


def _save(connection: sqlite3.Connection, item: Item, content: str) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO wishes ({_COLUMNS}, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item.device, item.kind, item.credential, item.generation, item.wanted, item.reported, item.state.value,
            item.failures, item.next_try_ms, item.reason, item.detail, content,
        ),
    )  # fmt: skip

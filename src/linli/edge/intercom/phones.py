"""Where the site's phones are: in the box's file, so that a restart forgets none."""

import sqlite3
from collections.abc import Callable, Iterable

import msgspec

from linli.calls.rows import Account, Binding
from linli.edge.intercom.site import Site, account_of
from linli.edge.store import Store
from linli.kernel.clock import Clock


class BoxPhones:
    """Implements `login.Phones`. `moved` is called when a phone came, went or is somewhere else."""

    def __init__(
        self, site: Callable[[], Site], store: Store, clock: Clock, moved: Callable[[str], None]
    ) -> None:
        self._site = site
        self._store = store
        self._clock = clock
        self._moved = moved
        self._bindings: dict[str, Binding] = {}

    async def start(self) -> None:
        def select(db: sqlite3.Connection) -> list[str]:
            return [text for (text,) in db.execute("SELECT binding FROM intercom_phones")]

        rows = [msgspec.json.decode(text, type=Binding) for text in await self._store.read(select)]
        self._bindings = {row.number: row for row in rows}

    async def account(self, number: str) -> Account | None:
        row = self._site().account(number, self._clock.now_ms())
        return None if row is None else account_of(row)

    def user_hash(self, account: Account, realm: str, algorithm: str) -> str:
        row = self._site().account(account.number, self._clock.now_ms())
        if row is None:
            return ""
        return row.sha256 if algorithm == "SHA-256" else row.md5

    def find(self, number: str) -> Binding | None:
        now_ms = self._clock.now_ms()
        row = self._bindings.get(number)
        there = row is not None and row.expires_ms > now_ms and self._site().account(number, now_ms)
        return row if there else None

    def all(self) -> list[Binding]:
        return [row for number in sorted(self._bindings) if (row := self.find(number)) is not None]

    async def binding(self, number: str, now_ms: int) -> Binding | None:
        return self.find(number)

    async def log_in(self, binding: Binding, proved: Account) -> bool:
        if await self.account(binding.number) is None:
            return False
        before = self.find(binding.number)
        self._bindings[binding.number] = binding
        text = msgspec.json.encode(binding).decode()
        await self._store.write(
            lambda db: (
                db.execute(
                    "INSERT OR REPLACE INTO intercom_phones (number, binding) VALUES (?, ?)",
                    (binding.number, text),
                ).rowcount
            )
        )
        if before is None or (before.host, before.port) != (binding.host, binding.port):
            self._moved(binding.number)
        return True

    async def log_out(self, number: str, contact: str | None) -> None:
        row = self._bindings.get(number)
        if row is not None and contact in (None, row.contact):
            await self.forget([number])

    async def forget(self, numbers: Iterable[str]) -> None:
        gone = [number for number in numbers if self._bindings.pop(number, None) is not None]
        if gone:
            await self._store.write(
                lambda db: (
                    db.executemany(
                        "DELETE FROM intercom_phones WHERE number = ?", [(number,) for number in gone]
                    ).rowcount
                )
            )
        for number in gone:
            self._moved(number)

"""Log-ins of adapters: one a brand, whose address is kept (spec H 4.1, 4.2).

The signature has no key, so it proves nothing about who calls. Therefore the address of the first log-in of a brand is
kept, also over restarts; another address is refused and told, until a person confirms it in the console. The address in
the call must be the one that it comes from. The newest token replaces the one before.
"""

import hmac
import sqlite3
from collections.abc import Callable, Iterable
from typing import Final

from linli.edge.events import tables
from linli.edge.events.journal import Journal
from linli.edge.events.tables import AdapterRow
from linli.edge.services.throttle import Throttle
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.protocols.edge_link import AdapterAddress
from linli.protocols.event_api import Code, Fields, Refused, login, sign, sign_text

SETTLE_MS: Final = 2_000
"""After a log-in an adapter is asked when it has called with its token, or this much later: until it has read the answer
it would refuse its own token, and log in once more."""


class Sessions:
    """`changed` is called when an adapter came, moved or was refused."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, journal: Journal, changed: Callable[[str], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._journal = journal
        self._changed = changed
        self._throttle = Throttle(clock)
        self._rows: dict[str, AdapterRow] = {}
        self.strangers: dict[str, str] = {}
        """Brand → the newest address that was refused."""
        self._confirmed: set[tuple[str, str]] = set()
        self._shown: dict[str, str] = {}
        """Brand → the token that its adapter has called with."""

    async def start(self) -> None:
        self._rows = {row.manufacture: row for row in await self._store.read(tables.adapters)}

    @property
    def all(self) -> list[AdapterRow]:
        return list(self._rows.values())

    def of(self, manufacture: str) -> AdapterRow:
        """Raises Refused (802): no adapter of this brand has logged in."""
        row = self._rows.get(manufacture)
        if row is None:
            raise Refused(Code.NOT_LOGGED_IN)
        return row

    def confirm(self, addresses: Iterable[AdapterAddress]) -> None:
        """Where a person let adapters move to."""
        self._confirmed = {(each.manufacture, each.ip) for each in addresses}

    async def log_in(self, fields: Fields, peer: str) -> str:
        """The token. Raises Refused."""
        if self._throttle.closed(peer):
            raise Refused(Code.LOGIN_FAILED)
        asked = login(fields)
        text = sign_text(time=asked.time, mac=asked.mac, ip=asked.ip, manufacture=asked.manufacture)
        if not hmac.compare_digest(sign(text, asked.sign_method), asked.sign.lower()):
            self._throttle.failed(peer)
            self._journal.interface.now_and_then(
                "an adapter's signature is wrong", peer=peer, brand=asked.manufacture
            )
            raise Refused(Code.LOGIN_FAILED)
        if asked.ip != peer:
            self._journal.interface.now_and_then(
                "an adapter names another address than it calls from", peer=peer, named=asked.ip
            )
            raise fields.refuse("ip")
        before = self._rows.get(asked.manufacture)
        moved = before is not None and before.ip != asked.ip
        if moved and (asked.manufacture, asked.ip) not in self._confirmed:
            self._refuse_stranger(asked.manufacture, peer)
            raise Refused(Code.LOGIN_FAILED)
        self._throttle.passed(peer)
        row = AdapterRow(
            asked.manufacture, asked.ip, asked.mac, asked.port, self._ids.hex(40), self._clock.now_ms()
        )

        def put(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO event_adapters VALUES (?, ?, ?, ?, ?, ?)", row)

        await self._store.write(put)
        self._rows[row.manufacture] = row
        self.strangers.pop(row.manufacture, None)
        self._journal.interface.info(
            "an adapter logged in", brand=row.manufacture, peer=peer, port=row.port, moved=moved
        )
        self._changed(row.manufacture)
        return row.token

    def proved(self, fields: Fields, peer: str) -> AdapterRow:
        """The adapter that a token is of. Raises Refused: 802 without one, 801 for a wrong one."""
        token = fields.text("token", most=128, needed=False)
        if not token:
            raise Refused(Code.NOT_LOGGED_IN)
        if self._throttle.closed(peer):
            raise Refused(Code.LOGIN_FAILED)
        result = next((row for row in self.all if hmac.compare_digest(row.token, token)), None)
        if result is None or result.ip != peer:
            self._throttle.failed(peer)
            raise Refused(Code.LOGIN_FAILED)
        if self._shown.get(result.manufacture) != result.token:
            self._shown[result.manufacture] = result.token
            self._changed(result.manufacture)
        return result

    def is_settled(self, row: AdapterRow) -> bool:
        """Whether the adapter surely has the token that it got last."""
        shown = self._shown.get(row.manufacture) == row.token
        return shown or self._clock.now_ms() - row.since_ms >= SETTLE_MS

    def _refuse_stranger(self, manufacture: str, peer: str) -> None:
        self._journal.interface.now_and_then(
            "an adapter logs in from another address than before; confirm it in the console",
            peer=peer,
            brand=manufacture,
        )
        if self.strangers.get(manufacture) != peer:
            self.strangers[manufacture] = peer
            self._changed(manufacture)

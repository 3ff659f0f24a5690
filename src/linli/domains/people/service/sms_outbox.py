"""The stand-in where no SMS gateway is set up: messages wait on a page that only the operator sees.

The operator of the installation can read the codes there and pass them on. They are stored sealed and deleted after a
day.
"""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from linli.domains.people.models import sms_outbox
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.sms import Sms

KEPT_MS = 24 * 3_600_000
SHOWN = 100


class WaitingSms(NamedTuple):
    message_no: int
    phone: str
    sealed: str
    at_ms: int
    expires_ms: int


_latest = Query(
    select(*(sms_outbox.c[name] for name in WaitingSms._fields))
    .order_by(sms_outbox.c.message_no.desc())
    .limit(bindparam("most", type_=INT)),
    WaitingSms,
)
_purge = Command(delete(sms_outbox).where(sms_outbox.c.at_ms < bindparam("before", type_=INT)))


class OutboxSms:
    """Keeps messages for the operator instead of sending them."""

    def __init__(self, db: Database, secrets: Secrets, ids: Ids) -> None:
        self._db, self._secrets, self._ids = db, secrets, ids
        self.heard: Callable[[Sms], None] | None = None
        """Also called for every message: the demo prints them, because its people are invented."""

    async def send(self, message: Sms) -> None:
        now_ms, number = self._db.clock.now_ms(), self._ids.number()
        row = WaitingSms(
            number,
            message.phone,
            self._secrets.seal(message.text, about=f"sms:{number}"),
            now_ms,
            message.expires_ms,
        )

        async def work(tx: Tx) -> None:
            await _purge.run(tx, before=now_ms - KEPT_MS)
            await tx.insert(sms_outbox, row._asdict())

        await self._db.run(work)
        if self.heard is not None:
            self.heard(message)


async def waiting(db: Reader, *, secrets: Secrets) -> list[tuple[WaitingSms, str]]:
    """The latest messages with their text, for the operator's page only."""
    rows = await _latest.all(db, most=SHOWN)
    return [(row, secrets.open(row.sealed, about=f"sms:{row.message_no}")) for row in rows]

"""Signing in on a desktop by scanning its QR code with a phone that is signed in. Spec A §1.1 (ONB-11, ONB-12).

The picture has a random ticket. The desktop keeps a second random text in a cookie, so that a photograph of the screen
is useless. A ticket lives a minute and works once; a minute later its row is swept.
"""

import hashlib
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people.models import scan_logins
from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.errors import NotFound

LIVES_MS: Final = 60_000


class ScanRow(NamedTuple):
    ticket_hash: str
    browser_hash: str
    state: str
    account_id: int
    address: str
    agent: str
    expires_ms: int


_by_ticket = Query(select(scan_logins).where(scan_logins.c.ticket_hash == bindparam("ticket")), ScanRow)
_decide = Command(
    update(scan_logins)
    .where(
        scan_logins.c.ticket_hash == bindparam("of_ticket"),
        scan_logins.c.state == "waiting",
        scan_logins.c.expires_ms > bindparam("now", type_=INT),
    )
    .values(state=bindparam("to"), account_id=bindparam("account", type_=INT))
)
_use = Command(
    update(scan_logins)
    .where(
        scan_logins.c.ticket_hash == bindparam("of_ticket"),
        scan_logins.c.browser_hash == bindparam("of_browser"),
        scan_logins.c.state == "confirmed",
        scan_logins.c.expires_ms > bindparam("now", type_=INT),
    )
    .values(state="used")
)
_purge = Command(delete(scan_logins).where(scan_logins.c.expires_ms < bindparam("before", type_=INT)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def begin(tx: Tx, *, ticket: str, browser: str, address: str, agent: str, now_ms: int) -> int:
    """A desktop shows a ticket; when it ends."""
    await _purge.run(tx, before=now_ms - LIVES_MS)
    row = ScanRow(_hash(ticket), _hash(browser), "waiting", 0, address, agent[:300], now_ms + LIVES_MS)
    await tx.insert(scan_logins, row._asdict())
    return row.expires_ms


async def find(db: Reader, *, ticket: str, now_ms: int) -> ScanRow:
    """The ticket, without a scope; after one minute its state is `expired`. Raises NotFound."""
    row = await _by_ticket.one(db, ticket=_hash(ticket))
    if row is None:
        raise NotFound(what="scan_ticket")
    return row._replace(state="expired") if row.expires_ms <= now_ms and row.state != "used" else row


async def decide(tx: Tx, *, ticket: str, account_id: int, yes: bool, now_ms: int) -> None:
    """The phone's owner lets the desktop in, or not. Raises NotFound once decided or expired."""
    state = "confirmed" if yes else "refused"
    if not await _decide.run(tx, of_ticket=_hash(ticket), to=state, account=account_id, now=now_ms):
        raise NotFound(what="scan_ticket")


async def use(tx: Tx, *, ticket: str, browser: str, now_ms: int) -> int:
    """The account that the desktop is let in as, once. Raises NotFound."""
    if not await _use.run(tx, of_ticket=_hash(ticket), of_browser=_hash(browser), now=now_ms):
        raise NotFound(what="scan_ticket")
    row = await _by_ticket.one(tx, ticket=_hash(ticket))
    assert row is not None
    return row.account_id

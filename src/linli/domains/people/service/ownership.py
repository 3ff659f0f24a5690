"""The owner of a log-in: things that others may have created on it end when its owner comes, or when it joins a
company.

An owner shows that a log-in is theirs by a code sent to its phone, or by a link of the installation's operator. From
then on (`proven_ms`) all that opens it is their own: nobody else can set a password, keep a session or link a log-in
elsewhere. Before, others may have. ADR 0074.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people.models import accounts, login_links, login_starts, password_links, scan_logins
from linli.kernel.db import INT, Command, Query, Tx
from linli.kernel.errors import NotFound
from linli.kernel.telemetry import logger

log = logger(__name__)

NO_PASSWORD = "!"
"""In place of a hash: the log-in is opened by one-time codes alone."""
_a = accounts.c
_row = bindparam("row", type_=INT)


class _Whose(NamedTuple):
    phone: str | None
    proven_ms: int
    must_change: int


_whose = Query(select(_a.phone, _a.proven_ms, _a.must_change).where(_a.id == _row), _Whose)
_void = Command(
    update(accounts)
    .where(_a.id == _row)
    .values(
        password_hash=NO_PASSWORD,
        must_change=0,
        generation=_a.generation + 1,
        changed_ms=bindparam("now", type_=INT),
    )
)
_hold = Command(
    update(accounts)
    .where(_a.id == _row, _a.generation == bindparam("was", type_=INT))
    .values(changed_ms=_a.changed_ms)
)
_set_proven = Command(update(accounts).where(_a.id == _row).values(proven_ms=bindparam("now", type_=INT)))
_drop_links = Command(delete(login_links).where(login_links.c.account_id == _row))
_drop_password_link = Command(delete(password_links).where(password_links.c.account_id == _row))
_drop_under_way = [
    Command(delete(table).where(table.c.account_id == _row)) for table in (login_starts, scan_logins)
]


async def void(tx: Tx, *, account_id: int, now_ms: int) -> None:
    """End all that opens a log-in: password, sessions, log-ins elsewhere, scans, links. Raises NotFound.

    Its owner comes in by a code, or by a link of the operator.
    """
    await _end(tx, account_id, now_ms)
    await _drop_password_link.run(tx, row=account_id)


async def _end(tx: Tx, account_id: int, now_ms: int) -> None:
    if not await _void.run(tx, row=account_id, now=now_ms):
        raise NotFound(what="account", id=account_id)
    await _drop_links.run(tx, row=account_id)
    for command in _drop_under_way:
        await command.run(tx, row=account_id)
    tx.after_commit(lambda: log.info("log-in voided", extra={"facts": {"account": account_id}}))


async def hold(tx: Tx, *, account_id: int, generation: int) -> bool:
    """Keep a log-in from being taken away until the transaction ends; False when it was, since this generation of it.

    The owner's new ways in (a password, a link, a confirmed scan) are created under this lock. Otherwise a person who
    is being removed could create one a moment later.
    """
    return bool(await _hold.run(tx, row=account_id, was=generation))


async def end_under_way(tx: Tx, *, account_id: int) -> None:
    """Sign-ins that were begun and are not over yet come to nothing, and a link of the operator with them."""
    for command in (*_drop_under_way, _drop_password_link):
        await command.run(tx, row=account_id)


async def enters(tx: Tx, *, account_id: int) -> None:
    """A log-in joins a company, or gets a right there: things that others may have created on it end. Raises NotFound.

    One without a phone is nobody's to be found by, so nobody was there before its owner. A link that the operator of the
    installation made stays: the operator gives it to the owner.
    """
    whose = await _whose.one(tx, row=account_id)
    if whose is None:
        raise NotFound(what="account", id=account_id)
    if whose.phone is not None and not whose.proven_ms:
        await _end(tx, account_id, tx.db.clock.now_ms())


async def prove(tx: Tx, *, account_id: int, now_ms: int) -> None:
    """The owner came, by a code to the phone: things that others created on the log-in end, once. Raises NotFound."""
    whose = await _whose.one(tx, row=account_id)
    if whose is None:
        raise NotFound(what="account", id=account_id)
    if not whose.proven_ms or whose.must_change:
        await void(tx, account_id=account_id, now_ms=now_ms)
        await _set_proven.run(tx, row=account_id, now=now_ms)

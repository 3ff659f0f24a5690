"""Passwords: set and changed by a log-in's owner alone, with the old one, a code to the phone, or the operator's link."""

import asyncio
import hashlib
import secrets
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people.models import accounts as account_table
from linli.domains.people.models import password_links
from linli.domains.people.service import accounts, ownership
from linli.domains.people.service.accounts import Account, BadCredentials
from linli.domains.people.service.ownership import NO_PASSWORD
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx
from linli.kernel.errors import Forbidden, NotFound

LINK_LIVES_MS: Final = 24 * 3_600_000


class PasswordDue(Forbidden):
    """Somebody else set the password: nothing goes before its change."""

    code = "account.password_due"


class PasswordLinkGone(NotFound):
    """Unknown, used, expired, or a later one was made: all alike."""

    def __init__(self) -> None:
        super().__init__(what="password_link")


class LinkRow(NamedTuple):
    account_id: int
    token_hash: str
    expires_ms: int


_a = account_table.c
_row = bindparam("row", type_=INT)
_set = Command(
    update(account_table)
    .where(_a.id == _row)
    .values(
        password_hash=bindparam("hash"),
        must_change=0,
        generation=_a.generation + 1,
        password_changed_ms=bindparam("now", type_=INT),
        changed_ms=bindparam("now", type_=INT),
    )
)
_hash_of = Query(select(_a.password_hash).where(_a.id == _row))
_link = Query(
    select(password_links).where(
        password_links.c.token_hash == bindparam("token"),
        password_links.c.expires_ms > bindparam("now", type_=INT),
    ),
    LinkRow,
)
_use_link = Command(delete(password_links).where(password_links.c.token_hash == bindparam("token")))
_purge_links = Command(
    delete(password_links).where(password_links.c.expires_ms <= bindparam("now", type_=INT))
)


async def has_password(db: Reader, account_id: int) -> bool:
    return str(await _hash_of.scalar(db, row=account_id)) != NO_PASSWORD


async def check_old(db: Database, *, account_id: int, old: str) -> None:
    """Raises BadCredentials for another password than the log-in's."""
    kept = str(await _hash_of.scalar(db, row=account_id))
    if not await asyncio.to_thread(accounts.verify, kept, old):
        raise BadCredentials(field="old")


async def set_password(tx: Tx, *, account_id: int, password_hash: str, now_ms: int) -> Account:
    """The owner's own new password; sessions end, but for one that its caller keeps. Returns the log-in as it is now.

    The caller has checked the old password, a code or a link.
    """
    await _set.run(tx, row=account_id, hash=password_hash, now=now_ms)
    await ownership.end_under_way(tx, account_id=account_id)
    return await accounts.get_account(tx, account_id)


async def make_link(tx: Tx, *, account_id: int, now_ms: int) -> tuple[str, int]:
    """The text of a link with which the owner sets their first password, and until when. The last one is void.

    Only for the operator of the installation: the link gives the log-in to everybody who has it. Raises NotFound.
    """
    await accounts.get_account(tx, account_id)
    await _purge_links.run(tx, now=now_ms)
    token = secrets.token_urlsafe(24)
    row = LinkRow(account_id, _hashed(token), now_ms + LINK_LIVES_MS)
    await tx.upsert(password_links, [row._asdict()], keys=("account_id",), update=LinkRow._fields[1:])
    return token, row.expires_ms


async def find_link(db: Reader, *, token: str, now_ms: int) -> Account:
    """The person of a link. Raises PasswordLinkGone."""
    link = await _link.one(db, token=_hashed(token), now=now_ms)
    if link is None:
        raise PasswordLinkGone()
    return await accounts.get_account(db, link.account_id)


async def use_link(tx: Tx, *, token: str, password_hash: str, now_ms: int) -> Account:
    """Set the first password, by a link that works once; all else that opened the log-in ends.

    Raises PasswordLinkGone.
    """
    account = await find_link(tx, token=token, now_ms=now_ms)
    if not await _use_link.run(tx, token=_hashed(token)):
        raise PasswordLinkGone()
    await ownership.void(tx, account_id=account.id, now_ms=now_ms)
    await ownership.prove(tx, account_id=account.id, now_ms=now_ms)
    return await set_password(tx, account_id=account.id, password_hash=password_hash, now_ms=now_ms)


def link_url(public_url: str, token: str) -> str:
    """The address of a link. The secret stands behind `#`, so no server gets it or logs it."""
    return f"{public_url}/set-password#{token}"


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

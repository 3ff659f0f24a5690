"""Others' log-ins that open an account here, and sign-ins under way at their providers. Spec A §1.1 (ONB-01, ONB-12).

A random text goes through the browser; only its hash is stored. An answer counts once, in the browser that asked,
within ten minutes.
"""

import hashlib
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people.models import login_links, login_starts
from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.errors import Conflict, NotFound, Unauthorized

LIVES_MS: Final = 10 * 60_000
IDENTIFIED_MS: Final = 30 * 60_000
"""How long somebody may take to register or sign in after their provider named them."""


class LinkTaken(Conflict):
    """The other log-in opens another account, or the account has one of this provider already."""

    code = "sign_in.link_taken"


class StartGone(Unauthorized):
    """The sign-in was begun too long ago, in another browser, or is over."""

    code = "sign_in.start_gone"


class LinkRow(NamedTuple):
    provider: str
    subject: str
    account_id: int
    label: str
    created_ms: int
    used_ms: int


class StartRow(NamedTuple):
    state_hash: str
    browser_hash: str
    provider: str
    nonce: str
    verifier: str
    next: str
    account_id: int
    subject: str
    label: str
    expires_ms: int


_link = Query(
    select(login_links).where(
        login_links.c.provider == bindparam("provider"), login_links.c.subject == bindparam("subject")
    ),
    LinkRow,
)
_links = Query(
    select(login_links)
    .where(login_links.c.account_id == bindparam("account", type_=INT))
    .order_by(login_links.c.created_ms),
    LinkRow,
)
_unlink = Command(
    delete(login_links).where(
        login_links.c.account_id == bindparam("account", type_=INT),
        login_links.c.provider == bindparam("of_provider"),
    )
)
_used = Command(
    update(login_links)
    .where(
        login_links.c.provider == bindparam("of_provider"), login_links.c.subject == bindparam("of_subject")
    )
    .values(used_ms=bindparam("now", type_=INT))
)
_start = Query(
    select(login_starts).where(
        login_starts.c.state_hash == bindparam("state"),
        login_starts.c.browser_hash == bindparam("browser"),
        login_starts.c.expires_ms > bindparam("now", type_=INT),
    ),
    StartRow,
)
_identified = Query(
    select(login_starts).where(
        login_starts.c.browser_hash == bindparam("browser"),
        login_starts.c.subject != "",
        login_starts.c.expires_ms > bindparam("now", type_=INT),
    ),
    StartRow,
)
_end = Command(delete(login_starts).where(login_starts.c.state_hash == bindparam("state")))
_end_browser = Command(delete(login_starts).where(login_starts.c.browser_hash == bindparam("browser")))
_purge = Command(delete(login_starts).where(login_starts.c.expires_ms <= bindparam("now", type_=INT)))


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def begin(
    tx: Tx,
    *,
    state: str,
    browser: str,
    provider: str,
    nonce: str,
    verifier: str,
    next_path: str,
    account_id: int,
    now_ms: int,
) -> None:
    """A sign-in starts at a provider. `browser` is the text of a cookie that only this browser has."""
    await _purge.run(tx, now=now_ms)
    row = StartRow(
        state_hash=hashed(state),
        browser_hash=hashed(browser),
        provider=provider,
        nonce=nonce,
        verifier=verifier,
        next=next_path,
        account_id=account_id,
        subject="",
        label="",
        expires_ms=now_ms + LIVES_MS,
    )
    await tx.insert(login_starts, row._asdict())


async def take_start(tx: Tx, *, state: str, browser: str, provider: str, now_ms: int) -> StartRow:
    """The sign-in that an answer belongs to; it is over with this. Raises StartGone."""
    row = await _start.one(tx, state=hashed(state), browser=hashed(browser), now=now_ms)
    if row is None or row.provider != provider or row.subject or not await _end.run(tx, state=hashed(state)):
        raise StartGone()
    return row


async def keep_identity(tx: Tx, *, row: StartRow, subject: str, label: str, now_ms: int) -> None:
    """Keep an identity that no log-in is linked to, tied to the browser, until the person signs in or registers."""
    await _end_browser.run(tx, browser=row.browser_hash)
    kept = row._replace(
        nonce="", verifier="", subject=subject[:255], label=label[:64], expires_ms=now_ms + IDENTIFIED_MS
    )
    await tx.insert(login_starts, kept._asdict())


async def identified_start(db: Reader, *, browser: str, now_ms: int) -> StartRow | None:
    """The identity that a provider named in this browser just now."""
    return await _identified.one(db, browser=hashed(browser), now=now_ms) if browser else None


async def link_identified(tx: Tx, *, browser: str, account_id: int, now_ms: int) -> str | None:
    """Link whom a provider named in this browser to an account; the provider, or None. Raises LinkTaken."""
    row = await identified_start(tx, browser=browser, now_ms=now_ms)
    if row is None:
        return None
    await link(
        tx, provider=row.provider, subject=row.subject, label=row.label, account_id=account_id, now_ms=now_ms
    )
    await _end_browser.run(tx, browser=row.browser_hash)
    return row.provider


async def find(db: Reader, *, provider: str, subject: str) -> LinkRow | None:
    return await _link.one(db, provider=provider, subject=subject)


async def used(tx: Tx, *, provider: str, subject: str, now_ms: int) -> None:
    """Raises StartGone when the link was taken away meanwhile."""
    if not await _used.run(tx, of_provider=provider, of_subject=subject, now=now_ms):
        raise StartGone()


async def of_account(db: Reader, account_id: int) -> list[LinkRow]:
    """Others' log-ins of an account, the oldest first."""
    return await _links.all(db, account=account_id)


async def link(tx: Tx, *, provider: str, subject: str, label: str, account_id: int, now_ms: int) -> None:
    """Let somebody else's log-in open an account. Twice changes nothing. Raises LinkTaken."""
    existing_link = await find(tx, provider=provider, subject=subject)
    if existing_link is not None and existing_link.account_id == account_id:
        return
    if existing_link is not None or any(
        link_row.provider == provider for link_row in await of_account(tx, account_id)
    ):
        raise LinkTaken()
    row = LinkRow(provider, subject[:255], account_id, label[:64], now_ms, 0)
    await tx.insert(login_links, row._asdict())


async def unlink(tx: Tx, *, provider: str, account_id: int) -> None:
    """Raises NotFound."""
    if not await _unlink.run(tx, account=account_id, of_provider=provider):
        raise NotFound(what="login_link", id=provider)

"""Sessions of the web pages: opened at sign-in, found by cookie, listed and revoked by their owner."""

import hashlib
import secrets
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.console.models import console_sessions as sessions
from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids

HOUR_MS: Final = 3_600_000
IDLE_MS: Final = 12 * HOUR_MS
REMEMBERED_IDLE_MS: Final = 30 * 24 * HOUR_MS
CONSOLE: Final = "console"
"""The front of staff, on desktop and phone; the residents' pages are another."""
RESIDENT: Final = "resident"
SEEN_STEP_MS: Final = 60_000
"""How often at most "last seen" is written."""
_AGENT_MAX: Final = 300
_CHOSEN: Final = "the row belongs to an account; its tenant is only what it works in"


class Session(NamedTuple):
    id: int
    account_id: int
    tenant_id: str
    remember: int
    address: str
    agent: str
    created_ms: int
    seen_ms: int
    expires_ms: int

    @property
    def idle_ms(self) -> int:
        return REMEMBERED_IDLE_MS if self.remember else IDLE_MS


_columns = tuple(sessions.c[name] for name in Session._fields)
_by_token = Query(
    select(*_columns).where(
        sessions.c.token_hash == bindparam("token"),
        sessions.c.front == bindparam("front"),
        sessions.c.expires_ms > bindparam("now", type_=INT),
    ),
    Session,
    unscoped=_CHOSEN,
)
_of_account = Query(
    select(*_columns)
    .where(
        sessions.c.account_id == bindparam("account", type_=INT),
        sessions.c.front == bindparam("front"),
        sessions.c.expires_ms > bindparam("now", type_=INT),
    )
    .order_by(sessions.c.seen_ms.desc()),
    Session,
    unscoped=_CHOSEN,
)
_living = Query(
    select(sessions.c.id).where(
        sessions.c.id == bindparam("session", type_=INT), sessions.c.expires_ms > bindparam("now", type_=INT)
    ),
    unscoped=_CHOSEN,
)
_touch = Command(
    update(sessions)
    .where(sessions.c.id == bindparam("session", type_=INT))
    .values(seen_ms=bindparam("now", type_=INT), expires_ms=bindparam("until", type_=INT)),
    unscoped=_CHOSEN,
)
_choose = Command(
    update(sessions)
    .where(sessions.c.id == bindparam("session", type_=INT))
    .values(tenant_id=bindparam("tenant")),
    unscoped=_CHOSEN,
)
_revoke = Command(
    delete(sessions).where(
        sessions.c.id == bindparam("session", type_=INT),
        sessions.c.account_id == bindparam("account", type_=INT),
        sessions.c.front == bindparam("front"),
    ),
    unscoped=_CHOSEN,
)
_revoke_others = Command(
    delete(sessions).where(
        sessions.c.id != bindparam("session", type_=INT),
        sessions.c.account_id == bindparam("account", type_=INT),
        sessions.c.front == bindparam("front"),
    ),
    unscoped=_CHOSEN,
)
_purge = Command(
    delete(sessions).where(sessions.c.expires_ms <= bindparam("now", type_=INT)), unscoped=_CHOSEN
)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(
    tx: Tx,
    *,
    account_id: int,
    tenant_id: str,
    remember: bool,
    address: str,
    agent: str,
    ids: Ids,
    now_ms: int,
    front: str = CONSOLE,
) -> tuple[str, Session]:
    """Sign an account in. Returns the cookie's value, which is kept nowhere, and the session.

    Sessions that ran out are cleared on the way.
    """
    token = secrets.token_urlsafe(32)
    idle_ms = REMEMBERED_IDLE_MS if remember else IDLE_MS
    session = Session(
        ids.number(),
        account_id,
        tenant_id,
        int(remember),
        address,
        agent[:_AGENT_MAX],
        now_ms,
        now_ms,
        now_ms + idle_ms,
    )
    await _purge.run(tx, now=now_ms)
    await tx.insert(sessions, {**session._asdict(), "token_hash": _hash(token), "front": front})
    return token, session


async def find_session(db: Reader, token: str, *, now_ms: int, front: str = CONSOLE) -> Session | None:
    """The living session of a cookie of this front."""
    return await _by_token.one(db, token=_hash(token), front=front, now=now_ms)


async def is_living(db: Reader, session_id: int, *, now_ms: int) -> bool:
    """Whether a session was neither ended nor forgotten by disuse."""
    return await _living.one(db, session=session_id, now=now_ms) is not None


async def touch(tx: Tx, session: Session, *, now_ms: int) -> None:
    """Note that the session is in use and move its end."""
    await _touch.run(tx, session=session.id, now=now_ms, until=now_ms + session.idle_ms)


async def choose_tenant(tx: Tx, session: Session, tenant_id: str) -> None:
    """Work in another tenant from now on. The caller has checked that the account has a role there."""
    await _choose.run(tx, session=session.id, tenant=tenant_id)


async def list_sessions(db: Reader, account_id: int, *, now_ms: int, front: str = CONSOLE) -> list[Session]:
    """Where an account is signed in, the last used first."""
    return await _of_account.all(db, account=account_id, front=front, now=now_ms)


async def revoke(tx: Tx, *, account_id: int, session_id: int, front: str = CONSOLE) -> None:
    """Sign one session of the account out. Raises NotFound."""
    if not await _revoke.run(tx, account=account_id, session=session_id, front=front):
        raise NotFound(what="session", id=session_id)


async def revoke_others(tx: Tx, session: Session, *, front: str = CONSOLE) -> int:
    """Sign out everywhere else on this front; how many were signed out."""
    return await _revoke_others.run(tx, account=session.account_id, session=session.id, front=front)

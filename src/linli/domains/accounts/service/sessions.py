"""Sessions of the web pages: opened at sign-in, found by cookie, listed and revoked by their owner.

A session ends when it is unused for a while: 12 h, or 30 days if the person chose to stay signed in. It also ends some
days after the sign-in, even in use, so a copied cookie is not valid for ever. By default that is after 7 days, or 30
days if the person stays signed in: a guard's desk signs in weekly, a phone monthly. `sign_in.session_days` and
`sign_in.remembered_session_days` change this, and shorten open sessions at once.
"""

import hashlib
import secrets
from contextlib import suppress
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, literal, select, update

from linli.domains.accounts.models import console_sessions as sessions
from linli.domains.people.queries import log_ins
from linli.domains.people.service import ownership
from linli.domains.people.service.accounts import Account
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx
from linli.kernel.disk import DiskFull
from linli.kernel.errors import NotFound, Unauthorized
from linli.kernel.ids import Ids
from linli.kernel.settings import SignIn

HOUR_MS: Final = 3_600_000
IDLE_MS: Final = 12 * HOUR_MS
REMEMBERED_IDLE_MS: Final = 30 * 24 * HOUR_MS
DAY_MS: Final = 24 * HOUR_MS
CONSOLE: Final = "console"
"""The front of staff, on desktop and phone; the residents' pages are another."""
RESIDENT: Final = "resident"
SEEN_STEP_MS: Final = 60_000
"""How often at most "last seen" is written."""
_AGENT_MAX: Final = 300
_CHOSEN: Final = "the row belongs to an account; its tenant is only what it works in"


class SessionOver(Unauthorized):
    """Ended while the request was answered."""

    code = "unauthorized"


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
    generation: int = 0
    """The account's generation when the session was opened: when the account has a later one, the session is over."""

    def ends_ms(self, sign_in: SignIn) -> int:
        """When it is over however much it is used."""
        days = sign_in.remembered_session_days if self.remember else sign_in.session_days
        return self.created_ms + days * DAY_MS

    def expires_after(self, now_ms: int, sign_in: SignIn) -> int:
        """When it is over if it is not used after `now_ms`."""
        idle_ms = REMEMBERED_IDLE_MS if self.remember else IDLE_MS
        return min(now_ms + idle_ms, self.ends_ms(sign_in))


class Entry(NamedTuple):
    """Where an account comes in from, and to which front."""

    address: str
    agent: str
    front: str = CONSOLE


_OPEN = log_ins.opened_by(sessions.c.account_id, sessions.c.generation)
_columns = tuple(sessions.c[name] for name in Session._fields)
_by_token = Query(
    select(*_columns).where(
        sessions.c.token_hash == bindparam("token"),
        sessions.c.front == bindparam("front"),
        sessions.c.expires_ms > bindparam("now", type_=INT),
        _OPEN,
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
        _OPEN,
    )
    .order_by(sessions.c.seen_ms.desc()),
    Session,
    unscoped=_CHOSEN,
)
_living = Query(
    select(sessions.c.id).where(
        sessions.c.id == bindparam("session", type_=INT),
        sessions.c.expires_ms > bindparam("now", type_=INT),
        _OPEN,
        log_ins.may_act(sessions.c.account_id),
    ),
    unscoped=_CHOSEN,
)
_current = Query(
    select(literal(1)).where(
        log_ins.opened_by(bindparam("account", type_=INT), bindparam("generation", type_=INT))
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
_keep = Command(
    update(sessions)
    .where(sessions.c.id == bindparam("session", type_=INT))
    .values(generation=bindparam("now_at", type_=INT)),
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


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(
    tx: Tx,
    *,
    account: Account,
    tenant_id: str,
    remember: bool,
    entry: Entry,
    sign_in: SignIn,
    ids: Ids,
    now_ms: int,
) -> tuple[str, Session]:
    """Sign an account in, with the generation of its proof: an act that ended its sessions since then ends this session
    too.

    Returns the cookie's value, which is kept nowhere, and the session.

    Sessions that ran out are cleared on the way.
    """
    token = secrets.token_urlsafe(32)
    session = Session(
        id=ids.number(),
        account_id=account.id,
        tenant_id=tenant_id,
        remember=int(remember),
        address=entry.address,
        agent=entry.agent[:_AGENT_MAX],
        created_ms=now_ms,
        seen_ms=now_ms,
        expires_ms=0,
        generation=account.generation,
    )
    session = session._replace(expires_ms=session.expires_after(now_ms, sign_in))
    await _purge.run(tx, now=now_ms)
    await tx.insert(sessions, {**session._asdict(), "token_hash": hashed(token), "front": entry.front})
    return token, session


async def find_session(db: Reader, token: str, *, now_ms: int, front: str = CONSOLE) -> Session | None:
    """The living session of a cookie of this front."""
    return await _by_token.one(db, token=hashed(token), front=front, now=now_ms)


async def is_living(db: Reader, session_id: int, *, now_ms: int) -> bool:
    """Whether a session was neither ended nor forgotten by disuse, and its account may do something with it."""
    return await _living.one(db, session=session_id, now=now_ms) is not None


async def use(db: Database, session: Session, *, sign_in: SignIn, now_ms: int) -> bool:
    """Note that a session is in use, once a minute, and move its end; False when its longest life is over."""
    if session.ends_ms(sign_in) <= now_ms:
        return False
    if now_ms - session.seen_ms >= SEEN_STEP_MS:
        with suppress(DiskFull):  # one reads on with a full disk, and is signed out by disuse at worst

            async def work(tx: Tx) -> None:
                until = session.expires_after(now_ms, sign_in)
                await _touch.run(tx, session=session.id, now=now_ms, until=until)

            await db.run(work)
    return True


async def is_current(db: Reader, session: Session) -> bool:
    """Whether nothing has ended a session that is kept elsewhere than in the database (`spare_sessions`)."""
    return await _current.one(db, account=session.account_id, generation=session.generation) is not None


async def writes_again(db: Database, *, now_ms: int) -> bool:
    """Whether the database can be written; tried with a write that is due anyway."""
    try:
        await db.run(lambda tx: _purge.run(tx, now=now_ms))
    except DiskFull:
        return False
    return True


async def choose_tenant(tx: Tx, session: Session, tenant_id: str) -> None:
    """Work in another tenant from now on. The caller has checked that the account has a role there."""
    await _choose.run(tx, session=session.id, tenant=tenant_id)


async def list_sessions(db: Reader, account_id: int, *, now_ms: int, front: str = CONSOLE) -> list[Session]:
    """Where an account is signed in, the last used first."""
    return await _of_account.all(db, account=account_id, front=front, now=now_ms)


async def hold(tx: Tx, session: Session) -> None:
    """Before a session makes what opens its account: it is not over, nor will be until the transaction ends.

    Raises SessionOver.
    """
    if not await ownership.hold(tx, account_id=session.account_id, generation=session.generation):
        raise SessionOver()


async def keep(tx: Tx, session: Session, *, generation: int) -> None:
    """The one session that goes on while all others of the account end."""
    await _keep.run(tx, session=session.id, now_at=generation)


async def revoke(tx: Tx, *, account_id: int, session_id: int, front: str = CONSOLE) -> None:
    """Sign one session of the account out. Raises NotFound."""
    if not await _revoke.run(tx, account=account_id, session=session_id, front=front):
        raise NotFound(what="session", id=session_id)


async def revoke_others(tx: Tx, session: Session, *, front: str = CONSOLE) -> int:
    """Sign out everywhere else on this front; how many were signed out."""
    return await _revoke_others.run(tx, account=session.account_id, session=session.id, front=front)

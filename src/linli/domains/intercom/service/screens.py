"""Pages of ours that are terminals: each has a token of its own, and another one once it is bound.

Before that the token serves only to show a code. It ends with the binding, in the transaction that ends it.
"""

import hashlib
import secrets
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, delete, or_, update

from linli.domains.intercom.models import screens
from linli.domains.intercom.queries import screens as queries
from linli.domains.intercom.rows import Screen
from linli.domains.intercom.service.terminals import Shown, put_code
from linli.kernel.db import INT, Command, Tx
from linli.kernel.ids import Ids

UNBOUND_MS: Final = 3_600_000
"""For which a page that waits to be bound is known after its last code."""
RENEW_MS: Final = 86_400_000
"""How old a page lets its token become."""
_OWN = "the page proved itself by its token"

_renew = Command(
    update(screens)
    .where(screens.c.screen_id == bindparam("of_screen"), screens.c.token_hash == bindparam("of_hash"))
    .values(
        token_hash=bindparam("fresh"),
        old_hash=bindparam("old"),
        number=bindparam("to_number"),
        tenant_id=bindparam("to_tenant"),
        renewed_ms=bindparam("now", type_=INT),
    ),
    unscoped=_OWN,
)
_seen = Command(
    update(screens)
    .where(screens.c.screen_id == bindparam("of_screen"))
    .values(renewed_ms=bindparam("now", type_=INT)),
    unscoped=_OWN,
)
_floor = Command(
    update(screens).where(screens.c.screen_id == bindparam("of_screen")).values(floor=bindparam("to_floor")),
    unscoped=_OWN,
)
_purge = Command(
    delete(screens).where(
        or_(
            screens.c.renewed_ms < bindparam("dead", type_=INT),
            and_(screens.c.number == "", screens.c.renewed_ms < bindparam("unbound", type_=INT)),
        )
    ),
    unscoped="pages that nobody bound, and tokens that nobody used for long, of every company",
)


class Proof(NamedTuple):
    """What a page keeps; told once."""

    token: str
    screen: Screen


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def begin(tx: Tx, *, ids: Ids, now_ms: int) -> Proof:
    """A page that nobody knows yet."""
    await _purge.run(tx, dead=now_ms - queries.LIVES_MS, unbound=now_ms - UNBOUND_MS)
    token = secrets.token_urlsafe(32)
    row = Screen(ids.hex(32), hashed(token), "", "", "", "", now_ms, now_ms)
    await tx.insert(screens, row._asdict())
    return Proof(token, row)


async def show_code(tx: Tx, *, screen: Screen, ids: Ids, now_ms: int) -> Shown:
    """A fresh code in place of the one that it showed."""
    await _seen.run(tx, of_screen=screen.screen_id, now=now_ms)
    device = (queries.PAGE, screen.screen_id)
    return await put_code(tx, project=queries.PAGES, tenant_id="", device=device, ids=ids, now_ms=now_ms)


async def enter(tx: Tx, *, screen: Screen, now_ms: int) -> Proof | None:
    """The token of a page that somebody bound since it showed its code; the one before ends at once. None: nobody did."""
    terminal = await queries.bound_to(tx, screen)
    if terminal is None:
        return None
    named = screen._replace(number=terminal.number, tenant_id=terminal.tenant_id, floor="")
    return await _make(tx, screen, named._replace(old_hash=""), now_ms)


async def renew(tx: Tx, *, screen: Screen, now_ms: int) -> Proof | None:
    """Another token in place of its own, which serves for a moment longer. None: somebody else renewed it meanwhile."""
    return await _make(tx, screen, screen._replace(old_hash=screen.token_hash), now_ms)


async def set_floor(tx: Tx, *, screen: Screen, floor: str) -> None:
    await _floor.run(tx, of_screen=screen.screen_id, to_floor=floor)


async def _make(tx: Tx, before: Screen, wanted: Screen, now_ms: int) -> Proof | None:
    token = secrets.token_urlsafe(32)
    row = wanted._replace(token_hash=hashed(token), renewed_ms=now_ms)
    done = await _renew.run(
        tx,
        of_screen=before.screen_id,
        of_hash=before.token_hash,
        fresh=row.token_hash,
        old=row.old_hash,
        to_number=row.number,
        to_tenant=row.tenant_id,
        now=now_ms,
    )
    return Proof(token, row) if done else None

"""How many log-ins there are, and who is signed in: counts for the operator, and no names."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.domains.accounts.models import console_sessions, sign_in_attempts
from linli.domains.people.queries.installation import count_accounts, count_closed
from linli.kernel.db import INT, Query, Reader

_OPERATOR = "the operator sees how many there are, and not whose"
_s, _a = console_sessions.c, sign_in_attempts.c
_open = Query(
    select(func.count(func.distinct(_s.account_id))).where(_s.expires_ms > bindparam("now", type_=INT)),
    unscoped=_OPERATOR,
    heavy=True,
)
_seen = Query(
    select(func.count(func.distinct(_s.account_id))).where(_s.seen_ms >= bindparam("since", type_=INT)),
    unscoped=_OPERATOR,
    heavy=True,
)
_slowed = Query(select(func.count()).where(_a.open_ms > bindparam("now", type_=INT)), heavy=True)
DAY_MS = 86_400_000


class LoginFigures(NamedTuple):
    accounts: int
    signed_in: int
    """With a session that is open now."""
    seen_today: int
    """Within 24 hours."""
    closed: int
    """Closed by a company."""
    slowed: int
    """Places that must wait after failures at a sign-in."""


async def login_figures(db: Reader, *, now_ms: int) -> LoginFigures:
    return LoginFigures(
        accounts=await count_accounts(db),
        signed_in=int(await _open.scalar(db, now=now_ms)),
        seen_today=int(await _seen.scalar(db, since=now_ms - DAY_MS)),
        closed=await count_closed(db),
        slowed=int(await _slowed.scalar(db, now=now_ms)),
    )

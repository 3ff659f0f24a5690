"""Which phones are logged in, for pages."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.domains.intercom.models import bindings
from linli.kernel.db import INT, Query, Reader, any_of

_b = bindings.c


class LoggedIn(NamedTuple):
    number: str
    registered_ms: int
    host: str
    agent: str


_logged_in = Query(
    select(_b.number, _b.registered_ms, _b.host, _b.agent).where(
        any_of(_b.number, "numbers"),
        _b.tenant_id == bindparam("tenant"),
        _b.expires_ms > bindparam("now", type_=INT),
    ),
    LoggedIn,
    unscoped="the numbers were read in scope; the tenant is a condition",
)


async def logged_in(db: Reader, *, tenant_id: str, numbers: list[str], now_ms: int) -> dict[str, LoggedIn]:
    """By number."""
    rows = await _logged_in.all(db, tenant=tenant_id, numbers=numbers, now=now_ms)
    return {row.number: row for row in rows}

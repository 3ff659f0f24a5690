"""Codes of one scan are forgotten some days after they ended: a resident may make one every five minutes."""

from functools import partial
from typing import Final

from sqlalchemy import bindparam, delete, or_, select

from linli.delivery.queries import credentials_on_devices
from linli.domains.access.models import qr_codes, qr_permissions
from linli.domains.access.service.kinds import QR
from linli.domains.access.service.scan_codes import SHOWN
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of

KEPT_DAYS: Final = 7
"""Counted from its end: until then the platform can explain why a code did not open."""
CHUNK: Final = 500
MOST: Final = 20_000
"""Looked at in one run; the rest waits for the next."""
_EVERY: Final = "retention counts for every tenant alike"

_c, _p = qr_codes.c, qr_permissions.c
_ended = Query(
    select(_c.qr_code, _c.created_ms)
    .where(
        _c.source == SHOWN,
        _c.created_ms < bindparam("before", type_=INT),
        or_(
            _c.created_ms > bindparam("since", type_=INT),
            (_c.created_ms == bindparam("since", type_=INT)) & (_c.qr_code > bindparam("after")),
        ),
        ~select(_p.qr_code)
        .where(
            _p.qr_code == _c.qr_code,
            or_(
                _p.changed_ms >= bindparam("before", type_=INT),
                (_p.live == 1) & (_p.ends_ms >= bindparam("before", type_=INT)),
            ),
        )
        .exists(),
    )
    .order_by(_c.created_ms, _c.qr_code)
    .limit(CHUNK),
    unscoped=_EVERY,
)
_drops = tuple(
    Command(delete(table).where(any_of(table.c.qr_code, "codes")), unscoped=_EVERY)
    for table in (qr_permissions, qr_codes)
)


async def forget_ended_codes(
    db: Database, *, now_ms: int, days: int = KEPT_DAYS, chunks: int = MOST // CHUNK
) -> int:
    """Forget codes of one scan that ended more than `days` ago and that no device has any more; how many.

    In small transactions, and no more than `chunks` of them in one run.
    """
    before, since, after, total = now_ms - days * 86_400_000, 0, "", 0
    for _ in range(chunks):
        gone, rows = await db.run(partial(_forget_some, before=before, since=since, after=after))
        total += gone
        if len(rows) < CHUNK:
            break
        after, since = rows[-1]
    return total


async def _forget_some(tx: Tx, *, before: int, since: int, after: str) -> tuple[int, list[tuple[str, int]]]:
    """How many were forgotten, and the rows that were looked at."""
    rows = await _ended.all(tx, before=before, since=since, after=after)
    codes = [code for code, _ in rows]
    credentials = await credentials_on_devices(tx, kind=QR, credentials=codes) if codes else set()
    gone = sorted(code for code in codes if code not in credentials)
    for drop in _drops if gone else ():
        await drop.run(tx, codes=gone)
    return len(gone), rows

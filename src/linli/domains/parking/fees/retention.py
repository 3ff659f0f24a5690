"""What money of parking keeps after its time: amounts stay for the books, plates and what people wrote of them go.

Stays that are over and used coupons lose their plate; coupons that nobody used are removed.
"""

from typing import Final

from sqlalchemy import and_, bindparam, delete, select, update

from linli.domains.parking.coupons.models import coupons
from linli.domains.parking.coupons.rows import GIVEN
from linli.domains.parking.fees.bills import HISTORY_KIND
from linli.domains.parking.fees.models import stays
from linli.domains.parking.fees.stay_queries import INSIDE
from linli.kernel import history
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of

_EVERY: Final = "retention counts for every tenant alike"
_STEP: Final = 500
_DAY_MS: Final = 86_400_000
_before = bindparam("before", type_=INT)
_s, _c = stays.c, coupons.c
_over = Query(
    select(_s.stay_id)
    .where(_s.state != INSIDE, _s.changed_ms < _before, _s.plate != "")
    .order_by(_s.stay_id)
    .limit(_STEP),
    unscoped=_EVERY,
)
_blank_stays = Command(
    update(stays).where(any_of(_s.stay_id, "rows")).values(plate="", out_plate="", note=""), unscoped=_EVERY
)
_drop_unused = Command(
    delete(coupons).where(and_(_c.state == GIVEN, _c.stay_id.is_(None), _c.ends_ms < _before)),
    unscoped=_EVERY,
)
_blank_used = Command(
    update(coupons).where(and_(_c.state != GIVEN, _c.used_ms < _before, _c.plate != "")).values(plate=""),
    unscoped=_EVERY,
)


async def forget_plates(db: Database, *, now_ms: int, days: int) -> None:
    """Of what was over more than `days` ago; in small transactions."""
    before = now_ms - days * _DAY_MS

    async def some(tx: Tx) -> int:
        rows = [stay_id for (stay_id,) in await _over.all(tx, before=before)]
        if rows:
            await history.drop(tx, HISTORY_KIND, rows)
            await _blank_stays.run(tx, rows=rows)
        return len(rows)

    while await db.run(some) == _STEP:
        pass

    async def work(tx: Tx) -> None:
        for command in (_drop_unused, _blank_used):
            await command.run(tx, before=before)

    await db.run(work)

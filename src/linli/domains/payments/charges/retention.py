"""What is kept of charges after their time: what was paid and what went back, for the books; no links and no notices.

A charge names nobody but by its links, which lead to the payer's page. Those that were not paid are removed.
"""

from typing import Final

from sqlalchemy import and_, bindparam, delete, update

from linli.domains.payments.charges.models import charges, notices
from linli.domains.payments.charges.rows import PAID
from linli.kernel.db import INT, Command, Database, Tx

_EVERY: Final = "retention counts for every tenant alike"
_DAY_MS: Final = 86_400_000
_before = bindparam("before", type_=INT)
_c = charges.c
_drop_notices = Command(delete(notices).where(notices.c.received_ms < _before), unscoped=_EVERY)
_drop_unpaid = Command(
    delete(charges).where(and_(_c.state != PAID, _c.created_ms < _before)), unscoped=_EVERY
)
_blank_links = Command(
    update(charges)
    .where(and_(_c.state == PAID, _c.paid_ms < _before, _c.return_to != ""))
    .values(return_to="", pay_url=""),
    unscoped=_EVERY,
)


async def forget_links(db: Database, *, now_ms: int, days: int) -> None:
    """Of what was paid or given up more than `days` ago."""

    async def work(tx: Tx) -> None:
        for command in (_drop_notices, _drop_unpaid, _blank_links):
            await command.run(tx, before=now_ms - days * _DAY_MS)

    await db.run(work)

"""A move-out is taken back: the codes, cards and PINs that ended with it open doors again.

A job after the commit, idempotent. Doors that are no longer the community's, numbers that somebody else has meanwhile,
and what has expired stay ended; pictures of faces were erased and are registered anew by their person.
"""

from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from linli.domains.access.models import cards, credentials, qr_permissions
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.rows import Card, Credential, QrPermissionRow
from linli.domains.access.service import cards as card_service
from linli.domains.access.service import credentials as credential_service
from linli.domains.access.service import qr
from linli.domains.people.events import ResidentCameBack
from linli.domains.people.queries import residents
from linli.kernel.db import INT, Database, Query
from linli.kernel.scope import Scope

MOVED_OUT = "moved_out"
"""Why rights of leavers end (`endings`)."""


def _ended(table: Table) -> Select[Any]:
    c = table.c
    return select(table).where(
        c.identity_id == bindparam("identity_id"),
        c.community_id == bindparam("community_id", type_=INT),
        c.tenant_id == bindparam("tenant"),
        c.live == 0,
        c.changed_ms >= bindparam("since", type_=INT),
        c.ends_ms > bindparam("now", type_=INT),
    )


_HERE = "a job of the row's own tenant"
_cards = Query(_ended(cards), Card, unscoped=_HERE)
_codes = Query(_ended(qr_permissions), QrPermissionRow, unscoped=_HERE)
_credentials = Query(_ended(credentials), Credential, unscoped=_HERE)


class Returns:
    """The *after* handler of taking a move-out back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def resident_came_back(self, event: ResidentCameBack) -> None:
        """Give back what ended since `left_ms` because the person had left."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        who: dict[str, Any] = {"community_id": event.community_id, "identity_id": event.identity_id}
        if not await residents.belongs(scope, self._db, **who):
            return
        why: dict[str, Any] = {"reason": MOVED_OUT, "since_ms": event.left_ms, "now_ms": now}
        ended: dict[str, Any] = {**who, "tenant": event.tenant_id, "since": event.left_ms, "now": now}
        async with self._db.begin() as tx:
            found, codes = await _cards.all(tx, **ended), await _codes.all(tx, **ended)
            iot_ids = sorted({row.iot_id for row in found} | {row.iot_id for row in codes})
            doors = await find_doors(scope, tx, iot_ids=iot_ids)
            here = {iot_id for iot_id, door in doors.items() if door.community_id == event.community_id}
            for card in found:
                if card.iot_id in here:
                    await card_service.give_again(scope, tx, card=card, **why)
            for code in codes:
                if code.iot_id in here:
                    await qr.give_again(scope, tx, row=code, **why)
            for row in await _credentials.all(tx, **ended):
                await credential_service.give_again(scope, tx, row=row, **why)

"""A move-out is taken back: the codes, cards and PINs that ended with it open doors again.

A job after the commit, idempotent. Doors that are no longer the community's, numbers that somebody else has meanwhile,
and what has expired stay ended; pictures of faces were erased, and the person must register again.
"""

from contextlib import suppress
from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from linli.domains.access.errors import CredentialTaken
from linli.domains.access.models import cards, credentials, qr_permissions
from linli.domains.access.rows import Card, Credential, QrPermissionRow
from linli.domains.access.service import cards as card_service
from linli.domains.access.service import credentials as credential_service
from linli.domains.access.service import qr
from linli.domains.access.service.restore import came_back
from linli.domains.people.events import ResidentCameBack
from linli.domains.people.queries import residents
from linli.kernel.db import INT, Database, Query, Tx
from linli.kernel.scope import Scope


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


class MoveOutUndo:
    """The *after* handler of taking a move-out back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def resident_came_back(self, event: ResidentCameBack) -> None:
        """Give back what ended since `left_ms` because the person had left."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        who: dict[str, Any] = {"community_id": event.community_id, "identity_id": event.identity_id}
        if not await residents.belongs(scope, self._db, **who):
            return
        undo = came_back(event.left_ms)
        ended: dict[str, Any] = {**who, "tenant": event.tenant_id, "since": event.left_ms, "now": now}

        async def work(tx: Tx) -> None:
            for card in await _cards.all(tx, **ended):
                await card_service.bring_back(scope, tx, card=card, undo=undo, now_ms=now)
            for code in await _codes.all(tx, **ended):
                await qr.bring_back(scope, tx, row=code, undo=undo, now_ms=now)
            for row in await _credentials.all(tx, **ended):
                with suppress(CredentialTaken):
                    await credential_service.bring_back(scope, tx, row=row, undo=undo, now_ms=now)

        await self._db.run(work)

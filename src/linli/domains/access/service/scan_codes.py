"""Codes in a form that a door can read, for one scan within minutes: residents show them where encrypted codes fail.

The code travels as every right does and is decided where the door decides, at the box with the line cut too; it is
random, unique in the installation, opens its one door once, and ends by itself.
"""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from linli.delivery.queries import find_row
from linli.domains.access.code_forms import CodeForm
from linli.domains.access.errors import NoKey
from linli.domains.access.models import qr_codes, qr_permissions
from linli.domains.access.queries import keys, permissions
from linli.domains.access.queries.readings import readings_of
from linli.domains.access.rows import Door, QrCode, QrPermissionRow
from linli.domains.access.service import qr
from linli.domains.access.service.kinds import QR
from linli.kernel.db import INT, Query, Reader, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

SHOWN: Final = "shown"
LIFE_MS: Final = 5 * 60_000
LEAST_LEFT_MS: Final = 60_000
"""A code with less left is replaced when it is asked for."""

_q = qr_permissions.c
_live = Query(
    select(qr_permissions)
    .join(qr_codes, qr_codes.c.qr_code == _q.qr_code)
    .where(
        _q.identity_id == bindparam("identity_id"),
        _q.community_id == bindparam("community_id", type_=INT),
        _q.live == 1,
        qr_codes.c.source == SHOWN,
        in_scope(qr_permissions),
    )
    .order_by(_q.created_ms.desc()),
    QrPermissionRow,
)


class ShownCode(NamedTuple):
    code: str
    ends_ms: int
    used: bool
    there: bool
    """The door, or the box behind it, has confirmed it."""


async def show(
    scope: Scope, tx: Tx, *, door: Door, identity_id: str, ids: Ids, now_ms: int, renew: bool = False
) -> QrPermissionRow:
    """A code for this door; the one shown before while it is good, unless `renew`. Raises NoKey, BadInput."""
    form = (await readings_of(scope, tx, [door]))[door.iot_id][0]
    if not form.plain or not await _may(scope, tx, door, identity_id, now_ms):
        raise NoKey()
    for row in await _rows(scope, tx, door, identity_id):
        if not renew and not row.used and row.ends_ms > now_ms + LEAST_LEFT_MS and form.reads(row.qr_code):
            return row
        await qr.end_permission(scope, tx, row=row, reason="removed", now_ms=now_ms)
    code = await _new(scope, tx, form, identity_id, ids, now_ms)
    right = qr.QrRight(now_ms, now_ms + LIFE_MS, max_scans=1)
    return await qr.bind_new(
        scope, tx, door=door, qr_code=code, identity_id=identity_id, right=right, now_ms=now_ms
    )


async def shown(scope: Scope, db: Reader, *, door: Door, identity_id: str, now_ms: int) -> ShownCode | None:
    """The code that the person shows at this door now."""
    rows = [row for row in await _rows(scope, db, door, identity_id) if row.ends_ms > now_ms]
    return await shown_code(db, rows[0]) if rows else None


async def shown_code(db: Reader, row: QrPermissionRow) -> ShownCode:
    sent = await find_row(db, device=row.iot_id, kind=QR, credential=row.qr_code)
    return ShownCode(
        row.qr_code, row.ends_ms, row.used > 0, sent is not None and sent.status == "transferred"
    )


async def live_codes(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> set[str]:
    """Codes of one scan that were given: they do not show a right to another code."""
    rows = await _live.all(db, scope, community_id=community_id, identity_id=identity_id)
    return {row.qr_code for row in rows}


async def _may(scope: Scope, db: Reader, door: Door, identity_id: str, now_ms: int) -> bool:
    """Whether a lasting code of the person opens this door now."""
    place = {"community_id": door.community_id, "identity_id": identity_id}
    out = await live_codes(scope, db, community_id=door.community_id, identity_id=identity_id)
    desired_rows = await keys.rights_now(scope, db, **place, now_ms=now_ms)  # type: ignore[arg-type]
    return any(
        row.device == door.iot_id and row.kind == QR and row.credential not in out for row in desired_rows
    )


async def _rows(scope: Scope, db: Reader, door: Door, identity_id: str) -> list[QrPermissionRow]:
    rows = await _live.all(db, scope, community_id=door.community_id, identity_id=identity_id)
    return [row for row in rows if row.iot_id == door.iot_id]


async def _new(scope: Scope, tx: Tx, form: CodeForm, identity_id: str, ids: Ids, now_ms: int) -> str:
    code = form.new_code(ids)
    while await permissions.code_exists(tx, qr_code=code):
        code = form.new_code(ids)
    await tx.insert(qr_codes, QrCode(code, scope.tenant, "", identity_id, 0, now_ms, SHOWN)._asdict())
    return code

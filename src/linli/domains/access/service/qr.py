"""QR codes: made for a person, bound to doors, shown encrypted, taken back (spec B 3.14, E B9 to B11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, update

from linli.delivery import service as delivery
from linli.domains.access.code_forms import form_for_all
from linli.domains.access.errors import CodeUnreadable, CommunityNotClear, DoorUnknown, QrCodeUnknown
from linli.domains.access.models import qr_codes, qr_permissions
from linli.domains.access.queries import permissions as queries
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.persons import project_of
from linli.domains.access.queries.readings import forms_of, readings_of
from linli.domains.access.rows import Door, QrCode, QrPermissionRow
from linli.domains.access.service.doors import adopt_doors
from linli.domains.access.service.grants import code_grant
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.persons import require_person
from linli.domains.access.service.restore import Undo, give_again, revoked
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.protocols.qr_rsa import CodeError, longest_code, seal_code
from linli.rules import UNLIMITED

MAX_DOORS = 10
CODE_LENGTH = 16
SHORTEST, LONGEST = 8, 42
"""Shorter codes could be guessed at a reader; longer ones do not fit an encrypted code of a 512-bit key."""
MOST_SCANS = 1_000_000

_CHANGEABLE = tuple(
    name for name in QrPermissionRow._fields if name not in ("qr_code", "iot_id", "created_ms")
)
_end = Command(
    update(qr_permissions)
    .where(qr_permissions.c.qr_code == bindparam("of_code"), qr_permissions.c.iot_id == bindparam("of_door"))
    .values(live=0, end_reason=bindparam("why"), changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope, or by a job of its own tenant",
)
_revive = Command(
    update(qr_permissions)
    .where(
        qr_permissions.c.qr_code == bindparam("of_code"),
        qr_permissions.c.iot_id == bindparam("of_door"),
        qr_permissions.c.live == 0,
    )
    .values(live=1, end_reason="", changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope, or by a job of its own tenant",
)
_reset_shared = Command(
    update(qr_codes).where(qr_codes.c.qr_code == bindparam("of_code")).values(shared_used=0),
    unscoped="the code was read in scope",
)


@dataclass(frozen=True, slots=True)
class QrRight:
    """The rights of a code at doors. Times are UTC ms."""

    starts_ms: int
    ends_ms: int
    max_scans: int = UNLIMITED
    shared: bool = False
    way: str = ""
    """Which ways `max_scans` counts (`service.ways`); empty: scans."""
    point: str = ""
    """The place of these doors on them."""


@dataclass(frozen=True, slots=True)
class DoorResult:
    """The result for one door of a call; `error` None: done."""

    iot_id: str
    error: LinliError | None = None


async def generate_code(
    scope: Scope,
    tx: Tx,
    *,
    identity_id: str,
    length: int | None,
    ids: Ids,
    now_ms: int,
    source: Literal["", "visitor"] = "",
    iot_ids: Sequence[str] = (),
) -> str:
    """A new code for a person: capital letters and digits, 16 unless asked otherwise. `source`: its purpose.

    `iot_ids`: doors that must be able to read it; where their scanners have a form of their own, the code is of it.
    Raises PersonUnknown, CodeFormsDiffer, BadInput.
    """
    wanted = CODE_LENGTH if length is None else length
    if not SHORTEST <= wanted <= LONGEST:
        raise BadInput(field="codeLength", rule="range", low=SHORTEST, high=LONGEST)
    await require_person(scope, tx, identity_id=identity_id)
    form = form_for_all(
        await forms_of(scope, tx, (await find_doors(scope, tx, iot_ids=list(iot_ids))).values())
    )

    def new_code() -> str:
        return form.new_code(ids) if form.plain else ids.qr_code(wanted)

    code = new_code()
    while await queries.code_exists(tx, qr_code=code):
        code = new_code()
    row = QrCode(code, scope.tenant, project_of(scope), identity_id, 0, now_ms, source)
    await tx.insert(qr_codes, row._asdict())
    return code


async def bind_code(
    scope: Scope,
    tx: Tx,
    *,
    qr_code: str,
    identity_id: str,
    iot_ids: list[str],
    right: QrRight,
    keys: DoorKeys,
    now_ms: int,
) -> list[DoorResult]:
    """Let a code open doors, or change its right there; a result for every door, in the order given.

    Scans go on counting while the code stays bound to a door; after it was removed they start at zero.
    Raises QrCodeUnknown, PersonUnknown, BadInput.
    """
    _check_doors(iot_ids)
    _check_right(right, now_ms)
    await require_person(scope, tx, identity_id=identity_id)
    await _own_code(scope, tx, qr_code, identity_id)
    doors = await adopt_doors(scope, tx, iot_ids=iot_ids, keys=keys, now_ms=now_ms)
    reading = await readings_of(scope, tx, doors.values())
    permissions = await queries.permissions_of_code(scope, tx, qr_code=qr_code)
    if right.shared and not any(row.live and row.shared for row in permissions.values()):
        await _reset_shared.run(tx, of_code=qr_code)
    results = {}
    for iot_id in sorted(set(iot_ids)):  # the order in which everybody locks doors' rows
        door = doors.get(iot_id)
        if door is None:
            results[iot_id] = DoorResult(iot_id, DoorUnknown(iot_id))
            continue
        if not reading[iot_id][0].reads(qr_code):
            results[iot_id] = DoorResult(iot_id, CodeUnreadable())
            continue
        await _bind(
            scope,
            tx,
            door=door,
            qr_code=qr_code,
            identity_id=identity_id,
            right=right,
            before=permissions.get(iot_id),
            now_ms=now_ms,
        )
        results[iot_id] = DoorResult(iot_id)
    return [results[iot_id] for iot_id in iot_ids]


async def bind_new(
    scope: Scope, tx: Tx, *, door: Door, qr_code: str, identity_id: str, right: QrRight, now_ms: int
) -> QrPermissionRow:
    """Let a code that was made for this door open it. The caller has checked who may have it."""
    return await _bind(
        scope,
        tx,
        door=door,
        qr_code=qr_code,
        identity_id=identity_id,
        right=right,
        before=None,
        now_ms=now_ms,
    )


async def remove_code(
    scope: Scope, tx: Tx, *, qr_code: str, identity_id: str, iot_ids: list[str], now_ms: int
) -> list[DoorResult]:
    """Take a code off doors; a result for every door. Removing twice is no error.

    Raises QrCodeUnknown, BadInput.
    """
    _check_doors(iot_ids)
    await _own_code(scope, tx, qr_code, identity_id)
    permissions = await queries.permissions_of_code(scope, tx, qr_code=qr_code)
    results = {}
    for iot_id in sorted(set(iot_ids)):
        row = permissions.get(iot_id)
        if row is None:
            results[iot_id] = DoorResult(iot_id, DoorUnknown(iot_id))
            continue
        if row.live:
            await end_permission(scope, tx, row=row, reason="removed", now_ms=now_ms)
        results[iot_id] = DoorResult(iot_id)
    return [results[iot_id] for iot_id in iot_ids]


async def revoke_permission(
    scope: Scope, tx: Tx, *, qr_code: str, iot_id: str, reason: str, now_ms: int
) -> None:
    """Remove a code from one door, for codes of all projects: for the community's staff.

    Raises QrCodeUnknown; taking it off twice is no error.
    """
    permissions = await queries.permissions_of_code(scope, tx, qr_code=qr_code)
    if (row := permissions.get(iot_id)) is None:
        raise QrCodeUnknown()
    if row.live:
        await end_permission(scope, tx, row=row, reason=reason or "removed", now_ms=now_ms)


async def end_permission(scope: Scope, tx: Tx, *, row: QrPermissionRow, reason: str, now_ms: int) -> None:
    """End one permission and have the door forget the code."""
    await _end.run(tx, of_code=row.qr_code, of_door=row.iot_id, why=reason, now=now_ms)
    await delivery.revoke(scope, tx, code_grant(row), now_ms=now_ms, reason=reason)


async def bring_back(scope: Scope, tx: Tx, *, row: QrPermissionRow, undo: Undo, now_ms: int) -> bool:
    """Let a permission hold again; False when it ended otherwise or by time. Scans that were used stay used."""
    if row.live or row.ends_ms <= now_ms:
        return False
    grants = await revoked(scope, tx, code_grant(row), undo=undo)
    mine = [grant for grant in grants if grant.target == row.iot_id]
    if not mine or not await _revive.run(tx, of_code=row.qr_code, of_door=row.iot_id, now=now_ms):
        return False
    await give_again(scope, tx, mine, undo=undo, now_ms=now_ms)
    return True


async def encrypt_code(
    scope: Scope,
    tx: Tx,
    *,
    qr_code: str,
    identity_id: str,
    expires_ms: int,
    community_id: int | None,
    keys: DoorKeys,
    now_ms: int,
) -> str:
    """The text to show as a QR picture until `expires_ms`: 88 characters.

    `community_id` is the cloudToken's; without one the code's doors tell it. Raises QrCodeUnknown,
    CommunityNotClear, BadInput.
    """
    if expires_ms <= now_ms:
        raise BadInput(field="expiryTime", rule="after", other="now")
    await _own_code(scope, tx, qr_code, identity_id)
    if community_id is None:
        permissions = await queries.permissions_of_code(scope, tx, qr_code=qr_code)
        communities = {row.community_id for row in permissions.values() if row.live}
        if len(communities) != 1:
            raise CommunityNotClear()
        (community_id,) = communities
    return await _sealed(scope, tx, qr_code, expires_ms, community_id, keys, now_ms)


async def picture_of(
    scope: Scope,
    tx: Tx,
    *,
    qr_code: str,
    identity_id: str,
    expires_ms: int,
    community_id: int,
    keys: DoorKeys,
    now_ms: int,
) -> str:
    """The text to show at the doors of a code: encrypted, unless one of them reads the code itself only.

    Raises as `encrypt_code`.
    """
    permissions = await queries.permissions_of_code(scope, tx, qr_code=qr_code)
    doors = await find_doors(
        scope, tx, iot_ids=sorted(row.iot_id for row in permissions.values() if row.live)
    )
    if any(form.plain for form in await forms_of(scope, tx, doors.values())):
        await _own_code(scope, tx, qr_code, identity_id)
        return qr_code
    return await encrypt_code(
        scope,
        tx,
        qr_code=qr_code,
        identity_id=identity_id,
        expires_ms=expires_ms,
        community_id=community_id,
        keys=keys,
        now_ms=now_ms,
    )


async def encrypt_own_code(
    scope: Scope, tx: Tx, *, qr_code: str, community_id: int, expires_ms: int, keys: DoorKeys, now_ms: int
) -> str:
    """The text to show for a code that the caller has found to be the person's own."""
    return await _sealed(scope, tx, qr_code, expires_ms, community_id, keys, now_ms)


async def _sealed(
    scope: Scope, tx: Tx, qr_code: str, expires_ms: int, community_id: int, keys: DoorKeys, now_ms: int
) -> str:
    row = await keys.ensure(scope, tx, community_id=community_id, now_ms=now_ms)
    private = keys.private(row)
    try:
        return seal_code(private, qr_code, expires_ms // 1000)
    except CodeError:
        raise BadInput(field="qrCode", rule="too_long", limit=longest_code(private.public)) from None


async def _own_code(scope: Scope, tx: Tx, qr_code: str, identity_id: str) -> QrCode:
    code = await queries.find_code(scope, tx, qr_code=qr_code) if qr_code else None
    if code is None or code.identity_id != identity_id:
        raise QrCodeUnknown()
    return code


async def _bind(
    scope: Scope,
    tx: Tx,
    door: Door,
    qr_code: str,
    identity_id: str,
    right: QrRight,
    before: QrPermissionRow | None,
    now_ms: int,
) -> QrPermissionRow:
    row = QrPermissionRow(
        qr_code=qr_code,
        iot_id=door.iot_id,
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        identity_id=identity_id,
        starts_ms=right.starts_ms,
        ends_ms=right.ends_ms,
        max_scans=right.max_scans,
        shared=int(right.shared),
        used=before.used if before and before.live else 0,
        live=1,
        end_reason="",
        created_ms=before.created_ms if before else now_ms,
        changed_ms=now_ms,
        way=right.way,
        point=right.point,
    )
    await tx.upsert(
        qr_permissions,
        [row._asdict()],
        keys=("qr_code", "iot_id"),
        update=_CHANGEABLE,
    )
    await delivery.grant(scope, tx, code_grant(row), now_ms=now_ms)
    return row


def _check_doors(iot_ids: list[str]) -> None:
    if not iot_ids:
        raise BadInput(field="iotIds", rule="required")
    if len(iot_ids) > MAX_DOORS:
        raise BadInput(field="iotIds", rule="too_many_items", limit=MAX_DOORS)


def _check_right(right: QrRight, now_ms: int) -> None:
    if right.ends_ms <= now_ms:
        raise BadInput(field="expiryTime", rule="after", other="now")
    if right.ends_ms <= right.starts_ms:
        raise BadInput(field="expiryTime", rule="after", other="effectiveTime")
    if right.max_scans != UNLIMITED and not 1 <= right.max_scans <= MOST_SCANS:
        raise BadInput(field="maxScanTimes", rule="range", low=1, high=MOST_SCANS)

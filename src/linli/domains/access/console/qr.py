"""QR rights for the people who run a community: see them, give one, show its picture, take it back."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.delivery.queries import find_row
from linli.domains.access.errors import CodeFormsDiffer, CredentialUnknown, PersonUnknown, QrCodeUnknown
from linli.domains.access.queries import permissions as queries
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.persons import names_of
from linli.domains.access.service import persons, qr
from linli.domains.access.service.all_credentials import note_reveal
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import QR
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.ids import Ids
from linli.kernel.masking import shown_credential
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules import UNLIMITED


class QrRightRow(msgspec.Struct, rename="camel", frozen=True):
    """One code at one door."""

    ref: Annotated[str, Meta(description="What names the code in `picture` and when it is taken back.")]
    qr_code: Annotated[str, Meta(description="Its end.")]
    iot_id: str
    door_name: str
    community_id: str
    person_id: str
    person_name: str
    starts_ms: int
    ends_ms: int
    max_scans: int
    """-1: without limit."""
    shared: bool
    """All doors count together."""
    used: int
    live: bool
    end_reason: str
    status: str
    """Delivery status, e.g. `transferred`."""


class QrGrant(msgspec.Struct, rename="camel"):
    community_id: int
    person_id: Annotated[str, Meta(description="identityId; of a resident, or of a visitor named here")]
    iot_ids: Annotated[list[str], Meta(description="At most 10 doors.")]
    ends_ms: int
    starts_ms: Annotated[int | None, Meta(description="UTC ms; default now")] = None
    name: Annotated[str, Meta(description="Name of a visitor who is not a resident.")] = ""
    max_scans: int = UNLIMITED
    shared: bool = False


class QrDoorResult(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    problem: str
    """Empty: given. Else why not, in words."""


class QrGranted(msgspec.Struct, rename="camel", frozen=True):
    ref: str
    qr_code: Annotated[str, Meta(description="The whole code, told to whoever has just given it.")]
    doors: list[QrDoorResult]


class QrPictureRequest(msgspec.Struct, rename="camel"):
    community_id: int
    person_id: str
    expires_ms: int


class QrPicture(msgspec.Struct, rename="camel", frozen=True):
    text: str
    """The content of the QR picture: 88 characters, or the code itself if a door reads only codes of its own form."""


qr_routes = Routes("/qr-codes", tags=("doors",))


class QrRightFilter(Filter, frozen=True):
    """Rights by QR code, as their list is asked for."""

    community_id: int | None = None
    iot_id: str = ""
    person_id: str = ""
    ended: Annotated[bool, Meta(description="Show those taken back as well.")] = False


@qr_routes.get(right="devices.use")
async def list_rights(
    scope: Scope, db: Database, page: PageRequest, door_keys: DoorKeys, where: QrRightFilter
) -> Page[QrRightRow]:
    """Codes at doors, the last changed first."""
    permissions = await queries.list_qr_permissions(
        scope,
        db,
        page=page,
        community_id=where.community_id,
        iot_id=where.iot_id,
        identity_id=where.person_id,
        only_live=not where.ended,
    )
    doors = await find_doors(scope, db, iot_ids=sorted({row.iot_id for row in permissions.data}))
    holders = sorted({row.identity_id for row in permissions.data})
    names = await names_of(db, tenant_id=scope.tenant, identity_ids=holders)
    names |= await people.names(scope, db, holders)
    rows = []
    for row in permissions.data:
        sent = await find_row(db, device=row.iot_id, kind=QR, credential=row.qr_code)
        door = doors.get(row.iot_id)
        rows.append(
            QrRightRow(
                ref=door_keys.ref_of(scope, row.qr_code),
                qr_code=shown_credential(QR, row.qr_code),
                iot_id=row.iot_id,
                door_name=door.name if door else "",
                community_id=str(row.community_id),
                person_id=row.identity_id,
                person_name=names.get(row.identity_id, ""),
                starts_ms=row.starts_ms,
                ends_ms=row.ends_ms,
                max_scans=row.max_scans,
                shared=bool(row.shared),
                used=row.used,
                live=bool(row.live),
                end_reason=row.end_reason,
                status=sent.status if sent else "",
            )
        )
    return Page.of(page, permissions.total, rows)


@qr_routes.post(right="devices.manage", raises=(CodeFormsDiffer, PersonUnknown, QrCodeUnknown))
async def give(
    data: QrGrant, within: Scope, tx: Tx, clock: Clock, ids: Ids, door_keys: DoorKeys
) -> QrGranted:
    """Make a code for a person and let it open doors. Nothing is made when no door takes it."""
    now = clock.now_ms()
    scope = within.narrowed(data.community_id)
    if data.name:
        await persons.save_person(
            scope, tx, identity_id=data.person_id, name=data.name, ext_info=None, now_ms=now
        )
    code = await qr.generate_code(
        scope, tx, identity_id=data.person_id, length=None, ids=ids, now_ms=now, iot_ids=data.iot_ids
    )
    right = qr.QrRight(
        now if data.starts_ms is None else data.starts_ms, data.ends_ms, data.max_scans, data.shared
    )
    results = await qr.bind_code(
        scope,
        tx,
        qr_code=code,
        identity_id=data.person_id,
        iot_ids=data.iot_ids,
        right=right,
        keys=door_keys,
        now_ms=now,
    )
    errors = [result.error for result in results if result.error is not None]
    if len(errors) == len(results):
        raise errors[0]
    return QrGranted(
        door_keys.ref_of(within, code),
        code,
        [
            QrDoorResult(result.iot_id, result.error.text(within.language) if result.error else "")
            for result in results
        ],
    )


@qr_routes.post("/{ref:str}/picture", right=Right.CODES_SEE, status=200, raises=(QrCodeUnknown,))
async def picture(
    ref: str, data: QrPictureRequest, within: Scope, tx: Tx, clock: Clock, door_keys: DoorKeys
) -> QrPicture:
    """The picture of a code from the console; the reader is logged."""
    scope, now, code = within.narrowed(data.community_id), clock.now_ms(), _code(door_keys, within, ref)
    text = await qr.picture_of(
        scope,
        tx,
        qr_code=code,
        identity_id=data.person_id,
        expires_ms=data.expires_ms,
        community_id=data.community_id,
        keys=door_keys,
        now_ms=now,
    )
    await note_reveal(
        scope, tx, community_id=data.community_id, identity_id=data.person_id, code=code, now_ms=now
    )
    return QrPicture(text)


Reason = Annotated[str, Meta(description="Kept in the history.")]


@qr_routes.delete("/{ref:str}/doors/{iot_id:str}", right="devices.manage", raises=(QrCodeUnknown,))
async def take_back(
    ref: str, iot_id: str, scope: Scope, tx: Tx, door_keys: DoorKeys, reason: Reason = ""
) -> None:
    """Remove a code from one door, for codes of all projects."""
    await qr.revoke_permission(
        scope,
        tx,
        qr_code=_code(door_keys, scope, ref),
        iot_id=iot_id,
        reason=reason,
        now_ms=tx.db.clock.now_ms(),
    )


def _code(keys: DoorKeys, scope: Scope, ref: str) -> str:
    """Raises QrCodeUnknown."""
    try:
        return keys.named_by(scope, ref)
    except CredentialUnknown as error:
        raise QrCodeUnknown() from error

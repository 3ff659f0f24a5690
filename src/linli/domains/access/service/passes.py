"""Pass records: a door's report, the owner of the credential, and the record for subscribers."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, update

from linli.databus.records import insert_record
from linli.domains.access.events import PassRecorded, QrUsedUp
from linli.domains.access.models import passes, qr_codes, qr_permissions
from linli.domains.access.pass_details import text_in
from linli.domains.access.ports import FaceOwners
from linli.domains.access.queries import credentials as credential_queries
from linli.domains.access.queries import permissions as queries
from linli.domains.access.queries.doors import find_key
from linli.domains.access.queries.persons import owner_of_credential
from linli.domains.access.queries.settings import settings_of
from linli.domains.access.queries.ways import find
from linli.domains.access.rows import Card, Credential, Door, DoorPerson, Pass, QrPermissionRow
from linli.domains.access.service import credentials, ways
from linli.domains.access.service.guessing import wrong_pin
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import BLE, CARD, PIN
from linli.domains.people.queries import persons as people
from linli.kernel.db import Command, Database, Tx
from linli.kernel.db.partitions import day_of, drop_before
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.scope import Scope
from linli.protocols.qr_rsa import CodeError, open_code
from linli.rules import UNLIMITED, PassCode, pin_digest
from linli.rules.ways import LIFT

RETENTION_DAYS = 180
MODEL, MODEL_VERSION = "iot_entrance_event_model", "1.1"
CALL = "call"
"""Type of an opening in a call of the intercom, which doors report by an event of its own."""
TYPES = {
    "qrCode": "QRCODE",
    "tradCard": "CARD",
    "bleCard": "BleCARD",
    "password": "PASSWORD",
    "face": "FACE",
    CALL: "CALL",
}
"""Type in `passEvent` → type in records."""
RECORDED = frozenset(("QRCODE", "CARD", "BleCARD", "PASSWORD"))
"""The kinds in the model of traditional passes; faces have their own model."""
MAX_EXT_INFO = 4096
_RECOGNISED = frozenset(
    (PassCode.SUCCESS, PassCode.FACE_BLACKLISTED, PassCode.FACE_EXPIRED, PassCode.FACE_NOT_EFFECTIVE)
)
_CARD_CODES = {
    "tradCard": (PassCode.CARD_NOT_EFFECTIVE, PassCode.CARD_EXPIRED, PassCode.CARD_UNKNOWN),
    "bleCard": (PassCode.BLE_CARD_NOT_EFFECTIVE, PassCode.BLE_CARD_EXPIRED, PassCode.BLE_CARD_UNKNOWN),
}
"""Not valid yet, not any more, not known."""
_DIGEST = re.compile(r"[0-9a-f]{32}")

_count_at_door = Command(
    update(qr_permissions)
    .where(qr_permissions.c.qr_code == bindparam("of_code"), qr_permissions.c.iot_id == bindparam("of_door"))
    .values(used=qr_permissions.c.used + 1),
    unscoped="the row was found by the door's own tenant",
)
_count_at_all = Command(
    update(qr_codes)
    .where(qr_codes.c.qr_code == bindparam("of_code"))
    .values(shared_used=qr_codes.c.shared_used + 1),
    unscoped="the row was found by the door's own tenant",
)


@dataclass(frozen=True, slots=True)
class PassReport:
    """A `passEvent` as it came (spec A 4.3). Times are UTC ms."""

    code: int
    message: str
    type: str
    content: str
    """qrCode, card number, password, or who was called."""
    ext_info: str
    passed_ms: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class _Holder:
    """The holder of the credential; empty texts when it belongs to nobody."""

    identity_id: str = ""
    name: str = ""
    ext_info: str = ""
    credential: str = ""
    remaining: int | None = None


async def record_pass(
    tx: Tx, *, door: Door, report: PassReport, pass_id: int, faces: FaceOwners | None = None
) -> Pass:
    """Keep a pass, count its QR scan, and write the record, all in the caller's transaction.

    An unknown credential gives an empty identityId and name. Raises BadInput for an unknown type.
    """
    kind = TYPES.get(report.type)
    if kind is None:
        raise BadInput(field="type", rule="one_of", allowed=", ".join(TYPES))
    holder = await _holder(tx, door, kind, report, faces)
    row = Pass(
        id=pass_id,
        day=day_of(report.received_ms),
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        iot_id=door.iot_id,
        door_name=door.name,
        type=kind,
        code=report.code,
        message=report.message or PassCode.of(report.code).message,
        credential="" if kind == "PASSWORD" else holder.credential,
        identity_id=holder.identity_id,
        name=holder.name,
        direction=door.direction,
        remaining=holder.remaining,
        ext_info=report.ext_info[:MAX_EXT_INFO],
        passed_ms=report.passed_ms,
        received_ms=report.received_ms,
    )
    await tx.insert(passes, row._asdict())
    if kind == "PASSWORD" and report.code != PassCode.SUCCESS and not holder.identity_id:
        await wrong_pin(tx, door, at_ms=report.passed_ms, now_ms=report.received_ms)
    if kind in RECORDED:
        await insert_record(
            Scope.system(door.tenant_id),
            tx,
            model_id=MODEL,
            version=MODEL_VERSION,
            community_id=door.community_id,
            source="access",
            row=_record(door, row, holder),
        )
    await emit(
        tx,
        PassRecorded(
            pass_id=row.id,
            tenant_id=row.tenant_id,
            community_id=row.community_id,
            iot_id=row.iot_id,
            door_name=row.door_name,
            type=row.type,
            code=row.code,
            message=row.message,
            identity_id=row.identity_id,
            person_name=row.name,
            direction=row.direction,
            passed_ms=row.passed_ms,
            remaining=row.remaining,
            credential=row.credential,
            ext_info=row.ext_info,
        ),
        key=row.iot_id,
    )
    return row


async def why_refused(tx: Tx, *, door: Door, type: str, number: str, at_ms: int) -> PassCode:
    """Why a door that decides by itself refused a card at `at_ms`: it says which card, and no reason (spec G 5, F7)."""
    codes = _CARD_CODES[type]
    right: Card | Credential | None = None
    if type == "tradCard":
        right = await queries.card_at_pass(tx, tenant_id=door.tenant_id, iot_id=door.iot_id, card_id=number)
    if right is None or not right.live:
        right = await credential_queries.live(
            Scope.system(door.tenant_id),
            tx,
            community_id=door.community_id,
            kind=CARD if type == "tradCard" else BLE,
            credential=number,
        )
    if right is not None and right.live:
        if at_ms < right.starts_ms:
            return codes[0]
        if at_ms > right.ends_ms:
            return codes[1]
    return codes[2]  # nobody's, taken away, or not brought to this door


async def purge_passes(db: Database, *, now_ms: int, days: int = RETENTION_DAYS) -> int:
    """Remove passes kept longer than `days`, counted from their arrival."""
    return await drop_before(db, passes, day_of(now_ms) - days)


async def _holder(tx: Tx, door: Door, kind: str, report: PassReport, faces: FaceOwners | None) -> _Holder:
    if kind == "QRCODE":
        return await _qr_holder(tx, door, report)
    if kind in ("CARD", "BleCARD"):
        card = await queries.card_at_pass(
            tx, tenant_id=door.tenant_id, iot_id=door.iot_id, card_id=report.content
        )
        if card is not None and kind == "CARD":
            person = await _person(tx, door, card.project_id, card.identity_id)
            return _Holder(card.identity_id, person.name, person.ext_info, report.content)
        return await _own_holder(tx, door, CARD if kind == "CARD" else BLE, report.content, report)
    elif kind == "PASSWORD":
        scope = Scope.system(door.tenant_id)
        salt = (await settings_of(scope, tx, community_id=door.community_id)).pin_salt
        is_digest = _DIGEST.fullmatch(report.content) or not salt
        digest = report.content if is_digest else pin_digest(report.content, salt)
        return await _own_holder(tx, door, PIN, digest, report)
    elif kind == "FACE" and report.code in _RECOGNISED:
        identity_id = text_in(report.ext_info, "userID")
        face_id = identity_id or report.content
        owner = await faces.owner(tx, tenant_id=door.tenant_id, face_id=face_id) if faces else None
        if owner is not None:
            return _Holder(owner.identity_id, owner.name, owner.ext_info, face_id)
        person = await _person(tx, door, "", identity_id)
        return _Holder(identity_id, person.name, person.ext_info, report.content)
    return _Holder(credential=report.content)


async def _own_holder(tx: Tx, door: Door, kind: str, credential: str, report: PassReport) -> _Holder:
    """The owner of the card, Bluetooth card or PIN; a pass counts as one of its uses."""
    scope = Scope.system(door.tenant_id)
    row = await credential_queries.live(
        scope, tx, community_id=door.community_id, kind=kind, credential=credential
    )
    if row is None:
        return _Holder(credential=report.content)
    left = None
    if report.code == PassCode.SUCCESS:
        left = await credentials.used(tx, row=row, now_ms=report.received_ms)
    person = await _person(tx, door, row.project_id, row.identity_id)
    return _Holder(row.identity_id, person.name, person.ext_info, report.content, left)


async def _qr_holder(tx: Tx, door: Door, report: PassReport) -> _Holder:
    qr_code = await _plain_code(tx, door, report.content)
    code = await queries.code_at_pass(tx, tenant_id=door.tenant_id, qr_code=qr_code)
    right = await queries.permission_at_pass(
        tx, tenant_id=door.tenant_id, qr_code=qr_code, iot_id=door.iot_id
    )
    if code is not None and right is None and code.community_id == door.community_id:
        person = await _person(tx, door, code.project_id, code.identity_id)  # somebody's own key
        return _Holder(code.identity_id, person.name, person.ext_info, qr_code, UNLIMITED)
    if code is None or right is None:
        return _Holder(credential=qr_code)
    if right.way:
        return await _way_holder(tx, door, report, code.project_id, right)
    used = code.shared_used if right.shared else right.used
    if report.code == PassCode.SUCCESS:
        used += 1
        await _count_at_door.run(tx, of_code=qr_code, of_door=door.iot_id)
        if right.shared:
            await _count_at_all.run(tx, of_code=qr_code)
            if right.max_scans != UNLIMITED and used >= right.max_scans:
                await emit(tx, QrUsedUp(door.tenant_id, qr_code), key=qr_code)
    remaining = UNLIMITED if right.max_scans == UNLIMITED else max(right.max_scans - used, 0)
    person = await _person(tx, door, code.project_id, right.identity_id)
    return _Holder(right.identity_id, person.name, person.ext_info, qr_code, remaining)


async def _way_holder(
    tx: Tx, door: Door, report: PassReport, project_id: str, right: QrPermissionRow
) -> _Holder:
    """Of a pass whose uses are ways. A reader in a car says so; only the box behind it knows."""
    person = await _person(tx, door, project_id, right.identity_id)
    lift = f"{LIFT}{right.point}"
    point = lift if text_in(report.ext_info, "point") == lift else right.point
    remaining = None
    if report.code == PassCode.SUCCESS:
        await _count_at_door.run(tx, of_code=right.qr_code, of_door=door.iot_id)
        remaining = await ways.passed(tx, way=right.way, point=point, at_ms=report.passed_ms)
    else:
        row = (await find(tx, [right.way])).get(right.way)
        remaining = row.left() if row is not None else None
    return _Holder(right.identity_id, person.name, person.ext_info, right.qr_code, remaining)


async def _plain_code(tx: Tx, door: Door, content: str) -> str:
    """The qrCode in clear; doors that report the scanned text as it was are read with the community's key."""
    key = await find_key(Scope.system(door.tenant_id), tx, community_id=door.community_id)
    if key is None:
        return content
    try:
        return open_code(DoorKeys.public(key), content).code
    except CodeError:
        return content


async def _person(tx: Tx, door: Door, project_id: str, identity_id: str) -> DoorPerson:
    """The owner that the credential's project names, else the tenant's person with this identityId."""
    door_person = await owner_of_credential(
        tx, tenant_id=door.tenant_id, project_id=project_id, identity_id=identity_id
    )
    if door_person is not None:
        return door_person
    try:
        name = (await people.person(Scope.system(door.tenant_id), tx, identity_id)).name
    except NotFound:
        name = ""
    return DoorPerson(door.tenant_id, project_id, identity_id, name, "", 0, 0)


def _record(door: Door, row: Pass, holder: _Holder) -> dict[str, Any]:
    outcome: dict[str, Any] = {"code": row.code, "message": row.message}
    if holder.remaining is not None:
        outcome["remainScanTimes"] = holder.remaining
    record: dict[str, Any] = {
        "identityId": holder.identity_id,
        "name": holder.name,
        "time": row.passed_ms,
        "iotId": row.iot_id,
        "type": row.type,
        "direction": door.direction,
        "userExtInfo": holder.ext_info,
        "devExtInfo": door.ext_info,
        "eventExtInfo": msgspec.json.encode(outcome).decode(),
    }
    if row.type == "PASSWORD":
        record["number"] = holder.credential
    if row.type == "CARD":
        record["cardId"] = holder.credential
    return record

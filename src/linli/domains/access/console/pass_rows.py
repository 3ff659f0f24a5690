"""Passes as the pages get them: in a list, live, and in an export."""

from collections.abc import Callable

import msgspec

from linli.domains.access.events import PassRecorded
from linli.domains.access.pass_details import capture_key, temperature_c, text_in
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.places import places
from linli.domains.access.rows import Pass
from linli.domains.people.rights import Right, Rights
from linli.kernel import masking
from linli.kernel.db import Reader
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

type WholeAt = Callable[[int], bool]
"""Whether whole card numbers may be read in a community."""

MOST_ROOM = 64
PICTURE_SECONDS = 3600
"""How long the address of a snapshot works: a page reads it again with its rows."""


class PassRow(msgspec.Struct, rename="camel", frozen=True):
    """One attempt to pass."""

    id: str
    at_ms: int
    iot_id: str
    door_name: str
    place: str
    person_name: str
    """Empty when the credential belongs to nobody."""
    person_id: str
    """identityId."""
    kind: str
    """CARD, PASSWORD, QRCODE, BleCARD, FACE or CALL."""
    credential: str
    """A card's number, or its end after `…`; of a QR code its last four characters; of a call the account that answered,
    or most of the phone number; empty for faces and passwords."""
    direction: str
    passed: bool
    code: int
    """Pass result code (spec E 8)."""
    reason: str
    """The door's own words."""
    picture_url: str
    """The door's snapshot, for an hour; empty when it took none."""
    temperature: float | None
    """Of the body, in degrees Celsius; null when not measured."""
    remaining: int | None = None
    """QR scans left; -1 without limit, null where they are not counted."""
    room: str = ""
    """Of a call: which room was called."""


async def live_row(db: Reader, event: PassRecorded, objects: ObjectStore) -> PassRow:
    """The row of a new pass, for live pages: only the last characters of cards, for all readers."""
    scope = Scope.system(event.tenant_id)
    where = await places_of(scope, db, [event.iot_id])
    picture = capture_key(event.tenant_id, event.iot_id, event.ext_info)
    return PassRow(
        id=str(event.pass_id),
        at_ms=event.passed_ms,
        iot_id=event.iot_id,
        door_name=event.door_name,
        place=where.get(event.iot_id, ""),
        person_name=event.person_name,
        person_id=event.identity_id,
        kind=event.type,
        credential=shown_credential(event.type, event.credential),
        direction=event.direction,
        passed=event.code == 0,
        code=event.code,
        reason=event.message,
        picture_url=objects.url(picture, expires_s=PICTURE_SECONDS) if picture else "",
        temperature=temperature_c(event.ext_info),
        remaining=event.remaining,
        room=called_room(event.type, event.ext_info),
    )


async def rows_of(
    scope: Scope, db: Reader, passes: list[Pass], objects: ObjectStore, *, whole: WholeAt
) -> list[PassRow]:
    at = await places_of(scope, db, sorted({row.iot_id for row in passes}))
    pictures = [capture_key(row.tenant_id, row.iot_id, row.ext_info) for row in passes]
    return [
        PassRow(
            id=str(row.id),
            at_ms=row.passed_ms,
            iot_id=row.iot_id,
            door_name=row.door_name,
            place=at.get(row.iot_id, ""),
            person_name=row.name,
            person_id=row.identity_id,
            kind=row.type,
            credential=shown_credential(row.type, row.credential, whole=whole(row.community_id)),
            direction=row.direction,
            passed=row.code == 0,
            code=row.code,
            reason=row.message,
            picture_url=objects.url(picture, expires_s=PICTURE_SECONDS) if picture else "",
            temperature=temperature_c(row.ext_info),
            remaining=row.remaining,
            room=called_room(row.type, row.ext_info),
        )
        for row, picture in zip(passes, pictures, strict=True)
    ]


def whole_at(rights: Rights, scope: Scope) -> WholeAt:
    """Where an account reads whole card numbers."""
    return lambda community_id: rights.may(Right.CODES_SEE, tenant_id=scope.tenant, community_id=community_id)


def shown_credential(kind: str, credential: str, *, whole: bool = False) -> str:
    """The readable part of a credential; `whole`: the whole card number. Nobody reads a whole code or PIN in a list."""
    if kind in ("CARD", "BleCARD"):
        return credential if whole else masking.shown_credential(kind, credential)
    if kind == "CALL":
        return credential
    return masking.tail(credential) if kind == "QRCODE" else ""


def called_room(kind: str, ext_info: str) -> str:
    return text_in(ext_info, "roomId")[:MOST_ROOM] if kind == "CALL" else ""


async def places_of(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, str]:
    """Where doors stand, by iotId."""
    doors = await find_doors(scope, db, iot_ids=iot_ids)
    where = await places(scope, db, space_ids=[door.space_id for door in doors.values()])
    return {door.iot_id: where.get(door.space_id, "") for door in doors.values()}

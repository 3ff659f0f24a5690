"""The desired rows of a door's account, rooms and mode, in line with what this room's tables say."""

from hashlib import sha256
from typing import Final

import msgspec

from linli.delivery import service as delivery
from linli.delivery.schemas import Grant
from linli.domains.intercom.kinds import (
    CREDENTIALS,
    KINDS,
    MODE,
    NUMBER,
    ROOMS,
    SOURCE,
    ModeBody,
    NumberBody,
    RoomsBody,
    encode,
)
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.queries.forms import abilities_of, form_of
from linli.domains.intercom.room_numbers import Form, on_door
from linli.domains.intercom.rows import DoorNumber
from linli.kernel.db import Tx
from linli.kernel.scope import Scope

_DIGEST_SIGNS: Final = 32


def door_seal(iot_id: str) -> str:
    """What the password of a door's account is sealed about."""
    return f"sip_door:{iot_id}"


async def want_number(scope: Scope, tx: Tx, *, row: DoorNumber, now_ms: int) -> None:
    """Have a door brought the account that it was issued."""
    body = NumberBody(row.number, row.host, row.port, row.changed_ms)
    wish = _wish(NUMBER, row.iot_id, row.community_id, encode(body))
    await delivery.grant(scope, tx, wish, now_ms=now_ms)


async def send_number_again(tx: Tx, *, iot_id: str, now_ms: int) -> None:
    """Have it brought once more, although nothing in it is new."""
    await delivery.resend(tx, device=iot_id, kind=NUMBER, credential=CREDENTIALS[NUMBER], now_ms=now_ms)


async def want_rooms(scope: Scope, tx: Tx, *, iot_id: str, community_id: int, now_ms: int) -> None:
    """Have a door brought its rooms as they are now, and the mode in which they are keyed."""
    abilities = await abilities_of(scope, tx, iot_id=iot_id)
    rows = await queries.rooms_of_door(scope, tx, iot_id=iot_id)
    form = await form_of(scope, tx, iot_id=iot_id)
    rooms = on_door(((row.room_key, row.group_id) for row in rows), form)
    digest = sha256(msgspec.json.encode(sorted(rooms.items()))).hexdigest()[:_DIGEST_SIGNS]
    bodies = {
        ROOMS: encode(RoomsBody(len(rooms), digest)),
        MODE: encode(ModeBody(1 if form is Form.WALL else 0)) if form is not Form.WHOLE else "",
    }
    for kind, body in bodies.items():
        wish = _wish(kind, iot_id, community_id, body)
        if rooms and body and kind in abilities:
            await delivery.grant(scope, tx, wish, now_ms=now_ms)
        else:
            await delivery.revoke(scope, tx, wish, now_ms=now_ms)


async def take_number(scope: Scope, tx: Tx, *, iot_id: str, now_ms: int, reason: str) -> None:
    """Have a door give its account back."""
    await delivery.revoke_device(
        scope, tx, kind=NUMBER, device=iot_id, community_id=None, now_ms=now_ms, reason=reason
    )


async def take_all(scope: Scope, tx: Tx, *, iot_id: str, now_ms: int, reason: str) -> None:
    """Have a door give back everything of the intercom."""
    for kind in KINDS:
        await delivery.revoke_device(
            scope, tx, kind=kind, device=iot_id, community_id=None, now_ms=now_ms, reason=reason
        )


def _wish(kind: str, iot_id: str, community_id: int, content: str) -> Grant:
    return Grant(
        community_id=community_id,
        source=SOURCE,
        kind=kind,
        credential=CREDENTIALS[kind],
        target=iot_id,
        content=content or "{}",
    )

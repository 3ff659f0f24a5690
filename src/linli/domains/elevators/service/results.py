"""What became of a pass at a lift: one record (AutoElevatorCallRecord) for each result, for subscribers. Spec E 4.6."""

import hashlib
import json
from typing import Any, Final

import msgspec

from linli.databus.conditions import Term
from linli.databus.queries import count_records
from linli.databus.records import insert_record
from linli.domains.boxes.passage import queries as rule_queries
from linli.domains.boxes.rows import EdgeDevice
from linli.domains.elevators.service import people_calls, waits
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.inbox.messages import Message, believable

MODEL: Final = "AutoElevatorCallRecord"
VERSION: Final = "1.0"
SUCCESS: Final = 200
_MEDIA: Final = {
    "face": "FACE", "qrCode": "QRCODE", "qrcode": "QRCODE", "tradCard": "CARD", "card": "CARD", "bleCard": "CARD",
    "bluetooth": "CARD",
}  # fmt: skip
"""By the words of doors and of lifts that keep rules; the model has none for Bluetooth."""


class _Place(msgspec.Struct, rename="camel"):
    floor: str = ""
    room_number: str = ""


class _Envelope(msgspec.Struct):
    id: str | int = ""


class RuleEvent(msgspec.Struct, rename="camel"):
    """Outputs of `elevatorRuleEvent`. A lift with rules of its own tells only of what it has done, without a code."""

    rule_id: str = ""
    user_id: str = ""
    auth_type: str = ""
    auth_content: str = ""
    start_floor: str = ""
    start_room: str = ""
    target_floor_room_list: list[_Place] = []
    code: int = 0
    message: str = ""


async def record(tx: Tx, message: Message) -> None:
    """Keep the record. A box that did not hear that its event arrived sends it again: that is no second one.

    Raises ValidationError: the message is parked.
    """
    event = msgspec.convert(message.values, RuleEvent, strict=False)
    device = message.device
    scope = Scope.system(device.tenant_id, "elevators")
    at_ms, _ = believable(message.time_ms, message.received_ms)
    event_id = _event_id(message, at_ms)
    same = [Term("eventId", "String", "text_3", "eq", (event_id,))]
    if await count_records(scope, tx, model_id=MODEL, terms=same):
        return
    if event.code == 0 and event.start_floor:
        await people_calls.note(
            scope, tx, iot_id=device.iot_id, community_id=device.community_id, at_ms=message.received_ms
        )
    if event.code == 0:
        await waits.called(
            scope,
            tx,
            iot_id=device.iot_id,
            community_id=device.community_id,
            floor=event.start_floor,
            at_ms=at_ms,
            now_ms=message.received_ms,
        )
    door = await _door(scope, tx, event.rule_id)
    targets = [
        {"targetFloor": place.floor, **({"targetRoomNo": place.room_number} if place.room_number else {})}
        for place in event.target_floor_room_list
    ]
    row: dict[str, Any] = {
        "eventId": event_id,
        "eventTime": at_ms,
        "identityID": event.user_id,
        "mediaType": _MEDIA.get(event.auth_type, ""),
        "mediaID": event.auth_content,
        "entranceProductKey": door.product_key if door else "",
        "entranceDeviceName": door.device_name if door else "",
        "elevatorProductKey": device.product_key,
        "elevatorDeviceName": device.device_name,
        "startFloor": event.start_floor,
        "StartRoomNumber": event.start_room,
        "targetList": json.dumps(targets, ensure_ascii=False),
        "callResultCode": SUCCESS if event.code == 0 else event.code,
        "callResultMsg": "success" if event.code == 0 else f"failed: {event.message}",
        "deviceExtInfo": "",
        "userExtInfo": "",
        "eventExtInfo": "",
    }
    row = {name: value for name, value in row.items() if value != ""}
    await insert_record(
        scope,
        tx,
        model_id=MODEL,
        version=VERSION,
        community_id=device.community_id,
        source="elevators",
        row=row,
    )


async def _door(scope: Scope, db: Reader, rule_id: str) -> EdgeDevice | None:
    """What was passed, as long as its rule is there; a rule of the lift's own names none."""
    if not rule_id.isdecimal() or len(rule_id) > 18:
        return None
    try:
        rule = await rule_queries.rule(scope, db, int(rule_id))
    except NotFound:
        return None
    return (await rule_queries.devices_of(scope, db, [rule])).get(rule.door_id)


def _event_id(message: Message, at_ms: int) -> str:
    """The same for an event that is sent again: a box keeps its number. The time alone is none: clocks are set back."""
    try:
        number = msgspec.json.decode(message.payload, type=_Envelope).id
    except msgspec.MsgspecError:  # a format of the device's own
        number = ""
    body = json.dumps(
        [message.device.iot_id, number, at_ms, message.values],
        sort_keys=True,
        ensure_ascii=False,
        default=str,
    )
    return hashlib.sha256(body.encode()).hexdigest()[:32]

"""A door says that somebody opened it in a call. Source: spec A 4.3; E 4.5; G A21, F10, F12.

Of a call that the platform connected, this is the door's word on it. Of others, by the telephone line of the door itself
or by another SIP server, nobody else could tell: the record of the pass comes of the report.
"""

from typing import Any, Final

import msgspec

from linli.calls.rows import person_of_telephone
from linli.domains.access.pass_details import event_time_ms, text_in
from linli.domains.access.queries.doors import find_door
from linli.domains.access.rows import Door
from linli.domains.intercom.queries.door_calls import calls_at
from linli.domains.intercom.queries.doors import groups_of_rooms, houses_of_groups
from linli.domains.intercom.room_numbers import room_key
from linli.domains.intercom.rows import CallRow
from linli.domains.intercom.service.calls import CloudCall, by_cloud, by_telephone, opened, write_record
from linli.domains.people.queries import persons
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.inbox.messages import Message, believable

_BY_CLOUD: Final = 0
_BY_TELEPHONE: Final = 1


class _Outputs(msgspec.Struct, rename="camel"):
    source_type: int
    number: str = ""
    """The SIP number; of a telephone call the phone number."""
    ext_info: Any = ""
    """An object as JSON text; some firmware sends the object itself."""


async def door_opened(tx: Tx, message: Message) -> None:
    """Event `doorOpenEvent`. Raises ValidationError: the message is parked."""
    event = msgspec.convert(message.values, _Outputs, strict=False)
    if event.source_type not in (_BY_CLOUD, _BY_TELEPHONE):
        return
    scope = Scope.system(message.device.tenant_id, "intercom")
    door = await find_door(scope, tx, iot_id=message.device.iot_id)
    if door is None:
        return
    more = event.ext_info
    text = more if isinstance(more, str) else msgspec.json.encode(more).decode()
    at_ms, _ = believable(event_time_ms(text) or message.time_ms, message.received_ms)
    number = event.number.strip()
    by_phone = event.source_type == _BY_TELEPHONE
    for call in await calls_at(scope, tx, iot_id=door.iot_id, at_ms=at_ms):
        if not by_phone or await _reached(scope, tx, call, number):
            await opened(tx, call_id=call.id, now_ms=at_ms)  # it has its record already, or gets it now
            return
    record = by_telephone(number) if by_phone else await _elsewhere(scope, tx, door, number, text)
    await write_record(scope, tx, community_id=door.community_id, record=record, at_ms=at_ms)


async def _reached(scope: Scope, db: Reader, call: CallRow, phone: str) -> bool:
    """Whether it is this telephone that the call was with."""
    identity_id = person_of_telephone(call.answered_by or call.target)
    if not identity_id:
        return False
    try:
        return (await persons.person(scope, db, identity_id)).phone == phone
    except NotFound:
        return False


async def _elsewhere(scope: Scope, db: Reader, door: Door, number: str, text: str) -> dict[str, Any]:
    """The record of a cloud call that another server connected."""
    room_id = text_in(text, "roomId")
    keys = [key for key in (room_key(room_id), room_key(room_id.rpartition("-")[2])) if key]
    groups = await groups_of_rooms(scope, db, iot_id=door.iot_id, room_keys=keys)
    group_id = next((groups[key] for key in keys if key in groups), "")
    house = (await houses_of_groups(scope, db, group_ids=[group_id])).get(group_id) if group_id else None
    return by_cloud(
        door.iot_id, door, CloudCall(number, group_id, room_id, "" if house is None else str(house))
    )

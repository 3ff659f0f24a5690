"""Handlers of access: passes that doors report, doors that come online, devices that move or are deleted."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.delivery import service as delivery
from linli.domains.access.errors import DoorsHere
from linli.domains.access.pass_details import capture_key, event_time_ms
from linli.domains.access.ports import FaceOwners
from linli.domains.access.queries.doors import find_door, names_at
from linli.domains.access.rows import AlarmSource, Door
from linli.domains.access.service.alarms import (
    FEVER,
    FORCED,
    HELD_OPEN,
    OF_EVENT,
    TAMPER,
    end_alarm,
    raise_alarm,
)
from linli.domains.access.service.doors import adopt_doors, forget_door
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import KEY, KEY_CREDENTIAL
from linli.domains.access.service.passes import CALL, PassReport, record_pass, why_refused
from linli.domains.access.service.remote import keep_picture
from linli.domains.communities.events import SpaceChanged
from linli.domains.people.person_rules import mask_phone
from linli.kernel import telemetry
from linli.kernel.db import Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules import PassCode
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.inbox.messages import Message, believable
from linli.things.queries.devices import find_devices

log = telemetry.logger(__name__)


class PassEvent(msgspec.Struct, rename="camel"):
    """Outputs of `passEvent` (spec A 4.3)."""

    code: int
    type: str
    content: str = ""
    message: str = ""
    ext_info: Any = ""
    """An object as JSON text; some firmware sends the object itself."""


class AlarmEvent(msgspec.Struct, rename="camel"):
    """Outputs of `alarmEvent` (spec G A4)."""

    alarm_type: Annotated[int, Meta(ge=0, le=7)]
    card_id: str = ""


class FeverEvent(msgspec.Struct, rename="camel"):
    """Outputs of `FeverAlarm`. The person of the face stays on the device: an alarm names no person."""

    temperature: float | None = None
    """Degrees Celsius; None where the door could not measure, and refuses for it."""


class DoorOpenEvent(msgspec.Struct, rename="camel"):
    """Outputs of `doorOpenEvent` (spec A 4.3)."""

    source_type: int
    number: str = ""
    ext_info: Any = ""


_BY_CLOUD_CALL: Final = 0
_BY_PHONE: Final = 1
_REFUSED_CARDS: Final = {2: "tradCard", 3: "bleCard"}
"""alarmType → type of the pass that was refused."""
_LASTING: Final = {
    0: (TAMPER, True), 1: (TAMPER, False), 4: (FORCED, True), 5: (FORCED, False), 6: (HELD_OPEN, True),
    7: (HELD_OPEN, False),
}  # fmt: skip
"""alarmType → alarm, and whether it begins or is over."""


class AccessHandlers:
    """Each runs in one transaction with the message or event it handles."""

    def __init__(self, ids: Ids, keys: DoorKeys, faces: FaceOwners | None = None) -> None:
        self._ids = ids
        self._keys = keys
        self._faces = faces

    async def pass_event(self, tx: Tx, message: Message) -> None:
        """A pass or a refusal at a door. Raises BadInput or ValidationError: the message is parked."""
        event = msgspec.convert(message.values, PassEvent, strict=False)
        if (door := await self._door(tx, message)) is not None:
            await self._record(tx, message, door, event)

    async def door_open_event(self, tx: Tx, message: Message) -> None:
        """An opening in a call is a pass, too. Ordinary ones are reported as such besides: of them the picture is kept,
        if the door was opened from afar."""
        event = msgspec.convert(message.values, DoorOpenEvent, strict=False)
        if event.source_type not in (_BY_CLOUD_CALL, _BY_PHONE):
            text = _text(event.ext_info)
            picture = capture_key(message.device.tenant_id, message.device.iot_id, text)
            if picture and (door := await self._door(tx, message)) is not None:
                await keep_picture(tx, door=door, picture=picture, now_ms=message.received_ms)
            return
        if (door := await self._door(tx, message)) is not None:
            number = event.number if event.source_type == _BY_CLOUD_CALL else mask_phone(event.number)
            opened = PassEvent(code=PassCode.SUCCESS, type=CALL, content=number, ext_info=event.ext_info)
            await self._record(tx, message, door, opened)

    async def alarm_event(self, tx: Tx, message: Message) -> None:
        """An alarm of a door, or a card that it refused by itself, which is a refused try. Raises as `pass_event`."""
        event = msgspec.convert(message.values, AlarmEvent, strict=False)
        if (door := await self._door(tx, message)) is None:
            return
        at_ms, _ = believable(message.time_ms, message.received_ms)
        card = _REFUSED_CARDS.get(event.alarm_type)
        if card is None:
            kind, raised = _LASTING[event.alarm_type]
            if raised:
                await self._raise(tx, message, door, kind, lasts=True)
            else:
                await end_alarm(tx, door=door, kind=kind, at_ms=at_ms)
            return
        code = await why_refused(tx, door=door, type=card, number=event.card_id, at_ms=at_ms)
        await self._record(tx, message, door, PassEvent(code=code, type=card, content=event.card_id))

    async def fever_alarm(self, tx: Tx, message: Message) -> None:
        """Somebody was kept out because of their temperature, or because it could not be measured."""
        event = msgspec.convert(message.values, FeverEvent, strict=False)
        if (door := await self._door(tx, message)) is not None:
            await self._raise(tx, message, door, FEVER, temperature=event.temperature)

    async def tamper_alarm(self, tx: Tx, message: Message) -> None:
        """`TamperAlarm`, of doors that never say that it is over."""
        if (door := await self._door(tx, message)) is not None:
            await self._raise(tx, message, door, TAMPER)

    async def held_open(self, tx: Tx, message: Message) -> None:
        """`DoorHeldOpen`, of doors that never say that it is over."""
        if (door := await self._door(tx, message)) is not None:
            await self._raise(tx, message, door, HELD_OPEN)

    async def device_alert(self, tx: Tx, message: Message) -> None:
        """An alert of any device of a community, such as somebody trapped in a lift. It goes on until a person closes
        it."""
        device = message.device
        if device.community_id is None:
            log.warning("%s at %s, which is in no community", message.identifier, device.iot_id)
            return
        scope = Scope.system(device.tenant_id, "access")
        door = await find_door(scope, tx, iot_id=device.iot_id)
        source = door or AlarmSource(
            device.iot_id, device.tenant_id, device.community_id, await _name_of(scope, tx, device.iot_id)
        )
        await self._raise(tx, message, source, OF_EVENT[message.identifier], lasts=True)

    async def status(self, tx: Tx, message: Message) -> None:
        """A door that powered up is given its public key again (spec A 4.3: it is set after every power-up)."""
        if message.identifier == "online":
            await delivery.resend(
                tx,
                device=message.device.iot_id,
                kind=KEY,
                credential=KEY_CREDENTIAL,
                now_ms=tx.db.clock.now_ms(),
            )

    async def spaces_changed(self, tx: Tx, event: SpaceChanged) -> None:
        """A place with doors is not taken away under them: every pass tells where they stand. Raises DoorsHere."""
        if event.type == "delete":
            scope = Scope.system(event.tenant_id, "access")
            if names := await names_at(scope, tx, event.ids):
                raise DoorsHere(doors="、".join(names))

    async def device_moved(self, tx: Tx, event: DeviceMoved) -> None:
        """A device that left its community is no door of it any more."""
        scope = Scope.system(event.tenant_id, "access")
        door = await find_door(scope, tx, iot_id=event.iot_id)
        if door is not None and door.community_id != event.community_id:
            await forget_door(scope, tx, door=door)

    async def device_deleted(self, tx: Tx, event: DeviceDeleted) -> None:
        scope = Scope.system(event.tenant_id, "access")
        door = await find_door(scope, tx, iot_id=event.iot_id)
        if door is not None:
            await forget_door(scope, tx, door=door)

    async def _record(self, tx: Tx, message: Message, door: Door, event: PassEvent) -> None:
        ext_info = event.ext_info
        text = _text(ext_info)
        at_ms, _ = believable(event_time_ms(text) or message.time_ms, message.received_ms)
        report = PassReport(
            code=event.code,
            message=event.message,
            type=event.type,
            content=event.content,
            ext_info=text,
            passed_ms=at_ms,
            received_ms=message.received_ms,
        )
        await record_pass(tx, door=door, report=report, pass_id=self._ids.number(), faces=self._faces)

    async def _raise(
        self,
        tx: Tx,
        message: Message,
        door: Door | AlarmSource,
        kind: str,
        *,
        lasts: bool = False,
        temperature: float | None = None,
    ) -> None:
        at_ms, _ = believable(message.time_ms, message.received_ms)
        await raise_alarm(
            tx,
            door=door,
            kind=kind,
            alarm_id=self._ids.number(),
            at_ms=at_ms,
            received_ms=message.received_ms,
            lasts=lasts,
            temperature=temperature,
        )

    async def _door(self, tx: Tx, message: Message) -> Door | None:
        """The door that a device is; None, with a line in the log, where it is in no community."""
        device = message.device
        doors = await adopt_doors(
            Scope.system(device.tenant_id, "access"),
            tx,
            iot_ids=[device.iot_id],
            keys=self._keys,
            now_ms=tx.db.clock.now_ms(),
        )
        door = doors.get(device.iot_id)
        if door is None:
            log.warning("%s at %s, which is in no community", message.identifier, device.iot_id)
        return door


async def _name_of(scope: Scope, tx: Tx, iot_id: str) -> str:
    """What people call a device."""
    rows = await find_devices(scope, tx, iot_ids=[iot_id])
    return rows[0].nickname or rows[0].device_name if rows else ""


def _text(ext_info: Any) -> str:
    """As JSON text, which many doors send anyway."""
    return ext_info if isinstance(ext_info, str) else msgspec.json.encode(ext_info).decode()

"""What access reacts to: passes that doors report, doors that come online, devices that move or are deleted."""

from typing import Any

import msgspec

from linli.delivery import service as delivery
from linli.domains.access.errors import DoorsHere
from linli.domains.access.pass_details import event_time_ms
from linli.domains.access.ports import FaceOwners
from linli.domains.access.queries.doors import find_door, names_at
from linli.domains.access.rows import Door
from linli.domains.access.service.doors import adopt_doors, forget_door
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import KEY, KEY_CREDENTIAL
from linli.domains.access.service.passes import PassReport, record_pass
from linli.domains.communities.events import SpaceChanged
from linli.kernel import telemetry
from linli.kernel.db import Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.inbox.messages import Message, believable

log = telemetry.logger(__name__)


class PassEvent(msgspec.Struct, rename="camel"):
    """Outputs of `passEvent` (spec A 4.3)."""

    code: int
    type: str
    content: str = ""
    message: str = ""
    ext_info: Any = ""
    """An object as JSON text; some firmware sends the object itself."""


class AccessHandlers:
    """Each runs in one transaction with the message or event it handles."""

    def __init__(self, ids: Ids, keys: DoorKeys, faces: FaceOwners | None = None) -> None:
        self._ids = ids
        self._keys = keys
        self._faces = faces

    async def pass_event(self, tx: Tx, message: Message) -> None:
        """A pass or a refusal at a door. Raises BadInput or ValidationError: the message is parked."""
        event = msgspec.convert(message.values, PassEvent, strict=False)
        door = await self._door(tx, message)
        if door is None:
            log.warning("pass at %s, which is in no community", message.device.iot_id)
            return
        ext_info = event.ext_info
        text = ext_info if isinstance(ext_info, str) else msgspec.json.encode(ext_info).decode()
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

    async def _door(self, tx: Tx, message: Message) -> Door | None:
        device = message.device
        doors = await adopt_doors(
            Scope.system(device.tenant_id, "access"),
            tx,
            iot_ids=[device.iot_id],
            keys=self._keys,
            now_ms=tx.db.clock.now_ms(),
        )
        return doors.get(device.iot_id)

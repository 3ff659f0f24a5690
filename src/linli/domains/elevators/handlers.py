"""Reactions of lifts: they come online and are read, they report where their cars are, they move or are deleted."""

from typing import Final

import msgspec

from linli.delivery.ports import Invoker
from linli.domains.elevators.queries.emergencies import last_end_ms, lifts_at
from linli.domains.elevators.service import emergencies, shafts, states, waits
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.rules.lift_states import FAULT, TRAPPED
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.inbox.messages import Message
from linli.things.queries.devices import find_devices

log = logger(__name__)
READ_LIFT: Final = "elevators.read"
FIRE: Final = "FireAlarm"
LATE_MS: Final = 60_000
"""A fire that was told so late is over where a person ended an emergency of the lift after it."""
TOLD_ONCE: Final = {"Fault": FAULT, "Trapped": TRAPPED}
"""Events of lifts that tell that something happened, and never that it is over."""


class ReadLift(msgspec.Struct, frozen=True):
    """Outbox payload: a lift that came online is asked for its cars and floors."""

    tenant_id: str
    iot_id: str


class LiftHandlers:
    def __init__(self, db: Database, clock: Clock, ids: Ids, invoker: Invoker) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._invoker = invoker

    async def status(self, tx: Tx, message: Message) -> None:
        """A lift that came online may have been changed meanwhile."""
        device = message.device
        if message.identifier == "online" and _is_lift(message):
            wanted = ReadLift(device.tenant_id, device.iot_id)
            await outbox.add_once(tx, READ_LIFT, wanted, key=f"{READ_LIFT}:{device.iot_id}")

    async def read(self, wanted: ReadLift) -> None:
        """Outbox job. One that does not answer is asked when it comes online again."""
        scope = Scope.system(wanted.tenant_id, "elevators")
        now = self._clock.now_ms()
        try:
            await shafts.read(self._db, self._invoker, scope, iot_id=wanted.iot_id, now_ms=now)
        except LinliError as error:
            log.info("lift %s is not read: %s", wanted.iot_id, error)

    async def states(self, tx: Tx, message: Message) -> None:
        """Property `ElevatorStatus`. Raises ValidationError: the message is parked."""
        device = message.device
        await shafts.keep_states(
            Scope.system(device.tenant_id, "elevators"),
            tx,
            iot_id=device.iot_id,
            community_id=device.community_id,
            reported=message.values[shafts.STATUS],
            at_ms=message.time_ms,
        )
        await emergencies.arrived(
            Scope.system(device.tenant_id, "elevators"),
            tx,
            iot_id=device.iot_id,
            positions=shafts.positions_in(message.values[shafts.STATUS]),
            at_ms=message.time_ms,
        )

        await waits.arrived(
            Scope.system(device.tenant_id, "elevators"),
            tx,
            iot_id=device.iot_id,
            positions=shafts.positions_in(message.values[shafts.STATUS]),
            at_ms=message.time_ms,
        )

    async def fire(self, tx: Tx, message: Message) -> None:
        """Event `FireAlarm`: of a lift's own input its cars, of any other device all cars of its community."""
        device = message.device
        if device.community_id is None:
            return
        scope = Scope.system(device.tenant_id, "elevators")
        lifts = await lifts_at(scope, tx, community_id=device.community_id, space_id=None)
        named = {lift.device.iot_id: lift for lift in lifts}
        here = await find_devices(scope, tx, iot_ids=[device.iot_id])
        own = [named[device.iot_id]] if device.iot_id in named else lifts
        if message.received_ms - message.time_ms > LATE_MS:  # from a box whose line was cut
            own = [lift for lift in own if await last_end_ms(scope, tx, lift.device.iot_id) < message.time_ms]
        if not own:
            return
        await emergencies.declare_by_device(
            scope, tx, community_id=device.community_id, lifts=own,
            device=here[0].nickname or here[0].device_name if here else "",
            ids=self._ids, now_ms=self._clock.now_ms(),
        )  # fmt: skip

    async def modes(self, tx: Tx, message: Message) -> None:
        """Properties `ElevatorRunningMode` and `RunningMode`. Raises ValidationError: the message is parked."""
        if _is_lift(message):
            await states.keep_told(
                Scope.system(message.device.tenant_id, "elevators"),
                tx,
                iot_id=message.device.iot_id,
                states=states.modes_in(message.values),
                at_ms=message.time_ms,
                alarm_id=self._ids.number(),
            )

    async def told_once(self, tx: Tx, message: Message) -> None:
        """Events `TOLD_ONCE`, of a car or of the whole lift. The alarm of one is raised where all alerts are."""
        if _is_lift(message):
            car = str(message.values.get("ElevatorID") or "")[:64]
            await states.keep_told(
                Scope.system(message.device.tenant_id, "elevators"),
                tx,
                iot_id=message.device.iot_id,
                states={car: TOLD_ONCE[message.identifier]},
                at_ms=message.time_ms,
                once=True,
            )


def _is_lift(message: Message) -> bool:
    return shafts.INFO in message.device.product.compiled.model.service_by_id


async def device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    """Inline."""
    await shafts.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)


async def device_moved(tx: Tx, event: DeviceMoved) -> None:
    """Inline."""
    await shafts.move(tx, tenant_id=event.tenant_id, iot_id=event.iot_id, community_id=event.community_id)

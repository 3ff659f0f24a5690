"""The parts of this room that the composing function registers."""

from linli.delivery.ports import Invoker
from linli.domains.elevators.handlers import (
    FIRE,
    READ_LIFT,
    TOLD_ONCE,
    LiftHandlers,
    ReadLift,
    device_deleted,
    device_moved,
)
from linli.domains.elevators.service.emergencies import SEND_HOME, SendHome
from linli.domains.elevators.service.results import record
from linli.domains.elevators.service.sending_home import EmergencyGuard, SendingHome
from linli.domains.elevators.service.shafts import STATUS
from linli.domains.elevators.service.states import MODE, MODES
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.protocols.edge_link import RULE_EVENT
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.inbox.handlers import InboxHandlers


def register(handlers: Handlers[Tx]) -> None:
    """Before anything starts."""
    handlers.inline(DeviceDeleted, device_deleted)
    handlers.inline(DeviceMoved, device_moved)


def guard(db: Database) -> EmergencyGuard:
    """For calls of services by anybody."""
    return EmergencyGuard(db)


def register_devices(
    db: Database, clock: Clock, ids: Ids, jobs: Jobs, inbox: InboxHandlers, *, invoker: Invoker
) -> None:
    """Where calls go out and messages come in."""
    react = LiftHandlers(db, clock, ids, invoker)
    inbox.on_status(react.status)
    inbox.on_property(STATUS, react.states)
    inbox.on_property(MODES, react.modes)
    inbox.on_property(MODE, react.modes)
    for identifier in TOLD_ONCE:
        inbox.on_event(identifier, react.told_once)
    inbox.on_event(RULE_EVENT, record, history=True)
    inbox.on_event(FIRE, react.fire)
    jobs.on(SEND_HOME, SendHome, SendingHome(db, clock, invoker).run)
    jobs.on(READ_LIFT, ReadLift, react.read)

"""The parts of this room that the composing function registers to serve doors."""

from linli.delivery.files import FileKey
from linli.delivery.ports import Carriers, Invoker
from linli.domains.access.carriers import DROP_FILE, DoorCarrier, KeyCarrier, every_door
from linli.domains.access.events import (
    DoorPersonDeleted,
    DoorRemoved,
    DoorServiceSwitched,
    PassScopeChanged,
    QrUsedUp,
)
from linli.domains.access.handlers import AccessHandlers
from linli.domains.access.ports import FaceOwners
from linli.domains.access.queries.keys import home_doors
from linli.domains.access.service.alarms import OF_EVENT
from linli.domains.access.service.doors import COMMUNITY_DOORS
from linli.domains.access.service.home_keys import HOME_DOORS
from linli.domains.access.service.key_updates import KeyUpdates
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.move_out_undo import MoveOutUndo
from linli.domains.access.service.revocation import Revocation
from linli.domains.access.service.ways import END, EndOfWay
from linli.domains.communities.events import CommunityZoneChanged, SpaceChanged
from linli.domains.people.events import (
    AccountFrozen,
    AccountUnregistered,
    EmployeesLeft,
    ResidentCameBack,
    ResidentsMovedIn,
    ResidentsMovedOut,
    UserChanged,
    UsersErased,
)
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.inbox.handlers import InboxHandlers


class AccessRoom:
    """`register_messages` and `register_events` before anything starts; `register_devices` where calls go out."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, keys: DoorKeys, faces: FaceOwners | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._keys = keys
        self._handlers = AccessHandlers(ids, keys, faces)
        self._revocation = Revocation(db)
        self._key_updates = KeyUpdates(db, ids)

    def register_messages(self, inbox: InboxHandlers) -> None:
        react = self._handlers
        inbox.on_event("passEvent", react.pass_event, history=True)
        inbox.on_event("doorOpenEvent", react.door_open_event, history=True)
        inbox.on_event("alarmEvent", react.alarm_event, history=True)
        inbox.on_event("FeverAlarm", react.fever_alarm, history=True)
        inbox.on_event("TamperAlarm", react.tamper_alarm, history=True)
        inbox.on_event("DoorHeldOpen", react.held_open, history=True)
        for identifier in OF_EVENT:
            inbox.on_event(identifier, react.device_alert, history=True)
        inbox.on_status(react.status)

    def register_events(self) -> None:
        handlers = self._db.handlers
        handlers.inline(DeviceMoved, self._handlers.device_moved)
        handlers.inline(SpaceChanged, self._handlers.spaces_changed)
        handlers.inline(DeviceDeleted, self._handlers.device_deleted)
        handlers.after(QrUsedUp, self._revocation.qr_used_up, name="access.end_used_up")
        handlers.after(DoorPersonDeleted, self._revocation.person_deleted, name="access.end_of_person")
        handlers.after(
            ResidentsMovedOut, self._revocation.residents_moved_out, name="access.end_of_residents"
        )
        move_out_undo = MoveOutUndo(self._db)
        handlers.after(ResidentCameBack, move_out_undo.resident_came_back, name="access.rights_of_returners")
        handlers.after(EmployeesLeft, self._revocation.employees_left, name="access.end_of_employees")
        handlers.after(UsersErased, self._revocation.users_erased, name="access.end_of_users")
        handlers.after(
            AccountUnregistered, self._revocation.account_unregistered, name="access.end_of_account"
        )
        handlers.after(DoorRemoved, self._revocation.door_removed, name="access.end_of_door")

        keys = self._key_updates
        handlers.after(ResidentsMovedIn, keys.residents_moved_in, name="access.keys_of_residents")
        handlers.after(ResidentsMovedOut, keys.residents_moved_out, name="access.keys_of_leavers")
        handlers.after(EmployeesLeft, keys.employees_left, name="access.keys_of_employees")
        handlers.after(UsersErased, keys.users_erased, name="access.keys_of_erased")
        handlers.after(UserChanged, keys.user_changed, name="access.keys_of_groups")
        handlers.after(PassScopeChanged, keys.pass_scope_changed, name="access.keys_of_scope")
        handlers.after(SpaceChanged, keys.space_changed, name="access.keys_of_spaces")
        handlers.after(AccountFrozen, keys.account_frozen, name="access.keys_of_frozen")
        handlers.after(CommunityZoneChanged, keys.zone_changed, name="access.hours_of_zone")
        handlers.after(DoorServiceSwitched, keys.service_switched, name="access.keys_of_service")

    def register_devices(
        self, carriers: Carriers, jobs: Jobs, *, invoker: Invoker, objects: ObjectStore
    ) -> None:
        door = DoorCarrier(self._db, invoker, objects, self._ids, self._clock, self._keys)
        carriers.add(door)
        carriers.add(KeyCarrier(invoker))
        carriers.expand(COMMUNITY_DOORS, every_door)
        carriers.expand(HOME_DOORS, home_doors)
        jobs.on(DROP_FILE, FileKey, door.files.drop)
        jobs.on(END, EndOfWay, self._revocation.way_ended)

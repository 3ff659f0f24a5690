"""The parts of this room that the composing function registers."""

from linli.delivery.files import FileKey
from linli.delivery.ports import Carriers, Invoker
from linli.domains.access.events import DoorMoved, DoorRegistered, DoorRemoved
from linli.domains.communities.events import CommunityServiceChanged, SpaceChanged, SpaceDeleting
from linli.domains.intercom.carriers import DROP_FILE, ModeCarrier, NumberCarrier, RoomsCarrier
from linli.domains.intercom.handlers import (
    Derive,
    door_moved,
    door_removed,
    residents_moved_out,
    service_changed,
    space_deleting,
)
from linli.domains.intercom.service.derived import Derivation
from linli.domains.intercom.service.door_reports import door_opened
from linli.domains.intercom.service.messages import DROP_MESSAGE
from linli.domains.intercom.service.phone_checks import ANSWER_PHONE, PhoneChecks, PhoneQuestion
from linli.domains.people.events import ResidentsMovedIn, ResidentsMovedOut
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets
from linli.things.inbox.handlers import InboxHandlers


def register(handlers: Handlers[Tx]) -> None:
    """Before anything starts."""
    handlers.inline(DoorMoved, door_moved)
    handlers.inline(DoorRemoved, door_removed)
    handlers.inline(SpaceDeleting, space_deleting)
    handlers.inline(ResidentsMovedOut, residents_moved_out)
    handlers.inline(CommunityServiceChanged, service_changed)


def register_derivation(handlers: Handlers[Tx], derivation: Derivation) -> None:
    """Before anything starts, where jobs run."""
    derive = Derive(derivation)
    handlers.after(DoorRegistered, derive.door_registered, name="intercom.of_door")
    handlers.after(DoorMoved, derive.door_moved, name="intercom.of_moved_door")
    handlers.after(SpaceChanged, derive.spaces_changed, name="intercom.of_spaces")
    handlers.after(ResidentsMovedIn, derive.residents_moved_in, name="intercom.of_members")
    handlers.after(CommunityServiceChanged, derive.service_runs, name="intercom.of_service")


class IntercomDoors:
    """What brings accounts and rooms to doors."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, secrets: Secrets) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._secrets = secrets

    def register_devices(
        self,
        carriers: Carriers,
        jobs: Jobs,
        inbox: InboxHandlers,
        *,
        invoker: Invoker,
        objects: ObjectStore,
    ) -> None:
        """Where calls go out and messages come in."""
        rooms = RoomsCarrier(self._db, invoker, objects, self._ids, self._clock)
        for carrier in (NumberCarrier(self._db, invoker, self._secrets), rooms, ModeCarrier(invoker)):
            carriers.add(carrier)
        for job in (DROP_FILE, DROP_MESSAGE):
            jobs.on(job, FileKey, rooms.files.drop)
        checks = PhoneChecks(self._db, self._clock, invoker)
        inbox.on_event("checkPhoneNumber", checks.asked)
        inbox.on_event("doorOpenEvent", door_opened, history=True)
        jobs.on(ANSWER_PHONE, PhoneQuestion, checks.answer)

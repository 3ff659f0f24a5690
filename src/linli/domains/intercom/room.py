"""The parts of this room that the composing function registers."""

from linli.delivery.ports import Carriers, Invoker
from linli.domains.access.events import DoorRemoved
from linli.domains.communities.events import SpaceDeleting
from linli.domains.intercom.carriers import DROP_FILE, ModeCarrier, NumberCarrier, RoomFileKey, RoomsCarrier
from linli.domains.intercom.handlers import door_removed, space_deleting
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets


def register(handlers: Handlers[Tx]) -> None:
    """Before anything starts."""
    handlers.inline(DoorRemoved, door_removed)
    handlers.inline(SpaceDeleting, space_deleting)


class IntercomDoors:
    """What brings accounts and rooms to doors."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, secrets: Secrets) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._secrets = secrets

    def register_devices(
        self, carriers: Carriers, jobs: Jobs, *, invoker: Invoker, objects: ObjectStore
    ) -> None:
        """Where calls go out."""
        rooms = RoomsCarrier(self._db, invoker, objects, self._ids, self._clock)
        for carrier in (NumberCarrier(self._db, invoker, self._secrets), rooms, ModeCarrier(invoker)):
            carriers.add(carrier)
        jobs.on(DROP_FILE, RoomFileKey, rooms.drop_file)

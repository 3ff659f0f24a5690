"""The parts of this room that the composing function registers."""

from linli.domains.boxes.front.app import EdgeFront
from linli.domains.boxes.front.calls import Addresses, EdgeCalls
from linli.domains.boxes.parking.calls import ParkingCalls
from linli.domains.boxes.parking.followers import ParkingFollowers
from linli.domains.boxes.passage.calls import PassageCalls
from linli.domains.boxes.passage.followers import Followers
from linli.domains.boxes.service.devices import forget_device
from linli.domains.boxes.service.refresh import Refresher
from linli.domains.boxes.service.replacements import Syncing
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets
from linli.things.downlink.invoker import Invoker
from linli.things.events import DeviceDeleted
from linli.things.inbox.handlers import InboxHandlers


class Boxes:
    """The front for boxes and the messages to them, for one process."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        objects: ObjectStore,
        *,
        invoker: Invoker,
        addresses: Addresses,
    ) -> None:
        self.front = EdgeFront(db, clock, secrets)
        EdgeCalls(db, clock, ids, secrets, objects, addresses).register(self.front)
        PassageCalls(db, clock, secrets).register(self.front)
        self.parking_calls = ParkingCalls(db, clock, ids, secrets, objects)
        self.parking_calls.register(self.front)
        self._refresher = Refresher(invoker)
        self._syncing = Syncing(db, clock)
        self._followers = Followers(db, secrets)
        self._parking = ParkingFollowers(db)
        self._handlers = db.handlers

    def register(self, jobs: Jobs, inbox: InboxHandlers) -> None:
        """Before anything starts."""
        self._parking.register(self._handlers)
        self._parking.register_inbox(inbox)
        self._refresher.register(jobs)
        self._syncing.register(jobs)
        self._followers.register(self._handlers)
        self._followers.register_jobs(jobs)


def register(handlers: Handlers[Tx]) -> None:
    """Handlers for other rooms' events that concern the edge."""
    handlers.inline(DeviceDeleted, _device_deleted)


async def _device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    """Inline: the box is to have it no more."""
    await forget_device(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)

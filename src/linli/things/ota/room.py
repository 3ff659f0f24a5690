"""The parts of the room, for the composing function."""

from sqlalchemy import bindparam, delete, update

from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.things.events import DeviceDeleted
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.requests import Requests
from linli.things.models import device_firmware
from linli.things.mqtt.ports import Publisher
from linli.things.ota import jobs
from linli.things.ota.engine import Engine
from linli.things.ota.job_rows import in_states
from linli.things.ota.models import ota_jobs
from linli.things.ota.requests import OtaRequests, came_online
from linli.things.ota.states import OPEN, JobState, Reason

_forget = Command(
    delete(device_firmware).where(device_firmware.c.device_no == bindparam("device_no", type_=INT))
)
_let_go = Command(
    update(ota_jobs)
    .where(ota_jobs.c.device_no == bindparam("device_no", type_=INT), in_states(ota_jobs, OPEN))
    .values(
        state=JobState.CANCELLED.value,
        reason=Reason.DEVICE_GONE.value,
        due_ms=None,
        changed_ms=bindparam("now", type_=INT),
        finished_ms=bindparam("now", type_=INT),
    ),
    unscoped="the device was deleted in its scope",
)


class Ota:
    """Firmware over the air, for one process."""

    def __init__(self, db: Database, publisher: Publisher, objects: ObjectStore, clock: Clock) -> None:
        self._engine = Engine(db, publisher, objects, clock)
        self._requests = OtaRequests(objects)

    def register(
        self, *, requests: Requests, messages: InboxHandlers, work: Jobs, events: Handlers[Tx]
    ) -> None:
        """Answer devices, hear of those that come back, and work for campaigns."""
        self._requests.register(requests)
        messages.on_status(came_online)
        work.on(jobs.TICK, jobs.Tick, self._engine.tick)
        work.on(jobs.OFFER, jobs.Offer, self._engine.offer)
        events.inline(DeviceDeleted, _device_gone)


async def _device_gone(tx: Tx, event: DeviceDeleted) -> None:
    """Its campaigns notice at their next look."""
    await _let_go.run(tx, device_no=event.device_no, now=tx.db.clock.now_ms())
    await _forget.run(tx, device_no=event.device_no)

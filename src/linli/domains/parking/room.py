"""The parts of this room that the composing function registers."""

from linli.delivery.files import FileKey
from linli.delivery.ports import Carriers, Invoker
from linli.domains.communities.events import SpaceDeleting
from linli.domains.parking.carriers import DROP_FILE, LaneCarrier, lanes_of_spaces
from linli.domains.parking.claims import service as claims
from linli.domains.parking.events import GateOpened, VehiclePassed
from linli.domains.parking.fees import exits, lots, meter
from linli.domains.parking.handlers import (
    OPENED,
    RECOGNISED,
    check_size,
    device_deleted,
    device_moved,
    space_deleting,
)
from linli.domains.parking.kinds import SPACE_LANES
from linli.domains.parking.prepay.exit_jobs import ExitJobs
from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.parking.prepay.pages import DriverPages
from linli.domains.parking.prepay.service import DriversPayments
from linli.domains.parking.readings import service as readings
from linli.domains.parking.readings.jobs import PlateReadings
from linli.domains.parking.service.barriers import Barriers
from linli.domains.parking.service.passes import LaneReports
from linli.domains.parking.service.uploads import SEND, SendToken, UploadTokens
from linli.domains.parking.tickets import waits
from linli.domains.parking.tickets.entry_jobs import EntryJobs
from linli.domains.parking.tickets.pages import TicketPages
from linli.domains.payments.charges.collector import Collector
from linli.domains.payments.charges.events import ChargePaid, ChargeRefunded
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.http import Callers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.inbox.handlers import InboxHandlers
from linli.vision.plates.engine import Plates


def register(handlers: Handlers[Tx]) -> None:
    """Before anything starts."""
    handlers.inline(DeviceDeleted, device_deleted)
    handlers.inline(DeviceMoved, device_moved)
    handlers.inline(SpaceDeleting, space_deleting)
    handlers.inline(SpaceDeleting, lots.space_deleting)
    handlers.inline(VehiclePassed, meter.passed)
    handlers.inline(
        GateOpened, claims.gate_opened
    )  # first: who acts on a lane locks its claim, then the stay
    handlers.inline(GateOpened, exits.gate_opened)
    handlers.inline(VehiclePassed, waits.passed)
    handlers.inline(GateOpened, waits.gate_opened)
    handlers.inline(SpaceDeleting, waits.space_deleting)
    handlers.inline(SpaceDeleting, claims.space_deleting)
    handlers.inline(VehiclePassed, readings.passed)
    handlers.inline(SpaceDeleting, readings.space_deleting)


class Drivers:
    """Drivers' phones without log-in; `pages` is mounted at `/park`, `tickets` at `/ticket`."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        links: ParkingLinks,
        *,
        callers: Callers,
        collector: Collector | None,
        invoker: Invoker,
    ) -> None:
        self.links = links
        barriers = Barriers(db, clock, ids, invoker)
        self._exits = ExitJobs(db, clock, invoker, barriers, links)
        self._entries = EntryJobs(db, clock, barriers)
        self.pages = DriverPages(db, clock, ids, links, callers, collector)
        self.tickets = TicketPages(db, clock, ids, links, callers, collector)
        payments = DriversPayments(ids)
        db.handlers.inline(ChargePaid, payments.paid)
        db.handlers.inline(ChargeRefunded, payments.given_back)

    def register(self, jobs: Jobs) -> None:
        self._exits.register(jobs)
        self._entries.register(jobs)


class ParkingDevices:
    """Lane cameras: their messages, and what is brought to them."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, secrets: Secrets) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._secrets = secrets

    def register(
        self,
        carriers: Carriers,
        jobs: Jobs,
        inbox: InboxHandlers,
        *,
        invoker: Invoker,
        objects: ObjectStore,
        plates: Plates,
    ) -> PlateReadings:
        """Where calls go out, messages come in, and pictures of lanes are read."""
        reports = LaneReports(self._ids)
        inbox.check_event(RECOGNISED, check_size)
        inbox.on_event(RECOGNISED, reports.recognised, history=True)
        inbox.on_event(OPENED, reports.opened_abnormally, history=True)
        inbox.on_property(waits.STATE, waits.state_posted)
        tokens = UploadTokens(self._db, invoker, objects, self._secrets, self._ids, self._clock)
        inbox.on_event("OssStsTokenRequest", tokens.asked)
        jobs.on(SEND, SendToken, tokens.send)
        carrier = LaneCarrier(self._db, invoker, objects, self._ids, self._clock)
        carriers.add(carrier)
        carriers.expand(SPACE_LANES, lanes_of_spaces)
        jobs.on(DROP_FILE, FileKey, carrier.files.drop)
        barriers = Barriers(self._db, self._clock, self._ids, invoker)
        read = PlateReadings(self._db, self._clock, objects, plates, barriers)
        read.register(jobs)
        return read

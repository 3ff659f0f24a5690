"""What an exit does for the car that waits there: the fee and its QR code on the screen, and the barrier."""

from typing import Final

from linli.delivery.ports import Invoker
from linli.domains.parking.errors import NoQrCode
from linli.domains.parking.fees import exit_queries, stay_queries
from linli.domains.parking.fees.bills import bill
from linli.domains.parking.fees.exits import LET_OUT, SHOW, AtExit, end_wait
from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.parking.queries.lanes import device_at
from linli.domains.parking.service import displays
from linli.domains.parking.service.barriers import Barriers
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.i18n import text
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Caller, Scope

log = telemetry.logger(__name__)
SHOW_SECONDS: Final = 120


class ExitJobs:
    """Outbox jobs. A car that went or another that came in its place: nothing is done."""

    def __init__(
        self, db: Database, clock: Clock, invoker: Invoker, barriers: Barriers, links: ParkingLinks
    ) -> None:
        self._db = db
        self._clock = clock
        self._invoker = invoker
        self._barriers = barriers
        self._links = links

    def register(self, jobs: Jobs) -> None:
        jobs.on(SHOW, AtExit, self.show)
        jobs.on(LET_OUT, AtExit, self.let_out)

    async def show(self, job: AtExit) -> None:
        """The fee in words, spoken too, and the code that leads to its page. A screen that takes neither is no fault."""
        wait = await exit_queries.waiting_at(self._db, job.lane_id)
        if wait is None or not job.is_of(wait):
            return
        scope = _scope(job.tenant_id, wait.community_id)
        stay = await stay_queries.stay(scope, self._db, wait.stay_id)
        owed = (await bill(scope, self._db, stay, now_ms=self._clock.now_ms())).due_fen
        words = text("parking.exit.pay", scope.language, yuan=f"{owed / 100:.2f}")
        try:
            device = await device_at(scope, self._db, lane_id=job.lane_id)
            await displays.show_lines(
                scope,
                self._db,
                self._invoker,
                iot_id=device.iot_id,
                lines=[words],
                seconds=SHOW_SECONDS,
                voice=words,
            )
            await displays.show_qr(
                scope, self._db, self._invoker, iot_id=device.iot_id, text=self._links.exit_url(job.lane_id)
            )
        except NoQrCode:
            return
        except LinliError as error:
            log.warning("the exit %s shows no fee: %s", job.lane_id, error.code)

    async def let_out(self, job: AtExit) -> None:
        """Open for the car that waits, once; who calls again finds no wait. A barrier that does not move is tried again
        for a few seconds, then it is for a person: the order to it is in the lane's list with its fault."""
        wait = await exit_queries.waiting_at(self._db, job.lane_id)
        if wait is None or not job.is_of(wait):
            return
        scope = _scope(job.tenant_id, wait.community_id)
        ended = await self._db.run(
            lambda tx: end_wait(scope, tx, wait, why="paid_out", now_ms=self._clock.now_ms())
        )
        if ended:
            await self._barriers.open(scope, job.lane_id, text("parking.exit.nothing_due", scope.language))


def _scope(tenant_id: str, community_id: int) -> Scope:
    return Scope(tenant_id, Caller("system", "exit"), frozenset((community_id,)))

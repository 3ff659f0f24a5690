"""The parts of this room that the composing function registers and mounts."""

from collections.abc import MutableMapping
from typing import Any, Final

from linli.domains.payments.cashier.books import NOTIFY, Cashier, Notify
from linli.domains.payments.cashier.pages import CashierPages
from linli.domains.payments.charges.collector import Collector
from linli.domains.payments.charges.errors import NoticeUntrue
from linli.domains.payments.charges.service import GIVE_BACK, GiveBack, give_back, take_notice
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.http import ASGIApp, Receive, Send
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.phone_pages import answer, body_of
from linli.kernel.secrets import Secrets

log = telemetry.logger(__name__)
NOTICES: Final = "/pay/notify"
PAGES: Final = "/pay"


class PaymentsRoom:
    """`collector`: who takes payments over the network; None: nobody does, and pages say where to pay instead."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, secrets: Secrets, *, cashier: bool, platform_url: str
    ) -> None:
        """`cashier`: the stand-in takes them. `platform_url`: where its notices go."""
        self._db = db
        self._clock = clock
        self.cashier = Cashier(db, clock, ids, secrets, platform_url=platform_url) if cashier else None
        self.collector: Collector | None = self.cashier

    def register(self, jobs: Jobs) -> None:
        jobs.on(GIVE_BACK, GiveBack, self._give_back)
        if self.cashier is not None:
            jobs.on(NOTIFY, Notify, self.cashier.notify)

    def prefixes(self) -> dict[str, ASGIApp]:
        if self.cashier is None:
            return {}
        return {NOTICES: self.noticed, PAGES: CashierPages(self.cashier, self._clock)}

    async def noticed(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Where a provider's notices come in: `/pay/notify/<provider>`."""
        collector = self.collector
        name = str(scope["path"]).removeprefix(f"{NOTICES}/")
        if collector is None or name != collector.name or scope["method"] != "POST":
            await answer(send, 404, b"")
            return
        try:
            notice = collector.read_notice(dict(scope["headers"]), await body_of(receive))
            await take_notice(self._db, collector, notice, now_ms=self._clock.now_ms())
        except (NoticeUntrue, BadInput) as error:
            log.warning("a payment notice for %s was refused: %s", name, error.code)
            await answer(send, 400, b"refused")
            return
        await answer(send, 200, b"success")

    async def _give_back(self, job: GiveBack) -> None:
        await give_back(self._db, self.collector, job, now_ms=self._clock.now_ms())

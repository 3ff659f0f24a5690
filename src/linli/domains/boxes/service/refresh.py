"""Telling a box that something is new: its gateway device is called (`edgeRefresh`). One that is away asks by itself."""

from typing import Final

import msgspec

from linli.domains.boxes.rows import Node
from linli.kernel import outbox, telemetry
from linli.kernel.db import Tx
from linli.kernel.errors import LinliError
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.protocols.edge_link import REFRESH, Refresh
from linli.things.downlink.invoker import Invoker

log = telemetry.logger(__name__)

JOB: Final = "boxes.refresh"


class RefreshJob(msgspec.Struct, frozen=True):
    tenant_id: str
    iot_id: str
    args: dict[str, str]


async def tell(tx: Tx, node: Node, *, what: str, ticket: str = "", kind: str = "") -> None:
    """Call the box once this transaction is durable. `what`: deployment, tunnel, logs, diagnosis."""
    await outbox.add(tx, JOB, _job(node, Refresh(what=what, ticket=ticket, kind=kind)))


async def tell_once(tx: Tx, node: Node, *, what: str, within_ms: int) -> None:
    """`tell` within this time, with all that this box is told of the same until then."""
    job = _job(node, Refresh(what=what))
    await outbox.add_once(tx, JOB, job, key=f"{JOB}:{node.iot_id}:{what}", within_ms=within_ms)


def _job(node: Node, wanted: Refresh) -> RefreshJob:
    """Empty fields are not sent."""
    fields = {name: value for name, value in msgspec.to_builtins(wanted).items() if value}
    return RefreshJob(node.tenant_id, node.iot_id, fields)


class Refresher:
    """Makes the calls of the outbox."""

    def __init__(self, invoker: Invoker) -> None:
        self._invoker = invoker

    def register(self, jobs: Jobs) -> None:
        jobs.on(JOB, RefreshJob, self.run)

    async def run(self, job: RefreshJob) -> None:
        """A box that cannot be reached looks for itself within five minutes."""
        scope = Scope.system(job.tenant_id, "boxes")
        try:
            await self._invoker.call(scope, job.iot_id, REFRESH, job.args)
        except LinliError as error:
            log.info("box %s was not told of %s: %s", job.iot_id, job.args.get("what"), error)

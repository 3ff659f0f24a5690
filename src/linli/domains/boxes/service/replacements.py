"""A new box in the place of a broken one (立即替换): same model, same node, same identity. Spec D §1.6, §5.9.

waiting → restoring (applications) → configuring (its devices are to be deployed) → syncing (rights and libraries) → done.
"""

from collections.abc import Collection
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, update

from linli.delivery.queries import list_rows
from linli.delivery.schemas import DesiredFilter, DesiredRow
from linli.delivery.service.rows import compare_soon, resend
from linli.domains.boxes import rules
from linli.domains.boxes.errors import ModelDiffers, NotReplaceable, TooOld
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.models import edge_replacements
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import replacements as queries
from linli.domains.boxes.queries.replacements import sync_key
from linli.domains.boxes.rows import Deployment, EdgeDevice, Node, Replacement, place_of
from linli.domains.boxes.service import deployments, nodes
from linli.domains.boxes.service.products import whole
from linli.kernel import history, outbox
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx, in_scope
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

WAITING, RESTORING, CONFIGURING, SYNCING, DONE, FAILED, CANCELLED = (
    "waiting",
    "restoring",
    "configuring",
    "syncing",
    "done",
    "failed",
    "cancelled",
)
PERCENT: Final = {
    WAITING: 0,
    RESTORING: 34,
    CONFIGURING: 60,
    SYNCING: 80,
    DONE: 100,
    FAILED: 34,
    CANCELLED: 0,
}
_UNDER_WAY: Final = (RESTORING, CONFIGURING, SYNCING, FAILED)
SYNC_JOB: Final = "boxes.sync"
_STEP: Final = 100


class SyncJob(msgspec.Struct, frozen=True):
    tenant_id: str
    iot_id: str


def _values(**values: Any) -> Command:
    return Command(
        update(edge_replacements)
        .where(in_scope(edge_replacements), edge_replacements.c.replacement_id == bindparam("row", type_=INT))
        .values(**values)
    )


_arrived = _values(
    state=RESTORING,
    new_version=bindparam("version"),
    activated_ms=bindparam("at", type_=INT),
    generation=bindparam("to", type_=INT),
)
_move = _values(state=bindparam("to_state"), reason=bindparam("why"), finished_ms=bindparam("at", type_=INT))
_synced = _values(state=SYNCING, synced_ms=bindparam("at", type_=INT))


async def begin(
    scope: Scope,
    tx: Tx,
    *,
    node_id: int,
    serial_number: str,
    model: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Replacement:
    """Let the new box activate as the old one. The old one is disconnected.

    Raises NotFound, BadInput, SerialTaken, ModelDiffers, NotReplaceable.
    """
    node = await cluster_queries.node(scope, tx, node_id)
    serial = rules.clean_serial(serial_number)
    if not node.hardware_id and node.state != rules.REPLACING:
        raise NotReplaceable(node=node.name)
    await nodes.check_serial(tx, serial)
    if rules.clean_model(model) != node.model:
        raise ModelDiffers(model=node.model, given=model, field="model")
    for open_one in await queries.of_node(whole(scope), tx, node_id):
        if open_one.state == WAITING:
            await _move.run(
                tx, whole(scope), row=open_one.replacement_id, to_state=CANCELLED, why="", at=now_ms
            )
    await nodes.renew(
        scope,
        tx,
        node=node,
        serial_number=serial,
        state=rules.REPLACING,
        ids=ids,
        secrets=secrets,
        now_ms=now_ms,
    )
    place: dict[str, Any] = place_of(node)
    replacement = Replacement(
        replacement_id=ids.number(), **place, cluster_id=node.cluster_id, node_id=node_id,
        old_serial=node.serial_number, new_serial=serial, old_version=node.version, new_version="",
        state=WAITING, reason="", generation=0, synced_ms=None, by_id=scope.caller.id, created_ms=now_ms,
        activated_ms=None, finished_ms=None,
    )  # fmt: skip
    await tx.insert(edge_replacements, replacement._asdict())
    await history.note(
        scope,
        tx,
        history.Record(nodes.HISTORY, node_id, node.community_id),
        "replaced",
        before={"serial_number": node.serial_number},
        after={"serial_number": serial},
        now_ms=now_ms,
    )
    await _tell(tx, node)
    return replacement


async def arrived(tx: Tx, node: Node, *, version: str, ids: Ids, secrets: Secrets, now_ms: int) -> None:
    """The new box has the identity: components and drivers go to it at once, devices when somebody deploys them."""
    scope = Scope.system(node.tenant_id, "boxes")
    for row in await queries.of_node(scope, tx, node.node_id):
        if row.state == WAITING:
            deployment = await deployments.restore(scope, tx, node, ids=ids, secrets=secrets, now_ms=now_ms)
            await _arrived.run(
                tx,
                scope,
                row=row.replacement_id,
                version=version,
                at=now_ms,
                to=deployment.generation if deployment else 0,
            )
            if deployment is None:
                await _move.run(tx, scope, row=row.replacement_id, to_state=DONE, why="", at=now_ms)
            return


async def deployed(tx: Tx, node: Node, row: Deployment, state: str, why: str, *, now_ms: int) -> None:
    """A deployment of the box ended: the replacement that waits for it goes on."""
    scope = Scope.system(node.tenant_id, "boxes")
    for replacement in await queries.of_node(scope, tx, node.node_id):
        if (
            replacement.state not in (RESTORING, CONFIGURING, FAILED)
            or row.generation < replacement.generation
        ):
            continue
        if state == deployments.FAILED:
            after, reason = FAILED, why
        elif row.kind in (deployments.DEVICES, deployments.ROLL_BACK):
            after, reason = SYNCING, ""
        else:
            after, reason = CONFIGURING, ""
        await _move.run(tx, scope, row=replacement.replacement_id, to_state=after, why=reason, at=None)
        return


async def sync(scope: Scope, tx: Tx, *, node_id: int, now_ms: int) -> None:
    """手动同步: everything that the doors behind a box should hold is sent to them again. Raises NotFound, TooOld."""
    node = await cluster_queries.node(scope, tx, node_id)
    for floor in await queries.too_old(whole(scope), tx, node):
        raise TooOld(what=floor.name, version=floor.version, floor=floor.floor)
    for device in await queries.devices_of(whole(scope), tx, node):
        await _send_again(tx, device)
    for row in await queries.of_node(whole(scope), tx, node_id):
        if row.state in (CONFIGURING, SYNCING):
            await _synced.run(tx, whole(scope), row=row.replacement_id, at=now_ms)
            break
    await history.note(
        scope, tx, history.Record(nodes.HISTORY, node_id, node.community_id), "synced", now_ms=now_ms
    )
    await _tell(tx, node)


async def greet(tx: Tx, node: Node, newcomers: Collection[str]) -> None:
    """Devices that came to the box with a deployment: it knows nothing of them, so what they should hold goes again.

    While a replacement is under way all of them are new, and that is what 手动同步 is for. `newcomers`: DeviceNames.
    """
    scope = Scope.system(node.tenant_id, "boxes")
    if any(replacement.state in _UNDER_WAY for replacement in await queries.of_node(scope, tx, node.node_id)):
        return
    for device in await queries.devices_of(scope, tx, node):
        if device.device_name in newcomers:
            await _send_again(tx, device)


async def _send_again(tx: Tx, device: EdgeDevice) -> None:
    job = SyncJob(device.tenant_id, device.iot_id)
    await outbox.add_once(tx, SYNC_JOB, job, key=sync_key(device.iot_id))


async def finish(scope: Scope, tx: Tx, *, replacement_id: int, now_ms: int) -> None:
    """Everything has come. Raises NotFound."""
    row = await queries.replacement(scope, tx, replacement_id)
    if row.state == SYNCING:
        await _move.run(tx, scope, row=replacement_id, to_state=DONE, why="", at=now_ms)


class Syncing:
    """Sends the rows of one door again, a hundred at a time."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.on(SYNC_JOB, SyncJob, self.run)

    async def run(self, job: SyncJob) -> None:
        scope, page = Scope.system(job.tenant_id, "boxes"), 1
        now_ms = self._clock.now_ms()
        rows = []
        while True:
            matches = await list_rows(
                scope, self._db, wanted=DesiredFilter(device=job.iot_id), page=PageRequest(page, _STEP)
            )
            rows += matches.data
            if page * _STEP >= matches.total:
                break
            page += 1
        for start in range(0, len(rows), _STEP):
            await self._db.run(partial(_send_rows_again, rows[start : start + _STEP], now_ms=now_ms))
        await self._db.run(lambda tx: compare_soon(tx, device=job.iot_id, now_ms=now_ms))


async def _send_rows_again(rows: list[DesiredRow], tx: Tx, *, now_ms: int) -> None:
    for row in sorted(rows, key=lambda row: (row.device, row.kind, row.id)):
        await resend(tx, device=row.device, kind=row.kind, credential=row.credential, now_ms=now_ms)


async def _tell(tx: Tx, node: Node) -> None:
    await emit(tx, EdgeMoved(node.tenant_id, node.community_id, "replacement", node.cluster_id, node.node_id))

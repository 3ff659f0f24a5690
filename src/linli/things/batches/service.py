"""Begin a batch, undo one, hand out its certificates. `work` does a batch's work over time."""

import asyncio
import hashlib
from typing import Literal

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.kernel import outbox, tenancy
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.tables import write_csv
from linli.things.audit import caller_of, note
from linli.things.batches.errors import BatchAtWork, BatchRefused, LinkUsed
from linli.things.batches.models import certificate_links, device_batch_rows, device_batches
from linli.things.batches.plan import Plan
from linli.things.batches.queries import SealedTriple, batch_triples, get_batch
from linli.things.events import BatchStarted
from linli.things.queries.products import get_product

LINK_MS = 10 * 60_000
"""A link to a certificate file lives so long, or until it is used."""
STEP = "things.device_batch"
Source = Literal["generated", "uploaded"]


class Step(msgspec.Struct):
    """The next few rows of a batch are to be made or undone."""

    batch_no: int


_undo = Command(
    update(device_batches)
    .where(
        device_batches.c.batch_no == bindparam("no", type_=INT),
        device_batches.c.state == "done",
        in_scope(device_batches),
    )
    .values(state="undoing", finished_ms=None)
)
_link = Query(
    select(certificate_links.c.expires_ms).where(
        certificate_links.c.token_hash == bindparam("hash"),
        certificate_links.c.batch_no == bindparam("no", type_=INT),
    )
)
_use = Command(delete(certificate_links).where(certificate_links.c.token_hash == bindparam("hash")))
_forget_old = Command(
    delete(certificate_links).where(certificate_links.c.expires_ms < bindparam("now", type_=INT))
)


async def start_batch(
    scope: Scope,
    tx: Tx,
    *,
    product_key: str,
    plan: Plan,
    source: Source,
    only_good: bool = False,
    community_id: int | None = None,
    project_id: str | None = None,
) -> int:
    """Write down the rows of a plan; workers make them, in order. The number of the batch.

    A plan with problems is refused as a whole, unless the good rows alone are asked for (`only_good`).
    Raises BatchRefused, NotFound (product, community or project).
    """
    await get_product(scope, tx, product_key=product_key)
    if plan.problems and not (only_good and plan.rows):
        raise BatchRefused(plan.problems)
    if community_id is not None:
        scope.allow(community_id)
    if project_id is not None:
        await tenancy.get_project(Scope(scope.tenant, scope.caller), tx, project_id=project_id)
    row = {
        "tenant_id": scope.tenant,
        "product_key": product_key,
        "community_id": community_id,
        "project_id": project_id,
        "source": source,
        "state": "running",
        "total": len(plan.rows),
        "created_by": caller_of(scope),
        "created_ms": tx.db.clock.now_ms(),
    }
    number = await tx.insert(device_batches, row) or 0
    await tx.insert_many(
        device_batch_rows,
        [
            {
                "batch_no": number,
                "row_no": row.number,
                "device_name": row.device_name,
                "nickname": row.nickname,
                "remark": row.remark,
                "sn": row.sn,
            }
            for row in plan.rows
        ],
    )
    if community_id is not None:
        await emit(tx, BatchStarted(number, scope.tenant, community_id))
    facts = {"batch": number, "devices": len(plan.rows)}
    await note(scope, tx, "batch.started", subject=product_key, facts=facts)
    await next_step(tx, number)
    return number


async def undo_batch(scope: Scope, tx: Tx, *, batch_no: int) -> None:
    """Delete those of its devices that never connected; the others stay. Raises NotFound, BatchAtWork."""
    batch = await get_batch(scope, tx, batch_no=batch_no)
    if not await _undo.run(tx, scope, no=batch_no):
        raise BatchAtWork(id=batch_no)
    await note(scope, tx, "batch.undone", subject=batch.product_key, facts={"batch": batch_no})
    await next_step(tx, batch_no)


async def next_step(tx: Tx, batch_no: int) -> None:
    """Have a worker go on with a batch; one at a time."""
    await outbox.add(tx, STEP, Step(batch_no), key=f"{STEP}:{batch_no}")


async def certificate_link(scope: Scope, tx: Tx, *, batch_no: int, ids: Ids) -> str:
    """A token that opens the batch's certificate file once, within ten minutes. Raises NotFound, BatchAtWork."""
    batch = await get_batch(scope, tx, batch_no=batch_no)
    if batch.state in ("running", "undoing"):
        raise BatchAtWork(id=batch_no)
    now = tx.db.clock.now_ms()
    token = ids.token(32)
    await _forget_old.run(tx, now=now)
    await tx.insert(
        certificate_links, {"token_hash": _hash(token), "batch_no": batch_no, "expires_ms": now + LINK_MS}
    )
    return token


async def take_certificates(scope: Scope, tx: Tx, *, batch_no: int, token: str) -> list[SealedTriple]:
    """The triples behind a link. The link ends with this, and the person is logged. Raises NotFound, LinkUsed."""
    batch = await get_batch(scope, tx, batch_no=batch_no)
    expires_ms = await _link.scalar(tx, hash=_hash(token), no=batch_no)
    if expires_ms is None or expires_ms < tx.db.clock.now_ms():
        raise LinkUsed
    if not await _use.run(tx, hash=_hash(token)):
        raise LinkUsed
    triples = await batch_triples(scope, tx, batch_no=batch_no)
    facts = {"batch": batch_no, "devices": len(triples)}
    await note(scope, tx, "batch.certificates", subject=batch.product_key, facts=facts)
    return triples


async def certificate_file(triples: list[SealedTriple], *, secrets: Secrets) -> bytes:
    """设备证书.csv: ProductKey, DeviceName, DeviceSecret (spec D 2.2.3.1)."""

    def write() -> bytes:
        opened = [
            (
                triple.product_key,
                triple.device_name,
                secrets.open(triple.secret, about=f"device:{triple.iot_id}"),
            )
            for triple in triples
        ]
        return write_csv([("ProductKey", "DeviceName", "DeviceSecret"), *opened])

    return await asyncio.to_thread(write)  # ten thousand secrets take a while to open


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

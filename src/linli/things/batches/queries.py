"""Batches of a tenant, their rows, and the triples of what they made."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.batches.models import device_batch_rows, device_batches
from linli.things.models import devices, products

_b, _r = device_batches.c, device_batch_rows.c


class BatchRow(NamedTuple):
    batch_no: int
    product_key: str
    product_name: str | None
    """None: the product is gone."""
    community_id: int | None
    project_id: str | None
    source: str
    state: str
    total: int
    done: int
    failed: int
    undone: int
    created_by: str
    created_ms: int
    finished_ms: int | None


class MadeRow(NamedTuple):
    """One row of a batch, and the device it became."""

    row_no: int
    device_name: str
    nickname: str
    remark: str
    sn: str
    state: str
    reason: str
    iot_id: str | None
    """None: no device, or none any more."""
    active_ms: int | None


class SealedTriple(NamedTuple):
    iot_id: str
    product_key: str
    device_name: str
    secret: str
    """Sealed."""


_SELECT = (
    select(
        _b.batch_no, _b.product_key, products.c.name, _b.community_id, _b.project_id, _b.source, _b.state,
        _b.total, _b.done, _b.failed, _b.undone, _b.created_by, _b.created_ms, _b.finished_ms,
    )
    .select_from(device_batches.outerjoin(products, products.c.product_key == _b.product_key))
    .where(in_scope(device_batches))
)  # fmt: skip
_by_no = Query(_SELECT.where(_b.batch_no == bindparam("no", type_=INT)), BatchRow)
_of_product = or_(bindparam("product_key") == "", _b.product_key == bindparam("product_key"))
_page = Query(
    _SELECT.where(_of_product)
    .order_by(_b.batch_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    BatchRow,
)
_total = Query(select(func.count()).select_from(device_batches).where(in_scope(device_batches), _of_product))
_in_batch = _r.batch_no == bindparam("no", type_=INT)
_of_state = or_(bindparam("state") == "", _r.state == bindparam("state"))
_rows = Query(
    select(
        _r.row_no,
        _r.device_name,
        _r.nickname,
        _r.remark,
        _r.sn,
        _r.state,
        _r.reason,
        devices.c.iot_id,
        devices.c.active_ms,
    )
    .select_from(device_batch_rows.outerjoin(devices, devices.c.iot_id == _r.iot_id))
    .where(_in_batch, _of_state)
    .order_by(_r.row_no)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    MadeRow,
    unscoped="the batch was found in scope",
)
_row_total = Query(select(func.count()).select_from(device_batch_rows).where(_in_batch, _of_state))
_triples = Query(
    select(devices.c.iot_id, devices.c.product_key, devices.c.device_name, devices.c.secret)
    .select_from(device_batch_rows.join(devices, devices.c.iot_id == _r.iot_id))
    .where(_in_batch, in_scope(devices))
    .order_by(_r.row_no),
    SealedTriple,
)


async def get_batch(scope: Scope, db: Reader, *, batch_no: int) -> BatchRow:
    """Raises NotFound."""
    row = await _by_no.one(db, scope, no=batch_no)
    if row is None:
        raise NotFound(what="device_batch", id=batch_no)
    return row


async def list_batches(
    scope: Scope, db: Reader, *, page: PageRequest, product_key: str = ""
) -> Page[BatchRow]:
    """The newest first."""
    rows = await _page.all(db, scope, product_key=product_key, **page.binds)
    return Page.of(page, await _total.scalar(db, scope, product_key=product_key), rows)


async def batch_rows(db: Reader, *, batch_no: int, page: PageRequest, state: str = "") -> Page[MadeRow]:
    """In the order of the file. The caller knows that it may see the batch."""
    rows = await _rows.all(db, no=batch_no, state=state, **page.binds)
    return Page.of(page, await _row_total.scalar(db, no=batch_no, state=state), rows)


async def batch_triples(scope: Scope, db: Reader, *, batch_no: int) -> list[SealedTriple]:
    """The triples of devices that still exist in the scope."""
    return await _triples.all(db, scope, no=batch_no)

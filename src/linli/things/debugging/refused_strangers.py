"""Attempts to come in that no device is known for, as `connections.refused_attempts` notes them."""

from typing import NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.debugging.models import refused_uplinks
from linli.things.models import products
from linli.things.queries.products import like_pattern


class _Row(NamedTuple):
    device_no: int
    seq: int
    at_ms: int
    topic: str
    reason: str
    payload: bytes
    product_name: str | None


class Facts(msgspec.Struct, rename="camel", frozen=True):
    """The stranger's own data, and its address."""

    peer: str = ""
    connection: str = ""
    product_key: str = ""
    device_name: str = ""
    user: str = ""


class RefusedStranger(NamedTuple):
    id: str
    at_ms: int
    step: str
    """Its request: CONNECT, REGISTER, PRE-AUTH or TLS."""
    reason: str
    facts: Facts
    product_name: str
    """Of the product that it named; empty: none is known."""


_r = refused_uplinks.c
_pattern: BindParameter[str] = bindparam("pattern")
_matching = or_(
    _pattern == "", *(column.like(_pattern, escape="\\") for column in (_r.topic, _r.reason, products.c.name))
)
_COLUMNS = (_r.device_no, _r.seq, _r.at_ms, _r.topic, _r.reason, _r.payload, products.c.name)
_of_product = products.c.product_no == -_r.device_no
_place = (bindparam("limit", type_=INT), bindparam("offset", type_=INT))

_named = refused_uplinks.join(products, _of_product)
_here = (in_scope(products), _r.device_no < 0, _matching)
_page = Query(
    select(*_COLUMNS)
    .select_from(_named)
    .where(*_here)
    .order_by(_r.seq.desc())
    .limit(_place[0])
    .offset(_place[1]),
    _Row,
    heavy=True,
)
_total = Query(select(func.count()).select_from(_named).where(*_here), heavy=True)

_any = refused_uplinks.outerjoin(products, _of_product)
_OPERATOR = "what names no product belongs to nobody: for the operator of the installation"
_page_of_all = Query(
    select(*_COLUMNS)
    .select_from(_any)
    .where(_r.device_no <= 0, _matching)
    .order_by(_r.seq.desc())
    .limit(_place[0])
    .offset(_place[1]),
    _Row,
    unscoped=_OPERATOR,
    heavy=True,
)
_total_of_all = Query(
    select(func.count()).select_from(_any).where(_r.device_no <= 0, _matching), unscoped=_OPERATOR, heavy=True
)


async def list_strangers(scope: Scope, db: Reader, *, text: str, page: PageRequest) -> Page[RefusedStranger]:
    """Strangers that named a product of the scope but no device of it, newest first."""
    pattern = like_pattern(text)
    total = await _total.scalar(db, scope, pattern=pattern)
    rows = await _page.all(db, scope, pattern=pattern, **page.binds)
    return Page.of(page, total, [_stranger(row) for row in rows])


async def list_all_strangers(db: Reader, *, text: str, page: PageRequest) -> Page[RefusedStranger]:
    """Strangers of every product and of none, for the operator."""
    pattern = like_pattern(text)
    total = await _total_of_all.scalar(db, pattern=pattern)
    rows = await _page_of_all.all(db, pattern=pattern, **page.binds)
    return Page.of(page, total, [_stranger(row) for row in rows])


def _stranger(row: _Row) -> RefusedStranger:
    facts = msgspec.json.decode(row.payload, type=Facts)
    return RefusedStranger(
        id=f"{row.device_no}-{row.seq}",
        at_ms=row.at_ms,
        step=row.topic,
        reason=row.reason,
        facts=facts,
        product_name=row.product_name or "",
    )

"""Uplinks that were refused: their content, the reason that the device got, and the sort of fault."""

from typing import Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.debugging.models import refused_uplinks
from linli.things.models import devices
from linli.things.queries.products import like_pattern

Cause = Literal["not_json", "unknown", "type", "unsupported", "not_stored", "topic", "connect", "other"]


class RefusedUplink(NamedTuple):
    device_no: int
    iot_id: str
    device_name: str
    nickname: str
    product_key: str
    seq: int
    at_ms: int
    topic: str
    reason: str
    payload: bytes


_r, _d = refused_uplinks.c, devices.c
_from = refused_uplinks.join(devices, _d.device_no == _r.device_no)
_pattern: BindParameter[str] = bindparam("pattern")
_matching = (
    in_scope(devices),
    or_(bindparam("device_no", type_=INT) == 0, _r.device_no == bindparam("device_no", type_=INT)),
    or_(
        _pattern == "",
        *(
            column.like(_pattern, escape="\\")
            for column in (_r.topic, _r.reason, _d.device_name, _d.nickname)
        ),
    ),
)
_COLUMNS = (
    _r.device_no,
    _d.iot_id,
    _d.device_name,
    _d.nickname,
    _d.product_key,
    _r.seq,
    _r.at_ms,
    _r.topic,
    _r.reason,
    _r.payload,
)
_page = Query(
    select(*_COLUMNS)
    .select_from(_from)
    .where(*_matching)
    .order_by(_r.seq.desc(), _r.device_no)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    RefusedUplink,
    heavy=True,
)
_total = Query(select(func.count()).select_from(_from).where(*_matching), heavy=True)
_by_number = Query(
    select(*_COLUMNS)
    .select_from(_from)
    .where(
        in_scope(devices),
        _r.device_no == bindparam("device_no", type_=INT),
        _r.seq == bindparam("number", type_=INT),
    ),
    RefusedUplink,
)


async def list_refused(
    scope: Scope, db: Reader, *, device_no: int, text: str, page: PageRequest
) -> Page[RefusedUplink]:
    """Newest first. `device_no` 0: of every device in sight."""
    binds = {"device_no": device_no, "pattern": like_pattern(text)}
    total = await _total.scalar(db, scope, **binds)
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def find_refused(scope: Scope, db: Reader, *, device_no: int, seq: int) -> RefusedUplink | None:
    """One of them, if its device is in sight."""
    return await _by_number.one(db, scope, device_no=device_no, number=seq)


def cause_of(reason: str) -> Cause:
    """From the words that the device got (`arrival.refuse`), which are always English."""
    text = reason.lower()
    if text.startswith("connect refused"):
        return "connect"
    if "not allowed" in text:
        return "topic"
    if "not supported" in text:
        return "unsupported"
    if "could not be" in text:
        return "not_stored"
    if "not in the thing model" in text:
        return "unknown"
    if "json" in text or "malformed" in text or "utf-8" in text:
        return "not_json"
    if "must" in text or "expected" in text or "at most" in text:
        return "type"
    return "other"

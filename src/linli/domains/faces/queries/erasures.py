"""Reads of erasures, with the devices that confirmed them."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.domains.faces.models import erasure_devices, erasures
from linli.domains.faces.rows import Erasure, ErasureDevice
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_e, _d = erasures.c, erasure_devices.c
_listed = (
    in_scope(erasures),
    or_(bindparam("community_id", type_=INT) == 0, _e.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("identity_id") == "", _e.identity_id == bindparam("identity_id")),
    or_(bindparam("only_open", type_=INT) == 0, _e.finished_ms.is_(None)),
)
_list = Query(
    select(erasures)
    .where(*_listed)
    .order_by(_e.asked_ms.desc(), _e.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Erasure,
)
_count = Query(select(func.count()).select_from(erasures).where(*_listed))
_by_id = Query(select(erasures).where(in_scope(erasures), _e.id == bindparam("erasure", type_=INT)), Erasure)
_devices = Query(
    select(erasure_devices)
    .where(any_of(_d.erasure_id, "ids"))
    .order_by(_d.erasure_id, _d.device_name, _d.iot_id),
    ErasureDevice,
    unscoped="the erasures were read in scope; their devices may be of another community of the tenant",
)


class ErasureReport(NamedTuple):
    """An erasure and the devices that must confirm it."""

    erasure: Erasure
    devices: list[ErasureDevice]

    @property
    def confirmed(self) -> int:
        return sum(device.confirmed_ms is not None for device in self.devices)


async def list_erasures(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    community_id: int | None = None,
    identity_id: str = "",
    only_open: bool = False,
) -> Page[ErasureReport]:
    """Newest first."""
    binds = {"community_id": community_id or 0, "identity_id": identity_id, "only_open": int(only_open)}
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _with_devices(db, await _list.all(db, scope, **binds, **page.binds)))


async def erasure(scope: Scope, db: Reader, erasure_id: int) -> ErasureReport:
    """Raises NotFound."""
    erasure_row = await _by_id.one(db, scope, erasure=erasure_id)
    if erasure_row is None:
        raise NotFound(what="erasure", id=erasure_id)
    return (await _with_devices(db, [erasure_row]))[0]


async def _with_devices(db: Reader, rows: list[Erasure]) -> list[ErasureReport]:
    devices: dict[int, list[ErasureDevice]] = {}
    for erasure_device in await _devices.all(db, ids=[row.id for row in rows]) if rows else []:
        devices.setdefault(erasure_device.erasure_id, []).append(erasure_device)
    return [ErasureReport(row, devices.get(row.id, [])) for row in rows]

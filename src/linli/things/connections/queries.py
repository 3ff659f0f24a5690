"""How devices connect, for people: one device's connection, and who came plain or with old signatures lately."""

from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.connections.models import device_connections
from linli.things.models import devices, products
from linli.things.mqtt.wire import PLAIN

LATELY_DAYS: Final = 7
LATELY_MS: Final = LATELY_DAYS * 86_400_000


class Connection(NamedTuple):
    """The newest of a device."""

    security: str
    """`mqtt.wire`."""
    peer: str
    gateway_no: int | None
    since_ms: int
    last_plain_ms: int | None


class Lately(NamedTuple):
    """Devices of a product, and how many of them came in the last LATELY_DAYS plain, or with old signatures."""

    devices: int
    plain: int
    stale: int


class PlainProduct(NamedTuple):
    product_key: str
    name: str
    devices: int
    """That came plain lately."""
    first_ms: int
    last_ms: int


class PlainDevice(NamedTuple):
    iot_id: str
    device_name: str
    nickname: str
    peer: str
    connected: bool
    """Now, and plain."""
    gateway: bool
    """Through a gateway."""
    first_ms: int
    last_ms: int


_c, _d, _p = device_connections.c, devices.c, products.c
_since = bindparam("since", type_=INT)
_connected = and_(_c.security == PLAIN, _d.online == 1)
_plain = or_(_c.last_plain_ms >= _since, _connected)
_seen = and_(in_scope(devices), in_scope(device_connections))
_joined = devices.join(device_connections, _c.device_no == _d.device_no)

_of_device = Query(
    select(*(_c[name] for name in Connection._fields))
    .select_from(_joined)
    .where(_d.device_no == bindparam("device_no", type_=INT), _seen),
    Connection,
)
_of_product = and_(_d.product_no == bindparam("product_no", type_=INT), in_scope(devices))
_total = Query(select(func.count()).select_from(devices).where(_of_product), heavy=True)
_count_plain = Query(
    select(func.count()).select_from(_joined).where(_of_product, _plain, in_scope(device_connections)),
    heavy=True,
)
_count_stale = Query(
    select(func.count())
    .select_from(_joined)
    .where(_of_product, _c.last_stale_ms >= _since, in_scope(device_connections)),
    heavy=True,
)
_products = Query(
    select(
        _p.product_key,
        _p.name,
        func.count(),
        func.min(func.coalesce(_c.first_plain_ms, _c.since_ms)),
        func.max(func.coalesce(_c.last_plain_ms, _c.since_ms)),
    )
    .select_from(_joined.join(products, _p.product_no == _d.product_no))
    .where(_seen, in_scope(products), _plain)
    .group_by(_p.product_no, _p.product_key, _p.name)
    .order_by(func.count().desc(), _p.product_key)
    .limit(bindparam("limit", type_=INT)),
    PlainProduct,
    heavy=True,
)
_listed = Query(
    select(
        _d.iot_id,
        _d.device_name,
        _d.nickname,
        _c.peer,
        _c.security,
        _d.online,
        _c.gateway_no,
        func.coalesce(_c.first_plain_ms, _c.since_ms),
        func.coalesce(_c.last_plain_ms, _c.since_ms),
    )
    .select_from(_joined)
    .where(_of_product, _plain, in_scope(device_connections))
    .order_by(func.coalesce(_c.last_plain_ms, _c.since_ms).desc(), _d.device_no)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    heavy=True,
)


async def connection_of(scope: Scope, db: Reader, *, device_no: int) -> Connection | None:
    """None: it has not connected since this is kept."""
    return await _of_device.one(db, scope, device_no=device_no)


async def lately(scope: Scope, db: Reader, *, product_no: int, now_ms: int) -> Lately:
    binds = {"product_no": product_no, "since": now_ms - LATELY_MS}
    return Lately(
        await _total.scalar(db, scope, product_no=product_no),
        await _count_plain.scalar(db, scope, **binds),
        await _count_stale.scalar(db, scope, **binds),
    )


async def plain_products(scope: Scope, db: Reader, *, now_ms: int, limit: int) -> list[PlainProduct]:
    """Products with devices that came plain lately, the most first."""
    return await _products.all(db, scope, since=now_ms - LATELY_MS, limit=limit)


async def plain_devices(
    scope: Scope, db: Reader, *, product_no: int, now_ms: int, page: PageRequest
) -> Page[PlainDevice]:
    """The devices of a product, the latest first."""
    binds = {"product_no": product_no, "since": now_ms - LATELY_MS}
    total = await _count_plain.scalar(db, scope, **binds)
    rows = [
        PlainDevice(
            iot_id=iot_id,
            device_name=name,
            nickname=nickname,
            peer=peer,
            connected=security == PLAIN and bool(online),
            gateway=gateway_no is not None,
            first_ms=first,
            last_ms=last,
        )
        for iot_id, name, nickname, peer, security, online, gateway_no, first, last in await _listed.all(
            db, scope, **binds, **page.binds
        )
    ]
    return Page.of(page, total, rows)

"""Reads of configurations for people and devices."""

from typing import Literal, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.configs.models import config_holders, config_push_devices, config_pushes, device_configs
from linli.things.models import devices

type PushState = Literal["running", "finished", "cancelled"]
type Taking = Literal["waiting", "sent", "taken", "refused", "offline", "silent"]


class Config(NamedTuple):
    config_no: int
    config_id: str
    """The `configId` of the wire."""
    tenant_id: str
    product_no: int
    device_no: int
    """0: for all devices of the product."""
    version: int
    removed: int
    content: str
    size: int
    """Bytes."""
    sha256: str
    file_key: str
    notes: str
    restored_from: int | None
    created_by: str
    created_ms: int


class Override(NamedTuple):
    """A device with a configuration of its own."""

    iot_id: str
    device_name: str
    nickname: str
    version: int
    created_ms: int


class Push(NamedTuple):
    push_no: int
    tenant_id: str
    product_no: int
    config_ids: str
    state: PushState
    batch: int
    total: int
    created_by: str
    created_ms: int
    finished_ms: int | None


class PushedDevice(NamedTuple):
    message_no: int
    device_no: int
    iot_id: str
    device_name: str
    product_key: str
    nickname: str
    config_no: int
    state: Taking
    code: int
    sent_ms: int | None
    answered_ms: int | None


_COLUMNS = [device_configs.c[name] for name in Config._fields]
_newer = device_configs.alias("newer")
_current = Query(
    select(*_COLUMNS)
    .where(
        device_configs.c.product_no == bindparam("product_no", type_=INT),
        or_(device_configs.c.device_no == bindparam("device_no", type_=INT), device_configs.c.device_no == 0),
        ~select(_newer.c.config_no)
        .where(
            _newer.c.product_no == device_configs.c.product_no,
            _newer.c.device_no == device_configs.c.device_no,
            _newer.c.version > device_configs.c.version,
        )
        .exists(),
    )
    .order_by(device_configs.c.device_no.desc()),
    Config,
    unscoped="the product or device was found in the scope, or asks for itself",
)
_history = Query(
    select(*_COLUMNS)
    .where(
        in_scope(device_configs),
        device_configs.c.product_no == bindparam("product_no", type_=INT),
        device_configs.c.device_no == bindparam("device_no", type_=INT),
    )
    .order_by(device_configs.c.version.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Config,
)
_history_total = Query(
    select(func.count())
    .select_from(device_configs)
    .where(
        in_scope(device_configs),
        device_configs.c.product_no == bindparam("product_no", type_=INT),
        device_configs.c.device_no == bindparam("device_no", type_=INT),
    )
)
_version = Query(
    select(*_COLUMNS).where(
        in_scope(device_configs),
        device_configs.c.product_no == bindparam("product_no", type_=INT),
        device_configs.c.device_no == bindparam("device_no", type_=INT),
        device_configs.c.version == bindparam("at_version", type_=INT),
    ),
    Config,
)
_overrides = Query(
    select(
        devices.c.iot_id,
        devices.c.device_name,
        devices.c.nickname,
        device_configs.c.version,
        device_configs.c.created_ms,
    )
    .select_from(device_configs.join(devices, devices.c.device_no == device_configs.c.device_no))
    .where(
        in_scope(devices),
        device_configs.c.product_no == bindparam("product_no", type_=INT),
        device_configs.c.removed == 0,
        ~select(_newer.c.config_no)
        .where(
            _newer.c.product_no == device_configs.c.product_no,
            _newer.c.device_no == device_configs.c.device_no,
            _newer.c.version > device_configs.c.version,
        )
        .exists(),
    )
    .order_by(devices.c.device_name)
    .limit(500),
    Override,
    unscoped="an override is seen where its device is",
)
_holders = Query(
    select(func.count())
    .select_from(config_holders.join(devices, devices.c.device_no == config_holders.c.device_no))
    .where(in_scope(devices), config_holders.c.config_no == bindparam("config_no", type_=INT))
)
_push = Query(
    select(*(config_pushes.c[name] for name in Push._fields)).where(
        in_scope(config_pushes), config_pushes.c.push_no == bindparam("no", type_=INT)
    ),
    Push,
)
_last_pushes = Query(
    select(*(config_pushes.c[name] for name in Push._fields))
    .where(in_scope(config_pushes), config_pushes.c.product_no == bindparam("product_no", type_=INT))
    .order_by(config_pushes.c.push_no.desc())
    .limit(20),
    Push,
)
_counts = Query(
    select(config_push_devices.c.state, func.count())
    .where(config_push_devices.c.push_no == bindparam("no", type_=INT))
    .group_by(config_push_devices.c.state)
)
_seen = (
    in_scope(devices),
    config_push_devices.c.push_no == bindparam("no", type_=INT),
    or_(bindparam("every_state", type_=INT) == 1, any_of(config_push_devices.c.state, "states")),
)
_FROM = config_push_devices.join(devices, devices.c.device_no == config_push_devices.c.device_no)
_pushed = Query(
    select(
        config_push_devices.c.message_no,
        config_push_devices.c.device_no,
        devices.c.iot_id,
        devices.c.device_name,
        devices.c.product_key,
        devices.c.nickname,
        config_push_devices.c.config_no,
        config_push_devices.c.state,
        config_push_devices.c.code,
        config_push_devices.c.sent_ms,
        config_push_devices.c.answered_ms,
    )
    .select_from(_FROM)
    .where(*_seen)
    .order_by(config_push_devices.c.message_no)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    PushedDevice,
)
_pushed_total = Query(select(func.count()).select_from(_FROM).where(*_seen))
_all_current = Query(
    select(device_configs.c.device_no, func.max(device_configs.c.config_no))
    .where(
        device_configs.c.product_no == bindparam("product_no", type_=INT),
        device_configs.c.removed == 0,
        ~select(_newer.c.config_no)
        .where(
            and_(
                _newer.c.product_no == device_configs.c.product_no,
                _newer.c.device_no == device_configs.c.device_no,
                _newer.c.version > device_configs.c.version,
            )
        )
        .exists(),
    )
    .group_by(device_configs.c.device_no),
    unscoped="the product was found in the scope",
)


async def current_config(db: Reader, *, product_no: int, device_no: int = 0) -> Config | None:
    """The configuration of a device (its override, else the product's), or of the product with `device_no` 0."""
    rows = await _current.all(db, product_no=product_no, device_no=device_no)
    return next((row for row in rows if not row.removed), None)


async def last_version(db: Reader, *, product_no: int, device_no: int = 0) -> Config | None:
    """The newest version of exactly this product or device, also one that ends an override."""
    rows = await _current.all(db, product_no=product_no, device_no=device_no)
    return next((row for row in rows if row.device_no == device_no), None)


async def history(
    scope: Scope, db: Reader, *, product_no: int, page: PageRequest, device_no: int = 0
) -> Page[Config]:
    """Versions, the newest first."""
    binds = {"product_no": product_no, "device_no": device_no}
    rows = await _history.all(db, scope, **binds, **page.binds)
    return Page.of(page, await _history_total.scalar(db, scope, **binds), rows)


async def get_version(
    scope: Scope, db: Reader, *, product_no: int, version: int, device_no: int = 0
) -> Config:
    """Raises NotFound."""
    row = await _version.one(db, scope, product_no=product_no, device_no=device_no, at_version=version)
    if row is None:
        raise NotFound(what="config", id=version)
    return row


async def overrides(scope: Scope, db: Reader, *, product_no: int) -> list[Override]:
    """Devices that have their own configuration, at most 500."""
    return await _overrides.all(db, scope, product_no=product_no)


async def count_holders(scope: Scope, db: Reader, *, config_no: int) -> int:
    """Devices that took this version last."""
    return int(await _holders.scalar(db, scope, config_no=config_no))


async def get_push(scope: Scope, db: Reader, *, push_no: int) -> Push:
    """Raises NotFound."""
    row = await _push.one(db, scope, no=push_no)
    if row is None:
        raise NotFound(what="config_push", id=push_no)
    return row


async def last_pushes(scope: Scope, db: Reader, *, product_no: int) -> list[Push]:
    """The last 20, newest first."""
    return await _last_pushes.all(db, scope, product_no=product_no)


async def push_counts(db: Reader, *, push_no: int) -> dict[Taking, int]:
    """Devices of a push, found in the scope, by how they took it."""
    return dict(await _counts.all(db, no=push_no))


async def pushed_devices(
    scope: Scope, db: Reader, *, push_no: int, page: PageRequest, states: tuple[str, ...] = ()
) -> Page[PushedDevice]:
    """Devices of a push that the caller sees, in the order in which they get it."""
    binds = {"no": push_no, "every_state": 0 if states else 1, "states": list(states)}
    rows = await _pushed.all(db, scope, **binds, **page.binds)
    return Page.of(page, await _pushed_total.scalar(db, scope, **binds), rows)


async def configs_by_device(db: Reader, *, product_no: int) -> dict[int, int]:
    """device_no (0: all others) -> the number of the version that holds."""
    return dict(await _all_current.all(db, product_no=product_no))

"""Devices: one by its address, some by theirs, their tags. Lists by filter are in `device_lists`."""

from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Select, bindparam, func, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things.models import device_tags, devices, products

DeviceState = Literal["unactive", "online", "offline", "disabled"]
STATUS: Final[dict[DeviceState, int]] = {"unactive": 0, "online": 1, "offline": 3, "disabled": 8}
"""Number coding of `status` in info and status APIs (spec D, 2)."""
STATUS_TEXT: Final[dict[DeviceState, str]] = {
    "unactive": "UNACTIVE",
    "online": "ONLINE",
    "offline": "OFFLINE",
    "disabled": "DISABLE",
}
"""Text coding of `status` in list APIs."""


class DeviceRow(NamedTuple):
    """One device with the facts of its product."""

    device_no: int
    iot_id: str
    tenant_id: str
    product_no: int
    product_key: str
    device_name: str
    secret: str
    """Sealed."""
    nickname: str
    remark: str
    project_id: str | None
    community_id: int | None
    gateway_no: int | None
    enabled: int
    online: int
    created_ms: int
    modified_ms: int
    active_ms: int | None
    last_online_ms: int | None
    last_offline_ms: int | None
    last_seen_ms: int | None
    product_name: str
    node_type: int
    category_code: str
    category_name: str

    @property
    def state(self) -> DeviceState:
        if not self.enabled:
            return "disabled"
        if self.active_ms is None:
            return "unactive"
        return "online" if self.online else "offline"


_OWN = DeviceRow._fields[: DeviceRow._fields.index("product_name")]
FROM = devices.join(products, products.c.product_no == devices.c.product_no)
COLUMNS = [
    *(devices.c[name] for name in _OWN),
    products.c.name,
    products.c.node_type,
    products.c.category_code,
    products.c.category_name,
]


def _select() -> Select[Any]:
    return select(*COLUMNS).select_from(FROM).where(in_scope(devices))


_by_iot_id = Query(_select().where(devices.c.iot_id == bindparam("iot_id")), DeviceRow)
_by_no = Query(_select().where(devices.c.device_no == bindparam("device_no", type_=INT)), DeviceRow)
_by_name = Query(
    _select().where(
        devices.c.product_key == bindparam("product_key"), devices.c.device_name == bindparam("device_name")
    ),
    DeviceRow,
)
_by_iot_ids = Query(_select().where(any_of(devices.c.iot_id, "iot_ids")), DeviceRow)
_by_names = Query(
    _select().where(
        devices.c.product_key == bindparam("product_key"), any_of(devices.c.device_name, "device_names")
    ),
    DeviceRow,
)
_tags = Query(
    select(device_tags.c.tag_key, device_tags.c.tag_value)
    .where(device_tags.c.device_no == bindparam("device_no", type_=INT))
    .order_by(device_tags.c.tag_key)
)


_children = Query(
    select(devices.c.gateway_no, func.count())
    .where(any_of(devices.c.gateway_no, "gateway_nos"), in_scope(devices))
    .group_by(devices.c.gateway_no)
)


async def get_device(
    scope: Scope, db: Reader, *, iot_id: str = "", product_key: str = "", device_name: str = ""
) -> DeviceRow:
    """One device by iotId or by its names; if both forms are given they must agree. Raises BadInput, NotFound."""
    check_address(iot_id, product_key, device_name)
    if iot_id:
        row = await _by_iot_id.one(db, scope, iot_id=iot_id)
    else:
        row = await _by_name.one(db, scope, product_key=product_key, device_name=device_name)
    return check_found(row, iot_id, product_key, device_name)


def check_address(iot_id: str, product_key: str, device_name: str) -> None:
    """Raises BadInput where neither form of an address is whole."""
    if not iot_id and not (product_key and device_name):
        raise BadInput(field="iotId", rule="address")


def check_found(row: DeviceRow | None, iot_id: str, product_key: str, device_name: str) -> DeviceRow:
    """Raises NotFound; BadInput where the two forms of an address mean different devices."""
    if row is None:
        raise NotFound(what="device", id=iot_id or f"{product_key}/{device_name}")
    if iot_id and (
        (product_key and product_key != row.product_key) or (device_name and device_name != row.device_name)
    ):
        raise BadInput(field="iotId", rule="one_device")
    return row


async def get_device_by_no(scope: Scope, db: Reader, *, device_no: int) -> DeviceRow:
    """Raises NotFound."""
    row = await _by_no.one(db, scope, device_no=device_no)
    if row is None:
        raise NotFound(what="device", id=device_no)
    return row


async def find_devices(scope: Scope, db: Reader, *, iot_ids: list[str]) -> list[DeviceRow]:
    """The `iot_ids` that exist in the scope, in the requested order."""
    by_id = {row.iot_id: row for row in await _by_iot_ids.all(db, scope, iot_ids=iot_ids)}
    return [by_id[iot_id] for iot_id in dict.fromkeys(iot_ids) if iot_id in by_id]


async def find_named_devices(
    scope: Scope, db: Reader, *, product_key: str, device_names: list[str]
) -> list[DeviceRow]:
    """The `device_names` that the product has in the scope, in the requested order."""
    rows = await _by_names.all(db, scope, product_key=product_key, device_names=device_names)
    by_name = {row.device_name: row for row in rows}
    return [by_name[name] for name in dict.fromkeys(device_names) if name in by_name]


async def device_tags_of(scope: Scope, db: Reader, *, device_no: int) -> dict[str, str]:
    """All tags of a device, by key. Raises NotFound."""
    await get_device_by_no(scope, db, device_no=device_no)
    return dict(await _tags.all(db, device_no=device_no))


async def count_children(scope: Scope, db: Reader, *, gateway_nos: list[int]) -> dict[int, int]:
    """Sub-devices in sight by gateway; gateways without any are missing."""
    if not gateway_nos:
        return {}
    return dict(await _children.all(db, scope, gateway_nos=gateway_nos))


_connected = Query(
    select(devices.c.device_no)
    .where(
        in_scope(devices),
        devices.c.community_id == bindparam("community_id", type_=INT),
        devices.c.active_ms.is_not(None),
    )
    .limit(1)
)


async def any_connected(scope: Scope, db: Reader, community_id: int) -> bool:
    """Whether a device of the community has ever connected."""
    return await _connected.scalar(db, scope, community_id=community_id) is not None

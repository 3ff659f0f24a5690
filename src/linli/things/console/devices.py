"""Devices and products for the people who run them."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.queries import device_lists, products
from linli.things.queries import devices as queries
from linli.things.queries.device_lists import DeviceOrder
from linli.things.queries.devices import DeviceState
from linli.things.service import devices as service

Sort = Literal["name", "-name", "seen", "-seen", "created", "-created", ""]
_ORDERS: dict[str, DeviceOrder] = {
    "": "newest", "-created": "newest", "created": "oldest", "name": "name", "-name": "name_down",
    "seen": "seen", "-seen": "seen_down",
}  # fmt: skip


class DeviceRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    device_name: str
    product_key: str
    product_name: str
    nickname: str
    state: DeviceState
    last_seen_ms: int | None
    community_id: str | None
    category: str
    created_ms: int

    @staticmethod
    def of(row: queries.DeviceRow) -> "DeviceRow":
        return DeviceRow(**_facts(row))


class DeviceDetail(DeviceRow, rename="camel", frozen=True):
    """The row and more of it."""

    remark: str
    active_ms: int | None
    last_online_ms: int | None
    last_offline_ms: int | None
    tags: dict[str, str]
    gateway_iot_id: str | None
    tsl: str
    """The product's thing model, JSON text."""


class NewDeviceRequest(msgspec.Struct, rename="camel"):
    product_key: str
    device_name: Annotated[str, Meta(description="Empty: one is made.")] = ""
    nickname: str = ""
    community_id: int | None = None


class NewDevice(msgspec.Struct, rename="camel", frozen=True):
    """A device's credentials; the secret is told this once."""

    iot_id: str
    product_key: str
    device_name: str
    device_secret: str


class DeviceChange(msgspec.Struct, rename="camel"):
    """None leaves a field as it is."""

    nickname: str | None = None
    remark: str | None = None
    enabled: bool | None = None


def _facts(row: queries.DeviceRow) -> dict[str, Any]:
    return {
        "iot_id": row.iot_id,
        "device_name": row.device_name,
        "product_key": row.product_key,
        "product_name": row.product_name,
        "nickname": row.nickname,
        "state": row.state,
        "last_seen_ms": row.last_seen_ms,
        "community_id": None if row.community_id is None else str(row.community_id),
        "category": row.category_name or row.category_code,
        "created_ms": row.created_ms,
    }


class DeviceRoutes(Controller):
    path = "/devices"
    tags = ("devices",)

    @get("/", right="devices.use")
    async def list_devices(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="Part of a name, or a whole iotId.")] = "",
        device_state: Annotated[DeviceState | None, QueryParameter(name="state")] = None,
        product_key: Annotated[str | None, QueryParameter(name="productKey")] = None,
        community_id: Annotated[int | None, QueryParameter(name="communityId")] = None,
        sort: FromQuery[Sort] = "",
    ) -> Page[DeviceRow]:
        """Devices in sight, the newest first unless sorted."""
        where = device_lists.DeviceFilter(
            keyword=q.strip(),
            product_keys=(product_key,) if product_key else (),
            state=device_state,
            community_id=community_id,
        )
        found = await device_lists.list_devices(within, db, page=page, where=where, order=_ORDERS[sort])
        return Page.of(page, found.total, [DeviceRow.of(row) for row in found.data])

    @post("/", right="devices.manage", status_code=201)
    async def create(
        self,
        data: JSONBody[NewDeviceRequest],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
    ) -> NewDevice:
        """Add a device of a product. Those who see some communities only must name one of them."""
        if data.community_id is None and within.communities is not None:
            raise BadInput(field="communityId", rule="required")
        async with db.begin() as tx:
            whole = within if within.communities is None else Scope(within.tenant, within.caller)
            if data.community_id is not None:
                within.allow(data.community_id)
            made = await service.create_device(
                whole,
                tx,
                product_key=data.product_key,
                device_name=data.device_name.strip() or None,
                nickname=data.nickname.strip(),
                ids=ids,
                secrets=secrets,
            )
            if data.community_id is not None:
                await service.assign_community(whole, tx, iot_id=made.iot_id, community_id=data.community_id)
        return NewDevice(made.iot_id, made.product_key, made.device_name, made.device_secret)

    @get("/{iot_id:str}", right="devices.use")
    async def detail(
        self, iot_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> DeviceDetail:
        """One device with its product's thing model."""
        row = await queries.get_device(within, db, iot_id=iot_id)
        product = await products.get_product(within, db, product_key=row.product_key)
        gateway = (
            await queries.get_device_by_no(within, db, device_no=row.gateway_no) if row.gateway_no else None
        )
        return DeviceDetail(
            **_facts(row),
            remark=row.remark,
            active_ms=row.active_ms,
            last_online_ms=row.last_online_ms,
            last_offline_ms=row.last_offline_ms,
            tags=await queries.device_tags_of(within, db, device_no=row.device_no),
            gateway_iot_id=gateway.iot_id if gateway else None,
            tsl=product.tsl,
        )

    @put("/{iot_id:str}", right="devices.manage", status_code=204)
    async def change(
        self,
        iot_id: FromPath[str],
        data: JSONBody[DeviceChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Rename a device, note something, disable it (it is cut off at once) or enable it."""
        async with db.begin() as tx:
            await service.label_device(within, tx, iot_id=iot_id, nickname=data.nickname, remark=data.remark)
            if data.enabled is not None:
                await service.enable_device(within, tx, iot_id=iot_id, enabled=data.enabled)

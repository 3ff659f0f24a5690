"""Configurations of a product and of single devices: the present one, its history, a new version, an old one restored."""

import msgspec

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.configs import queries, service
from linli.things.configs.errors import SameContent
from linli.things.configs.queries import Config
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product


class ConfigVersion(msgspec.Struct, rename="camel", frozen=True):
    version: int
    config_id: str
    content: str
    """JSON text; empty for a version that ended an override."""
    size: int
    sha256: str
    notes: str
    ended: bool
    """It ended a device's own configuration."""
    restored_from: int | None
    created_by: str
    created_ms: int

    @staticmethod
    def of(row: Config) -> "ConfigVersion":
        return ConfigVersion(
            version=row.version,
            config_id=row.config_id,
            content=row.content,
            size=row.size,
            sha256=row.sha256,
            notes=row.notes,
            ended=bool(row.removed),
            restored_from=row.restored_from,
            created_by=row.created_by,
            created_ms=row.created_ms,
        )


class OverrideRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    device_name: str
    nickname: str
    version: int
    created_ms: int


class ProductConfig(msgspec.Struct, rename="camel", frozen=True):
    current: ConfigVersion | None
    holders: int
    """Devices that took the current version."""
    overrides: list[OverrideRow]


class DeviceConfig(msgspec.Struct, rename="camel", frozen=True):
    current: ConfigVersion | None
    """The device's configuration: its own, else the product's."""
    own: bool


class ConfigForm(msgspec.Struct):
    content: str
    notes: str = ""


class RestoreRequest(msgspec.Struct):
    version: int


product_config_routes = Routes("/products/{product_key:str}/config", tags=("configs",))


@product_config_routes.get(right="devices.use", raises=(NotFound,))
async def current(product_key: str, scope: Scope, db: Database) -> ProductConfig:
    """The current configuration of the product, how many devices have taken it, and the devices with their own."""
    product = await get_product(scope, db, product_key=product_key)
    config = await queries.current_config(db, product_no=product.product_no)
    own = await queries.overrides(scope, db, product_no=product.product_no)
    return ProductConfig(
        ConfigVersion.of(config) if config else None,
        await queries.count_holders(scope, db, config_no=config.config_no) if config else 0,
        [OverrideRow(*row) for row in own],
    )


@product_config_routes.get("/versions", right="devices.use", raises=(NotFound,))
async def versions(product_key: str, scope: Scope, db: Database, page: PageRequest) -> Page[ConfigVersion]:
    """Every version, the newest first."""
    product = await get_product(scope, db, product_key=product_key)
    history = await queries.history(scope, db, product_no=product.product_no, page=page)
    return Page.of(page, history.total, [ConfigVersion.of(row) for row in history.data])


@product_config_routes.put(right="integrations.manage", raises=(NotFound, SameContent))
async def save(
    product_key: str, data: ConfigForm, scope: Scope, db: Database, objects: ObjectStore, ids: Ids
) -> ConfigVersion:
    """Write a new version. Devices get it when they ask, or by a push."""
    config = await service.save_config(
        scope,
        db,
        product_key=product_key,
        content=data.content,
        notes=data.notes,
        objects=objects,
        ids=ids,
    )
    return ConfigVersion.of(config)


@product_config_routes.post(
    "/restore", right="integrations.manage", status=200, raises=(NotFound, SameContent)
)
async def restore(
    product_key: str, data: RestoreRequest, scope: Scope, db: Database, objects: ObjectStore, ids: Ids
) -> ConfigVersion:
    """A new version that says what an old one said."""
    config = await service.restore_config(
        scope, db, product_key=product_key, version=data.version, objects=objects, ids=ids
    )
    return ConfigVersion.of(config)


device_config_routes = Routes("/devices/{iot_id:str}/config", tags=("configs",))


@device_config_routes.get(right="devices.use", name="current", raises=(NotFound,))
async def show_device_config(iot_id: str, scope: Scope, db: Database) -> DeviceConfig:
    """The configuration of a device."""
    device = await get_device(scope, db, iot_id=iot_id)
    config = await queries.current_config(db, product_no=device.product_no, device_no=device.device_no)
    return DeviceConfig(ConfigVersion.of(config) if config else None, bool(config and config.device_no))


@device_config_routes.put(right="devices.manage", name="save", raises=(NotFound, SameContent))
async def save_device_config(
    iot_id: str, data: ConfigForm, scope: Scope, db: Database, objects: ObjectStore, ids: Ids
) -> ConfigVersion:
    """Give a device its own configuration, in place of the product's."""
    device = await get_device(scope, db, iot_id=iot_id)
    config = await service.save_config(
        scope,
        db,
        product_key=device.product_key,
        iot_id=iot_id,
        content=data.content,
        notes=data.notes,
        objects=objects,
        ids=ids,
    )
    return ConfigVersion.of(config)


@device_config_routes.delete(right="devices.manage", raises=(NotFound,))
async def end(iot_id: str, scope: Scope, tx: Tx, ids: Ids) -> None:
    """The product's configuration holds for the device again."""
    device = await get_device(scope, tx, iot_id=iot_id)
    await service.end_override(scope, tx, product_key=device.product_key, iot_id=iot_id, ids=ids)

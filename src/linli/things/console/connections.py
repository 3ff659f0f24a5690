"""Where devices connect, how they do, and what a product demands of it."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Request
from msgspec import Meta

from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.certificates import service
from linli.things.connections import queries
from linli.things.connections.entry import Entries, host_of
from linli.things.connections.queries import LATELY_DAYS, PlainDevice
from linli.things.queries.products import get_product


class DeviceEntry(msgspec.Struct, rename="camel", frozen=True):
    """Where devices connect. Ports: 0 where there is none."""

    host: str
    plain_port: int
    tls_port: int
    x509_port: int
    """For devices with certificates of their own."""
    own_authority: bool
    """Devices must be given /ca.pem to check the server with."""
    sha256: str
    """Of the own authority's certificate."""
    not_after_ms: int | None
    listed: bool
    """The server's certificate names the host."""


class ProductConnections(msgspec.Struct, rename="camel", frozen=True):
    tls_only: bool
    fresh_time: bool
    devices: int
    days: int
    """The period that `plain` and `stale` count."""
    plain: int
    """Devices that came plain."""
    stale: int
    """Devices that signed a time that was not fresh, or none."""


class ConnectionDemands(msgspec.Struct, rename="camel"):
    tls_only: Annotated[bool, Meta(description="Refuse plain connections, and end those that are there.")]
    fresh_time: Annotated[
        bool,
        Meta(description="Refuse signatures older than 5 minutes, unless newer than the device's last one."),
    ]


class PlainDeviceRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    device_name: str
    nickname: str
    peer: str
    connected: bool
    gateway: bool
    first_ms: int
    last_ms: int

    @staticmethod
    def of(row: PlainDevice) -> "PlainDeviceRow":
        return PlainDeviceRow(**row._asdict())


device_entry_routes = Routes("/device-entry", tags=("devices",))


@device_entry_routes.get(right="devices.use")
async def read(request: Request[Any, Any, Any], device_entries: Entries) -> DeviceEntry:
    """Host and ports for devices, and whether they must be given the installation's own authority."""
    return DeviceEntry(*await asyncio.to_thread(device_entries, host_of(request.headers.get("host", ""))))


product_connection_routes = Routes("/products/{product_key:str}/connections", tags=("devices",))


@product_connection_routes.get(right="devices.use", name="read", raises=(NotFound,))
async def read_product_connection(
    product_key: str, scope: Scope, db: Database, clock: Clock
) -> ProductConnections:
    """The rules for the product's devices, and how many devices they would refuse."""
    product = await get_product(scope, db, product_key=product_key)
    rule = await service.authentication_of(scope, db, product_key=product_key)
    now_ms = clock.now_ms()
    seen = await queries.lately(scope, db, product_no=product.product_no, now_ms=now_ms)
    return ProductConnections(
        rule.tls_only, rule.fresh_time, seen.devices, LATELY_DAYS, seen.plain, seen.stale
    )


@product_connection_routes.put(right="devices.manage", raises=(NotFound,))
async def choose(product_key: str, data: ConnectionDemands, scope: Scope, tx: Tx) -> None:
    """Demand TLS or fresh times, or no longer. Plain connections end at once where TLS is demanded."""
    await service.choose_demands(
        scope, tx, product_key=product_key, tls_only=data.tls_only, fresh_time=data.fresh_time
    )


@product_connection_routes.get("/plain", right="devices.use", raises=(NotFound,))
async def plain(
    product_key: str, scope: Scope, db: Database, clock: Clock, page: PageRequest
) -> Page[PlainDeviceRow]:
    """Devices that came plain in the last days, the latest first."""
    product = await get_product(scope, db, product_key=product_key)
    plain_devices = await queries.plain_devices(
        scope, db, product_no=product.product_no, now_ms=clock.now_ms(), page=page
    )
    return Page.of(page, plain_devices.total, [PlainDeviceRow.of(row) for row in plain_devices.data])

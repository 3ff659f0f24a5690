"""How the platform itself is, for its operator: components, queues, disk."""

import shutil
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import msgspec

from linli import __version__
from linli.databus.deliveries import count_waiting
from linli.delivery.queries import count_by_status
from linli.delivery.schemas import DesiredFilter
from linli.kernel import outbox
from linli.kernel.clock import Clock, SystemClock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.http import Callers
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.things.connections.queries import LATELY_DAYS, plain_products
from linli.things.connections.queries import plain_devices as list_plain_devices
from linli.things.console.connections import PlainDeviceRow
from linli.things.console.refused_strangers import RefusedStrangerRow, StrangerFilter
from linli.things.debugging.refused_strangers import list_all_strangers
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.inbox.parked_messages import count_inbox
from linli.things.queries.products import get_product

MEBIBYTE = 1024 * 1024
MOST_PRODUCTS = 100
_STARTED_MS = SystemClock().now_ms()
type Faults = Callable[[], Awaitable[dict[str, str]]]
"""Why this process cannot serve: part → reason."""


class Component(msgspec.Struct, rename="camel", frozen=True):
    """`name`: database, disk, objects, sms, tls, or another part that the process reports."""

    name: str
    ok: bool
    reason: str


class Queue(msgspec.Struct, rename="camel", frozen=True):
    """`name`: inbox, delivery, outbox or databus. `parked` wait for a person."""

    name: str
    waiting: int
    parked: int


class Disk(msgspec.Struct, rename="camel", frozen=True):
    total_bytes: int
    free_bytes: int
    reserve_bytes: int
    """With less than this free the platform refuses writes."""
    database_bytes: int
    """0 where the database is elsewhere."""


class Health(msgspec.Struct, rename="camel", frozen=True):
    version: str
    started_ms: int
    devices_online: int
    components: list[Component]
    queues: list[Queue]
    disk: Disk
    unnamed_proxies: list[str]
    """Peers that passed requests on to this process today without being named in `http.trusted_proxies`."""


def disk_of(settings: Settings, database_url: str) -> Disk:
    """The disk that the data folder lies on."""
    usage = shutil.disk_usage(settings.data_path)
    file = Path(database_url.removeprefix("sqlite:///"))
    beside = (file, file.with_name(file.name + "-wal")) if database_url.startswith("sqlite:///") else ()
    return Disk(
        usage.total, usage.free, settings.disk.reserve_mb * MEBIBYTE, sum(_size(path) for path in beside)
    )


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _components(faults: dict[str, str], always: Iterable[str]) -> list[Component]:
    names = dict.fromkeys([*always, *faults])
    return [Component(name, name not in faults, faults.get(name, "")) for name in names]


class PlainProductRow(msgspec.Struct, rename="camel", frozen=True):
    """A product with devices that came without TLS."""

    product_key: str
    name: str
    devices: int
    first_ms: int
    last_ms: int


class PlainDevices(msgspec.Struct, rename="camel", frozen=True):
    days: int
    """The period of the counts."""
    products: list[PlainProductRow]


health_routes = Routes("/health", tags=("health",))


@health_routes.get(right="installation.manage")
async def health(db: Database, settings: Settings, platform_health: Faults, callers: Callers) -> Health:
    """Components of this process, queues of the installation, and the disk."""
    everywhere = Scope.system()
    inbox = await count_inbox(everywhere, db)
    rows = await count_by_status(everywhere, db, wanted=DesiredFilter())
    jobs = await outbox.counts(db)
    pushes = await count_waiting(db)
    online = await list_devices(everywhere, db, page=PageRequest(1, 1), where=DeviceFilter(state="online"))
    done = ("transferred", "transferDeleted", "needManual")
    return Health(
        version=__version__,
        started_ms=_STARTED_MS,
        devices_online=online.total,
        components=_components(await platform_health(), ("database", "disk", "objects", "sms", "tls")),
        queues=[
            Queue("inbox", inbox.ready, inbox.parked),
            Queue(
                "delivery",
                sum(count for status, count in rows.items() if status not in done),
                rows.get("needManual", 0),
            ),
            Queue("outbox", jobs.get("ready", 0), jobs.get("parked", 0)),
            Queue("databus", pushes.waiting, pushes.parked),
        ],
        disk=disk_of(settings, db.url),
        unnamed_proxies=callers.unnamed(),
    )


@health_routes.get("/plain-devices", right="installation.manage")
async def plain_devices(db: Database, clock: Clock) -> PlainDevices:
    """The products with the most devices that still connect without TLS."""
    products = await plain_products(Scope.system(), db, now_ms=clock.now_ms(), limit=MOST_PRODUCTS)
    return PlainDevices(LATELY_DAYS, [PlainProductRow(*row) for row in products])


@health_routes.get("/plain-devices/{product_key:str}", right="installation.manage", raises=(NotFound,))
async def plain_devices_of(
    product_key: str, db: Database, clock: Clock, page: PageRequest
) -> Page[PlainDeviceRow]:
    """The devices of a product, the latest first."""
    everywhere = Scope.system()
    product = await get_product(everywhere, db, product_key=product_key)
    devices = await list_plain_devices(
        everywhere, db, product_no=product.product_no, now_ms=clock.now_ms(), page=page
    )
    return Page.of(page, devices.total, [PlainDeviceRow.of(row) for row in devices.data])


@health_routes.get("/refused-strangers", right="installation.manage")
async def refused_strangers(
    db: Database, page: PageRequest, where: StrangerFilter
) -> Page[RefusedStrangerRow]:
    """Refused clients that are no registered device, for any product; newest first."""
    strangers = await list_all_strangers(db, text=where.q.strip(), page=page)
    return Page.of(page, strangers.total, [RefusedStrangerRow.of(row) for row in strangers.data])

"""Products and devices held in memory, so that neither a CONNECT nor an uplink costs a read.

The whole fleet is loaded at start; a device created in another process is loaded when it first connects. Changes, this
process's and others', arrive through `things.changes` and are read again; entries are updated in place, since sessions
and queued messages refer to them by number.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.kernel import telemetry
from linli.kernel.db import INT, Database, Query, Reader
from linli.kernel.errors import Unavailable
from linli.things.changes import Change, listen
from linli.things.models import devices, product_properties, products
from linli.tsl import CompiledModel, compile_model, parse_json

log = telemetry.logger(__name__)

_PAGE = 5000
_WORKER = "the platform's own memory of all tenants' devices"


class ProductEntry(msgspec.Struct, gc=False):
    """One product with its compiled thing model."""

    product_no: int
    product_key: str
    tenant_id: str
    name: str
    node_type: int
    secret: str
    """Sealed."""
    dynamic_register: bool
    compiled: CompiledModel


class DeviceEntry(msgspec.Struct, gc=False):
    """One device. `last_seen_ms` and `rrpc_style` live here between their writes."""

    device_no: int
    iot_id: str
    tenant_id: str
    product: ProductEntry
    device_name: str
    secret: str
    """Sealed."""
    project_id: str | None
    community_id: int | None
    enabled: bool
    last_seen_ms: int = 0
    rrpc_style: str = "sys"
    """`ext` or `sys`: where this device expects synchronous calls (protocols.linkkit.topics.rrpc_call)."""

    @property
    def product_key(self) -> str:
        return self.product.product_key


class _ProductRow(NamedTuple):
    product_no: int
    product_key: str
    tenant_id: str
    name: str
    node_type: int
    secret: str
    dynamic_register: int
    tsl: str


class _DeviceRow(NamedTuple):
    device_no: int
    iot_id: str
    tenant_id: str
    product_no: int
    device_name: str
    secret: str
    project_id: str | None
    community_id: int | None
    enabled: int
    last_seen_ms: int | None


_PRODUCT = select(*(products.c[name] for name in _ProductRow._fields))
_DEVICE = select(*(devices.c[name] for name in _DeviceRow._fields))
_all_products = Query(_PRODUCT, _ProductRow, unscoped=_WORKER)
_product = Query(
    _PRODUCT.where(products.c.product_no == bindparam("product_no", type_=INT)), _ProductRow, unscoped=_WORKER
)
_numbers = Query(
    select(
        product_properties.c.product_no, product_properties.c.identifier, product_properties.c.property_no
    ).where(product_properties.c.product_no == bindparam("product_no", type_=INT))
)
_product_by_key = Query(
    _PRODUCT.where(products.c.product_key == bindparam("product_key")), _ProductRow, unscoped=_WORKER
)
_devices_after = Query(
    _DEVICE.where(devices.c.device_no > bindparam("after", type_=INT))
    .order_by(devices.c.device_no)
    .limit(_PAGE),
    _DeviceRow,
    unscoped=_WORKER,
    heavy=True,
)
_device = Query(
    _DEVICE.where(devices.c.device_no == bindparam("device_no", type_=INT)), _DeviceRow, unscoped=_WORKER
)
_device_by_name = Query(
    _DEVICE.where(
        devices.c.product_key == bindparam("product_key"), devices.c.device_name == bindparam("device_name")
    ),
    _DeviceRow,
    unscoped=_WORKER,
)
_device_by_iot_id = Query(
    _DEVICE.where(devices.c.iot_id == bindparam("iot_id")), _DeviceRow, unscoped=_WORKER
)


class Fleet:
    """Every product and device of this database. All lookups that are not `async` answer from memory only."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._products: dict[int, ProductEntry] = {}
        self._devices: dict[int, DeviceEntry] = {}
        self._by_name: dict[tuple[str, str], DeviceEntry] = {}
        self._count: Counter[int] = Counter()
        """Devices by product."""
        self._refreshing: set[asyncio.Task[Any]] = set()
        self._stale: Counter[int] = Counter()
        """Devices that were changed and not read again yet: a CONNECT must not meet their old facts."""
        self._stop_listening: Callable[[], None] = _nothing
        self.on_shut_out: list[Callable[[str, str], object]] = []
        """Called with the names of devices that were disabled or deleted while signals were missed."""

    async def start(self) -> None:
        """Follow changes and load everything."""
        self._stop_listening = listen(self._db, self._heard, missed=self._missed)
        await self._db.signals.ready()
        await self._load()
        log.info("fleet: %d products, %d devices", len(self._products), len(self._devices))

    async def _load(self) -> set[int]:
        """Read everything; the numbers of the devices that there are."""
        numbers: set[int] = set()
        products = await _all_products.all(self._db)
        for row in products:
            await self._keep_product(row)
        for number in self._products.keys() - {row.product_no for row in products}:
            if not self._count[number]:
                del self._products[number]
        after = 0
        while page := await _devices_after.all(self._db, after=after):
            for device in page:
                await self._admit(device)
            numbers.update(device.device_no for device in page)
            after = page[-1].device_no
        return numbers

    async def stop(self) -> None:
        self._stop_listening()
        for task in self._refreshing:
            task.cancel()

    def __len__(self) -> int:
        return len(self._devices)

    def __iter__(self) -> Iterator[DeviceEntry]:
        return iter(list(self._devices.values()))

    def device(self, device_no: int) -> DeviceEntry | None:
        return self._devices.get(device_no)

    def named(self, product_key: str, device_name: str) -> DeviceEntry | None:
        return self._by_name.get((product_key, device_name))

    async def find(self, product_key: str, device_name: str) -> DeviceEntry | None:
        """A device by its names, read from the database if it is not known yet."""
        entry = self._by_name.get((product_key, device_name))
        if entry is not None and not self._stale[entry.device_no]:
            return entry
        row = await _device_by_name.one(self._db, product_key=product_key, device_name=device_name)
        return None if row is None else await self._admit(row)

    async def find_iot_id(self, iot_id: str) -> DeviceEntry | None:
        row = await _device_by_iot_id.one(self._db, iot_id=iot_id)
        return None if row is None else await self._admit(row)

    async def find_no(self, device_no: int, reader: Reader | None = None) -> DeviceEntry | None:
        """By its number. `reader`: the transaction that asks, so that it waits for no second connection."""
        entry = self._devices.get(device_no)
        if entry is not None:
            return entry
        row = await _device.one(reader or self._db, device_no=device_no)
        return None if row is None else await self._admit(row, reader)

    async def find_product(self, product_key: str) -> ProductEntry | None:
        row = await _product_by_key.one(self._db, product_key=product_key)
        return None if row is None else await self._keep_product(row)

    async def product(self, product_no: int, reader: Reader | None = None) -> ProductEntry | None:
        entry = self._products.get(product_no)
        if entry is not None:
            return entry
        row = await _product.one(reader or self._db, product_no=product_no)
        return None if row is None else await self._keep_product(row, reader)

    async def refresh(self, change: Change) -> None:
        """Read again what `change` names."""
        if change.kind == "device_gone":
            self._forget(change.no)
        elif change.kind == "device":
            row = await _device.one(self._db, device_no=change.no)
            if row is None:
                self._forget(change.no)
            elif row.device_no in self._devices:
                await self._admit(row)
        elif change.kind == "product":
            product = await _product.one(self._db, product_no=change.no)
            if product is not None:
                await self._keep_product(product)
            else:
                self._products.pop(change.no, None)

    def _heard(self, change: Change) -> None:
        task = asyncio.get_running_loop().create_task(self._follow(change))
        self._refreshing.add(task)
        task.add_done_callback(self._refreshing.discard)
        if change.kind in ("device", "device_gone"):
            self._stale[change.no] += 1

    def _missed(self) -> None:
        """Others' changes may have gone unheard: read everything again."""
        task = asyncio.get_running_loop().create_task(self._load_again())
        self._refreshing.add(task)
        task.add_done_callback(self._refreshing.discard)

    async def _load_again(self) -> None:
        numbers = set(self._devices)
        try:
            loaded = await self._load()
        except Unavailable:
            log.warning("fleet: the database is away; its return will be told")
            return
        for number in numbers:
            entry = self._devices.get(number)
            if entry is None or (number in loaded and entry.enabled):
                continue
            if number not in loaded:
                self._forget(number)
            for listener in self.on_shut_out:
                listener(entry.product_key, entry.device_name)

    async def _follow(self, change: Change) -> None:
        try:
            await self.refresh(change)
        finally:
            if change.kind in ("device", "device_gone"):
                self._stale.subtract((change.no,))
                self._stale += Counter()  # drops what is back at 0

    async def _admit(self, row: _DeviceRow, reader: Reader | None = None) -> DeviceEntry | None:
        if row.product_no not in self._products and await self.product(row.product_no, reader) is None:
            return None
        return self._keep_device(row)

    def _keep_device(self, row: _DeviceRow) -> DeviceEntry:
        entry = self._devices.get(row.device_no)
        if entry is None:
            entry = DeviceEntry(
                device_no=row.device_no,
                iot_id=row.iot_id,
                tenant_id=row.tenant_id,
                product=self._products[row.product_no],
                device_name=row.device_name,
                secret=row.secret,
                project_id=row.project_id,
                community_id=row.community_id,
                enabled=bool(row.enabled),
                last_seen_ms=row.last_seen_ms or 0,
            )
            self._devices[row.device_no] = entry
            self._count[row.product_no] += 1
            self._by_name[entry.product.product_key, row.device_name] = entry
            return entry
        entry.secret = row.secret
        entry.project_id = row.project_id
        entry.community_id = row.community_id
        entry.enabled = bool(row.enabled)
        return entry

    def _forget(self, device_no: int) -> None:
        entry = self._devices.pop(device_no, None)
        if entry is not None:
            self._by_name.pop((entry.product.product_key, entry.device_name), None)
            number = entry.product.product_no
            self._count[number] -= 1
            if not self._count[number]:
                # A new device brings it back.
                del self._count[number]
                self._products.pop(number, None)

    async def _keep_product(self, row: _ProductRow, reader: Reader | None = None) -> ProductEntry:
        rows = await _numbers.all(reader or self._db, product_no=row.product_no)
        numbers = {identifier: no for _, identifier, no in rows}
        compiled = compile_model(parse_json(row.tsl), numbers)
        entry = self._products.get(row.product_no)
        if entry is None:
            entry = ProductEntry(
                product_no=row.product_no,
                product_key=row.product_key,
                tenant_id=row.tenant_id,
                name=row.name,
                node_type=row.node_type,
                secret=row.secret,
                dynamic_register=bool(row.dynamic_register),
                compiled=compiled,
            )
            self._products[row.product_no] = entry
            return entry
        entry.name, entry.node_type = row.name, row.node_type
        entry.secret, entry.dynamic_register = row.secret, bool(row.dynamic_register)
        entry.compiled = compiled
        return entry


def _nothing() -> None:
    """Stands in until `start`."""

"""Deletes a sandbox: its devices, then its tenant's rows in every table, then its files.

Points and messages of its devices are in day partitions by device number, and go with those.
"""

from collections.abc import Iterator
from functools import cache, partial

from sqlalchemy import BindParameter, Table, bindparam, delete, select

from linli.domains.sandbox.models import sandboxes
from linli.kernel import tenancy
from linli.kernel.db import Command, Database, Query, Tx, metadata
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.things.changes import Change, tell
from linli.things.models import devices, products
from linli.things.service.devices import delete_device

_REASON = "the tenant is a condition of its own: it is a sandbox that ends"
_STEP = 200
_ROUNDS = 4
"""Number of passes: workers may still write a row while the first one runs."""
_devices_of = Query(
    select(devices.c.iot_id).where(devices.c.tenant_id == bindparam("gone")).limit(_STEP), unscoped=_REASON
)

_products_of = Query(
    select(products.c.product_no, products.c.product_key).where(products.c.tenant_id == bindparam("gone")),
    unscoped=_REASON,
)


def _rows_of_tenants() -> Iterator[Table]:
    """Tables in an order that deletes children before their parents."""
    yield from (table for table in reversed(metadata.sorted_tables) if table is not sandboxes)


def _command(table: Table) -> Command | None:
    """None: the table has no rows of tenants, or has them by device."""
    gone: BindParameter[str] = bindparam("gone")
    if table is tenancy.tenants:
        return Command(delete(table).where(table.c.id == gone), unscoped=_REASON)
    if "tenant_id" in table.c:
        return Command(delete(table).where(table.c.tenant_id == gone), unscoped=_REASON)
    for key in table.foreign_keys:
        parent = key.column.table
        if "tenant_id" in parent.c:
            of_parent = select(key.column).where(parent.c.tenant_id == gone)
            return Command(delete(table).where(key.parent.in_(of_parent)), unscoped=_REASON)
    return None


@cache
def _commands() -> list[Command]:
    return [command for table in _rows_of_tenants() if (command := _command(table)) is not None]


async def _delete_devices(scope: Scope, doomed: list[tuple[str]], tx: Tx) -> None:
    for (iot_id,) in sorted(doomed):
        await delete_device(scope, tx, iot_id=iot_id)


async def sweep(db: Database, objects: ObjectStore, sandbox_id: str) -> None:
    """Delete everything of the sandbox but its own row. It may be run again after a break."""
    whole = Scope.system(sandbox_id, "sandbox")
    while doomed := await _devices_of.all(db, gone=sandbox_id):
        await db.run(partial(_delete_devices, whole, doomed))
    its_products = await _products_of.all(db, gone=sandbox_id)
    for _ in range(_ROUNDS):
        row_count = 0
        for command in _commands():
            row_count += await db.run(partial(command.run, gone=sandbox_id))
        if not row_count:
            break
    await objects.delete_all(sandbox_id)

    async def work(tx: Tx) -> None:
        for number, key in its_products:
            tell(tx, Change("product", number, key))
        tenancy.changed(tx)

    await db.run(work)

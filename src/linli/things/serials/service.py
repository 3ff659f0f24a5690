"""Rules of serial numbers: within a tenant each number belongs to one device and each device has one number."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.kernel.db import INT, Command, Tx, any_of, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.serials import queries
from linli.things.serials.errors import SerialCategoryInUse, SerialCategoryTaken, SerialNumberTaken
from linli.things.serials.models import serial_categories, serial_numbers

MAX_SN: Final = 64
MAX_NAME: Final = 64
MAX_DESCRIPTION: Final = 256
MAX_DELETED: Final = 1000
_SN = re.compile(r"[^\s\x00-\x1f\x7f]+")

_describe = Command(
    update(serial_categories)
    .where(serial_categories.c.category_no == bindparam("no", type_=INT), in_scope(serial_categories))
    .values(name=bindparam("to_name"), description=bindparam("to_description"))
)
_delete_category = Command(
    delete(serial_categories).where(
        serial_categories.c.category_no == bindparam("no", type_=INT), in_scope(serial_categories)
    )
)
_delete = Command(delete(serial_numbers).where(any_of(serial_numbers.c.sn, "sns"), in_scope(serial_numbers)))


class SerialNumberEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One row of a maker's list: the printed number, and its device."""

    sn: str
    product_key: str
    device_name: str
    vpc_instance_id: str = ""


async def create_category(scope: Scope, tx: Tx, *, name: str, description: str = "") -> int:
    """A new category; its number. Raises BadInput, SerialCategoryTaken."""
    name = await _free_name(scope, tx, name, description)
    row = {
        "tenant_id": scope.tenant,
        "name": name,
        "description": description.strip(),
        "created_ms": tx.db.clock.now_ms(),
    }
    return await tx.insert(serial_categories, row) or 0


async def describe_category(scope: Scope, tx: Tx, *, category_no: int, name: str, description: str) -> None:
    """Raises NotFound, BadInput, SerialCategoryTaken."""
    await queries.get_category(scope, tx, category_no=category_no)
    name = await _free_name(scope, tx, name, description, own=category_no)
    await _describe.run(tx, scope, no=category_no, to_name=name, to_description=description.strip())


async def delete_category(scope: Scope, tx: Tx, *, category_no: int) -> None:
    """Raises NotFound, SerialCategoryInUse."""
    category = await queries.get_category(scope, tx, category_no=category_no)
    counts = {row.category_no: row.numbers for row in await queries.list_categories(scope, tx)}
    if count := counts.get(category_no, 0):
        raise SerialCategoryInUse(name=category.name, count=count)
    await _delete_category.run(tx, scope, no=category_no)


async def list_serial_numbers(
    scope: Scope,
    tx: Tx,
    *,
    entries: Sequence[SerialNumberEntry],
    now_ms: int,
    category_no: int | None = None,
) -> int:
    """Add rows of a maker's list, all or none; how many were new. The devices may be created later.

    Raises BadInput naming the row, NotFound (the category), SerialNumberTaken.
    """
    if category_no is not None:
        await queries.get_category(scope, tx, category_no=category_no)
    added = 0
    for number, entry in enumerate(entries):
        _check(entry, f"entries[{number}]")
        serial_number = await queries.find_serial_number(scope, tx, sn=entry.sn)
        named = await queries.serial_number_of(
            scope, tx, product_key=entry.product_key, device_name=entry.device_name
        )
        if serial_number is None and named is None:
            row = queries.SerialNumber(
                entry.sn,
                scope.tenant,
                category_no,
                entry.vpc_instance_id,
                entry.product_key,
                entry.device_name,
                now_ms,
            )
            await tx.insert(serial_numbers, row._asdict())
            added += 1
        elif serial_number is None or serial_number != named:
            raise SerialNumberTaken(sn=entry.sn)
    return added


async def delete_serial_numbers(scope: Scope, tx: Tx, *, sns: list[str]) -> int:
    """Forget serial numbers; how many there were. Devices, and doors already mounted, stay. Raises BadInput."""
    if len(sns) > MAX_DELETED:
        raise BadInput(field="sns", rule="too_many_items", limit=MAX_DELETED)
    return await _delete.run(tx, scope, sns=sns)


def sn_problem(sn: str) -> str:
    """The rule that a serial number breaks; empty when it is good: 1 to 64 characters, no blanks."""
    if not sn:
        return "blank"
    if len(sn) > MAX_SN:
        return "too_long"
    return "" if _SN.fullmatch(sn) else "serial_number"


def _check(entry: SerialNumberEntry, where: str) -> None:
    if problem := sn_problem(entry.sn):
        raise BadInput(field=f"{where}.sn", rule=problem, limit=MAX_SN)
    for field, value in (("productKey", entry.product_key), ("deviceName", entry.device_name)):
        if not value.strip():
            raise BadInput(field=f"{where}.{field}", rule="blank")


async def _free_name(scope: Scope, tx: Tx, name: str, description: str, *, own: int = 0) -> str:
    name = name.strip()
    if not name:
        raise BadInput(field="name", rule="blank")
    for field, value, limit in (("name", name, MAX_NAME), ("description", description, MAX_DESCRIPTION)):
        if len(value) > limit:
            raise BadInput(field=field, rule="too_long", limit=limit)
    category = await queries.find_category(scope, tx, name=name)
    if category is not None and category.category_no != own:
        raise SerialCategoryTaken(name=name)
    return name

"""A maker's file against what is already: every fault by row and column; all of it is added, or nothing."""

from collections import defaultdict
from typing import NamedTuple

from linli.kernel.db import Reader, Tx
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_named_devices
from linli.things.queries.products import find_product_keys
from linli.things.serials import queries, service
from linli.things.serials.sheet import TITLES, Problem, Row, Sheet


class Checked(NamedTuple):
    """The result of an import, done or tried."""

    total: int
    new: list[Row]
    already: int
    """Rows that are already listed just so."""
    waiting: int
    """New rows whose device does not exist yet."""
    problems: list[Problem]


async def check(scope: Scope, db: Reader, *, sheet: Sheet) -> Checked:
    """Compare the rows with the tenant's products, devices and serial numbers; reads only."""
    listed = await queries.find_serial_numbers(scope, db, sns=[row.entry.sn for row in sheet.rows])
    by_product: dict[str, list[Row]] = defaultdict(list)
    for row in sheet.rows:
        by_product[row.entry.product_key].append(row)
    products = await find_product_keys(scope, db, product_keys=list(by_product))
    problems = list(sheet.problems)
    new: list[Row] = []
    already = waiting = 0
    for product_key, rows in by_product.items():
        if product_key not in products:
            problems += [
                Problem(row.number, TITLES["product_key"], product_key, "no_such_product", {}) for row in rows
            ]
            continue
        names = [row.entry.device_name for row in rows]
        numbered = await queries.serial_numbers_of(scope, db, product_key=product_key, device_names=names)
        devices = await find_named_devices(scope, db, product_key=product_key, device_names=names)
        existing = {device.device_name for device in devices}
        for row in rows:
            serial_number, other = listed.get(row.entry.sn), numbered.get(row.entry.device_name)
            if serial_number is None and other is None:
                new.append(row)
                waiting += row.entry.device_name not in existing
            elif serial_number is not None and serial_number == other:
                already += 1
            else:
                problems.append(_taken(row, serial_number, other))
    new.sort(key=lambda row: row.number)
    problems.sort(key=lambda problem: (problem.row, problem.column))
    return Checked(sheet.total, new, already, waiting, problems)


async def import_sheet(scope: Scope, tx: Tx, *, sheet: Sheet, category_no: int | None) -> Checked:
    """Add the rows of a faultless file; a file with faults adds nothing. Raises NotFound (the category)."""
    if category_no is not None:
        await queries.get_category(scope, tx, category_no=category_no)
    checked = await check(scope, tx, sheet=sheet)
    if not checked.problems:
        entries = [row.entry for row in checked.new]
        await service.list_serial_numbers(
            scope, tx, entries=entries, now_ms=tx.db.clock.now_ms(), category_no=category_no
        )
    return checked


def _taken(
    row: Row, serial_number: queries.SerialNumber | None, other: queries.SerialNumber | None
) -> Problem:
    if serial_number is not None:
        facts = {"device": f"{serial_number.product_key}/{serial_number.device_name}"}
        return Problem(row.number, TITLES["sn"], row.entry.sn, "serial_of_other", facts)
    assert other is not None
    return Problem(
        row.number, TITLES["device_name"], row.entry.device_name, "device_has_serial", {"sn": other.sn}
    )

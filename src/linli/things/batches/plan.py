"""The devices that a batch would create: from a file's rows compared with existing devices, or from numbered names that
are not taken."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import Query, Reader, any_of
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.things.batches.sheet import ROWS_MAX, TITLES, Row, Sheet
from linli.things.models import devices
from linli.things.queries.products import get_product
from linli.things.serials.queries import find_serial_numbers, serial_numbers_of
from linli.things.service.devices import DEVICE_NAME
from linli.things.tables import Problem

DIGITS: Final = 4
"""A number behind a prefix has so many at least: lists stay in order."""
_TRIES: Final = 10

_taken = Query(
    select(devices.c.device_name).where(
        devices.c.product_key == bindparam("product_key"), any_of(devices.c.device_name, "names")
    ),
    unscoped="names are unique within a product whoever asks",
)


class Plan(NamedTuple):
    """Rows that can be made, and everything that stands against the others."""

    rows: list[Row]
    problems: list[Problem]
    total: int


async def taken_names(db: Reader, *, product_key: str, names: Sequence[str]) -> frozenset[str]:
    """The given names that devices of the product have, also devices that the caller does not see."""
    return frozenset(name for (name,) in await _taken.all(db, product_key=product_key, names=list(names)))


async def plan_upload(scope: Scope, db: Reader, *, product_key: str, sheet: Sheet) -> Plan:
    """Compare a file with the product's devices and the tenant's serial numbers. Reads only. Raises NotFound."""
    await get_product(scope, db, product_key=product_key)
    names = [row.device_name for row in sheet.rows]
    taken = await taken_names(db, product_key=product_key, names=names)
    listed = await find_serial_numbers(scope, db, sns=[row.sn for row in sheet.rows if row.sn])
    numbered = await serial_numbers_of(scope, db, product_key=product_key, device_names=names)
    rows: list[Row] = []
    problems = list(sheet.problems)
    for row in sheet.rows:
        faults = []
        if row.device_name in taken:
            faults.append(Problem(row.number, TITLES["device_name"], row.device_name, "batch_taken", {}))
        serial_number, other = listed.get(row.sn), numbered.get(row.device_name)
        if serial_number is not None and (serial_number.product_key, serial_number.device_name) != (
            product_key,
            row.device_name,
        ):
            facts = {"device": f"{serial_number.product_key}/{serial_number.device_name}"}
            faults.append(Problem(row.number, TITLES["sn"], row.sn, "serial_of_other", facts))
        elif row.sn and other is not None and other.sn != row.sn:
            faults.append(Problem(row.number, TITLES["sn"], row.sn, "device_has_serial", {"sn": other.sn}))
        if faults:
            problems += faults
        else:
            rows.append(row)
    problems.sort(key=lambda problem: (problem.row, problem.column))
    return Plan(rows, problems, sheet.total)


async def plan_generated(
    scope: Scope, db: Reader, *, product_key: str, count: int, prefix: str, first: int, ids: Ids
) -> Plan:
    """`count` names that are free: `prefix` and numbers from `first`, or random ones without a prefix.

    Raises BadInput, NotFound.
    """
    await get_product(scope, db, product_key=product_key)
    if not 1 <= count <= ROWS_MAX:
        raise BadInput(field="count", rule="range", low=1, high=ROWS_MAX)
    if not 0 <= first <= 9_999_999:
        raise BadInput(field="first", rule="range", low=0, high=9_999_999)
    if prefix and not DEVICE_NAME.fullmatch(f"{prefix}{first + count * 2:0{DIGITS}}"):
        raise BadInput(field="prefix", rule="device_name")
    names: list[str] = []
    for _ in range(_TRIES):
        missing = count - len(names)
        if not missing:
            break
        offered = [f"{prefix}{first + n:0{DIGITS}}" if prefix else ids.device_name() for n in range(missing)]
        first += missing
        taken = await taken_names(db, product_key=product_key, names=offered)
        names += [name for name in offered if name not in taken]
    if len(names) < count:
        raise BadInput(field="prefix", rule="batch_crowded", prefix=prefix)
    return Plan([Row(number, name) for number, name in enumerate(names, 1)], [], count)

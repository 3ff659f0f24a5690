"""The forms of codes that doors read, and their Bluetooth names."""

from collections.abc import Iterable

from sqlalchemy import select

from linli.domains.access.code_forms import SEALED_FORM, CodeForm
from linli.domains.access.models import door_readings
from linli.domains.access.rows import Door, DoorReading
from linli.kernel.db import Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

DOOR, PRODUCT = "door", "product"
_r = door_readings.c
_of_refs = Query(
    select(door_readings).where(any_of(_r.ref, "refs"), in_scope(door_readings)).order_by(_r.kind, _r.ref),
    DoorReading,
)


async def readings_of(scope: Scope, db: Reader, doors: Iterable[Door]) -> dict[str, tuple[CodeForm, str]]:
    """(form, Bluetooth name) by iotId: the door's own word, else its product's, else encrypted codes and no name."""
    doors = list(doors)
    refs = sorted({door.iot_id for door in doors} | {door.product_key for door in doors})
    readings = {
        (row.community_id, row.kind, row.ref): row
        for row in (await _of_refs.all(db, scope, refs=refs) if refs else [])
    }
    forms = {}
    for door in doors:
        own = readings.get((door.community_id, DOOR, door.iot_id))
        general = readings.get((door.community_id, PRODUCT, door.product_key))
        chosen = next((row for row in (own, general) if row and row.form), None)
        forms[door.iot_id] = (form_of(chosen), own.ble_name if own else "")
    return forms


async def forms_of(scope: Scope, db: Reader, doors: Iterable[Door]) -> list[CodeForm]:
    return [form for form, _ in (await readings_of(scope, db, doors)).values()]


async def reading_of(
    scope: Scope, db: Reader, *, community_id: int, kind: str, ref: str
) -> DoorReading | None:
    """The settings of this door or product itself, without those of its product or community."""
    rows = await _of_refs.all(db, scope, refs=[ref])
    return next((row for row in rows if (row.community_id, row.kind) == (community_id, kind)), None)


def form_of(row: DoorReading | None) -> CodeForm:
    return CodeForm(row.form, row.alphabet, row.length, row.prefix) if row and row.form else SEALED_FORM

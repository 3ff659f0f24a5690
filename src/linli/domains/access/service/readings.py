"""Say which codes a door, or every door of a product, can read, and how a door is found over Bluetooth."""

import re
from typing import Final

from sqlalchemy import bindparam, delete, update

from linli.domains.access.code_forms import SEALED_FORM, CodeForm
from linli.domains.access.models import door_readings, settings
from linli.domains.access.queries import readings as queries
from linli.domains.access.queries.doors import get_door
from linli.domains.access.queries.settings import settings_of
from linli.domains.access.rows import DoorReading
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.protocols.door_ble import fixed_key
from linli.things.queries.products import get_product

BLE_NAME: Final = re.compile(r"SRE\d{13}")
"""`SRE`, phase, building, unit, number, floor (spec G 4.2)."""
_order = Command(
    update(settings)
    .where(settings.c.community_id == bindparam("of_community", type_=INT))
    .values(ble_order=bindparam("order"), changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope",
)
_drop = Command(
    delete(door_readings).where(door_readings.c.kind == "door", door_readings.c.ref == bindparam("of_door")),
    unscoped="the door was read in scope",
)


async def say_of_door(
    scope: Scope, tx: Tx, *, iot_id: str, form: CodeForm | None, ble_name: str, now_ms: int
) -> DoorReading:
    """`form` None: as its product's. Raises DoorUnknown, BadInput."""
    door = await get_door(scope, tx, iot_id=iot_id)
    if ble_name and not BLE_NAME.fullmatch(ble_name):
        raise BadInput(field="bleName", rule="ble_name")
    return await _save(
        scope,
        tx,
        community_id=door.community_id,
        kind=queries.DOOR,
        ref=iot_id,
        form=form,
        ble_name=ble_name,
        now_ms=now_ms,
    )


async def say_of_product(
    scope: Scope, tx: Tx, *, community_id: int, product_key: str, form: CodeForm | None, now_ms: int
) -> DoorReading:
    """For all doors of a product in a community, except doors with a setting of their own. Raises NotFound, BadInput."""
    scope.allow(community_id)
    await get_product(scope, tx, product_key=product_key)
    return await _save(
        scope,
        tx,
        community_id=community_id,
        kind=queries.PRODUCT,
        ref=product_key,
        form=form,
        ble_name="",
        now_ms=now_ms,
    )


async def say_ble_order(scope: Scope, tx: Tx, *, community_id: int, order: str, now_ms: int) -> None:
    """The order number that the Bluetooth keys of the community's doors are made from; empty: none. Raises BadInput."""
    scope.allow(community_id)
    if order:
        try:
            fixed_key(order)
        except ValueError:
            raise BadInput(field="bleOrder", rule="too_long", limit=16) from None
        if not order.isalnum():
            raise BadInput(field="bleOrder", rule="letters_digits")
    before = await settings_of(scope, tx, community_id=community_id)
    row = before._replace(tenant_id=scope.tenant, changed_ms=now_ms)
    await tx.upsert(settings, [row._asdict()], keys=("community_id",))
    await _order.run(tx, of_community=community_id, order=order, now=now_ms)
    await history.note(
        scope,
        tx,
        history.Record("door_settings", str(community_id), community_id),
        "changed",
        before={"ble_order": before.ble_order},
        after={"ble_order": order},
        now_ms=now_ms,
    )


async def forget_door_reading(tx: Tx, *, iot_id: str) -> None:
    await _drop.run(tx, of_door=iot_id)


async def _save(
    scope: Scope, tx: Tx, *, community_id: int, kind: str, ref: str, form: CodeForm | None, ble_name: str, now_ms: int
) -> DoorReading:  # fmt: skip
    good = form.checked() if form else SEALED_FORM._replace(form="")
    before = await queries.reading_of(scope, tx, community_id=community_id, kind=kind, ref=ref)
    row = DoorReading(community_id, kind, ref, scope.tenant, *good, ble_name, now_ms)
    await tx.upsert(
        door_readings,
        [row._asdict()],
        keys=("community_id", "kind", "ref"),
        update=("form", "alphabet", "length", "prefix", "ble_name", "changed_ms"),
    )
    kept = ("door", ref) if kind == queries.DOOR else ("door_settings", str(community_id))
    await history.note(
        scope,
        tx,
        history.Record(*kept, community_id),
        "changed",
        before=_audit_values(before),
        after=_audit_values(row),
        now_ms=now_ms,
    )
    return row


def _audit_values(row: DoorReading | None) -> dict[str, object]:
    if row is None:
        return {}
    return {
        "code_form": row.form or "product",
        "alphabet": row.alphabet,
        "length": row.length,
        "prefix": row.prefix,
        "ble_name": row.ble_name,
        "of": row.ref,
    }

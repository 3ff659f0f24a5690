"""Desired property values: kept for a device that fetches them when it comes back, and deletes what it has taken up."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete

from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.scope import Scope
from linli.things.desired.queries import desired_of
from linli.things.errors import bad_value
from linli.things.models import desired_properties
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product
from linli.tsl import ValueOutside, ValueRefused, compile_model

_remove = Command(
    delete(desired_properties).where(
        desired_properties.c.device_no == bindparam("no", type_=INT),
        desired_properties.c.identifier == bindparam("key"),
        desired_properties.c.version <= bindparam("upto", type_=INT),
    )
)


class DesiredChanged(Conflict):
    """A desired value is not the one that its editor saw."""

    code = "desired.changed"


async def set_desired(scope: Scope, tx: Tx, *, iot_id: str, values: Mapping[str, Any]) -> dict[str, int]:
    """Want writable properties to have these values; the version of each. Raises BadInput, NotFound."""
    if not values:
        raise BadInput(field="items", rule="required")
    device = await get_device(scope, tx, iot_id=iot_id)
    product = await get_product(Scope.system(device.tenant_id), tx, product_key=device.product_key)
    try:
        checked = compile_model(product.model()).property_set(dict(values))
    except (ValueRefused, ValueOutside) as error:
        raise bad_value(error, "items") from error
    before = await desired_of(tx, device_no=device.device_no)
    now_ms = tx.db.clock.now_ms()
    versions = {
        identifier: before[identifier].version + 1 if identifier in before else 1 for identifier in checked
    }
    rows = [
        {
            "device_no": device.device_no,
            "identifier": identifier,
            "version": versions[identifier],
            "value": msgspec.json.encode(value).decode(),
            "modified_ms": now_ms,
        }
        for identifier, value in checked.items()
    ]
    await tx.upsert(
        desired_properties,
        rows,
        keys=("device_no", "identifier"),
        update=("version", "value", "modified_ms"),
    )
    return versions


async def forget_desired(scope: Scope, tx: Tx, *, iot_id: str, identifier: str, version: int) -> None:
    """Want a property's value no more. Raises NotFound; DesiredChanged when it has another version by now."""
    device = await get_device(scope, tx, iot_id=iot_id)
    desired = (await desired_of(tx, device_no=device.device_no)).get(identifier)
    if desired is not None and desired.version != version:
        raise DesiredChanged(identifier=identifier, version=desired.version)
    await remove_desired(tx, device_no=device.device_no, versions={identifier: version})


async def remove_desired(tx: Tx, *, device_no: int, versions: Mapping[str, int]) -> None:
    """Drop these values unless they have a later version. The caller knows the device."""
    rows = [{"no": device_no, "key": identifier, "upto": version} for identifier, version in versions.items()]
    if rows:
        await _remove.run_many(tx, rows)

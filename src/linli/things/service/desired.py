"""Desired property values: kept for a device that fetches them when it comes back, and deletes what it has taken up."""

from collections.abc import Mapping
from typing import Any

import msgspec

from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.errors import bad_value
from linli.things.models import desired_properties
from linli.things.queries.desired import desired_of
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product
from linli.tsl import ValueOutside, ValueRefused, compile_model


async def set_desired(scope: Scope, tx: Tx, *, iot_id: str, values: Mapping[str, Any]) -> dict[str, int]:
    """Want writable properties to have these values; the version of each. Raises BadInput, NotFound."""
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

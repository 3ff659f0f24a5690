"""Whether a device stands under the category that its form means, and has the service that fails. Spec H 3.6.2.2 (H-63).

`device data format is error` is all that an application is told; here it is held against category and thing model.
"""

from collections.abc import Mapping
from typing import Any

from linli.domains.boxes.devices.forms import category_of
from linli.domains.boxes.devices.queries import devices as device_queries
from linli.domains.boxes.rows import Protocol
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.protocols.edge_remote.diagnosis import Finding
from linli.things.catalogue.tree import find_category
from linli.things.debugging.reasons import Cause, why_not_for
from linli.things.queries.devices import DeviceRow

_LACKS = {Cause.WRONG_CATEGORY: "wrong_category", Cause.NO_SERVICE: "nowhere"}


async def model_steps(
    scope: Scope, db: Reader, device: DeviceRow, protocol: Protocol, custom: Mapping[str, Any], service: str
) -> list[Finding]:
    """`service`: identifier of the one that fails; empty: only the category is looked at."""
    steps = [await _category(scope, db, device, protocol, custom)]
    if service:
        steps.append(await _service(scope, db, device, service))
    return steps


async def _category(
    scope: Scope, db: Reader, device: DeviceRow, protocol: Protocol, custom: Mapping[str, Any]
) -> Finding:
    shape = await device_queries.shape(scope, db, protocol)
    meant = category_of(shape, custom)
    facts = {"category": device.category_name or "–", "product": device.product_name}
    if meant not in shape.categories or meant == device.category_code:
        return Finding("device_category", "ok", "ok", device.device_name, facts)
    category = await find_category(scope, db, path=meant)
    meant_name = category.name if category is not None else meant
    return Finding("device_category", "wrong", "error", device.device_name, {**facts, "meant": meant_name})


async def _service(scope: Scope, db: Reader, device: DeviceRow, service: str) -> Finding:
    why = await why_not_for(scope, db, device=device, identifier=service)
    outcome = _LACKS.get(why.cause) if why is not None else None
    if why is None or outcome is None:
        return Finding("device_service", "ok", "ok", service)
    facts = {
        name: ", ".join(value) if isinstance(value, list) else value for name, value in why.facts.items()
    }
    return Finding("device_service", outcome, "error", service, {**facts, "told": why.told})

"""What devices ask about their desired property values (期望属性值)."""

from typing import Any

from linli.kernel.db import Tx
from linli.things.inbox.arrival import BAD_PARAMS
from linli.things.inbox.requests import Request, RequestRefused
from linli.things.queries.desired import desired_of


async def desired_get(tx: Tx, request: Request) -> dict[str, Any]:
    """`["LightSwitch"]` -> `{"LightSwitch": {"value": 1, "version": 2}}`; all of them for an empty list."""
    wanted: Any = request.post.params
    known = request.device.product.compiled.rules
    if not isinstance(wanted, list) or not all(isinstance(w, str) and w in known for w in wanted):
        raise RequestRefused(BAD_PARAMS, "params: must be a list of properties of the thing model")
    held = await desired_of(tx, device_no=request.device.device_no)
    return {
        identifier: {"value": item.value, "version": item.version}
        for identifier, item in held.items()
        if not wanted or identifier in wanted
    }

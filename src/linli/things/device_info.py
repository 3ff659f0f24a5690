"""Requests of devices about their own tags (`thing/deviceinfo/get`). Changes of tags are read like posts."""

from typing import Any

from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.inbox.envelopes import BAD_PARAMS
from linli.things.inbox.request import Request, RequestRefused
from linli.things.queries.devices import device_tags_of


async def info_get(tx: Tx, request: Request) -> list[dict[str, str]]:
    """`[{"attrKey": "colour"}]`, or keys alone -> `[{"attrKey": …, "attrValue": …}]`; all tags for an empty list."""
    wanted = _keys(request.post.params)
    device_tags = await device_tags_of(
        Scope.system(request.device.tenant_id), tx, device_no=request.device.device_no
    )
    return [
        {"attrKey": key, "attrValue": value}
        for key, value in device_tags.items()
        if not wanted or key in wanted
    ]


def _keys(params: Any) -> set[str]:
    """Raises RequestRefused."""
    if params is None or params == {}:
        return set()
    items = params if isinstance(params, list) else [params]
    keys: set[str] = set()
    for item in items:
        key = item.get("attrKey") if isinstance(item, dict) else item
        if not isinstance(key, str):
            raise RequestRefused(BAD_PARAMS, "params: must be a list of attrKey")
        keys.add(key)
    return keys

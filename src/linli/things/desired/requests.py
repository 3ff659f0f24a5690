"""Requests of devices about their desired property values (期望属性值). Source: spec clients b.4."""

from typing import Any

from linli.kernel.db import Tx
from linli.things.desired.queries import desired_of
from linli.things.desired.service import remove_desired
from linli.things.inbox.envelopes import BAD_PARAMS
from linli.things.inbox.request import Request, RequestRefused


async def desired_get(tx: Tx, request: Request) -> dict[str, Any]:
    """`["LightSwitch"]` -> `{"LightSwitch": {"value": 1, "version": 2}}`; all of them for an empty list."""
    wanted: Any = request.post.params
    property_rules = request.device.product.compiled.rules
    if not isinstance(wanted, list) or not all(isinstance(w, str) and w in property_rules for w in wanted):
        raise RequestRefused(BAD_PARAMS, "params: must be a list of properties of the thing model")
    desireds = await desired_of(tx, device_no=request.device.device_no)
    return {
        identifier: {"value": item.value, "version": item.version}
        for identifier, item in desireds.items()
        if not wanted or identifier in wanted
    }


async def desired_delete(tx: Tx, request: Request) -> dict[str, Any]:
    """`{"LightSwitch": {"version": 2}}`: the device has applied this version; without a version, the present one.

    A value that changed meanwhile stays, and the device is told: nothing is deleted, `data` names the versions there are.
    """
    wanted = _versions(request)
    desireds = await desired_of(tx, device_no=request.device.device_no)
    changed = {
        identifier: {"version": desireds[identifier].version}
        for identifier, version in wanted.items()
        if version is not None and identifier in desireds and desireds[identifier].version != version
    }
    if changed:
        raise RequestRefused(BAD_PARAMS, f"version: {', '.join(changed)} changed meanwhile", changed)
    await remove_desired(
        tx,
        device_no=request.device.device_no,
        versions={identifier: desireds[identifier].version for identifier in wanted.keys() & desireds.keys()},
    )
    return {}


def _versions(request: Request) -> dict[str, int | None]:
    """The version to delete of each property; None for any. Raises RequestRefused."""
    params: Any = request.post.params
    property_rules = request.device.product.compiled.rules
    if not isinstance(params, dict) or not params.keys() <= property_rules.keys():
        raise RequestRefused(BAD_PARAMS, "params: must be properties of the thing model with their versions")
    versions: dict[str, int | None] = {}
    for identifier, item in params.items():
        version = item.get("version") if isinstance(item, dict) else None
        if not isinstance(item, dict | None) or not (version is None or type(version) is int):
            raise RequestRefused(BAD_PARAMS, f"{identifier}.version: must be a whole number")
        versions[identifier] = version
    return versions

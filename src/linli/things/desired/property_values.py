"""Wanting a property to have a value: kept as desired until the device has it, and set at once where that can be.

Source: spec clients b.4 (property/set, property/desired).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from linli.kernel.db import Database, Tx
from linli.kernel.scope import Scope
from linli.things.desired.service import remove_desired, set_desired
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceDisabled, DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import get_device
from linli.things.scripts.errors import ScriptFailed


class Taken(StrEnum):
    """How far a wanted value is."""

    BY_DEVICE = "by_device"
    """The device has it; it is desired no more."""
    WAITING = "waiting"
    """The device is away and fetches it when it is back."""
    UNKNOWN = "unknown"
    """The device got the value and did not answer; it stays desired."""
    REFUSED = "refused"
    """The device, or its script, would not take it; it stays desired."""


class Wanted(NamedTuple):
    taken: Taken
    versions: dict[str, int]
    """Of the desired values, by property."""
    reason: str = ""


async def want_properties(
    scope: Scope, db: Database, invoker: Invoker, *, iot_id: str, values: Mapping[str, Any]
) -> Wanted:
    """Want these values, and set them if the device is there. Raises NotFound, BadInput."""

    async def want(tx: Tx) -> tuple[dict[str, int], int]:
        versions = await set_desired(scope, tx, iot_id=iot_id, values=values)
        return versions, (await get_device(scope, tx, iot_id=iot_id)).device_no

    versions, device_no = await db.run(want)
    try:
        await invoker.set_properties(scope, iot_id, values)
    except (DeviceOffline, DeviceDisabled):
        return Wanted(Taken.WAITING, versions)
    except DeviceSilent as silent:
        return Wanted(Taken.UNKNOWN, versions, str(silent))
    except (DeviceRefused, ScriptFailed) as refused:
        return Wanted(Taken.REFUSED, versions, str(refused))
    await db.run(lambda tx: remove_desired(tx, device_no=device_no, versions=versions))
    return Wanted(Taken.BY_DEVICE, versions)

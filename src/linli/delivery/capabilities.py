"""The abilities of a device by its product's thing model, and its forms of refusal."""

from linli.kernel.db import Reader
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.scope import Scope
from linli.things.errors import DeviceRefused
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product_by_no

SCHEDULES = "PermissionSchedule"
"""Property of devices that keep a right's schedule (`cron`) and judge by it, also when they are offline."""


async def keeps_schedules(scope: Scope, db: Reader, *, device: str) -> bool:
    """False for a device that no longer exists."""
    try:
        device_row = await get_device(scope, db, iot_id=device)
        product = await get_product_by_no(scope, db, product_no=device_row.product_no)
    except NotFound:
        return False
    return f'"{SCHEDULES}"' in product.tsl


def own_words(error: LinliError) -> str:
    """The device's own words when it refused, with its code: they need no translation."""
    if isinstance(error, DeviceRefused):
        return f"{error.facts['message']} ({error.facts['answer']})"
    return error.text()

"""What a lane's device said of its barrier and its screen."""

from typing import Any

from linli.domains.parking.rows import Screen
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device
from linli.things.queries.history import LatestValue, latest


async def screen_of(scope: Scope, db: Reader, *, iot_id: str) -> Screen:
    """Raises NotFound."""
    device = await get_device(scope, db, iot_id=iot_id)
    return read_screen(await latest(db, device_no=device.device_no))


def read_screen(values: dict[str, LatestValue]) -> Screen:
    """Fewer than no rows means: that many rows, of one call with `<br>` (spec A 4.6)."""
    rows, mode, qr = (whole(values, name) for name in ("LedRowNumber", "LedNoticeMode", "IsSurportQrCode"))
    return Screen(
        None if rows is None else abs(rows),
        rows is not None and rows < 0,
        None if mode is None else mode == 1,
        None if qr is None else qr == 1,
    )


def whole(values: dict[str, LatestValue], name: str) -> int | None:
    """A property as a whole number; None: the device never told it."""
    value: Any = values.get(name)
    return None if value is None or value.number is None else int(value.number)

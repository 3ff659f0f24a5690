"""What a door can do as an intercom, and how rooms are keyed there."""

from linli.domains.access.queries.doors import find_door
from linli.domains.access.rows import Door
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import HOUSE, UNIT
from linli.domains.intercom.kinds import NAMES
from linli.domains.intercom.room_numbers import Form
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product_by_no


async def abilities_of(scope: Scope, db: Reader, *, iot_id: str) -> frozenset[str]:
    """The kinds of deliveries that a device's thing model has room for; none of a device that is gone."""
    try:
        device = await get_device(scope, db, iot_id=iot_id)
        product = await get_product_by_no(scope, db, product_no=device.product_no)
    except NotFound:
        return frozenset()
    return frozenset(kind for kind, name in NAMES.items() if f'"{name}"' in product.tsl)


async def form_of(scope: Scope, db: Reader, *, iot_id: str) -> Form:
    """A door that rings one unit, or whose place nobody noted, takes the house alone; others are wall doors."""
    device = await get_device(scope, db, iot_id=iot_id)
    if device.gateway_no is not None:
        return Form.WHOLE
    door = await find_door(scope, db, iot_id=iot_id)
    if door is None or door.call_space_id is not None or door.space_id is None:
        return Form.UNIT
    return Form.UNIT if await _in_unit(scope, db, door) else Form.WALL


async def _in_unit(scope: Scope, db: Reader, door: Door) -> bool:
    places = await spaces.spaces_by_id(scope, db, [door.space_id] if door.space_id is not None else [])
    return all(place.kind in (UNIT, HOUSE) for place in places.values())

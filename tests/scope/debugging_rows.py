"""A device of a lot that the simulator may stand in for, and a call to it that did not get through."""

import contextlib

from linli.app.platform import Platform
from linli.things.errors import DeviceOffline
from linli.things.queries.devices import get_device
from linli.things.queries.history import downlinks_of
from linli.things.service.devices import assign_community, create_device
from tests.scope.town import Lot


async def add_debugging(platform: Platform, lot: Lot, mqtt_port: int) -> None:
    """Where the simulator finds the front is told too."""
    owner, things = lot.project.owner, platform.things
    things.simulator.address = lambda: ("127.0.0.1", mqtt_port)
    async with platform.db.begin() as tx:
        device = await create_device(
            owner, tx, product_key=lot.second_product, device_name=f"simulated-{lot.name}", ids=platform.ids,
            secrets=platform.secrets,
        )  # fmt: skip
        await assign_community(owner, tx, iot_id=device.iot_id, community_id=lot.community)
        lot.simulated = device.iot_id
        number = (await get_device(owner, tx, iot_id=device.iot_id)).device_no
    with contextlib.suppress(DeviceOffline):
        await things.invoker.get_properties(owner, lot.simulated, ["Level"])
    (call,) = await downlinks_of(platform.db, device_no=number, most=1)
    lot.device_call = call.call_no

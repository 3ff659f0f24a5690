"""A device of a lot that the simulator may stand in for, and a call to it that did not get through."""

import contextlib

from linli.app.platform import Platform
from linli.databus.changes import publish
from linli.databus.topics import CommunityChange, Kind
from linli.kernel.db.partitions import day_of
from linli.kernel.pages import PageRequest
from linli.things.debugging.refused_uplinks import list_refused
from linli.things.errors import DeviceOffline
from linli.things.inbox.messages import batch_id
from linli.things.inbox.refusals import Refusal
from linli.things.models import inbox
from linli.things.queries.devices import get_device
from linli.things.queries.history import downlinks_of
from linli.things.service.devices import DeviceValues, assign_community, create_device
from tests.scope.town import Lot

INBOX = ("device_no", "seq", "day", "kind", "identifier", "received_ms", "note", "payload")


async def add_debugging(platform: Platform, lot: Lot, mqtt_port: int) -> None:
    """Where the simulator finds the front is told too."""
    owner, things = lot.project.owner, platform.things
    things.simulator.address = lambda: ("127.0.0.1", mqtt_port)
    async with platform.db.begin() as tx:
        device = await create_device(
            owner,
            tx,
            values=DeviceValues(product_key=lot.second_product, device_name=f"simulated-{lot.name}"),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        await assign_community(owner, tx, iot_id=device.iot_id, community_id=lot.community)
        lot.simulated = device.iot_id
        number = (await get_device(owner, tx, iot_id=device.iot_id)).device_no
    with contextlib.suppress(DeviceOffline):
        await things.invoker.get_properties(owner, lot.simulated, ["Level"])
    (call,) = await downlinks_of(platform.db, device_no=number, most=1)
    lot.device_call = call.call_no
    lot.device_message, lot.refused_message, lot.told_change = await _messages(platform, lot, number)


async def _messages(platform: Platform, lot: Lot, number: int) -> tuple[str, str, int]:
    """(batchId of a message, that of a refused one, number of a message that subscribers were told)."""
    things, now_ms = platform.things, platform.clock.now_ms()
    seq = platform.ids.number()
    row = (number, seq, day_of(now_ms), "status", "online", now_ms, "", b"{}")
    async with platform.db.begin() as tx:
        await tx.insert_tuples(inbox, INBOX, [row])
        told = CommunityChange(lot.community, ["1"], "update")
        change = await publish(tx, Kind.SPACE, lot.community, told, tenant_id=lot.project.owner.tenant)
    things.notes.refused(Refusal(number, now_ms, "/topic", b"{}", f"refused {lot.name}"))
    await things.notes.flush()
    page = await list_refused(
        lot.project.owner, platform.db, device_no=number, text="", page=PageRequest(1, 1)
    )
    return batch_id(number, seq), batch_id(number, page.data[0].seq), change

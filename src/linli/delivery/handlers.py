"""Handlers of delivery: a device that came back is served at once."""

from linli.delivery import service
from linli.kernel.db import Tx
from linli.things.inbox.messages import Message


async def device_status(tx: Tx, message: Message) -> None:
    """Inbox handler of connection changes."""
    if message.identifier == "online":
        await service.device_online(tx, device=message.device.iot_id, now_ms=tx.db.clock.now_ms())

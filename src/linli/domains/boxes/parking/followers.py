"""What changes tariffs, rights and visitors of a community, and who tells of a fire: its boxes follow."""

from typing import Final

from linli.domains.boxes.parking import boxes, coupons
from linli.domains.parking.events import CouponWaits, ParkingRulesChanged
from linli.domains.visitors.events import VisitChanged
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.messages import Message

FIRE: Final = "FireAlarm"


class ParkingFollowers:
    def __init__(self, db: Database) -> None:
        self._db = db

    def register(self, handlers: Handlers[Tx]) -> None:
        handlers.inline(ParkingRulesChanged, _changed)  # what is published holds nowhere yet
        handlers.inline(CouponWaits, _coupon_waits)
        handlers.after(VisitChanged, self.visit_changed, name="boxes.parking_visitors")

    def register_inbox(self, inbox: InboxHandlers) -> None:
        inbox.on_event(FIRE, self.fire)

    async def visit_changed(self, event: VisitChanged) -> None:
        await self._db.run(lambda tx: boxes.changed(tx, event.tenant_id, event.community_id))

    async def fire(self, tx: Tx, message: Message) -> None:
        device = message.device
        if device.community_id is not None:
            await boxes.fire(tx, device.tenant_id, device.community_id, at_ms=message.time_ms)


async def _changed(tx: Tx, event: ParkingRulesChanged) -> None:
    await boxes.changed(tx, event.tenant_id, event.community_id)


async def _coupon_waits(tx: Tx, event: CouponWaits) -> None:
    await coupons.changed(tx, event.tenant_id, event.community_id)

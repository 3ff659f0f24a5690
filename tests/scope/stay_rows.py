"""Stays of each lot: inside, over and owing, an exit without its entry, and one that was paired."""

from typing import Any

from linli.app.platform import Platform
from linli.domains.parking.coupons.models import merchants
from linli.domains.parking.coupons.rows import MerchantRow
from linli.domains.parking.coupons.service import Offer, add_offer
from linli.domains.parking.fees import stays
from linli.domains.parking.fees.models import shifts
from linli.domains.parking.fees.rows import ShiftRow
from linli.domains.parking.models import passes
from linli.domains.parking.rows import LanePass
from linli.domains.parking.tickets.models import lane_codes, tickets
from linli.domains.parking.tickets.rows import LaneCode, Ticket
from linli.kernel.db.partitions import day_of
from linli.kernel.scope import Scope
from tests.scope.vehicle_rows import plate


async def add_stays(platform: Platform, lot: Any) -> None:
    now_ms = platform.clock.now_ms()

    def passing(last: str, direction: int) -> LanePass:
        return LanePass(
            id=platform.ids.number(),
            day=day_of(now_ms),
            tenant_id=lot.project.tenant_id,
            community_id=lot.community,
            lane_id=lot.lane,
            area_id=lot.parking_lot,
            iot_id=lot.lane_device,
            lane_name="lane",
            direction=direction,
            open_type=0,
            permission=1,
            plate=plate(lot, last),
            read_as=plate(lot, last),
            plate_color=None,
            car_color="",
            brand="",
            reliability=None,
            picture="",
            passed_ms=now_ms,
            received_ms=now_ms,
        )

    async with platform.db.begin() as tx:
        for last, name in (
            ("1", "stay"),
            ("2", "joined_stay"),
            ("3", "owing_stay"),
            ("5", "waived_stay"),
            ("4", "mended_stay"),
            ("6", "renamed_stay"),
            ("0", "ticket_stay"),
        ):
            row = passing(last, 0)
            await tx.insert(passes, row._asdict())
            stay = stays.begun(row, lot.parking_lot)
            if name in ("owing_stay", "waived_stay"):
                stay = stay._replace(state="left", out_ms=now_ms, fen=900)
            elif name == "mended_stay":
                leaving = passing("9", 1)
                await tx.insert(passes, leaving._asdict())
                stay = stay._replace(
                    state="left", out_ms=now_ms, out_pass=leaving.id, out_plate=leaving.plate
                )
            await stays.insert(tx, stay)
            setattr(lot, name, stay.stay_id)
            if name == "ticket_stay":
                ticket = Ticket(
                    stay.stay_id, stay.tenant_id, lot.community, f"{stay.stay_id}", now_ms, now_ms
                )
                await tx.insert(tickets, ticket._asdict())
        for lane_id in (lot.lane, lot.spare_lane):
            code = LaneCode(lane_id, lot.project.tenant_id, lot.community, f"{lane_id}", 1, now_ms)
            await tx.insert(lane_codes, code._asdict())
        for last, name in (("7", "orphan_stay"), ("8", "joined_orphan")):
            row = passing(last, 1)
            await tx.insert(passes, row._asdict())
            await stays.insert(tx, stays.orphan(row, lot.parking_lot))
            setattr(lot, name, row.id)
        lot.shift = platform.ids.number()
        row = ShiftRow(
            lot.shift, lot.project.tenant_id, lot.community, "staff:1", now_ms - 1, now_ms, 900, 900, ""
        )
        await tx.insert(shifts, row._asdict())
        for name in ("merchant", "spare_merchant"):
            number = platform.ids.number()
            merchant = MerchantRow(
                number, lot.project.tenant_id, lot.community, f"M{lot.name}", f"{number}", "x", 0, now_ms
            )
            await tx.insert(merchants, merchant._asdict())
            setattr(lot, name, number)
        for name in ("offer", "spare_offer"):
            offer = Offer("fen", 100, 0, False, 0, 0, 24, now_ms + 1_000_000)
            scope = Scope.system(lot.project.tenant_id, "test")
            row_of = merchant._replace(merchant_id=lot.merchant)
            number = await add_offer(scope, tx, row_of, offer=offer, ids=platform.ids, now_ms=now_ms)
            setattr(lot, name, number)

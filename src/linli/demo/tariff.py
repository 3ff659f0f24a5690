"""What parking in the sample costs: by day and by night, with the cases that it was published by."""

from typing import Final

from linli.app.platform import Platform
from linli.demo.lanes import GUEST_LOT, LOT
from linli.demo.place import Place
from linli.domains.communities.queries import spaces
from linli.domains.parking.fees import lots, queries, service
from linli.domains.parking.fees.forms import CaseForm, ClassForm, PlanForm, PriceForm, SegmentForm, TariffForm
from linli.kernel.db import Tx

NAME: Final = "地面停车场收费"
TARIFF: Final = TariffForm(
    classes=[
        ClassForm(
            "",
            [
                PlanForm(
                    ["workday", "weekend", "holiday"],
                    [
                        SegmentForm(
                            "08:00", "20:00", PriceForm(30, 200), first=PriceForm(60, 500), cap_fen=2_500
                        ),
                        SegmentForm("20:00", "08:00", PriceForm(60, 100), cap_fen=500),
                    ],
                )
            ],
        )
    ],
    free_minutes=15,
    day_cap_fen=3_000,
    shared_day_cap=True,
)
CASES: Final = [
    CaseForm(name="一刻钟免费", enters="2026-12-01T09:00", leaves="2026-12-01T09:15", fen=0),
    CaseForm(name="白天两小时", enters="2026-12-01T09:00", leaves="2026-12-01T11:00", fen=900),
    CaseForm(name="过夜", enters="2026-12-01T20:00", leaves="2026-12-02T08:00", fen=500),
]


async def ensure(platform: Platform, site: Place) -> None:
    """Publish the tariff and let the lot charge by it, unless there is one."""
    root, community_id = site.community.root_space_id, site.community.community_id
    if root is None:
        return

    async def work(tx: Tx) -> None:
        lots_here = [await spaces.sibling(site.tenant, tx, root, name) for name in (LOT, GUEST_LOT)]
        charged = [lot for lot in lots_here if lot is not None]
        if not charged or await queries.count(site.tenant.narrowed(community_id), tx):
            return
        now_ms = platform.clock.now_ms()
        tariff_id = await service.create(
            site.tenant,
            tx,
            community_id=community_id,
            name=NAME,
            form=TARIFF,
            ids=platform.ids,
            now_ms=now_ms,
        )
        await service.change(
            site.tenant, tx, tariff_id=tariff_id, name=NAME, form=TARIFF, cases=CASES, now_ms=now_ms
        )
        await service.publish(site.tenant, tx, tariff_id=tariff_id, now_ms=now_ms)
        await lots.set_lots(site.tenant, tx, tariff_id=tariff_id, lot_ids=charged, now_ms=now_ms)

    await platform.db.run(work)

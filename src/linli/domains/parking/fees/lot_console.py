"""Console: lots, by which tariff each charges, and what the last month would have cost by another."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.parking.fees import compare as comparison
from linli.domains.parking.fees import exit_queries, exits, lots, places, stay_queries
from linli.domains.parking.fees.forms import TariffForm
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope

HISTORY = (Kind(name=exits.HISTORY_KIND, see=Right.VEHICLES_SEE.value, manage=Right.VEHICLES_MANAGE.value),)
SEE, MANAGE = Right.VEHICLES_SEE.value, Right.VEHICLES_MANAGE.value


class LotLine(msgspec.Struct, rename="camel", frozen=True):
    """A lot: an outermost parking area."""

    id: int
    name: str
    inside: Annotated[int, Meta(description="Vehicles that came and were not seen to leave.")]
    capacity: Annotated[int | None, Meta(description="Parking spaces; null: not counted, never full.")]
    tariff_id: Annotated[str, Meta(description="By which it charges; empty: it is free.")]
    holds_unpaid: Annotated[
        bool, Meta(description="Guests stay before the closed exit until they have paid.")
    ]


class LotChoice(msgspec.Struct, rename="camel", frozen=True):
    lot_ids: Annotated[list[int], Meta(max_length=200)]


class ComparedStay(msgspec.Struct, rename="camel", frozen=True):
    id: str
    plate: str
    in_ms: int
    out_ms: int
    before_fen: int
    after_fen: int


class TariffComparison(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Stays of the last 30 days, reckoned anew."""

    stays: int
    is_all: Annotated[bool, Meta(description="False: there were more; the newest were taken.")]
    before_fen: int
    after_fen: int
    dearer: int
    cheaper: int
    largest: list[ComparedStay]


class TariffProposal(msgspec.Struct, rename="camel", frozen=True):
    draft: TariffForm


class ExitRule(msgspec.Struct, rename="camel", frozen=True):
    holds_unpaid: bool


class LotCapacity(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    capacity: Annotated[int | None, Meta(description="1 to 100,000; null: not counted.")]


class LotFilter(Filter, frozen=True):
    community_id: int


lot_routes = Routes("/parking-lots", tags=("parking",))
comparison_routes = Routes("/parking-tariffs", tags=("parking",))
ROUTES = (lot_routes, comparison_routes)


@lot_routes.get(right=SEE, raises=(NotFound,))
async def list_lots(scope: Scope, db: Database, where: LotFilter) -> list[LotLine]:
    """Lots of a community, how many vehicles stand in each, and by which tariff it charges."""
    scope = scope.narrowed(where.community_id)
    by = await stay_queries.tariffs_of_lots(scope, db, where.community_id)
    inside = await stay_queries.counts_inside(scope, db, where.community_id)
    spaces = await places.capacities(scope, db, where.community_id)
    holding = await exit_queries.holding_lots(scope, db, where.community_id)
    return [
        LotLine(
            space.space_id,
            space.name,
            inside.get(space.space_id, 0),
            spaces.get(space.space_id),
            str(by.get(space.space_id, "")),
            space.space_id in holding,
        )
        for space in await lots.lots_of(scope, db, where.community_id)
    ]


@lot_routes.put("/{lot_id:int}/exits", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def set_exit_rule(lot_id: int, data: ExitRule, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Hold guests who owe before the closed exits of a lot, or let them out and note what they owe."""
    await exits.set_rule(scope, tx, lot_id=lot_id, holds_unpaid=data.holds_unpaid, now_ms=clock.now_ms())


@lot_routes.put("/{lot_id:int}/capacity", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def set_capacity(lot_id: int, data: LotCapacity, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Say how many parking spaces a lot has: guests do not get a ticket of a full one, nor come in by a plate that was
    read in a picture."""
    await places.set_capacity(scope, tx, lot_id=lot_id, capacity=data.capacity, now_ms=clock.now_ms())


@comparison_routes.put("/{tariff_id:int}/lots", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def set_lots(tariff_id: int, data: LotChoice, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Charge these lots by the tariff, and no others by it: vehicles that come from now on."""
    await lots.set_lots(scope, tx, tariff_id=tariff_id, lot_ids=data.lot_ids, now_ms=clock.now_ms())


@comparison_routes.post("/{tariff_id:int}/compare", right=SEE, raises=(NotFound, BadInput))
async def compare_tariff(
    tariff_id: int, data: TariffProposal, scope: Scope, db: Database, clock: Clock
) -> TariffComparison:
    """What the last month would have cost by a draft."""
    answer = await comparison.compare(scope, db, tariff_id=tariff_id, form=data.draft, now_ms=clock.now_ms())
    return TariffComparison(
        stays=answer.stays,
        is_all=answer.is_all,
        before_fen=answer.before_fen,
        after_fen=answer.after_fen,
        dearer=answer.dearer,
        cheaper=answer.cheaper,
        largest=[
            ComparedStay(
                str(row.stay.stay_id),
                row.stay.plate,
                row.stay.in_ms,
                row.stay.out_ms or 0,
                row.before_fen,
                row.after_fen,
            )
            for row in answer.largest
        ],
    )

"""What the stays of the last days would have cost by a draft."""

from typing import Final, NamedTuple

from linli.domains.parking.fees import queries, stay_queries
from linli.domains.parking.fees.bills import charge_by
from linli.domains.parking.fees.forms import TariffForm
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.service import place, usable
from linli.kernel.db import Reader
from linli.kernel.scope import Scope

DAYS: Final = 30
MOST_STAYS: Final = 500
_SHOWN: Final = 5
_DAY_MS: Final = 86_400_000


class Difference(NamedTuple):
    stay: StayRow
    before_fen: int
    after_fen: int


class Comparison(NamedTuple):
    """`stays`: how many were reckoned anew, of the newest first; `largest`: those that differ most."""

    stays: int
    is_all: bool
    before_fen: int
    after_fen: int
    dearer: int
    cheaper: int
    largest: list[Difference]


async def compare(scope: Scope, db: Reader, *, tariff_id: int, form: TariffForm, now_ms: int) -> Comparison:
    """Stays of the last 30 days in the lots that this tariff charges. Raises NotFound, BadInput."""
    row = await queries.tariff(scope, db, tariff_id)
    tariff, where = usable(form), await place(scope, db, row.community_id)
    lots = await stay_queries.tariffs_of_lots(scope, db, row.community_id)
    over = await stay_queries.charged_since(
        scope, db, community_id=row.community_id, since_ms=now_ms - DAYS * _DAY_MS, most=MOST_STAYS + 1
    )
    differences = []
    for stay in over[:MOST_STAYS]:
        if lots.get(stay.lot_id) == tariff_id and stay.out_ms is not None:
            _, fee = await charge_by(scope, db, stay, tariff, where, until_ms=stay.out_ms, taken=[])
            differences.append(Difference(stay, stay.fen or 0, fee.fen))
    largest = sorted(differences, key=lambda row: -abs(row.after_fen - row.before_fen))[:_SHOWN]
    return Comparison(
        stays=len(differences),
        is_all=len(over) <= MOST_STAYS,
        before_fen=sum(difference.before_fen for difference in differences),
        after_fen=sum(difference.after_fen for difference in differences),
        dearer=sum(difference.after_fen > difference.before_fen for difference in differences),
        cheaper=sum(difference.after_fen < difference.before_fen for difference in differences),
        largest=[difference for difference in largest if difference.after_fen != difference.before_fen],
    )

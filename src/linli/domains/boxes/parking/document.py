"""Tariffs, calendar, rights, visitors and fires of a community in the form that a box gets."""

import hashlib
from typing import Final

import msgspec

from linli.domains.boxes.parking import queries
from linli.domains.boxes.rows import Node
from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.communities.space_rules import PARKING_AREA, path_ids
from linli.domains.parking.fees import queries as tariff_queries
from linli.domains.parking.fees import stay_queries
from linli.domains.parking.fees.forms import TariffForm
from linli.domains.parking.queries.rights import rights_of
from linli.domains.visitors import queries as visits
from linli.domains.visitors.rows import HOLDS_PASS
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.protocols.edge_link import ParkingRules, PayKey, PlateRight, RulesLot, TariffVersion
from linli.rules.plates import clean_plate

MOST_RIGHTS: Final = 20_000
MOST_LOTS: Final = 50
VISITOR: Final = "visitor"
LATE_MS: Final = 31 * 86_400_000
"""What is over still counts for the fee of a car that came before it was."""


async def rules_of(
    db: Reader, node: Node, space_ids: list[int], *, pay_url: str, pay_keys: list[PayKey], now_ms: int
) -> ParkingRules:
    """For those of these spaces that are parking areas of the box's community; nothing while it is in none."""
    if node.community_id is None:
        return ParkingRules()
    scope = Scope.system(node.tenant_id, "boxes").narrowed(node.community_id)
    lots = await lots_of(scope, db, node, space_ids)
    calendar = await tariff_queries.calendar(scope, db, node.community_id)
    days = calendar.days()
    box = await queries.box(scope, db, node.node_id)
    by_lot = await stay_queries.tariffs_of_lots(scope, db, node.community_id)
    rows, tariffs = [], {}
    for lot in lots:
        version = await _version(scope, db, by_lot.get(lot.space_id))
        if version is not None:
            tariffs[version.tariff] = version
        rows.append(
            RulesLot(
                space=str(lot.space_id),
                around=[str(number) for number in path_ids(lot.path)],
                tariff=version.tariff if version is not None else "",
                version=version.version if version is not None else 0,
            )
        )
    rules = ParkingRules(
        holidays=sorted(day.isoformat() for day in days.holidays),
        workdays=sorted(day.isoformat() for day in days.workdays),
        lots=rows,
        tariffs=[tariffs[number] for number in sorted(tariffs)],
        rights=await _rights(scope, db, node.community_id, lots, now_ms) if lots else [],
        fire_ms=box.fire_ms if box is not None else 0,
        fire_over_ms=box.fire_over_ms if box is not None else 0,
        pay_url=pay_url,
        pay_node=node.node_id,
        pay_keys=pay_keys if pay_url else [],
    )
    digest = hashlib.sha256(msgspec.json.encode(rules, order="sorted")).hexdigest()[:32]
    return msgspec.structs.replace(rules, version=digest)


def read_spaces(texts: list[str]) -> list[int]:
    """What a box names as its lots' spaces; what can be no number of a space is left out."""
    digits = (text for text in texts[:MOST_LOTS] if text.isascii() and text.isdecimal() and len(text) < 20)
    return [number for number in map(int, digits) if number < 2**63]


async def lots_of(scope: Scope, db: Reader, node: Node, space_ids: list[int]) -> list[Space]:
    """Those of these spaces that are parking areas of the box's community."""
    here = await spaces.spaces_by_id(scope, db, space_ids[:MOST_LOTS])
    return [
        here[number]
        for number in sorted(here)
        if here[number].community_id == node.community_id and here[number].kind == PARKING_AREA
    ]


async def _version(scope: Scope, db: Reader, tariff_id: int | None) -> TariffVersion | None:
    """The newest that was published; None: the lot is free."""
    if tariff_id is None:
        return None
    newest = (await tariff_queries.tariff(scope, db, tariff_id)).version
    if not newest:
        return None
    row = await stay_queries.version(scope, db, tariff_id, newest)
    tariff = msgspec.json.decode(row.tariff, type=TariffForm).tariff()
    return TariffVersion(tariff=str(tariff_id), version=newest, body=msgspec.to_builtins(tariff))


async def _rights(
    scope: Scope, db: Reader, community_id: int, lots: list[Space], now_ms: int
) -> list[PlateRight]:
    """Of passes and lists that are not over, and of visitors who are expected or here."""
    rows = [
        PlateRight(
            plate=right.plate,
            kind=right.kind,
            space=str(right.space_id),
            starts_ms=right.starts_ms,
            ends_ms=right.ends_ms,
        )
        for right in await rights_of(scope, db, community_id, most=MOST_RIGHTS)
        if right.ends_ms is None or right.ends_ms >= now_ms - LATE_MS
    ]
    root = str(path_ids(lots[0].path)[0])
    rows += [
        PlateRight(plate=plate, kind=VISITOR, space=root, starts_ms=visit.starts_ms, ends_ms=visit.ends_ms)
        for visit in await visits.live(scope, db, community_id, list(HOLDS_PASS), now_ms=now_ms - LATE_MS)
        if (plate := clean_plate(visit.plate))
    ]
    return sorted(
        rows, key=lambda row: (row.plate, row.kind, row.space, row.starts_ms or 0, row.ends_ms or 0)
    )

"""Export of passes: the rows of the list's filters, newest first, in the site's time."""

from collections.abc import AsyncIterator
from typing import Final

from linli.domains.access.console.pass_rows import WholeAt, places_of, shown_credential
from linli.domains.access.console.tables import AT_ONCE
from linli.domains.access.pass_details import temperature_c
from linli.domains.access.queries.passes import PassFilter, walk_passes
from linli.domains.access.rows import Pass
from linli.domains.access.times import write_time
from linli.domains.communities.addresses import in_words
from linli.kernel.db import Reader
from linli.kernel.i18n import text
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import PassCode

COLUMNS: Final = {
    "time": 20, "person": 16, "person_id": 20, "door": 20, "place": 28, "kind": 12, "credential": 20,
    "direction": 8, "result": 32, "code": 8, "temperature": 10, "remaining": 10,
}  # fmt: skip
"""Column → width in characters."""


async def lines(
    scope: Scope, db: Reader, where: PassFilter, language: str, *, whole: WholeAt
) -> AsyncIterator[list[tuple[str, ...]]]:
    at: dict[str, str] = {}
    zones: dict[int, str] = {}
    async for rows in walk_passes(scope, db, where=where, at_once=AT_ONCE):
        if new := sorted({row.iot_id for row in rows} - at.keys()):
            at |= dict.fromkeys(new, "") | await places_of(scope, db, new)
        for community_id in {row.community_id for row in rows} - zones.keys():
            zones[community_id] = await zone_of(db, community_id)
        yield [
            _line(row, at[row.iot_id], language, zones[row.community_id], whole=whole(row.community_id))
            for row in rows
        ]


def titles(language: str) -> list[str]:
    return [text(f"pass.column.{name}", language) for name in COLUMNS]


def _line(row: Pass, place: str, language: str, zone: str, *, whole: bool) -> tuple[str, ...]:
    degrees = temperature_c(row.ext_info)
    return (
        write_time(row.passed_ms, zone),
        row.name,
        row.identity_id,
        row.door_name,
        in_words(place, language),
        text(f"pass.kind.{row.type}", language),
        shown_credential(row.type, row.credential, whole=whole),
        text(f"pass.way.{row.direction}", language) if row.direction else "",
        text(f"pass.code.{int(PassCode.of(row.code))}", language),
        str(row.code),
        "" if degrees is None else f"{degrees:.1f}",
        "" if row.remaining is None or row.remaining < 0 else str(row.remaining),
    )

"""Export of passes: the rows of the list's filters, newest first, in the site's time."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

from linli.domains.access.console.pass_holders import Holder, holders_of, sees_holders
from linli.domains.access.console.pass_rows import places_of, shown_credential, whole_at
from linli.domains.access.console.tables import AT_ONCE
from linli.domains.access.pass_details import temperature_c
from linli.domains.access.queries.passes import PassFilter, walk_passes
from linli.domains.access.rows import Pass
from linli.domains.access.times import write_time
from linli.domains.communities.addresses import in_words
from linli.domains.people.rights import Rights
from linli.kernel.db import Reader
from linli.kernel.i18n import text
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import PassCode

COLUMNS: Final = {
    "time": 20,
    "person": 16,
    "house": 24,
    "phone": 16,
    "person_id": 20,
    "door": 20,
    "place": 28,
    "kind": 12,
    "credential": 20,
    "direction": 8,
    "result": 32,
    "code": 8,
    "temperature": 10,
    "remaining": 10,
}
"""Column → width in characters."""
_OF_HOLDER: Final = frozenset({"house", "phone"})
"""Columns for who sees residents."""


async def lines(
    scope: Scope, db: Reader, where: PassFilter, language: str, *, rights: Rights
) -> AsyncIterator[list[tuple[str, ...]]]:
    whole, named = whole_at(rights, scope), sees_holders(rights, scope)
    at: dict[str, str] = {}
    zones: dict[int, str] = {}
    async for rows in walk_passes(scope, db, where=where, at_once=AT_ONCE):
        if new := sorted({row.iot_id for row in rows} - at.keys()):
            at |= dict.fromkeys(new, "") | await places_of(scope, db, new)
        for community_id in {row.community_id for row in rows} - zones.keys():
            zones[community_id] = await zone_of(db, community_id)
        holders = await holders_of(scope, db, rows, rights, language) if named else {}
        yield [
            _line(
                row,
                at[row.iot_id],
                language,
                zones[row.community_id],
                whole=whole(row.community_id),
                holder=holders.get((row.community_id, row.identity_id), Holder()) if named else None,
            )
            for row in rows
        ]


def columns(rights: Rights, scope: Scope) -> dict[str, int]:
    """Column → width, as this reader gets them."""
    named = sees_holders(rights, scope)
    return {name: width for name, width in COLUMNS.items() if named or name not in _OF_HOLDER}


def titles(names: Iterable[str], language: str) -> list[str]:
    return [text(f"pass.column.{name}", language) for name in names]


def _line(
    row: Pass, place: str, language: str, zone: str, *, whole: bool, holder: Holder | None
) -> tuple[str, ...]:
    degrees = temperature_c(row.ext_info)
    return (
        write_time(row.passed_ms, zone),
        row.name,
        *(holder or ()),
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

"""Visits as the pages show them."""

from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.queries.ways import WayRow
from linli.domains.access.queries.ways import find as find_ways
from linli.domains.communities.queries import spaces
from linli.domains.people.person_rules import mask_id_number, mask_phone
from linli.domains.people.queries import persons
from linli.domains.visitors.rows import Visit
from linli.kernel.db import Reader
from linli.kernel.scope import Scope

type ShowPhone = Callable[[str], str]
"""How a phone is shown to who asks."""


class VisitRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    type: Annotated[int, Meta(description="MEMBER_TYPE, 1 to 9")]
    phone: Annotated[str, Meta(description="Masked in lists.")]
    plate: str
    people: Annotated[int, Meta(description="The visitor and who comes along.")]
    house_id: str
    house_location: str
    host_name: Annotated[str, Meta(description="Who invited, or whom the visitor named.")]
    host_id: Annotated[str, Meta(description="identityId of a host who lives there; else empty.")]
    reason: str
    starts_ms: int
    ends_ms: int
    state: Annotated[str, Meta(description="asked, expected, arrived, left, void, refused")]
    source: Annotated[str, Meta(description="API, STAFF, RESIDENT, QRCODE")]
    arrived_ms: int
    left_ms: int
    uses: Annotated[int, Meta(description="How often they may come in; -1: as often as they like.")]
    uses_left: Annotated[int | None, Meta(description="Of these; null: not counted.")]


class VisitDoor(msgspec.Struct, rename="camel", frozen=True):
    name: str
    status: Annotated[str, Meta(description="Delivery status, e.g. `transferred`.")]
    of_house: Annotated[bool, Meta(description="A door of the house's own unit, building or area.")] = False


class VisitPicture(msgspec.Struct, rename="camel", frozen=True):
    svg: str
    doors: Annotated[list[str], Meta(description="Names of the doors that read it; empty: none has it yet.")]


class VisitFull(VisitRow, rename="camel", frozen=True):
    id_no: Annotated[str, Meta(description="Masked.")]
    gender: int | None
    end_reason: str
    has_pass: Annotated[bool, Meta(description="There is one to show: see `pass`.")]
    doors: list[VisitDoor]
    created_ms: int
    changed_ms: int


class VisitPass(msgspec.Struct, rename="camel", frozen=True):
    """The credential that opens the doors for a visitor."""

    pass_url: Annotated[str, Meta(description="The page that the visitor was sent.")]
    pictures: Annotated[
        list[VisitPicture], Meta(description="Several where doors read codes of different forms.")
    ]
    sends_messages: Annotated[
        bool, Meta(description="Messages reach phones; false: hand the link over yourself.")
    ]


class PassSent(msgspec.Struct, rename="camel", frozen=True):
    phone: Annotated[str, Meta(description="Where the message goes, masked.")]


async def rows(
    scope: Scope, db: Reader, visits: list[Visit], *, phone: ShowPhone = mask_phone
) -> list[VisitRow]:
    houses = await spaces.houses_by_id(scope, db, sorted({row.house_id for row in visits}))
    hosts = await persons.persons_by_id(
        scope, db, sorted({row.submitter_id for row in visits if row.submitter_id is not None})
    )
    ways = await find_ways(db, [row.way for row in visits if row.way])
    return [
        VisitRow(
            id=str(row.apply_id),
            name=row.name,
            type=row.type,
            phone=phone(row.phone),
            plate=row.plate,
            people=row.people,
            house_id=str(row.house_id),
            house_location=houses[row.house_id].location if row.house_id in houses else "",
            host_name=hosts[row.submitter_id].name if row.submitter_id in hosts else row.host_name,
            host_id=row.submitter_identity if row.submitter_id in hosts else "",
            reason=row.reason,
            starts_ms=row.starts_ms,
            ends_ms=row.ends_ms,
            state=row.state,
            source=row.source,
            arrived_ms=row.arrived_ms,
            left_ms=row.left_ms,
            uses=row.uses,
            uses_left=uses_left(row, ways),
        )
        for row in visits
    ]


def uses_left(visit: Visit, ways: Mapping[str, WayRow]) -> int | None:
    """How often they may still come in; None: it is not counted."""
    if not visit.way:
        return None
    return ways[visit.way].left() if visit.way in ways else visit.uses


async def full(
    scope: Scope,
    db: Reader,
    row: Visit,
    *,
    has_pass: bool,
    doors: list[VisitDoor],
    phone: ShowPhone,
) -> VisitFull:
    (visit,) = await rows(scope, db, [row], phone=phone)
    return VisitFull(
        **msgspec.structs.asdict(visit),
        id_no=mask_id_number(row.id_no),
        gender=row.gender,
        end_reason=row.end_reason,
        has_pass=has_pass,
        doors=doors,
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )

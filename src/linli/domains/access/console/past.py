"""The access time machine: who could open a door at a time, why, and who changed it when."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.delivery.past import held_at
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.hours import words_of
from linli.domains.access.queries.doors import get_door
from linli.domains.access.queries.persons import names_of
from linli.domains.access.service.kinds import KEY
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.callers import caller_names
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.masking import tail
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules.schedules import holds


class PastRightRow(msgspec.Struct, rename="camel", frozen=True):
    """One way in that the door held then."""

    person_id: str
    person_name: str
    kind: Annotated[str, Meta(description="qr, card, ble, pin, face")]
    tail: Annotated[
        str, Meta(description="Last four characters of the credential; empty for codes and PINs.")
    ]
    source: Annotated[
        str, Meta(description="home, staff, qr, card, credential, visitor …; empty: none any more")
    ]
    valid: Annotated[bool, Meta(description="Its window and its hours were open at that time.")]
    starts_ms: int
    ends_ms: int
    hours_words: Annotated[str, Meta(description="When within them; empty: at all hours.")]
    held_since_ms: int
    granted_by: str
    granted_ms: int
    reason: str
    ended_by: str
    ended_ms: int | None
    end_reason: str


class PastFilter(Filter, frozen=True):
    """The moment asked about, and whose rights."""

    at_ms: Annotated[int | None, Meta(description="UTC ms; default now")] = msgspec.field(
        default=None, name="at"
    )
    q: Annotated[str, Meta(description="Part of the person's name.")] = ""


past_routes = Routes("/doors/{iot_id:str}/past", tags=("doors",))


@past_routes.get(right="devices.use", raises=(DoorUnknown,))
async def who_could(
    iot_id: str,
    within: Scope,
    db: Database,
    clock: Clock,
    page: PageRequest,
    where: PastFilter,
) -> Page[PastRightRow]:
    """Who could open the door then, by what, who gave it, and who took it back since."""
    door = await get_door(within, db, iot_id=iot_id)
    scope, now = within.narrowed(door.community_id), clock.now_ms()
    at, zone = min(now if where.at_ms is None else where.at_ms, now), await zone_of(db, door.community_id)
    rights = [one for one in await held_at(scope, db, device=iot_id, at_ms=at) if one.kind != KEY]
    wanted = sorted({one.subject for one in rights if one.subject})
    names = await names_of(db, tenant_id=scope.tenant, identity_ids=wanted)
    names |= await people.names(scope, db, wanted)
    text = where.q.strip().lower()
    kept = [one for one in rights if not text or text in names.get(one.subject, "").lower()]
    shown = kept[page.offset : page.offset + page.page_size]
    callers = await caller_names(db, {who for one in shown for who in (one.granted_by, one.ended_by)})
    rows = [
        PastRightRow(
            person_id=one.subject,
            person_name=names.get(one.subject, ""),
            kind=one.kind.rpartition(".")[2],
            tail=tail(one.credential) if one.kind in ("door.card", "door.ble") else "",
            source=one.source.partition(":")[0],
            valid=one.source != "" and one.starts_ms <= at <= one.ends_ms and holds(one.schedule, at, zone),
            starts_ms=one.starts_ms,
            ends_ms=one.ends_ms,
            hours_words=words_of(one.schedule, within.language) if one.schedule else "",
            held_since_ms=one.held_since_ms,
            granted_by=callers.get(one.granted_by, one.granted_by),
            granted_ms=one.granted_ms,
            reason=one.reason,
            ended_by=callers.get(one.ended_by, one.ended_by),
            ended_ms=one.ended_ms,
            end_reason=one.end_reason,
        )
        for one in shown
    ]
    return Page.of(page, len(kept), rows)

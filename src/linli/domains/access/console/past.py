"""Access in the past: the persons who could open a door at a time, the reasons, and the changes with their authors."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.delivery.past import rights_at
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
    iot_id: str, within: Scope, db: Database, clock: Clock, page: PageRequest, where: PastFilter
) -> Page[PastRightRow]:
    """The rights at the door at that time: person, credential, giver, and who ended them since."""
    door = await get_door(within, db, iot_id=iot_id)
    scope, now = within.narrowed(door.community_id), clock.now_ms()
    at, zone = min(now if where.at_ms is None else where.at_ms, now), await zone_of(db, door.community_id)
    rights = [
        past_right
        for past_right in await rights_at(scope, db, device=iot_id, at_ms=at)
        if past_right.kind != KEY
    ]
    wanted = sorted({right.subject for right in rights if right.subject})
    names = await names_of(db, tenant_id=scope.tenant, identity_ids=wanted)
    names |= await people.names(scope, db, wanted)
    text = where.q.strip().lower()
    kept = [right for right in rights if not text or text in names.get(right.subject, "").lower()]
    shown = kept[page.offset : page.offset + page.page_size]
    callers = await caller_names(
        db, {who for past_right in shown for who in (past_right.granted_by, past_right.ended_by)}
    )
    rows = [
        PastRightRow(
            person_id=past_right.subject,
            person_name=names.get(past_right.subject, ""),
            kind=past_right.kind.rpartition(".")[2],
            tail=tail(past_right.credential) if past_right.kind in ("door.card", "door.ble") else "",
            source=past_right.source.partition(":")[0],
            valid=past_right.source != ""
            and past_right.starts_ms <= at <= past_right.ends_ms
            and holds(past_right.schedule, at, zone),
            starts_ms=past_right.starts_ms,
            ends_ms=past_right.ends_ms,
            hours_words=words_of(past_right.schedule, within.language) if past_right.schedule else "",
            held_since_ms=past_right.held_since_ms,
            granted_by=callers.get(past_right.granted_by, past_right.granted_by),
            granted_ms=past_right.granted_ms,
            reason=past_right.reason,
            ended_by=callers.get(past_right.ended_by, past_right.ended_by),
            ended_ms=past_right.ended_ms,
            end_reason=past_right.end_reason,
        )
        for past_right in shown
    ]
    return Page.of(page, len(kept), rows)

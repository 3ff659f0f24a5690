"""The deny list: persons for whom no door of a community opens, with the reason and the author."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.delivery import service as delivery
from linli.delivery.service.holds import Hold
from linli.domains.access.errors import PersonUnknown
from linli.domains.access.queries.persons import names_of
from linli.domains.access.service import persons
from linli.domains.access.service.key_updates import DENIED
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.callers import caller_names
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

MAX_REASON = 200


class DeniedRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    person_id: str
    person_name: str
    source: Annotated[str, Meta(description="denied: by the property; frozen: by an integrator")]
    reason: str
    since_ms: int
    by: Annotated[str, Meta(description="Who denied; empty: an application or the platform.")]
    lifted_ms: int | None
    lifted_by: str


class DenyIn(msgspec.Struct, rename="camel"):
    person_id: str
    reason: str


denied_routes = Routes("/communities/{community_id:int}/denied", tags=("doors",))


class DeniedFilter(Filter, frozen=True):
    """The filter of the list of denied persons."""

    lifted: Annotated[bool, Meta(description="Those lifted since as well.")] = False


@denied_routes.get(right="residents.use")
async def denied(community_id: int, scope: Scope, db: Database, where: DeniedFilter) -> list[DeniedRow]:
    """Persons for whom no door of the community opens, also those with rights; the newest first."""
    holds = await delivery.holds_of_community(scope, db, community_id=community_id, lifted=where.lifted)
    wanted = sorted({hold.subject for hold in holds})
    names = await names_of(db, tenant_id=scope.tenant, identity_ids=wanted)
    names |= await people.names(scope, db, wanted)
    callers = await caller_names(db, {who for hold in holds for who in (hold.caller, hold.lifted_by)})
    return [_row(hold, names, callers) for hold in holds]


@denied_routes.post(right="devices.manage", raises=(PersonUnknown,))
async def deny(community_id: int, data: DenyIn, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Close every door to a person. Their rights come back when this is lifted."""
    if not data.reason.strip():
        raise BadInput(field="reason", rule="blank")
    if len(data.reason) > MAX_REASON:
        raise BadInput(field="reason", rule="too_long", limit=MAX_REASON)
    await persons.require_person(scope, tx, identity_id=data.person_id)
    await delivery.hold(
        scope,
        tx,
        community_id=community_id,
        subject=data.person_id,
        source=DENIED,
        reason=data.reason.strip(),
        now_ms=clock.now_ms(),
    )


@denied_routes.delete("/{person_id:str}", right="devices.manage", raises=(PersonUnknown,))
async def lift(community_id: int, person_id: str, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Let the person's rights hold again."""
    await persons.require_person(scope, tx, identity_id=person_id)
    await delivery.lift(
        scope, tx, community_id=community_id, subject=person_id, source=DENIED, now_ms=clock.now_ms()
    )


def _row(hold: Hold, names: dict[str, str], callers: dict[str, str]) -> DeniedRow:
    return DeniedRow(
        id=str(hold.id),
        person_id=hold.subject,
        person_name=names.get(hold.subject, ""),
        source=hold.source,
        reason=hold.reason,
        since_ms=hold.since_ms,
        by=callers.get(hold.caller, ""),
        lifted_ms=hold.lifted_ms,
        lifted_by=callers.get(hold.lifted_by, ""),
    )

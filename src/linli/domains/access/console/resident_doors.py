"""Console: the doors that a resident may open, by what, and why."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.console.pass_rows import places_of
from linli.domains.access.hours import words_of
from linli.domains.access.queries import keys
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.settings import scopes_of_community
from linli.domains.communities.addresses import in_words, with_word
from linli.domains.communities.queries import spaces
from linli.domains.people.person_rules import group_words
from linli.domains.people.queries import persons
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

type Ref = tuple[str, str]


class ResidentDoor(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    name: str
    place: str
    kinds: Annotated[
        list[str],
        Meta(
            description="By what: qr, card, ble, pin, face. Empty: it serves them, with nothing to open it."
        ),
    ]
    serves: Annotated[
        list[str],
        Meta(
            description="Why: the places and groups of theirs that it serves; empty: given for this door alone."
        ),
    ]
    hours_words: Annotated[str, Meta(description="When; empty: at all hours.")]
    waiting: Annotated[int, Meta(description="Credentials that the door has not confirmed yet.")]


resident_door_routes = Routes(
    "/communities/{community_id:int}/residents/{identity_id:str}/doors", tags=("doors",)
)


@resident_door_routes.get(right="devices.use", raises=(NotFound,))
async def doors_of_resident(
    community_id: int, identity_id: str, scope: Scope, db: Database, clock: Clock, rights: Rights
) -> list[ResidentDoor]:
    """Doors that serve the resident's places and groups, and those that something of theirs opens, by name. Groups are
    named to who sees residents."""
    await persons.person(scope, db, identity_id)
    here = scope.narrowed(community_id)
    serving = await _serving(here, db, community_id, identity_id)
    rows = await keys.rights_now(
        here, db, community_id=community_id, identity_id=identity_id, now_ms=clock.now_ms(), any_hour=True
    )
    kinds, hours = keys.kinds_at_doors(rows), keys.schedules_at_doors(rows)
    refs = {ref for door_refs in serving.values() for ref in door_refs}
    if not rights.may(Right.RESIDENTS_SEE, tenant_id=scope.tenant, community_id=community_id):
        refs = {ref for ref in refs if ref[0] == keys.SPACE}
    words = await _ref_words(here, db, refs)
    doors = await find_doors(here, db, iot_ids=sorted({*serving, *kinds}))
    places = await places_of(here, db, sorted(doors))
    resident_doors = [
        ResidentDoor(
            iot_id=iot_id,
            name=door.name,
            place=in_words(places.get(iot_id, ""), scope.language),
            kinds=sorted(kinds.get(iot_id, ())),
            serves=sorted(words[ref] for ref in serving.get(iot_id, ()) if ref in words),
            hours_words=words_of(hours[iot_id], scope.language) if hours.get(iot_id) else "",
            waiting=sum(row.device == iot_id and row.status != "transferred" for row in rows),
        )
        for iot_id, door in doors.items()
    ]
    return sorted(resident_doors, key=lambda door: (door.name, door.iot_id))


async def _serving(scope: Scope, db: Reader, community_id: int, identity_id: str) -> dict[str, set[Ref]]:
    """iotId → the places and groups of a person that the door serves."""
    refs = (await keys.refs_of_many(scope, db, community_id=community_id, identity_ids=[identity_id]))[
        identity_id
    ]
    serving: dict[str, set[Ref]] = {}
    for row in await scopes_of_community(scope, db, community_id=community_id):
        if (row.kind, row.ref) in refs:
            serving.setdefault(row.iot_id, set()).add((row.kind, row.ref))
    return serving


async def _ref_words(scope: Scope, db: Reader, refs: set[Ref]) -> dict[Ref, str]:
    space_ids = sorted(int(ref) for kind, ref in refs if kind == keys.SPACE)
    words: dict[Ref, str] = {}
    for space_id, space in (await spaces.spaces_by_id(scope, db, space_ids)).items():
        words[keys.SPACE, str(space_id)] = with_word(space.kind, space.name)
    for kind, ref in refs:
        if kind == keys.GROUP:
            group = await persons.group(scope, db, ref)
            words[kind, ref] = group_words(group.type, group.name, scope.language)
    return words

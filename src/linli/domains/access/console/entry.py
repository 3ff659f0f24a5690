"""Why does this door not open to this person, for the people at the desk and on the round."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access import entry_facts as entry
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import get_door
from linli.domains.access.rows import Door
from linli.domains.access.service.persons import check_identity
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.scope import Scope
from linli.rules.entry import EntryFacts, cause_of, explain


class EntryFinding(msgspec.Struct, rename="camel", frozen=True):
    step: Annotated[
        str, Meta(description="person, house, rest, credential, window, scans, delivery, clock, network")
    ]
    code: str
    good: bool
    action: Annotated[str, Meta(description="What mends it; empty: nothing to do.")]
    words: Annotated[str, Meta(description="In the reader's language.")]
    ref: Annotated[str, Meta(description="Number of the delivery to repeat; else empty.")]


class EntryAnswer(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    door_name: str
    cause: EntryFinding
    findings: list[EntryFinding]


def answer_of(door: Door, facts: EntryFacts, language: str) -> EntryAnswer:
    findings = explain(facts)

    def row(finding: entry.FindingText) -> EntryFinding:
        return EntryFinding(*finding)

    cause = row(entry.describe_finding(cause_of(findings), language, facts.zone))
    return EntryAnswer(
        door.iot_id,
        door.name,
        cause,
        [row(entry.describe_finding(finding, language, facts.zone)) for finding in findings],
    )


entry_routes = Routes("/doors/{iot_id:str}/why", tags=("doors",))


PersonId = Annotated[str, Meta(description="identityId")]


@entry_routes.get(right="devices.use", raises=(DoorUnknown,))
async def why(iot_id: str, scope: Scope, db: Database, clock: Clock, person_id: PersonId) -> EntryAnswer:
    """The first cause and all checks, in words, with the remedy."""
    check_identity(person_id)
    door = await get_door(scope, db, iot_id=iot_id)
    facts = await entry.gather(scope, db, door=door, identity_id=person_id, now_ms=clock.now_ms())
    return answer_of(door, facts, scope.language)

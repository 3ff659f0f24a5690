"""Why does this door not open to this person, for the people at the desk and on the round."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access import entry_facts as entry
from linli.domains.access import refusal_facts
from linli.domains.access.console.pass_rows import shown_credential
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import find_opening, get_door
from linli.domains.access.queries.passes import find_pass
from linli.domains.access.rows import Door, Pass, RemoteOpen
from linli.domains.access.service.persons import check_identity
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.rules.entry import EntryFacts, Finding, cause_of, explain


class EntryFinding(msgspec.Struct, rename="camel", frozen=True):
    step: Annotated[
        str, Meta(description="person, house, rest, credential, window, scans, delivery, clock, network")
    ]
    code: str
    good: bool
    action: Annotated[str, Meta(description="What mends it; empty: nothing to do.")]
    words: Annotated[str, Meta(description="In the reader's language.")]
    ref: Annotated[str, Meta(description="Number of the delivery to repeat; else empty.")]


class RefusedThen(msgspec.Struct, rename="camel", frozen=True):
    """The one pass or remote opening that is asked about, as it was then."""

    at_ms: int
    kind: Annotated[str, Meta(description="qr, card, ble, pin, face or remote")]
    credential: Annotated[str, Meta(description="The end of a card's number or code; else empty.")]
    code: str
    words: Annotated[str, Meta(description="Why it was refused then, in the reader's language.")]


class EntryAnswer(msgspec.Struct, rename="camel", frozen=True):
    """How it is at `nowMs`; `then` is why the pass that was asked about was refused."""

    iot_id: str
    door_name: str
    cause: EntryFinding
    findings: list[EntryFinding]
    now_ms: int
    then: RefusedThen | None = None


class WhyAsked(Filter, frozen=True):
    """The person, or the refused pass or remote opening; these judge what was shown, not the person's best way in."""

    person_id: Annotated[str, Meta(description="identityId")] = ""
    pass_id: Annotated[int, Meta(description="A refused pass at this door.")] = 0
    opening_id: Annotated[int, Meta(description="A remote opening of this door.")] = 0


def answer_of(door: Door, facts: EntryFacts, language: str) -> EntryAnswer:
    findings = explain(facts)
    return _answer(door, facts, cause_of(findings), findings, language)


async def answer_for_pass(
    scope: Scope, db: Reader, *, door: Door, row: Pass, now_ms: int, language: str
) -> EntryAnswer:
    """Why a pass was refused, and what the credential that was shown does now."""
    judged = await refusal_facts.shown_at(scope, db, door=door, row=row)
    facts = await entry.gather(
        scope, db, door=door, identity_id=judged.identity_id, now_ms=now_ms, shown=judged.shown
    )
    cause, findings = refusal_facts.findings_now(facts, judged.shown, judged.identity_id)
    then = RefusedThen(
        at_ms=row.passed_ms,
        kind=judged.shown.short,
        credential=shown_credential(row.type, row.credential),
        code=judged.reason.code,
        words=entry.describe_finding(judged.reason, language, facts.zone).words,
    )
    return msgspec.structs.replace(_answer(door, facts, cause, findings, language), then=then)


entry_routes = Routes("/doors/{iot_id:str}/why", tags=("doors",))


@entry_routes.get(right="devices.use", raises=(DoorUnknown, NotFound))
async def why(iot_id: str, scope: Scope, db: Database, clock: Clock, asked: WhyAsked) -> EntryAnswer:
    """The first cause and all checks, in words, with the remedy; of a refused pass also its own reason."""
    door, now_ms = await get_door(scope, db, iot_id=iot_id), clock.now_ms()
    if asked.pass_id:
        row = await find_pass(scope, db, iot_id=iot_id, pass_id=asked.pass_id)
        if row is None or not refusal_facts.is_refused(row):
            raise NotFound(what="pass", id=asked.pass_id)
        return await answer_for_pass(scope, db, door=door, row=row, now_ms=now_ms, language=scope.language)
    if asked.opening_id:
        opening = await find_opening(scope, db, iot_id=iot_id, opening_id=asked.opening_id)
        if opening is None:
            raise NotFound(what="opening", id=asked.opening_id)
        return await _answer_for_opening(scope, db, door, opening, now_ms)
    if not asked.person_id:
        raise BadInput(field="personId", rule="required")
    check_identity(asked.person_id)
    facts = await entry.gather(scope, db, door=door, identity_id=asked.person_id, now_ms=now_ms)
    return answer_of(door, facts, scope.language)


async def _answer_for_opening(
    scope: Scope, db: Reader, door: Door, opening: RemoteOpen, now_ms: int
) -> EntryAnswer:
    facts = await entry.gather(scope, db, door=door, identity_id="", now_ms=now_ms)
    cause, findings = refusal_facts.findings_now(facts, None, "")
    reason = refusal_facts.explain_opening(opening)
    words = entry.describe_finding(reason, scope.language, facts.zone).words
    then = RefusedThen(opening.asked_ms, "remote", "", reason.code, words)
    return msgspec.structs.replace(_answer(door, facts, cause, findings, scope.language), then=then)


def _answer(
    door: Door, facts: EntryFacts, cause: Finding, findings: list[Finding], language: str
) -> EntryAnswer:
    def row(finding: Finding) -> EntryFinding:
        return EntryFinding(*entry.describe_finding(finding, language, facts.zone))

    return EntryAnswer(
        door.iot_id, door.name, row(cause), [row(finding) for finding in findings], facts.now_ms
    )

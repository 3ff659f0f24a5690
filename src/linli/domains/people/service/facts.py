"""Change fields of many persons at once for an import, and restore them when the import is undone."""

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import select

from linli.domains.people import events
from linli.domains.people.models import community_persons
from linli.domains.people.queries import persons as queries
from linli.domains.people.service import persons, phones
from linli.domains.people.service.bulk import steps
from linli.kernel import history
from linli.kernel.db import Query, Tx, any_of
from linli.kernel.events import emit
from linli.kernel.scope import Scope

_PIECE = 500


class FactsChange(NamedTuple):
    """The changes of a person, by column of `persons`."""

    person_id: int
    identity_id: str
    row: int
    """Of the workbook."""
    house_id: int
    before: dict[str, Any]
    after: dict[str, Any]


_known_to = Query(
    select(community_persons.c.person_id, community_persons.c.community_id).where(
        any_of(community_persons.c.person_id, "person_ids")
    ),
    unscoped="every community that knows a changed person gets the event",
)


async def change_many(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    changes: list[FactsChange],
    now_ms: int,
    action: str = "changed",
    source: str = "",
) -> list[tuple[int, int]]:
    """Write checked changes; (person, number of the change in the history) for each. Tells every community."""
    noted: list[tuple[int, int]] = []
    async for piece in steps(changes, _PIECE):
        there = await queries.of_tenant(scope, tx, [facts_change.person_id for facts_change in piece])
        now = [
            (facts_change, there[facts_change.person_id]._replace(**facts_change.after))
            for facts_change in piece
            if facts_change.person_id in there
        ]
        await persons.write_many(scope, tx, [person for _, person in now], now_ms)
        moved = [person.id for facts_change, person in now if "phone" in facts_change.after]
        if moved:
            await phones.follow(Scope.system(scope.tenant), tx, person_ids=moved)
        for change, _ in now:
            number = await history.note(
                scope,
                tx,
                history.Record(persons.RESIDENT, change.identity_id, community_id),
                action,
                now_ms=now_ms,
                before=change.before,
                after=change.after,
                reason=source,
            )
            if number is not None:
                noted.append((change.person_id, number))
        await _tell(scope, tx, [facts_change for facts_change, _ in now])
    return noted


async def _tell(scope: Scope, tx: Tx, changed: list[FactsChange]) -> None:
    identities = {facts_change.person_id: facts_change.identity_id for facts_change in changed}
    heard: dict[int, list[str]] = defaultdict(list)
    for person_id, community_id in await _known_to.all(tx, person_ids=[*identities]):
        heard[community_id].append(identities[person_id])
    for community_id, who in heard.items():
        await emit(tx, events.UserChanged(scope.tenant, community_id, who, "update"))


async def put_back(
    scope: Scope, tx: Tx, *, community_id: int, numbers: list[tuple[int, int]], now_ms: int, source: str = ""
) -> None:
    """Undo `change_many` by its (person, number): fields that were changed again since stay, and so does a phone
    that somebody else has meanwhile; of erased persons nothing is left to put back."""
    async for piece in steps(numbers, _PIECE):
        there = await queries.of_tenant(scope, tx, [person_id for person_id, _ in piece])
        changes = await history.changes(scope, tx, [number for _, number in piece])
        back = []
        for person_id, number in piece:
            person, change = there.get(person_id), changes.get(number)
            if person is None or change is None:
                continue
            was = {
                name: persons.DEFAULTS.get(name) if before in (None, "") else before
                for name, (before, after) in change.differences.items()
                if getattr(person, name) == after
            }
            if was:
                is_now = {name: getattr(person, name) for name in was}
                back.append(FactsChange(person_id, person.identity_id, 0, 0, is_now, was))
        await change_many(
            scope,
            tx,
            community_id=community_id,
            changes=await _without_taken(scope, tx, back),
            now_ms=now_ms,
            action="import_undone",
            source=source,
        )


async def _without_taken(scope: Scope, tx: Tx, back: list[FactsChange]) -> list[FactsChange]:
    phones = [facts_change.after["phone"] for facts_change in back if facts_change.after.get("phone")]
    if not phones:
        return back
    taken = await queries.holders_of_phones(scope, tx, phones)
    kept = []
    for change in back:
        holder = taken.get(change.after.get("phone") or "")
        if holder is not None and holder.id != change.person_id:
            change = change._replace(
                after={name: value for name, value in change.after.items() if name != "phone"}
            )
        if change.after:
            kept.append(change)
    return kept

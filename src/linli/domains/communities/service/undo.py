"""An import is taken back, all of it, or not at all when something has been built on it since."""

import msgspec
from sqlalchemy import delete

from linli.domains.communities import space_rules as rules
from linli.domains.communities.events import SpaceChanged, SpaceDeleting
from linli.domains.communities.models import houses, spaces
from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.queries.imports import HouseFacts, Import, ImportChange
from linli.domains.communities.rows import Space
from linli.domains.communities.service import imports
from linli.domains.communities.service.list_import import ListKind, ListOutcome
from linli.domains.people.person_rules import MOVED_OUT
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.service import bulk, facts
from linli.domains.people.service.bulk import TieState
from linli.kernel import history
from linli.kernel.db import Command, Tx, any_of, in_scope
from linli.kernel.errors import Conflict
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.workbooks.kinds import DONE


class BuiltUpon(Conflict):
    """Spaces of the import hold something that did not come with it; `facts` count spaces, residents and assets."""

    code = "import.built_upon"


_delete_houses = Command(delete(houses).where(in_scope(houses), any_of(houses.c.space_id, "space_ids")))
_delete_spaces = Command(delete(spaces).where(in_scope(spaces), any_of(spaces.c.space_id, "space_ids")))


async def undo(scope: Scope, tx: Tx, *, import_id: int, now_ms: int) -> Import:
    """Remove the rows that an import created and restore the values that it changed, unless they changed again since.

    Raises NotFound, WrongState, BuiltUpon, and SpaceInUse from other rooms that keep a space.
    """
    import_row, done = await _begun(scope, tx, import_id, queries.HOUSES)
    parent = await space_queries.space(scope, tx, import_row.parent_id, lock=True)
    new_spaces = await _new_spaces(scope, tx, parent, done)
    await _check_free(scope, tx, parent, new_spaces, done)
    facts_changed = [(change.row_id, change.other_id) for change in done if change.kind == "facts"]
    await facts.put_back(
        scope,
        tx,
        community_id=import_row.community_id,
        numbers=facts_changed,
        now_ms=now_ms,
        source=import_row.file_name,
    )
    await _undo_residents(scope, tx, import_row, done, now_ms)
    await _undo_houses(scope, tx, import_row, done, now_ms)
    await _undo_spaces(scope, tx, import_row, new_spaces)
    await imports.mark_undone(scope, tx, import_row)
    await _note(scope, tx, import_row, done, new_spaces, now_ms)
    return import_row


async def undo_list(scope: Scope, tx: Tx, *, import_id: int, kind: ListKind, ids: Ids, now_ms: int) -> Import:
    """Take an import of a list back. Raises NotFound, WrongState."""
    import_row, done = await _begun(scope, tx, import_id, kind.name)
    await space_queries.space(scope, tx, import_row.parent_id, lock=True)
    kept = await kind.undo(scope, tx, import_row, done, ids, now_ms)
    outcome = msgspec.json.decode(import_row.outcome, type=ListOutcome)
    await imports.mark_undone(scope, tx, import_row, msgspec.structs.replace(outcome, kept=kept))
    return import_row


async def _begun(scope: Scope, tx: Tx, import_id: int, kind: str) -> tuple[Import, list[ImportChange]]:
    import_row = await queries.get(scope, tx, import_id, kind=kind, lock=True)
    if import_row.state != DONE:
        raise imports.WrongState(state=import_row.state)
    return import_row, await queries.changes(scope, tx, import_id)


async def _note(
    scope: Scope, tx: Tx, import_row: Import, done: list[ImportChange], new_spaces: list[Space], now_ms: int
) -> None:
    """Write the histories of the deleted and restored spaces; those of residents are written with their ties."""
    ids = [row.space_id for row in new_spaces] + [change.row_id for change in done if change.kind == "house"]
    async for piece in bulk.steps(ids, 5 * bulk.STEP):
        await history.note_many(
            scope,
            tx,
            "space",
            piece,
            "import_undone",
            community_id=import_row.community_id,
            now_ms=now_ms,
            reason=import_row.file_name,
        )


async def _new_spaces(scope: Scope, tx: Tx, parent: Space, done: list[ImportChange]) -> list[Space]:
    """Spaces of the import that are still there, children before parents."""
    ids = {change.row_id for change in done if change.kind == "space"}
    subtree = await space_queries.subtree(scope, tx, parent)
    return sorted((row for row in subtree if row.space_id in ids), key=lambda row: -row.depth)


async def _check_free(
    scope: Scope, tx: Tx, parent: Space, new_spaces: list[Space], done: list[ImportChange]
) -> None:
    ids = {row.space_id for row in new_spaces}
    children = sum(
        1
        for row in await space_queries.subtree(scope, tx, parent)
        if row.parent_id in ids and row.space_id not in ids
    )
    own = {(change.row_id, change.other_id) for change in done if change.kind == "member"}
    residents = sum(
        1
        for house_resident in await resident_queries.all_of_community(scope, tx, parent.community_id)
        if house_resident.house_id in ids
        and (house_resident.house_id, house_resident.person_id) not in own
        and house_resident.status != MOVED_OUT
    )
    new_houses = [row.space_id for row in new_spaces if row.kind == rules.HOUSE]
    assets = await queries.count_assets(scope, tx, new_houses)
    if children or residents or assets:
        raise BuiltUpon(children=children, residents=residents, assets=assets)


async def _undo_residents(
    scope: Scope, tx: Tx, import_row: Import, done: list[ImportChange], now_ms: int
) -> None:
    there = {
        (house_resident.house_id, house_resident.person_id): house_resident
        for house_resident in await resident_queries.all_of_community(scope, tx, import_row.community_id)
    }
    tie_states, restored = [], []
    for change in done:
        house_resident_row = (
            there.get((change.row_id, change.other_id)) if change.kind in ("member", "tie") else None
        )
        if house_resident_row is None:
            continue
        if change.kind == "member":
            tie_states.append(
                TieState(
                    house_resident_row.house_id,
                    house_resident_row.person_id,
                    house_resident_row.identity_id,
                    house_resident_row.type,
                    house_resident_row.status,
                )
            )
        else:
            before = queries.decoded(change)
            restored.append(
                TieState(
                    house_resident_row.house_id,
                    house_resident_row.person_id,
                    house_resident_row.identity_id,
                    before["type"],
                    before["status"],
                )
            )
    await bulk.take_back(
        scope,
        tx,
        community_id=import_row.community_id,
        new_ties=tie_states,
        restored=restored,
        person_ids=[change.row_id for change in done if change.kind == "person"],
        now_ms=now_ms,
    )


async def _undo_houses(
    scope: Scope, tx: Tx, import_row: Import, done: list[ImportChange], now_ms: int
) -> None:
    now = await queries.house_facts(scope, tx, import_row.community_id)
    back = []
    for change in done:
        if change.kind == "house":
            facts = queries.decoded(change)
            if now.get(change.row_id) == HouseFacts(*facts["after"]):
                back.append((change.row_id, HouseFacts(*facts["before"])))
    async for piece in bulk.steps(back, 500):
        await imports.write_house_facts(scope, tx, piece, now_ms)
        ids = [space_id for space_id, _ in piece]
        await emit(tx, SpaceChanged(import_row.tenant_id, import_row.community_id, ids, "update"))


async def _undo_spaces(scope: Scope, tx: Tx, import_row: Import, new_spaces: list[Space]) -> None:
    for row in new_spaces:
        await emit(tx, SpaceDeleting(row.tenant_id, row.community_id, row.space_id, row.kind))
    async for piece in bulk.steps(new_spaces, 500):
        ids = [row.space_id for row in piece]
        await _delete_houses.run(tx, scope, space_ids=ids)
        await _delete_spaces.run(tx, scope, space_ids=ids)
        await emit(tx, SpaceChanged(import_row.tenant_id, import_row.community_id, ids, "delete"))

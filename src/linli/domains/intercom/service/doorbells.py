"""Doorbells: made for an entrance, changed, given a new code, taken away; muted by a guard desk or by a home."""

from typing import Final

from sqlalchemy import bindparam, delete, update

from linli.domains.access.queries.doors import get_door
from linli.domains.communities.queries import spaces
from linli.domains.intercom.models.bells import doorbell_mutes, doorbells
from linli.domains.intercom.queries.doorbells import bells_by_id, bells_of_community
from linli.domains.intercom.rows import Doorbell
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules import quiet

HISTORY: Final = "doorbell"
CODE_LENGTH: Final = 22
"""131 bits: nobody finds one by trying."""
MOST: Final = 200
"""Of one community."""
MUTED_MS: Final = 3_600_000
"""For so long a home, or a guard desk, wants no calls of one."""
LONGEST_NAME: Final = 32
_CHANGING: Final = ("space_id", "iot_id", "name", "is_on", "from_minute", "to_minute", "days")
_of_bell = doorbells.c.bell_id == bindparam("of_bell", type_=INT)
_remove = Command(delete(doorbells).where(_of_bell, in_scope(doorbells)))
_unmute = Command(
    delete(doorbell_mutes).where(
        doorbell_mutes.c.bell_id == bindparam("of_bell", type_=INT), in_scope(doorbell_mutes)
    )
)
_mute = Command(
    update(doorbells)
    .where(_of_bell, in_scope(doorbells))
    .values(muted_until_ms=bindparam("until", type_=INT))
)


async def find(scope: Scope, tx: Tx, *, community_id: int, bell_id: int) -> Doorbell:
    """Raises NotFound."""
    row = (await bells_by_id(scope, tx, [bell_id])).get(bell_id)
    if row is None or row.community_id != community_id:
        raise NotFound(what="doorbell", id=str(bell_id))
    return row


async def make(scope: Scope, tx: Tx, *, wish: Doorbell, ids: Ids) -> Doorbell:
    """A doorbell with a code of its own. Raises BadInput, DoorUnknown."""
    wish = await _checked(scope, tx, wish)
    if len(await bells_of_community(scope, tx, wish.community_id)) >= MOST:
        raise BadInput(field="name", rule="too_many_items", limit=MOST)
    row = wish._replace(code=ids.token(CODE_LENGTH))
    await tx.insert(doorbells, row._asdict())
    await _note(scope, tx, row, "created", row.changed_ms, after=_shown(row))
    return row


async def change(scope: Scope, tx: Tx, *, wish: Doorbell) -> Doorbell:
    """All that is chosen of it; its code stays. Raises NotFound, BadInput, DoorUnknown."""
    before = await find(scope, tx, community_id=wish.community_id, bell_id=wish.bell_id)
    wish = await _checked(scope, tx, wish)
    row = before._replace(**{name: getattr(wish, name) for name in (*_CHANGING, "changed_ms")})
    await tx.upsert(doorbells, [row._asdict()], keys=("bell_id",), update=(*_CHANGING, "changed_ms"))
    await _note(scope, tx, row, "changed", row.changed_ms, before=_shown(before), after=_shown(row))
    return row


async def renew(scope: Scope, tx: Tx, *, community_id: int, bell_id: int, ids: Ids, now_ms: int) -> Doorbell:
    """A new code: what was printed rings nobody any more. Raises NotFound."""
    before = await find(scope, tx, community_id=community_id, bell_id=bell_id)
    row = before._replace(code=ids.token(CODE_LENGTH), changed_ms=now_ms)
    await tx.upsert(doorbells, [row._asdict()], keys=("bell_id",), update=("code", "changed_ms"))
    await _note(scope, tx, row, "code_renewed", now_ms)
    return row


async def remove(scope: Scope, tx: Tx, *, community_id: int, bell_id: int, now_ms: int) -> None:
    """Raises NotFound."""
    row = await find(scope, tx, community_id=community_id, bell_id=bell_id)
    await _unmute.run(tx, scope, of_bell=bell_id)
    await _remove.run(tx, scope, of_bell=bell_id)
    await _note(scope, tx, row, "deleted", now_ms, before=_shown(row))


async def mute(scope: Scope, tx: Tx, *, bell: Doorbell, until_ms: int, now_ms: int) -> None:
    """Until then it rings nobody, and says so to visitors; 0: it rings again."""
    await _mute.run(tx, scope, of_bell=bell.bell_id, until=until_ms)
    before: dict[str, object] = {"muted_until_ms": bell.muted_until_ms}
    await _note(scope, tx, bell, "changed", now_ms, before=before, after={"muted_until_ms": until_ms})


async def mute_for_home(scope: Scope, tx: Tx, *, bell: Doorbell, space_id: int, until_ms: int) -> None:
    """Until then it rings one home no more; visitors are not told."""
    row = {
        "bell_id": bell.bell_id,
        "space_id": space_id,
        "tenant_id": bell.tenant_id,
        "community_id": bell.community_id,
        "until_ms": until_ms,
    }
    await tx.upsert(doorbell_mutes, [row], keys=("bell_id", "space_id"), update=("until_ms",))


async def _checked(scope: Scope, tx: Tx, wish: Doorbell) -> Doorbell:
    """Raises BadInput, DoorUnknown."""
    name = " ".join(wish.name.split())
    if not name:
        raise BadInput(field="name", rule="required")
    if len(name) > LONGEST_NAME:
        raise BadInput(field="name", rule="too_long", limit=LONGEST_NAME)
    for field, minute in (("fromMinute", wish.from_minute), ("toMinute", wish.to_minute)):
        if not 0 <= minute < quiet.DAY_MINUTES:
            raise BadInput(field=field, rule="range", low=0, high=quiet.DAY_MINUTES - 1)
    if not 1 <= wish.days <= quiet.ALL_DAYS:
        raise BadInput(field="days", rule="range", low=1, high=quiet.ALL_DAYS)
    if wish.space_id is not None:
        place = (await spaces.spaces_by_id(scope, tx, [wish.space_id])).get(wish.space_id)
        if place is None or place.community_id != wish.community_id:
            raise BadInput(field="spaceId", rule="unknown")
    if wish.iot_id and (await get_door(scope, tx, iot_id=wish.iot_id)).community_id != wish.community_id:
        raise BadInput(field="iotId", rule="unknown")
    return wish._replace(name=name)


def _shown(row: Doorbell) -> dict[str, object]:
    """What the history says of it; its code is not in it."""
    return {name: getattr(row, name) for name in _CHANGING}


async def _note(
    scope: Scope,
    tx: Tx,
    row: Doorbell,
    action: str,
    now_ms: int,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record = history.Record(HISTORY, str(row.bell_id), row.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, before=before, after=after)

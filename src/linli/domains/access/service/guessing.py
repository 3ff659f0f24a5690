"""Wrong PINs that doors report: counted as a keypad counts them, and told to people when somebody seems to guess.

Doors decide PINs by themselves, from the list that they were given; the platform cannot make one pause. It sees what
they report, per door and over all doors of a community, and says so before long.
"""

from typing import Final

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects import postgresql

from linli.domains.access.events import DoorAttacked
from linli.domains.access.models import pin_guesses
from linli.domains.access.rows import Door, PinGuesses
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.events import emit
from linli.kernel.scope import Scope
from linli.rules.pins import DOOR, SPACE, Allowance, Keypad

SUSPECT: Final = 3
"""Wrong PINs beyond what is forgiven at once: a keypad that keeps the rule pauses eight minutes by then."""
TELL_MS: Final = 3_600_000
"""Between two tellings of one door."""

_g = pin_guesses.c
_begin = Command(
    postgresql.insert(pin_guesses)
    .values(
        community_id=bindparam("community_id", type_=INT),
        iot_id=bindparam("iot_id"),
        tenant_id=bindparam("tenant_id"),
        owed_until_ms=0,
        tries=0,
        first_ms=0,
        last_ms=0,
        told_ms=0,
    )
    .on_conflict_do_nothing(),
    unscoped="the row is of the door's own tenant",
)
"""So that there is a row to lock: doors of a community report at once."""
_by_door = Query(
    pin_guesses.select()
    .where(
        _g.community_id == bindparam("community_id", type_=INT),
        _g.iot_id == bindparam("iot_id"),
        in_scope(pin_guesses),
    )
    .with_for_update(),
    PinGuesses,
)


_forget = Command(delete(pin_guesses).where(in_scope(pin_guesses), _g.iot_id == bindparam("of_door")))


async def forget_guesses(scope: Scope, tx: Tx, *, iot_id: str) -> None:
    """Of a device that is no door any more."""
    await _forget.run(tx, scope, of_door=iot_id)


async def wrong_pin(tx: Tx, door: Door, *, at_ms: int, now_ms: int) -> None:
    """A door refused an unknown PIN at `at_ms`; the report arrived at `now_ms`."""
    at_door = await _count(tx, door, door.iot_id, DOOR, at_ms)
    at_all = await _count(tx, door, "", SPACE, at_ms)
    if _is_guessing(at_door, DOOR, at_ms):
        await _tell(tx, door, at_door, now_ms)
    elif _is_guessing(at_all, SPACE, at_ms):
        await _tell(tx, door, at_all, now_ms)


def _is_guessing(guesses: PinGuesses, allowance: Allowance, now_ms: int) -> bool:
    return Keypad(guesses.owed_until_ms).wrong(now_ms, allowance) >= allowance.tries + SUSPECT


def guesses_now(guesses: PinGuesses | None, now_ms: int) -> int:
    """How many wrong PINs the series has that still runs at a door; 0: nobody guesses there."""
    return guesses.tries if guesses is not None and _is_guessing(guesses, DOOR, now_ms) else 0


async def _count(tx: Tx, door: Door, iot_id: str, allowance: Allowance, at_ms: int) -> PinGuesses:
    scope = Scope.system(door.tenant_id, "access")
    await _begin.run(tx, community_id=door.community_id, iot_id=iot_id, tenant_id=door.tenant_id)
    guesses = await _by_door.one(tx, scope, community_id=door.community_id, iot_id=iot_id)
    assert guesses is not None
    before = Keypad(guesses.owed_until_ms)
    goes_on = before.wrong(at_ms, allowance) > 0
    after = guesses._replace(
        owed_until_ms=before.tried(False, at_ms, allowance).owed_until_ms,
        tries=guesses.tries + 1 if goes_on else 1,
        first_ms=guesses.first_ms if goes_on else at_ms,
        last_ms=at_ms,
    )
    await tx.upsert(
        pin_guesses,
        [after._asdict()],
        keys=("community_id", "iot_id"),
        update=("tenant_id", "owed_until_ms", "tries", "first_ms", "last_ms"),
    )
    return after


async def _tell(tx: Tx, door: Door, guesses: PinGuesses, now_ms: int) -> None:
    if now_ms - guesses.told_ms < TELL_MS:
        return
    await tx.upsert(
        pin_guesses,
        [guesses._replace(told_ms=now_ms)._asdict()],
        keys=("community_id", "iot_id"),
        update=("told_ms",),
    )
    attacked = DoorAttacked(
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        iot_id=door.iot_id,
        door_name=door.name,
        what="guessing",
        at_ms=guesses.last_ms,
        count=guesses.tries,
    )
    await emit(tx, attacked)

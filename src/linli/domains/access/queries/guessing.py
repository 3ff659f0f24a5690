"""Guesses of PINs at doors, and the length of a community's PINs."""

from sqlalchemy import bindparam

from linli.domains.access.models import pin_guesses
from linli.domains.access.rows import PinGuesses
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_g = pin_guesses.c
_of_door = Query(
    pin_guesses.select().where(
        _g.community_id == bindparam("community_id", type_=INT),
        _g.iot_id == bindparam("iot_id"),
        in_scope(pin_guesses),
    ),
    PinGuesses,
)


async def guesses_at(scope: Scope, db: Reader, *, community_id: int, iot_id: str) -> PinGuesses | None:
    """Wrong PINs at one door, now or last."""
    return await _of_door.one(db, scope, community_id=community_id, iot_id=iot_id)

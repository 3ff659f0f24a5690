"""The trace of looks of staff through doors: written before anything is seen."""

from sqlalchemy import bindparam, delete, update

from linli.domains.intercom.models import looks
from linli.domains.intercom.rows import DoorLook
from linli.kernel.db import INT, Command, Tx

_OF_ONE = "the look that this process has in hand"
_l = looks.c
_talk = Command(
    update(looks)
    .where(_l.id == bindparam("of_look", type_=INT), _l.talked_ms == 0)
    .values(talked_ms=bindparam("now", type_=INT)),
    unscoped=_OF_ONE,
)
_end = Command(
    update(looks)
    .where(_l.id == bindparam("of_look", type_=INT), _l.ended_ms == 0)
    .values(ended_ms=bindparam("now", type_=INT)),
    unscoped=_OF_ONE,
)
_end_left = Command(
    update(looks)
    .where(_l.ended_ms == 0, _l.process == bindparam("of_process"))
    .values(ended_ms=bindparam("now", type_=INT)),
    unscoped="looks of a process that is no more",
)
_purge = Command(
    delete(looks).where(_l.id < bindparam("below", type_=INT)),
    unscoped="looks kept for longer than the installation keeps calls",
)


async def begin_look(tx: Tx, look: DoorLook) -> None:
    await tx.insert(looks, look._asdict())


async def talk_in_look(tx: Tx, *, look_id: int, now_ms: int) -> None:
    """The door hears whoever looks, for the first time."""
    await _talk.run(tx, of_look=look_id, now=now_ms)


async def end_look(tx: Tx, *, look_id: int, now_ms: int) -> None:
    await _end.run(tx, of_look=look_id, now=now_ms)


async def end_looks_left(tx: Tx, process: str, *, now_ms: int) -> None:
    """Those that a process which is no more had in hand."""
    await _end_left.run(tx, of_process=process, now=now_ms)


async def purge_looks(tx: Tx, *, below: int) -> None:
    """Forget those with smaller ids."""
    await _purge.run(tx, below=below)

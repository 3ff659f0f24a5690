"""What staff noted about calls."""

from sqlalchemy import bindparam, select

from linli.domains.intercom.models import call_notes
from linli.domains.intercom.rows import CallNote
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_n = call_notes.c
_of_call = Query(
    select(call_notes)
    .where(_n.call_id == bindparam("call_id", type_=INT), in_scope(call_notes))
    .order_by(_n.id),
    CallNote,
)


async def notes_of_call(scope: Scope, db: Reader, call_id: int) -> list[CallNote]:
    """The oldest first."""
    return await _of_call.all(db, scope, call_id=call_id)

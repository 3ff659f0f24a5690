"""Staff note something about a call, while it goes on or later."""

from typing import Final

from linli.domains.intercom.errors import NotedOften
from linli.domains.intercom.models import call_notes
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.queries.notes import notes_of_call
from linli.domains.intercom.rows import CallNote
from linli.kernel.db import Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

MOST_NOTES: Final = 50
"""Of one call."""
MOST_WORDS: Final = 500


async def note_call(scope: Scope, tx: Tx, *, call_id: int, words: str, ids: Ids, now_ms: int) -> CallNote:
    """Keep a note with a call of some community. Raises NotFound, NotedOften."""
    call = await queries.find_call(scope, tx, call_id)
    if call is None or call.community_id is None:
        raise NotFound(what="call", id=call_id)
    if len(await notes_of_call(scope, tx, call_id)) >= MOST_NOTES:
        raise NotedOften(limit=MOST_NOTES)
    note = CallNote(
        id=ids.number(now_ms),
        call_id=call_id,
        tenant_id=call.tenant_id,
        community_id=call.community_id,
        writer=f"{scope.caller.kind}:{scope.caller.id}",
        words=words,
        created_ms=now_ms,
    )
    await tx.insert(call_notes, note._asdict())
    return note

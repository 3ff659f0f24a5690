"""The registration QR of a community. It is printed at the gate, and can be renewed or closed."""

from linli.domains.communities.queries import spaces
from linli.domains.visitors import queries
from linli.domains.visitors.models import visit_posters
from linli.domains.visitors.queries import Poster
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

HISTORY = "poster"
"""Kind of these records in the history; their codes are not in it."""
_CODE_LENGTH = 22
"""131 bits. Older posters have 20 letters, and are valid until they are renewed."""


async def ensure(scope: Scope, tx: Tx, *, community_id: int, ids: Ids, now_ms: int) -> Poster:
    """The community's registration QR, created at the first call. Raises NotFound before the community is approved."""
    await spaces.require_root(scope, tx, community_id)
    return await queries.poster(scope, tx, community_id) or await _write(
        scope, tx, Poster(community_id, scope.tenant, ids.token(_CODE_LENGTH), 1, now_ms)
    )


async def renew(scope: Scope, tx: Tx, *, community_id: int, ids: Ids, now_ms: int) -> Poster:
    """Make a new code. Printed posters no longer work. Raises NotFound."""
    poster = await ensure(scope, tx, community_id=community_id, ids=ids, now_ms=now_ms)
    record = history.Record(HISTORY, community_id, community_id)
    await history.note(scope, tx, record, "code_renewed", now_ms=now_ms)
    return await _write(scope, tx, poster._replace(code=ids.token(_CODE_LENGTH), changed_ms=now_ms))


async def set_open(
    scope: Scope, tx: Tx, *, community_id: int, is_open: bool, ids: Ids, now_ms: int
) -> Poster:
    """Open or close registration by visitors. Raises NotFound."""
    poster = await ensure(scope, tx, community_id=community_id, ids=ids, now_ms=now_ms)
    before, after = {"is_open": poster.is_open}, {"is_open": int(is_open)}
    record = history.Record(HISTORY, community_id, community_id)
    await history.note(scope, tx, record, "changed", now_ms=now_ms, before=before, after=after)
    return await _write(scope, tx, poster._replace(is_open=int(is_open), changed_ms=now_ms))


async def _write(scope: Scope, tx: Tx, row: Poster) -> Poster:
    await tx.upsert(
        visit_posters, [row._asdict()], keys=("community_id",), update=("code", "is_open", "changed_ms")
    )
    return row

"""Web routes of the registration QR: show, print, renew, open and close."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.visitors.queries import Poster
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.service import posters
from linli.kernel.clock import Clock
from linli.kernel.db import Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.qr import qr_svg
from linli.kernel.scope import Scope


class VisitPoster(msgspec.Struct, rename="camel", frozen=True):
    url: Annotated[str, Meta(description="Where the picture leads.")]
    svg: str
    is_open: bool
    changed_ms: int


class PosterSwitch(msgspec.Struct, rename="camel", frozen=True):
    is_open: bool


def _row(row: Poster, room: VisitorsRoom) -> VisitPoster:
    url = room.links.poster_url(row.code)
    return VisitPoster(url, qr_svg(url), bool(row.is_open), row.changed_ms)


poster_routes = Routes("/communities/{community_id:int}/visitor-poster", tags=("visitors",))


@poster_routes.get(right=Right.VISITORS_MANAGE, raises=(NotFound,))
async def show(
    community_id: int, scope: Scope, tx: Tx, ids: Ids, clock: Clock, visitors: VisitorsRoom
) -> VisitPoster:
    """The community's registration QR, made when it is first asked for."""
    row = await posters.ensure(scope, tx, community_id=community_id, ids=ids, now_ms=clock.now_ms())
    return _row(row, visitors)


@poster_routes.post("/renew", right=Right.VISITORS_MANAGE, status=200, raises=(NotFound,))
async def renew(
    community_id: int, scope: Scope, tx: Tx, ids: Ids, clock: Clock, visitors: VisitorsRoom
) -> VisitPoster:
    """A new code: printed posters are no longer valid."""
    row = await posters.renew(scope, tx, community_id=community_id, ids=ids, now_ms=clock.now_ms())
    return _row(row, visitors)


@poster_routes.put(right=Right.VISITORS_MANAGE, raises=(NotFound,))
async def switch(
    community_id: int, data: PosterSwitch, scope: Scope, tx: Tx, ids: Ids, visitors: VisitorsRoom
) -> VisitPoster:
    """Let visitors register themselves, or not for now."""
    row = await posters.set_open(
        scope, tx, community_id=community_id, is_open=data.is_open, ids=ids, now_ms=tx.db.clock.now_ms()
    )
    return _row(row, visitors)

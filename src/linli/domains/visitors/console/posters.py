"""Web routes of the registration QR: show, print, renew, open and close."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.visitors.queries import Poster
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.service import posters
from linli.kernel.clock import Clock
from linli.kernel.db import Database
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


def _told(row: Poster, room: VisitorsRoom) -> VisitPoster:
    url = room.links.poster_url(row.code)
    return VisitPoster(url, qr_svg(url), bool(row.is_open), row.changed_ms)


class PosterRoutes(Controller):
    path = "/communities/{community_id:int}/visitor-poster"
    tags = ("visitors",)

    @get("/", right=Right.VISITORS_MANAGE.value)
    async def show(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
        visitors: NamedDependency[VisitorsRoom],
    ) -> VisitPoster:
        """The community's registration QR, made when it is first asked for."""
        within.allow(community_id)
        async with db.begin() as tx:
            row = await posters.ensure(within, tx, community_id=community_id, ids=ids, now_ms=clock.now_ms())
        return _told(row, visitors)

    @post("/renew", right=Right.VISITORS_MANAGE.value, status_code=200)
    async def renew(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
        visitors: NamedDependency[VisitorsRoom],
    ) -> VisitPoster:
        """A new code: what is printed leads nowhere any more."""
        within.allow(community_id)
        async with db.begin() as tx:
            row = await posters.renew(within, tx, community_id=community_id, ids=ids, now_ms=clock.now_ms())
        return _told(row, visitors)

    @put("/", right=Right.VISITORS_MANAGE.value)
    async def switch(
        self,
        community_id: FromPath[int],
        data: JSONBody[PosterSwitch],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
        visitors: NamedDependency[VisitorsRoom],
    ) -> VisitPoster:
        """Let visitors register themselves, or not for now."""
        within.allow(community_id)
        async with db.begin() as tx:
            row = await posters.set_open(
                within, tx, community_id=community_id, is_open=data.is_open, ids=ids, now_ms=clock.now_ms()
            )
        return _told(row, visitors)

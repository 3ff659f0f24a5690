"""Console: places that somebody missed in the catalogue: asked for by companies, decided by the operator."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.communities.service import poi_requests
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class PoiWanted(msgspec.Struct, rename="camel", frozen=True):
    name: str
    city: str
    address: str
    kind: Annotated[str, Meta(description="community or village")] = "community"
    lng: float | None = None
    lat: float | None = None
    words: str = ""


class PoiRequestRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    kind: str
    name: str
    city: str
    address: str
    words: str
    state: str
    reason: str
    poid: str
    created_ms: int

    @staticmethod
    def of(row: poi_requests.PoiRequest) -> "PoiRequestRow":
        return PoiRequestRow(
            id=str(row.request_id),
            kind=row.kind,
            name=row.name,
            city=row.city,
            address=row.address,
            words=row.words,
            state=row.state,
            reason=row.reason,
            poid=row.poid,
            created_ms=row.created_ms,
        )


class PoiRefusal(msgspec.Struct, rename="camel", frozen=True):
    reason: str


class PoiAdded(msgspec.Struct, rename="camel", frozen=True):
    poid: str


class PoiRequestRoutes(Controller):
    path = "/poi-requests"
    tags = ("communities",)

    @get("/", right=Right.COMMUNITIES_APPLY.value)
    async def mine(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[PoiRequestRow]:
        """Places that one's company asked for."""
        return [PoiRequestRow.of(row) for row in await poi_requests.mine(within, db)]

    @post("/", right=Right.COMMUNITIES_APPLY.value, status_code=201)
    async def ask(
        self,
        data: JSONBody[PoiWanted],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """Ask for a place that the catalogue lacks; the operator reviews it."""
        async with db.begin() as tx:
            await poi_requests.ask(
                within,
                tx,
                kind=data.kind,
                name=data.name,
                city=data.city,
                address=data.address,
                lng=data.lng,
                lat=data.lat,
                words=data.words,
                ids=ids,
                now_ms=clock.now_ms(),
            )


class PoiReviewRoutes(Controller):
    path = "/poi-reviews"
    tags = ("communities",)

    @get("/", right=Right.COMMUNITIES_REVIEW.value)
    async def waiting(self, db: NamedDependency[Database]) -> list[PoiRequestRow]:
        """Places that wait for review, the oldest first."""
        return [PoiRequestRow.of(row) for row in await poi_requests.waiting(db)]

    @post("/{request_id:int}/accept", right=Right.COMMUNITIES_REVIEW.value, status_code=200)
    async def accept(
        self,
        request_id: FromPath[int],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> PoiAdded:
        """Enter the place into the catalogue."""
        async with db.begin() as tx:
            return PoiAdded(
                await poi_requests.accept(tx, request_id=request_id, ids=ids, now_ms=clock.now_ms())
            )

    @post("/{request_id:int}/refuse", right=Right.COMMUNITIES_REVIEW.value, status_code=204)
    async def refuse(
        self,
        request_id: FromPath[int],
        data: JSONBody[PoiRefusal],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Refuse the place with a reason."""
        async with db.begin() as tx:
            await poi_requests.refuse(tx, request_id=request_id, reason=data.reason, now_ms=clock.now_ms())

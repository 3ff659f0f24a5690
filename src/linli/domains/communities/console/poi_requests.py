"""Console: requests of companies for places missing in the catalogue; the operator decides."""

import msgspec

from linli.domains.communities.service import poi_requests
from linli.domains.communities.service.poi_requests import PoiAlreadyDecided, TooManyPoiRequests
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


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


poi_request_routes = Routes("/poi-requests", tags=("communities",))


@poi_request_routes.get(right=Right.COMMUNITIES_APPLY)
async def mine(scope: Scope, db: Database) -> list[PoiRequestRow]:
    """Places that one's company asked for."""
    return [PoiRequestRow.of(row) for row in await poi_requests.mine(scope, db)]


@poi_request_routes.post(right=Right.COMMUNITIES_APPLY, status=201, raises=(TooManyPoiRequests,))
async def ask(data: poi_requests.PoiWanted, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> None:
    """Ask for a place that the catalogue lacks; the operator reviews it."""
    await poi_requests.ask(scope, tx, wanted=data, ids=ids, now_ms=clock.now_ms())


poi_review_routes = Routes("/poi-reviews", tags=("communities",))


@poi_review_routes.get(right=Right.COMMUNITIES_REVIEW)
async def waiting(db: Database) -> list[PoiRequestRow]:
    """Places that wait for review, the oldest first."""
    return [PoiRequestRow.of(row) for row in await poi_requests.waiting(db)]


@poi_review_routes.post(
    "/{request_id:int}/accept",
    right=Right.COMMUNITIES_REVIEW,
    status=200,
    raises=(NotFound, PoiAlreadyDecided),
)
async def accept(request_id: int, tx: Tx, ids: Ids, clock: Clock) -> PoiAdded:
    """Enter the place into the catalogue."""
    return PoiAdded(await poi_requests.accept(tx, request_id=request_id, ids=ids, now_ms=clock.now_ms()))


@poi_review_routes.post(
    "/{request_id:int}/refuse", right=Right.COMMUNITIES_REVIEW, raises=(NotFound, PoiAlreadyDecided)
)
async def refuse(request_id: int, data: PoiRefusal, tx: Tx, clock: Clock) -> None:
    """Refuse the place with a reason."""
    await poi_requests.refuse(tx, request_id=request_id, reason=data.reason, now_ms=clock.now_ms())

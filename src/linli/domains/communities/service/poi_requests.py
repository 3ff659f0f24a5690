"""Places missing in the catalogue: asked for with a claim, entered by the operator. Spec A §1.1 (ONB-07)."""

from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, func, select, update

from linli.domains.communities import poi_csv
from linli.domains.communities.models import poi_requests
from linli.domains.communities.service.pois import import_catalogue
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound, TooMany
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

WAITING, ADDED, REFUSED = "waiting", "added", "refused"
KINDS: Final = ("community", "village")
TYPECODES: Final = {"community": "120302", "village": "190108"}
"""As the map provider codes residential quarters and villages."""
WAITING_MAX: Final = 50
"""Requests of one company that may wait at a time."""


class PoiAlreadyDecided(Conflict):
    code = "poi.already_decided"


class TooManyPoiRequests(TooMany):
    code = "poi.too_many_requests"


class PoiRequest(NamedTuple):
    """A row of `poi_requests`, in the order of the columns."""

    request_id: int
    tenant_id: str
    kind: str
    name: str
    city: str
    address: str
    lng: float | None
    lat: float | None
    words: str
    asked_by: str
    state: str
    reason: str
    poid: str
    decided_ms: int
    created_ms: int


_own = Query(
    select(poi_requests).where(in_scope(poi_requests)).order_by(poi_requests.c.request_id.desc()).limit(100),
    PoiRequest,
)
_waiting = Query(
    select(poi_requests)
    .where(poi_requests.c.state == WAITING)
    .order_by(poi_requests.c.request_id)
    .limit(200),
    PoiRequest,
    unscoped="the operator reviews those of every tenant",
)
_count = Query(
    select(func.count())
    .select_from(poi_requests)
    .where(in_scope(poi_requests), poi_requests.c.state == WAITING)
)
_by_id = Query(
    select(poi_requests).where(poi_requests.c.request_id == bindparam("row", type_=INT)),
    PoiRequest,
    unscoped="the operator reviews those of every tenant",
)
_decide = Command(
    update(poi_requests)
    .where(poi_requests.c.request_id == bindparam("row", type_=INT), poi_requests.c.state == WAITING)
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        poid=bindparam("as_poid"),
        decided_ms=bindparam("now", type_=INT),
    ),
    unscoped="the operator reviews those of every tenant",
)


class PoiWanted(msgspec.Struct, rename="camel", frozen=True):
    name: str
    city: str
    address: str
    kind: Annotated[str, Meta(description="community or village")] = "community"
    lng: float | None = None
    lat: float | None = None
    words: str = ""


async def ask(scope: Scope, tx: Tx, *, wanted: PoiWanted, ids: Ids, now_ms: int) -> int:
    """Ask for a place; the request's number. Raises BadInput, TooManyPoiRequests."""
    if wanted.kind not in KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(KINDS))
    texts = {}
    for field, text, most, needed in (
        ("name", wanted.name, 64, True),
        ("city", wanted.city, 32, True),
        ("address", wanted.address, 255, True),
        ("words", wanted.words, 500, False),
    ):
        text = " ".join(text.split())
        if needed and not text:
            raise BadInput(field=field, rule="required")
        if len(text) > most:
            raise BadInput(field=field, rule="too_long", limit=most)
        texts[field] = text
    if (wanted.lng is None) != (wanted.lat is None):
        raise BadInput(field="lat" if wanted.lat is None else "lng", rule="required")
    if (
        wanted.lng is not None
        and wanted.lat is not None
        and not (-180 <= wanted.lng <= 180 and -90 <= wanted.lat <= 90)
    ):
        raise BadInput(field="lng", rule="range", low=-180, high=180)
    if int(await _count.scalar(tx, scope)) >= WAITING_MAX:
        raise TooManyPoiRequests(limit=WAITING_MAX)
    number = ids.number()
    row = {
        "request_id": number,
        "tenant_id": scope.tenant,
        "kind": wanted.kind,
        **texts,
        "lng": wanted.lng,
        "lat": wanted.lat,
        "asked_by": f"{scope.caller.kind}:{scope.caller.id}",
        "state": WAITING,
        "created_ms": now_ms,
    }
    await tx.insert(poi_requests, row)
    return number


async def mine(scope: Scope, db: Reader) -> list[PoiRequest]:
    """The company's requests, the newest first."""
    return await _own.all(db, scope)


async def waiting(db: Reader) -> list[PoiRequest]:
    """Requests that wait for the operator, the oldest first."""
    return await _waiting.all(db)


async def accept(tx: Tx, *, request_id: int, ids: Ids, now_ms: int) -> str:
    """Enter the place into the catalogue; its poid. Raises NotFound, PoiAlreadyDecided."""
    poi_request = await _find(tx, request_id)
    poid = ids.poi_id()
    await _settle(tx, poi_request, ADDED, "", poid, now_ms)
    place = {
        "id": poid,
        "name": poi_request.name,
        "cityname": poi_request.city,
        "address": poi_request.address,
        "location": "" if poi_request.lng is None else f"{poi_request.lng:.6f},{poi_request.lat:.6f}",
        "typecode": TYPECODES[poi_request.kind],
    }
    await import_catalogue(tx, [poi_csv.make(place)])
    return poid


async def refuse(tx: Tx, *, request_id: int, reason: str, now_ms: int) -> None:
    """Raises NotFound, PoiAlreadyDecided, BadInput."""
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(field="reason", rule="required")
    if len(reason) > 500:
        raise BadInput(field="reason", rule="too_long", limit=500)
    await _settle(tx, await _find(tx, request_id), REFUSED, reason, "", now_ms)


async def _find(tx: Tx, request_id: int) -> PoiRequest:
    if (poi_request := await _by_id.one(tx, row=request_id)) is None:
        raise NotFound(what="poi_request", id=request_id)
    return poi_request


async def _settle(tx: Tx, poi_request: PoiRequest, state: str, reason: str, poid: str, now_ms: int) -> None:
    if not await _decide.run(tx, row=poi_request.request_id, to=state, why=reason, as_poid=poid, now=now_ms):
        raise PoiAlreadyDecided()

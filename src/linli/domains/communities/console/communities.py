"""Console: find a place, apply, review, and the list of communities."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.communities import space_rules as rules
from linli.domains.communities.console.picture_files import keep_picture
from linli.domains.communities.places import Places
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.queries import pois
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.rows import APPROVED, UNDER_REVIEW, Community
from linli.domains.communities.service import applications, history, uploads
from linli.domains.communities.service.applications import NotUnderReview
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.rights import ANY_RIGHT, Right
from linli.domains.people.service import companies
from linli.domains.people.service.companies import ContractMissing, ServiceEnded
from linli.domains.projects.errors import OnlyByApi
from linli.domains.projects.queries import any_joined
from linli.kernel.clock import Clock, local_day
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Form, Routes, WholeScope
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_CERTIFICATE_URL_SECONDS = 600
_REVIEWS_SHOWN = 100


class CommunityRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    address: str
    city: str
    poid: str
    apply_status: Annotated[int, Meta(description="1 under review, 2 approved, 3 rejected.")]
    reject_reason: str
    service_state: Annotated[str, Meta(description="running, suspended, stopped")]
    service_end: str
    root_space_id: str | None
    scope_id: Annotated[str | None, Meta(description="projectId of the community on the wire.")]
    created_ms: int
    time_zone: Annotated[str, Meta(description="IANA name of the zone by whose clocks the community lives.")]

    @staticmethod
    def of(row: Community) -> "CommunityRow":
        return CommunityRow(**_common(row))


class CommunityDetail(CommunityRow, rename="camel", frozen=True):
    service_start: str
    managing_body: str
    body_kind: Annotated[str, Meta(description="street, property, agent; empty: claimed by open API.")]
    kind: str
    phone: Annotated[str, Meta(description="The property's phone, as residents read it.")]
    lng: Annotated[float | None, Meta(description="Place on the map (GCJ-02); null: not known.")]
    lat: float | None
    service_reason: str
    service_note: str
    days_left: Annotated[int, Meta(description="Until the service ends; below 0 it has.")]
    houses: int
    residents: Annotated[int, Meta(description="Persons who live there.")]
    certificates: Annotated[list[str], Meta(description="URLs of the proofs, good for ten minutes.")]


def _common(row: Community) -> dict[str, Any]:
    return {
        "id": str(row.community_id),
        "name": row.name,
        "address": row.address,
        "city": row.city,
        "poid": row.poid,
        "apply_status": row.apply_status,
        "reject_reason": row.reject_reason,
        "service_state": row.service_state,
        "service_end": row.service_end,
        "root_space_id": None if row.root_space_id is None else str(row.root_space_id),
        "scope_id": row.scope_id,
        "created_ms": row.created_ms,
        "time_zone": row.time_zone,
    }


class CommunityApplication(msgspec.Struct, rename="camel", frozen=True):
    poid: str
    name: str
    address: str
    service_start: Annotated[str, Meta(description="yyyy-MM-dd")]
    service_end: Annotated[str, Meta(description="yyyy-MM-dd")]
    managing_body: Annotated[str, Meta(description="Its name.")] = ""
    body_kind: Annotated[str, Meta(description="street, property or agent: which proofs are asked.")] = (
        "property"
    )
    phone: Annotated[str, Meta(description="The property's phone.")] = ""
    kind: Annotated[str, Meta(description="community or village")] = "community"
    certificates: Annotated[
        list[str], Meta(description="uploadIds of up to three proofs.", max_length=3)
    ] = []

    def application(self) -> applications.Application:
        return applications.Application(
            poid=self.poid,
            name=self.name,
            address=self.address,
            service_start=self.service_start,
            service_end=self.service_end,
            certificates=[("certificates", upload_id) for upload_id in self.certificates],
            kind=self.kind,
            managing_body=self.managing_body,
            body_kind=self.body_kind or "property",
            phone=self.phone,
        )


class CommunityApplied(msgspec.Struct, rename="camel", frozen=True):
    id: str


class Rejection(msgspec.Struct, rename="camel", frozen=True):
    reason: str


WIRE = {"service_start": "serviceStart", "service_end": "serviceEnd"}


community_routes = Routes("/communities", tags=("communities",))


class CommunityFilter(Filter, frozen=True):
    """Communities, as their list is asked for."""

    q: Annotated[str, Meta(description="A part of the name or address.")] = ""
    apply_status: int | None = None


@community_routes.get(right=ANY_RIGHT)
async def list_communities(
    scope: Scope, db: Database, page: PageRequest, where: CommunityFilter
) -> Page[CommunityRow]:
    """Communities and applications where the caller has some right, whichever it is: every page begins with the choice
    of one. Newest first."""
    matches = await queries.page(scope, db, page, apply_status=where.apply_status, text=where.q.strip())
    return Page.of(page, matches.total, [CommunityRow.of(row) for row in matches.data])


@community_routes.post(right=Right.COMMUNITIES_APPLY, raises=(ContractMissing, OnlyByApi, ServiceEnded))
async def apply(data: CommunityApplication, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> CommunityApplied:
    """Apply for a community; the operator reviews it. Refused once a project of the tenant takes them by API."""
    if await any_joined(scope, tx):
        raise OnlyByApi()
    await companies.require_ready(scope, tx)
    community_id = await applications.apply(
        scope, tx, application=data.application(), now_ms=clock.now_ms(), wire=WIRE
    )
    await history.note(
        scope, tx, tenant_id=scope.tenant, community_id=community_id, action="applied", ids=ids
    )
    return CommunityApplied(str(community_id))


@community_routes.get("/{community_id:int}", right=Right.COMMUNITIES_SEE)
async def detail(community_id: int, scope: Scope, db: Database, objects: ObjectStore) -> CommunityDetail:
    """One community with its figures."""
    row = await queries.community(scope, db, community_id)
    return await _detail(scope, db, objects, row)


@community_routes.post(
    "/{community_id:int}/approve",
    right=Right.COMMUNITIES_REVIEW,
    status=200,
    raises=(NotFound, NotUnderReview),
)
async def approve(community_id: int, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock) -> CommunityRow:
    """Accept an application: the community gets its root space, projectId and default groups."""
    row = await applications.approve(
        scope, tx, community_id=community_id, reviewer=scope.caller.id, ids=ids, now_ms=clock.now_ms()
    )
    await history.note(
        scope, tx, tenant_id=row.tenant_id, community_id=community_id, action="approved", ids=ids
    )
    return CommunityRow.of(row)


@community_routes.post(
    "/{community_id:int}/reject", right=Right.COMMUNITIES_REVIEW, raises=(NotFound, NotUnderReview)
)
async def reject(
    community_id: int, data: Rejection, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Refuse an application with a reason that the applicant reads."""
    await applications.reject(
        scope,
        tx,
        community_id=community_id,
        reviewer=scope.caller.id,
        reason=data.reason,
        now_ms=clock.now_ms(),
    )
    row = await queries.community(scope, tx, community_id)
    await history.note(
        scope,
        tx,
        tenant_id=row.tenant_id,
        community_id=community_id,
        action="rejected",
        ids=ids,
        detail=row.reject_reason,
    )


async def _detail(scope: Scope, db: Database, objects: ObjectStore, row: Community) -> CommunityDetail:
    approved = row.apply_status == APPROVED
    own = scope.of_tenant(row.tenant_id)
    proofs = await queries.certificates(db, row)
    return CommunityDetail(
        **_common(row),
        service_start=row.service_start,
        managing_body=row.managing_body,
        body_kind=row.body_kind,
        kind=row.kind,
        phone=row.phone,
        lng=row.lng,
        lat=row.lat,
        service_reason=row.service_reason,
        service_note=row.service_note,
        days_left=(
            date.fromisoformat(row.service_end)
            - date.fromisoformat(local_day(db.clock.now_ms(), row.time_zone))
        ).days,
        houses=await space_queries.count_kind(own, db, row.community_id, rules.HOUSE) if approved else 0,
        residents=await resident_queries.count_in_community(own, db, row.community_id) if approved else 0,
        certificates=[objects.url(proof.object_key, expires_s=_CERTIFICATE_URL_SECONDS) for proof in proofs],
    )


class Review(msgspec.Struct, rename="camel", frozen=True):
    application: CommunityDetail
    rivals: Annotated[
        list[CommunityRow], Meta(description="Other communities and applications on the same POI.")
    ]


review_routes = Routes("/community-reviews", tags=("communities",))


@review_routes.get(right=Right.COMMUNITIES_REVIEW)
async def list_waiting(scope: Scope, db: Database) -> list[CommunityRow]:
    """Applications of every tenant that wait for a decision, newest first."""
    page = await queries.page(scope, db, PageRequest(1, _REVIEWS_SHOWN), apply_status=UNDER_REVIEW)
    return [CommunityRow.of(row) for row in page.data]


@review_routes.get("/{community_id:int}", right=Right.COMMUNITIES_REVIEW, name="detail", raises=(NotFound,))
async def show_review(community_id: int, scope: WholeScope, db: Database, objects: ObjectStore) -> Review:
    """One application with its proofs, and the other claims on the same place."""
    row = await queries.community(scope, db, community_id)
    rivals = await queries.rivals(db, row)
    return Review(await _detail(scope, db, objects, row), [CommunityRow.of(rival) for rival in rivals])


class PoiRow(msgspec.Struct, rename="camel", frozen=True):
    poid: str
    name: str
    address: str
    city: str


class PoiSearch(msgspec.Struct, frozen=True):
    places: list[PoiRow]
    provider: Annotated[
        Literal["off", "answered", "silent"],
        Meta(
            description="silent: a map service is set up and did not answer, so the catalogue answers alone."
        ),
    ]


poi_routes = Routes("/pois", tags=("communities",))


class PlaceSearch(Filter, frozen=True):
    """Places of the catalogue that are searched for."""

    q: str = ""
    city: str = ""


@poi_routes.get(right=Right.COMMUNITIES_APPLY)
async def search(db: Database, places: Places, where: PlaceSearch) -> PoiSearch:
    """The first twenty places in which every word is found; of one city where it is named."""
    if not where.q.strip():
        return PoiSearch([], "off")
    provider = await places.refresh(db, keywords=where.q, city=where.city, only_city=bool(where.city.strip()))
    page = PageRequest(1, 20)
    matches = await pois.search(
        db, keywords=where.q, city=where.city, only_city=bool(where.city.strip()), page=page
    )
    rows = [
        PoiRow(poi["id"], poi["name"], str(poi["address"] or ""), poi["cityname"]) for poi in matches.data
    ]
    return PoiSearch(rows, provider)


class Uploaded(msgspec.Struct, rename="camel", frozen=True):
    upload_id: str
    url: str


class UploadedFile(msgspec.Struct):
    file: UploadFile


upload_routes = Routes("/uploads", tags=("communities",))


@upload_routes.post(right=Right.COMMUNITIES_APPLY)
async def upload(
    data: Form[UploadedFile], scope: Scope, db: Database, objects: ObjectStore, ids: Ids
) -> Uploaded:
    """Hand in a picture of a proof, at most 2 MB; its uploadId goes into the application."""
    saved = await keep_picture(
        scope, db, objects, data.file, ids=ids, community_id=None, biz_code=uploads.COMMUNITY_FILE
    )
    return Uploaded(saved.upload_id, objects.url(saved.object_key))

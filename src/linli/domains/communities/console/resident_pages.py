"""Console: a community's own pages for residents: asked for, reviewed. Spec A §1.1 (ONB-09)."""

import msgspec

from linli.domains.communities.queries import communities as queries
from linli.domains.communities.service import resident_pages, uploads
from linli.domains.communities.service.lifecycle import NotInManagement
from linli.domains.communities.service.resident_pages import (
    PageAlreadyDecided,
    PageAlreadyThere,
    PageNameTaken,
)
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes, WholeScope
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

_URL_SECONDS = 600


class ResidentPageForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    logo_upload_id: str
    owner_name: str
    owner_phone: str


class ResidentPageShown(msgspec.Struct, rename="camel", frozen=True):
    community_id: str
    community: str
    suggestions: list[str]
    state: str
    """Empty: not asked for; waiting, approved, refused."""
    name: str = ""
    logo_url: str = ""
    owner_name: str = ""
    owner_phone: str = ""
    reason: str = ""
    changed_ms: int = 0


class PageRefusal(msgspec.Struct, rename="camel", frozen=True):
    reason: str


async def _shown(
    scope: Scope, db: Reader, objects: ObjectStore, row: resident_pages.ResidentPage
) -> ResidentPageShown:
    own = Scope.system(row.tenant_id)
    community = await queries.community(own, db, row.community_id)
    logo = await uploads.find(own, db, row.logo_upload_id)
    return ResidentPageShown(
        community_id=str(row.community_id),
        community=community.name,
        suggestions=resident_pages.suggestions(community.name),
        state=row.state,
        name=row.name,
        logo_url=objects.url(logo.object_key, expires_s=_URL_SECONDS) if logo else "",
        owner_name=row.owner_name,
        owner_phone=row.owner_phone,
        reason=row.reason,
        changed_ms=row.changed_ms,
    )


resident_page_routes = Routes("/communities/{community_id:int}/resident-page", tags=("communities",))


@resident_page_routes.get(right=Right.COMMUNITIES_SEE)
async def show(community_id: int, scope: Scope, db: Database, objects: ObjectStore) -> ResidentPageShown:
    """The requested pages, and names that follow the rules."""
    community = await queries.community(scope, db, community_id)
    row = await resident_pages.page(scope, db, community_id)
    if row is None:
        return ResidentPageShown(
            str(community_id), community.name, resident_pages.suggestions(community.name), ""
        )
    return await _shown(scope, db, objects, row)


@resident_page_routes.put(
    right=Right.COMMUNITIES_APPLY, raises=(NotFound, NotInManagement, PageAlreadyThere, PageNameTaken)
)
async def ask(
    community_id: int, data: ResidentPageForm, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Ask for the pages; a payee account must be set up first."""
    await resident_pages.ask(
        scope,
        tx,
        community_id=community_id,
        name=data.name,
        logo_upload_id=data.logo_upload_id,
        owner_name=data.owner_name,
        owner_phone=data.owner_phone,
        ids=ids,
        now_ms=clock.now_ms(),
    )


resident_page_review_routes = Routes("/resident-page-reviews", tags=("communities",))


@resident_page_review_routes.get(right=Right.COMMUNITIES_REVIEW)
async def waiting(scope: Scope, db: Database, objects: ObjectStore) -> list[ResidentPageShown]:
    """Requests that wait, the oldest first."""
    return [await _shown(scope, db, objects, row) for row in await resident_pages.waiting(db)]


@resident_page_review_routes.post(
    "/{community_id:int}/accept", right=Right.COMMUNITIES_REVIEW, raises=(NotFound, PageAlreadyDecided)
)
async def accept(community_id: int, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock) -> None:
    """Approve a request: the community's QR code leads to the pages."""
    await resident_pages.decide(
        scope, tx, community_id=community_id, yes=True, reason="", ids=ids, now_ms=clock.now_ms()
    )


@resident_page_review_routes.post(
    "/{community_id:int}/refuse", right=Right.COMMUNITIES_REVIEW, raises=(NotFound, PageAlreadyDecided)
)
async def refuse(
    community_id: int, data: PageRefusal, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Refuse a request with a reason."""
    await resident_pages.decide(
        scope, tx, community_id=community_id, yes=False, reason=data.reason, ids=ids, now_ms=clock.now_ms()
    )

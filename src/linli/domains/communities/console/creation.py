"""Console: creating a community at once, and whether this installation allows it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.console.communities import WIRE, CommunityApplied
from linli.domains.communities.service import creation, history
from linli.domains.communities.service.creation import ReviewRequired
from linli.domains.people.rights import Right
from linli.domains.people.service import companies
from linli.domains.people.service.companies import ContractMissing, ServiceEnded
from linli.domains.projects.errors import OnlyByApi
from linli.domains.projects.queries import any_joined
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings


class NewCommunityForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    city: str = ""
    address: Annotated[str, Meta(description="Empty: the name stands for it.")] = ""
    phone: Annotated[str, Meta(description="The property's phone.")] = ""
    kind: Annotated[str, Meta(description="community or village")] = "community"


class CreationRule(msgspec.Struct, rename="camel", frozen=True):
    """How communities come about on this installation."""

    review: Annotated[bool, Meta(description="They are applied for, with proofs, and reviewed.")]


creation_routes = Routes("/community-creation", tags=("communities",))


@creation_routes.get(right=Right.COMMUNITIES_APPLY)
async def show_rule(db: Database, settings: Settings) -> CreationRule:
    """Whether a community is created at once here, or applied for and reviewed."""
    return CreationRule(await creation.review_required(db, settings))


@creation_routes.post(
    right=Right.COMMUNITIES_APPLY, raises=(ContractMissing, OnlyByApi, ReviewRequired, ServiceEnded)
)
async def create(
    data: NewCommunityForm, scope: Scope, tx: Tx, settings: Settings, ids: Ids, clock: Clock
) -> CommunityApplied:
    """Create a community, in management at once. Refused where the operator reviews applications."""
    if await creation.review_required(tx, settings):
        raise ReviewRequired()
    if await any_joined(scope, tx):
        raise OnlyByApi()
    await companies.require_ready(scope, tx)
    wanted = creation.NewCommunity(**msgspec.structs.asdict(data))
    community = await creation.create(scope, tx, wanted=wanted, wire=WIRE, ids=ids, now_ms=clock.now_ms())
    await history.note(
        scope, tx, tenant_id=scope.tenant, community_id=community.community_id, action="created", ids=ids
    )
    return CommunityApplied(str(community.community_id))


creation_rule_routes = Routes("/installation/community-creation", tags=("communities",))


@creation_rule_routes.get(right=Right.INSTALLATION, name="installation_rule")
async def show_installation_rule(db: Database, settings: Settings) -> CreationRule:
    """How communities come about on this installation, for its operator."""
    return CreationRule(await creation.review_required(db, settings))


@creation_rule_routes.put(right=Right.INSTALLATION, noted="how communities come about")
async def set_rule(data: CreationRule, tx: Tx, clock: Clock) -> None:
    """Say whether communities are applied for and reviewed; holds for every company at once."""
    await creation.require_review(tx, review=data.review, now_ms=clock.now_ms())

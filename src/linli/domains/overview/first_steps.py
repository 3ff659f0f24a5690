"""What the first day still lacks, read off the data: nothing is ticked by hand."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.databus.subscription_rows import any_subscription
from linli.domains.access.queries.first_steps import access_steps
from linli.domains.boxes.queries import clusters
from linli.domains.communities.queries import communities
from linli.domains.communities.queries import figures as housing
from linli.domains.communities.rows import APPROVED
from linli.domains.overview.queries import any_opening
from linli.domains.people.queries import figures as people
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import agreements
from linli.kernel import tenancy
from linli.kernel.db import Reader
from linli.kernel.errors import Forbidden, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi.usage import any_call
from linli.ops import backup_log
from linli.things.queries import devices, products

type StepName = Literal[
    "community", "houses", "residents", "product", "box", "door", "connected", "provider", "scope",
    "credential", "opened", "key", "called", "subscribed", "company", "terms", "messages", "backup",
]  # fmt: skip
_ONE = PageRequest(1, 1)


class FirstStep(msgspec.Struct, rename="camel", frozen=True):
    name: StepName
    done: Annotated[bool, Meta(description="As the data says now.")]


type Steps = dict[StepName, bool]


class Asker:
    """Who asks, with the scope of each right."""

    def __init__(self, rights: Rights, tenant_id: str, community_id: int | None, language: str) -> None:
        self.rights, self.tenant_id, self.community_id = rights, tenant_id, community_id
        self._language = language

    def seen(self, right: Right, *, anywhere: bool = False) -> Scope | None:
        """In the community, or in the whole company. None: the caller lacks the right."""
        if not self.tenant_id:
            return None
        try:
            scope = self.rights.scope_with(right, self.tenant_id, language=self._language)
            return scope if anywhere or self.community_id is None else scope.narrowed(self.community_id)
        except (Forbidden, NotFound):
            return None


async def first_steps(asker: Asker, db: Reader, settings: Settings) -> list[FirstStep]:
    """The steps that the caller may know of; what belongs to a community is undone while there is none."""
    steps: Steps = {
        **await _of_people(asker, db),
        **await _of_doors(asker, db),
        **await _of_programs(asker, db),
    }
    if asker.rights.is_operator:
        steps |= await _of_installation(db, settings)
    return [FirstStep(name, done) for name, done in steps.items()]


async def _of_people(asker: Asker, db: Reader) -> Steps:
    steps: Steps = {}
    at = asker.community_id
    if scope := asker.seen(Right.COMMUNITIES_SEE):
        page = await communities.page(scope, db, _ONE, apply_status=APPROVED)
        steps["community"] = page.total > 0
    if scope := asker.seen(Right.HOUSES_SEE):
        steps["houses"] = at is not None and await housing.any_house(scope, db, at)
    if scope := asker.seen(Right.RESIDENTS_SEE):
        steps["residents"] = at is not None and await people.any_resident(scope, db, at)
    return steps


async def _of_doors(asker: Asker, db: Reader) -> Steps:
    scope = asker.seen(Right.DEVICES_SEE)
    if scope is None:
        return {}
    steps: Steps = {"product": await products.any_product(scope, db)}
    if await clusters.any_box(scope, db):
        steps["box"] = not await clusters.any_box_waiting(scope, db)
    at = asker.community_id
    if at is None:
        return steps | dict.fromkeys(
            ("door", "connected", "provider", "scope", "credential", "opened"), False
        )
    access = await access_steps(scope, db, at)
    return steps | {
        "door": access.door,
        "connected": await devices.any_connected(scope, db, at),
        "provider": access.provider,
        "scope": access.scope,
        "credential": access.credential,
        "opened": await any_opening(scope, db, at),
    }


async def _of_programs(asker: Asker, db: Reader) -> Steps:
    scope = asker.seen(Right.INTEGRATIONS_MANAGE, anywhere=True)
    if scope is None:
        return {}
    return {
        "key": bool(await tenancy.list_app_keys(scope, db)),
        "called": await any_call(scope, db),
        "subscribed": await any_subscription(scope, db),
    }


async def _of_installation(db: Reader, settings: Settings) -> Steps:
    return {
        "company": bool(await tenancy.list_tenants(db)),
        "terms": bool(await agreements.current(db)),
        "messages": settings.sms.reaches_phones,
        "backup": backup_log.last_good(backup_log.read(settings.data_path)) is not None,
    }

"""Door persons."""

from sqlalchemy import and_, bindparam, func, select

from linli.domains.access.errors import PersonUnknown
from linli.domains.access.models import persons
from linli.domains.access.rows import DoorPerson
from linli.kernel.db import INT, Query, Reader, any_of
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_p = persons.c
# A project keeps its own door persons, and so does the console: neither belongs to a community.
_own = and_(_p.tenant_id == bindparam("scope_tenant"), _p.project_id == bindparam("project"))
_by_identity = Query(
    select(persons).where(_p.identity_id == bindparam("identity_id"), _own),
    DoorPerson,
)
_list = Query(
    select(persons)
    .where(_own)
    .order_by(_p.created_ms, _p.identity_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    DoorPerson,
)
_count = Query(select(func.count()).select_from(persons).where(_own))
_names = Query(
    select(_p.identity_id, _p.name)
    .where(_p.tenant_id == bindparam("tenant"), any_of(_p.identity_id, "identity_ids"))
    .order_by(_p.project_id),
    unscoped="names of those whose rights or passes the caller already sees",
)
_any = Query(
    select(persons)
    .where(
        _p.tenant_id == bindparam("tenant"),
        _p.identity_id == bindparam("identity_id"),
        any_of(_p.project_id, "projects"),
    )
    .order_by(_p.project_id.desc()),
    DoorPerson,
    unscoped="names the owner of a credential in the pass record of its own tenant",
)


def project_of(scope: Scope) -> str:
    """The owner of a caller's door persons: its project, or the console."""
    return scope.project_id or ""


async def find_person(scope: Scope, db: Reader, *, identity_id: str) -> DoorPerson | None:
    return await _by_identity.one(db, scope, identity_id=identity_id, project=project_of(scope))


async def get_person(scope: Scope, db: Reader, *, identity_id: str) -> DoorPerson:
    """Raises PersonUnknown."""
    if (person := await find_person(scope, db, identity_id=identity_id)) is None:
        raise PersonUnknown(identity_id)
    return person


async def list_persons(scope: Scope, db: Reader, *, page: PageRequest) -> Page[DoorPerson]:
    binds = {"project": project_of(scope)}
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def names_of(db: Reader, *, tenant_id: str, identity_ids: list[str]) -> dict[str, str]:
    """Names by identityId, as any project of the tenant keeps them."""
    return dict(await _names.all(db, tenant=tenant_id, identity_ids=identity_ids))


async def owner_of_credential(
    db: Reader, *, tenant_id: str, project_id: str, identity_id: str
) -> DoorPerson | None:
    """The person as the credential's own project knows them, else as the console does."""
    return await _any.one(db, tenant=tenant_id, identity_id=identity_id, projects=[project_id, ""])

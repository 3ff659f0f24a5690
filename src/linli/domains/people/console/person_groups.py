"""Console: person groups (人员分组): company → project → 默认, and their members. Spec D 1.5 (ACC-04..ACC-06)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.console.persons import PersonRow, person_rows
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import Right
from linli.domains.people.service import organisation as service
from linli.domains.people.service.organisation import CannotGive, Hand
from linli.kernel import tenancy
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class PersonGroupRow(msgspec.Struct, rename="camel", frozen=True):
    """The default group of a project."""

    project_id: str
    project_name: str
    members: int


class Binding(msgspec.Struct, rename="camel", frozen=True):
    """Every person with every project."""

    account_ids: Annotated[list[int], Meta(min_length=1, max_length=100)]
    project_ids: Annotated[list[str], Meta(min_length=1, max_length=100)]


person_group_routes = Routes("/organisation/groups", tags=("organisation",))


class PersonGroupFilter(Filter, frozen=True):
    """Groups of persons, as their list is asked for."""

    q: Annotated[str, Meta(description="A part of the project's name.")] = ""
    account_id: int = 0
    bound: Annotated[bool | None, Meta(description="With accountId: groups the person is in, or is not.")] = (
        None
    )


@person_group_routes.get(right=Right.STAFF_SEE, raises=(NotFound,))
async def list_groups(
    scope: Scope, db: Database, page: PageRequest, where: PersonGroupFilter
) -> Page[PersonGroupRow]:
    """Default groups of the projects in sight."""
    if where.account_id:
        await queries.person(scope, db, where.account_id)
    groups = await queries.groups(
        scope,
        db,
        page,
        text=where.q.strip(),
        account_id=where.account_id,
        bound=where.bound if where.account_id else None,
    )
    rows = [PersonGroupRow(row.project_id, row.project_name, row.members) for row in groups.data]
    return Page.of(page, groups.total, rows)


@person_group_routes.get("/{project_id:str}/persons", right=Right.STAFF_SEE, raises=(NotFound,))
async def list_members(project_id: str, scope: Scope, db: Database, page: PageRequest) -> Page[PersonRow]:
    """The members of the default group of a project."""
    await tenancy.get_project(scope, db, project_id=project_id)
    persons = await queries.persons(scope, db, page, project_id=project_id)
    return Page.of(page, persons.total, await person_rows(scope, db, persons.data))


@person_group_routes.post("/bind", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
async def bind(data: Binding, hand: Hand, tx: Tx) -> None:
    """Put persons into the default groups of projects, all or none."""
    await service.join_groups(hand, tx, account_ids=data.account_ids, project_ids=data.project_ids)


@person_group_routes.post("/unbind", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
async def unbind(data: Binding, hand: Hand, tx: Tx) -> None:
    """Take persons out of the default groups of projects, all or none."""
    await service.leave_groups(hand, tx, account_ids=data.account_ids, project_ids=data.project_ids)

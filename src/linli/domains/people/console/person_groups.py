"""Console: person groups (人员分组): company → project → 默认; who is in which. Spec D 1.5 (ACC-04..ACC-06)."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.people.console.persons import PersonRow, person_rows
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import organisation as service
from linli.domains.people.service.organisation import Hand
from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.ids import Ids
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


class PersonGroupRoutes(Controller):
    path = "/organisation/groups"
    tags = ("organisation",)

    @get("/", right=Right.STAFF_SEE.value)
    async def list_groups(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of the project's name.")] = "",
        account_id: Annotated[int, QueryParameter(name="accountId")] = 0,
        bound: Annotated[
            bool | None, QueryParameter(description="With accountId: groups the person is in, or is not.")
        ] = None,
    ) -> Page[PersonGroupRow]:
        """Default groups of the projects in sight."""
        if account_id:
            await queries.person(within, db, account_id)
        found = await queries.groups(
            within, db, page, text=q.strip(), account_id=account_id, bound=bound if account_id else None
        )
        rows = [PersonGroupRow(row.project_id, row.project_name, row.members) for row in found.data]
        return Page.of(page, found.total, rows)

    @get("/{project_id:str}/persons", right=Right.STAFF_SEE.value)
    async def list_members(
        self,
        project_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
    ) -> Page[PersonRow]:
        """Who is in the default group of a project."""
        await tenancy.get_project(within, db, project_id=project_id)
        found = await queries.persons(within, db, page, project_id=project_id)
        return Page.of(page, found.total, await person_rows(within, db, found.data))

    @post("/bind", right=Right.STAFF_MANAGE.value, status_code=204)
    async def bind(
        self,
        data: JSONBody[Binding],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Put persons into the default groups of projects, all or none."""
        async with db.begin() as tx:
            await service.join_groups(
                Hand(within, rights, ids), tx, account_ids=data.account_ids, project_ids=data.project_ids
            )

    @post("/unbind", right=Right.STAFF_MANAGE.value, status_code=204)
    async def unbind(
        self,
        data: JSONBody[Binding],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Take persons out of the default groups of projects, all or none."""
        async with db.begin() as tx:
            await service.leave_groups(
                Hand(within, rights, ids), tx, account_ids=data.account_ids, project_ids=data.project_ids
            )

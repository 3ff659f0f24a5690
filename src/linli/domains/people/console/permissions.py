"""Console: permission management (权限管理) of a community, by person and by function. Spec A §2.4, PM-09."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.people import rights_tree
from linli.domains.people.queries import employees as employee_queries
from linli.domains.people.queries import permissions as queries
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.permissions import LEVELS, Point
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import permissions as service
from linli.domains.people.service.organisation import Hand
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class PointSaid(msgspec.Struct, rename="camel", frozen=True):
    function: Annotated[str, Meta(description="Code of a function, or the projectId of an app.")]
    level: Annotated[str, Meta(description="use, manage")]


class FunctionHolder(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str
    name: str


class FunctionOverview(msgspec.Struct, rename="camel", frozen=True):
    """One function with everybody who was given it here (权限总览)."""

    code: str
    app_name: Annotated[str, Meta(description="Name of an integrator's app; empty for the platform's own.")]
    levels: Annotated[list[str], Meta(description="Levels that the function has.")]
    givable: Annotated[list[str], Meta(description="Levels that the caller may give and take.")]
    use: list[FunctionHolder]
    manage: list[FunctionHolder]


class MemberOverview(msgspec.Struct, rename="camel", frozen=True):
    """One employee with everything that was given to them here (人员总览)."""

    identity_id: str
    name: str
    phone: str
    is_manager: Annotated[bool, Meta(description="Manager of the community: has every function.")]
    points: list[PointSaid]


class PermissionsGiven(msgspec.Struct, rename="camel", frozen=True):
    identity_ids: Annotated[list[str], Meta(min_length=1, max_length=100)]
    points: Annotated[list[PointSaid], Meta(min_length=1, max_length=100)]


class MemberPermissions(msgspec.Struct, rename="camel", frozen=True):
    points: list[PointSaid]
    is_manager: Annotated[bool | None, Meta(description="None: stays as it is.")] = None


class FunctionPermissions(msgspec.Struct, rename="camel", frozen=True):
    use: list[str]
    """identityIds."""
    manage: list[str] = []


def _points(said: list[PointSaid]) -> list[Point]:
    return [Point(one.function, one.level) for one in said]


class PermissionRoutes(Controller):
    path = "/communities/{community_id:int}/permissions"
    tags = ("permissions",)

    @get("/functions", right=Right.PERMISSIONS_MANAGE.value)
    async def by_function(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
    ) -> list[FunctionOverview]:
        """Every function with who uses and who manages it."""
        await people.require_community(within, db, community_id)
        held = await queries.by_function(within, db, community_id)
        own = rights.all_in(within.tenant, community_id)

        def told(code: str, name: str, levels: list[str], givable: list[str]) -> FunctionOverview:
            use, manage = (
                [FunctionHolder(*one) for one in held.get(Point(code, level), ())] for level in LEVELS
            )
            return FunctionOverview(code, name, levels, givable, use, manage)

        rows = []
        for code, function in rights_tree.OF_COMMUNITY.items():
            given = {"use": function.use, "manage": function.manage}
            levels = [level for level in LEVELS if given[level] is not None]
            rows.append(told(code, "", levels, [level for level in levels if given[level] in own]))
        return rows + [
            told(app.project_id, app.name, list(LEVELS), list(LEVELS))
            for app in await queries.apps(within, db, community_id)
        ]

    @get("/persons", right=Right.PERMISSIONS_MANAGE.value)
    async def by_person(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of the name or phone.")] = "",
        function: Annotated[str, QueryParameter(description="Only holders of one function.")] = "",
    ) -> Page[MemberOverview]:
        """Employees who may do something here, by name."""
        await people.require_community(within, db, community_id)
        found = await queries.holders(within, db, community_id, page, text=q.strip(), function=function)
        points = await queries.points_of(within, db, community_id, [row.person_id for row in found.data])
        rows = [
            MemberOverview(
                row.identity_id,
                row.name,
                row.phone or "",
                bool(row.is_manager),
                [PointSaid(*point) for point in points.get(row.person_id, ())],
            )
            for row in found.data
        ]
        return Page.of(page, found.total, rows)

    @get("/members", right=Right.PERMISSIONS_MANAGE.value)
    async def candidates(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of the name or phone.")] = "",
    ) -> Page[FunctionHolder]:
        """Employees to choose from, by name."""
        await people.require_community(within, db, community_id)
        found = await employee_queries.page(
            within, db, community_id, page, text=q.strip() or None, order="name", down=False
        )
        return Page.of(page, found.total, [FunctionHolder(row.identity_id, row.name) for row in found.data])

    @post("/", right=Right.PERMISSIONS_MANAGE.value, status_code=204)
    async def give(
        self,
        community_id: FromPath[int],
        data: JSONBody[PermissionsGiven],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Give every function named to every member named, beside what they have."""
        await people.require_community(within, db, community_id)
        async with db.begin() as tx:
            await service.give(
                Hand(within, rights, ids),
                tx,
                community_id=community_id,
                identity_ids=data.identity_ids,
                points=_points(data.points),
            )

    @put("/persons/{identity_id:str}", right=Right.PERMISSIONS_MANAGE.value, status_code=204)
    async def set_person(
        self,
        community_id: FromPath[int],
        identity_id: FromPath[str],
        data: JSONBody[MemberPermissions],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Say what one member may do: this and nothing else."""
        hand = Hand(within, rights, ids)
        await people.require_community(within, db, community_id)
        async with db.begin() as tx:
            await service.set_points(
                hand,
                tx,
                community_id=community_id,
                identity_id=identity_id,
                points=_points(data.points),
            )
            if data.is_manager is not None:
                await service.set_manager(
                    hand,
                    tx,
                    community_id=community_id,
                    identity_id=identity_id,
                    manager=data.is_manager,
                )

    @put("/functions/{function:str}", right=Right.PERMISSIONS_MANAGE.value, status_code=204)
    async def set_function(
        self,
        community_id: FromPath[int],
        function: FromPath[str],
        data: JSONBody[FunctionPermissions],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Say who has one function: these members and no others."""
        holders = {level: named for level, named in (("use", data.use), ("manage", data.manage)) if named}
        await people.require_community(within, db, community_id)
        async with db.begin() as tx:
            await service.set_function(
                Hand(within, rights, ids),
                tx,
                community_id=community_id,
                function=function,
                holders=holders,
            )

    @delete("/persons/{identity_id:str}", right=Right.PERMISSIONS_MANAGE.value)
    async def remove_person(
        self,
        community_id: FromPath[int],
        identity_id: FromPath[str],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Take everything from a member, the management of the community too."""
        await people.require_community(within, db, community_id)
        async with db.begin() as tx:
            await service.remove(
                Hand(within, rights, ids), tx, community_id=community_id, identity_id=identity_id
            )

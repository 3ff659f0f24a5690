"""Console: permission management (权限管理) of a community, by person and by function. Spec A §2.4, PM-09."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import rights_tree
from linli.domains.people.queries import employees as employee_queries
from linli.domains.people.queries import permissions as queries
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.permissions import LEVELS, Point
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import permissions as service
from linli.domains.people.service.organisation import CannotGive, Hand
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes, WholeScope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest


class PointForm(msgspec.Struct, rename="camel", frozen=True):
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
    points: list[PointForm]


class PermissionsGiven(msgspec.Struct, rename="camel", frozen=True):
    identity_ids: Annotated[list[str], Meta(min_length=1, max_length=100)]
    points: Annotated[list[PointForm], Meta(min_length=1, max_length=100)]


class MemberPermissions(msgspec.Struct, rename="camel", frozen=True):
    points: list[PointForm]
    is_manager: Annotated[bool | None, Meta(description="None: stays as it is.")] = None


class FunctionPermissions(msgspec.Struct, rename="camel", frozen=True):
    use: list[str]
    """identityIds."""
    manage: list[str] = []


def _points(points: list[PointForm]) -> list[Point]:
    return [Point(point.function, point.level) for point in points]


class HolderFilter(Filter, frozen=True):
    """Employees who may do something."""

    q: Annotated[str, Meta(description="A part of the name or phone.")] = ""
    function: Annotated[str, Meta(description="Only holders of one function.")] = ""


permission_routes = Routes("/communities/{community_id:int}/permissions", tags=("permissions",))


@permission_routes.get("/functions", right=Right.PERMISSIONS_MANAGE, raises=(NotFound,))
async def by_function(
    community_id: int, scope: WholeScope, rights: Rights, db: Database
) -> list[FunctionOverview]:
    """Every function with its users and managers."""
    await people.require_community(scope, db, community_id)
    holders = await queries.by_function(scope, db, community_id)
    own = rights.all_in(scope.tenant, community_id)

    def overview(code: str, name: str, levels: list[str], givable: list[str]) -> FunctionOverview:
        use, manage = (
            [FunctionHolder(*holder) for holder in holders.get(Point(code, level), ())] for level in LEVELS
        )
        return FunctionOverview(code, name, levels, givable, use, manage)

    rows = []
    for code, function in rights_tree.OF_COMMUNITY.items():
        given = {"use": function.use, "manage": function.manage}
        levels = [level for level in LEVELS if given[level] is not None]
        rows.append(overview(code, "", levels, [level for level in levels if given[level] in own]))
    return rows + [
        overview(app.project_id, app.name, list(LEVELS), list(LEVELS))
        for app in await queries.apps(scope, db, community_id)
    ]


@permission_routes.get("/persons", right=Right.PERMISSIONS_MANAGE, raises=(NotFound,))
async def by_person(
    community_id: int, scope: WholeScope, db: Database, page: PageRequest, where: HolderFilter
) -> Page[MemberOverview]:
    """Employees who may do something here, by name."""
    await people.require_community(scope, db, community_id)
    holders = await queries.holders(
        scope, db, community_id, page, text=where.q.strip(), function=where.function
    )
    points = await queries.points_of(scope, db, community_id, [row.person_id for row in holders.data])
    rows = [
        MemberOverview(
            row.identity_id,
            row.name,
            row.phone or "",
            bool(row.is_manager),
            [PointForm(*point) for point in points.get(row.person_id, ())],
        )
        for row in holders.data
    ]
    return Page.of(page, holders.total, rows)


class CandidateFilter(Filter, frozen=True):
    """The persons who can be given a function."""

    q: Annotated[str, Meta(description="A part of the name or phone.")] = ""


@permission_routes.get("/members", right=Right.PERMISSIONS_MANAGE, raises=(NotFound,))
async def candidates(
    community_id: int, scope: WholeScope, db: Database, page: PageRequest, where: CandidateFilter
) -> Page[FunctionHolder]:
    """Employees to choose from, by name."""
    await people.require_community(scope, db, community_id)
    matches = await employee_queries.page(
        scope,
        db,
        community_id,
        page,
        where=employee_queries.EmployeeConditions(text=where.q.strip() or None),
        order="name",
        down=False,
    )
    return Page.of(page, matches.total, [FunctionHolder(row.identity_id, row.name) for row in matches.data])


@permission_routes.post(right=Right.PERMISSIONS_MANAGE, raises=(NotFound, CannotGive))
async def give(community_id: int, data: PermissionsGiven, hand: Hand, tx: Tx) -> None:
    """Give every function named to every member named, beside what they have."""
    await people.require_community(hand.scope, tx, community_id)
    await service.give(
        hand, tx, community_id=community_id, identity_ids=data.identity_ids, points=_points(data.points)
    )


@permission_routes.put(
    "/persons/{identity_id:str}", right=Right.PERMISSIONS_MANAGE, raises=(NotFound, CannotGive)
)
async def set_person(
    community_id: int, identity_id: str, data: MemberPermissions, hand: Hand, tx: Tx
) -> None:
    """Say what one member may do: this and nothing else."""
    await people.require_community(hand.scope, tx, community_id)
    await service.set_points(
        hand, tx, community_id=community_id, identity_id=identity_id, points=_points(data.points)
    )
    if data.is_manager is not None:
        await service.set_manager(
            hand, tx, community_id=community_id, identity_id=identity_id, manager=data.is_manager
        )


@permission_routes.put(
    "/functions/{function:str}", right=Right.PERMISSIONS_MANAGE, raises=(NotFound, CannotGive)
)
async def set_function(
    community_id: int, function: str, data: FunctionPermissions, hand: Hand, tx: Tx
) -> None:
    """Say who has one function: these members and no others."""
    holders = {level: named for level, named in (("use", data.use), ("manage", data.manage)) if named}
    await people.require_community(hand.scope, tx, community_id)
    await service.set_function(hand, tx, community_id=community_id, function=function, holders=holders)


@permission_routes.delete(
    "/persons/{identity_id:str}", right=Right.PERMISSIONS_MANAGE, raises=(NotFound, CannotGive)
)
async def remove_person(community_id: int, identity_id: str, hand: Hand, tx: Tx) -> None:
    """Take everything from a member, the management of the community too."""
    await people.require_community(hand.scope, tx, community_id)
    await service.remove(hand, tx, community_id=community_id, identity_id=identity_id)

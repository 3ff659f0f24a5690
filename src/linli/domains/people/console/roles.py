"""Console: the tree of rights, the company's own roles (角色管理), and the list of who gave what."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.people import rights_tree
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import SOMEWHERE, Right, Rights
from linli.domains.people.service import roles
from linli.domains.people.service.organisation import Hand
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class FunctionRow(msgspec.Struct, rename="camel", frozen=True):
    code: str
    use: str | None
    manage: str | None


class BranchRow(msgspec.Struct, rename="camel", frozen=True):
    code: str
    functions: list[FunctionRow]


class PresetRow(msgspec.Struct, rename="camel", frozen=True):
    code: str
    name: str
    rights: list[str]


class RightsTree(msgspec.Struct, rename="camel", frozen=True):
    """Everything under 企业, and what of it the caller may give."""

    branches: list[BranchRow]
    presets: list[PresetRow]
    givable: list[str]


class RoleRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    description: str
    rights: list[str]
    holders: int
    changed_ms: int

    @staticmethod
    def of(row: queries.RoleRow) -> "RoleRow":
        rights = sorted(right.value for right in row.rights)
        return RoleRow(str(row.role_id), row.name, row.description, rights, row.holders, row.changed_ms)


class RoleSaid(msgspec.Struct, rename="camel", frozen=True):
    name: str
    rights: Annotated[list[str], Meta(description="Who manages a function uses it too.")]
    description: str = ""


class RoleMade(msgspec.Struct, rename="camel", frozen=True):
    id: str


class StaffLogRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    at_ms: int
    by_account_id: str
    by_name: str
    action: Annotated[str, Meta(description="person.added, role.given, group.left, …")]
    account_id: str | None
    account_name: str
    detail: Annotated[str, Meta(description="The role, right or project by name.")]


class RightsRoutes(Controller):
    path = "/organisation/rights"
    tags = ("organisation",)

    @get("/", right=Right.STAFF_SEE.value)
    async def tree(self, within: NamedDependency[Scope], rights: NamedDependency[Rights]) -> RightsTree:
        """The tree of rights, ready-made roles, and which rights the caller may give."""
        branches = [
            BranchRow(branch.code, [FunctionRow(one.code, one.use, one.manage) for one in branch.functions])
            for branch in rights_tree.ENTERPRISE
        ]
        english = within.language == "en"
        presets = [
            PresetRow(one.code, one.name_en if english else one.name, sorted(one.rights))
            for one in rights_tree.PRESETS
        ]
        givable = [
            right.value
            for right in sorted(rights_tree.ALL)
            if rights.covers(frozenset({(right, SOMEWHERE)}), tenant_id=within.tenant)
        ]
        return RightsTree(branches, presets, givable)


class RoleRoutes(Controller):
    path = "/organisation/roles"
    tags = ("organisation",)

    @get("/", right=Right.STAFF_SEE.value)
    async def list_roles(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[RoleRow]:
        """The company's own roles."""
        return [RoleRow.of(row) for row in await queries.roles(within, db)]

    @post("/", right=Right.STAFF_MANAGE.value, status_code=201)
    async def create(
        self,
        data: JSONBody[RoleSaid],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> RoleMade:
        """A new role of rights that the caller has."""
        async with db.begin() as tx:
            made = await roles.create(
                Hand(within, rights, ids),
                tx,
                name=data.name,
                rights=data.rights,
                description=data.description,
            )
        return RoleMade(str(made))

    @put("/{role_id:int}", right=Right.STAFF_MANAGE.value, status_code=204)
    async def change(
        self,
        role_id: FromPath[int],
        data: JSONBody[RoleSaid],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Change a role for everybody who has it."""
        async with db.begin() as tx:
            await roles.change(
                Hand(within, rights, ids),
                tx,
                role_id=role_id,
                name=data.name,
                rights=data.rights,
                description=data.description,
            )

    @delete("/{role_id:int}", right=Right.STAFF_MANAGE.value)
    async def remove(
        self,
        role_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Delete a role; everybody who has it loses it."""
        async with db.begin() as tx:
            await roles.remove(Hand(within, rights, ids), tx, role_id=role_id)


class StaffLogRoutes(Controller):
    path = "/organisation/log"
    tags = ("organisation",)

    @get("/", right=Right.STAFF_SEE.value)
    async def list_log(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        account_id: Annotated[int, QueryParameter(name="accountId", description="0: of everybody.")] = 0,
    ) -> Page[StaffLogRow]:
        """Who gave or took what, the latest first."""
        found = await queries.log(within, db, page, account_id=account_id)
        rows = [
            StaffLogRow(
                id=str(row.entry_no),
                at_ms=row.at_ms,
                by_account_id=str(row.by_account),
                by_name=row.by_name,
                action=row.action,
                account_id=None if row.account_id is None else str(row.account_id),
                account_name=row.account_name,
                detail=row.detail,
            )
            for row in found.data
        ]
        return Page.of(page, found.total, rows)

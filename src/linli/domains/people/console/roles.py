"""Console: the tree of rights, the company's own roles (角色管理), and the log of rights that were given."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.people import rights_tree
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import SOMEWHERE, Right, Rights
from linli.domains.people.service import roles
from linli.domains.people.service.organisation import CannotGive, Hand
from linli.domains.people.service.roles import RoleNameTaken
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
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


class RoleForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    rights: Annotated[list[str], Meta(description="Who manages a function uses it too.")]
    description: str = ""


class CreatedRole(msgspec.Struct, rename="camel", frozen=True):
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


rights_routes = Routes("/organisation/rights", tags=("organisation",))


@rights_routes.get(right=Right.STAFF_SEE)
async def tree(scope: Scope, rights: Rights) -> RightsTree:
    """The tree of rights, ready-made roles, and which rights the caller may give."""
    branches = [
        BranchRow(
            branch.code,
            [FunctionRow(function.code, function.use, function.manage) for function in branch.functions],
        )
        for branch in rights_tree.ENTERPRISE
    ]
    english = scope.language == "en"
    presets = [
        PresetRow(preset.code, preset.name_en if english else preset.name, sorted(preset.rights))
        for preset in rights_tree.PRESETS
    ]
    givable = [
        right.value
        for right in sorted(rights_tree.ALL)
        if rights.covers(frozenset({(right, SOMEWHERE)}), tenant_id=scope.tenant)
    ]
    return RightsTree(branches, presets, givable)


role_routes = Routes("/organisation/roles", tags=("organisation",))


@role_routes.get(right=Right.STAFF_SEE)
async def list_roles(scope: Scope, db: Database) -> list[RoleRow]:
    """The company's own roles."""
    return [RoleRow.of(row) for row in await queries.roles(scope, db)]


@role_routes.post(right=Right.STAFF_MANAGE, raises=(CannotGive, RoleNameTaken))
async def create(data: RoleForm, hand: Hand, tx: Tx) -> CreatedRole:
    """A new role of rights that the caller has."""
    role_id = await roles.create(hand, tx, name=data.name, rights=data.rights, description=data.description)
    return CreatedRole(str(role_id))


@role_routes.put("/{role_id:int}", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive, RoleNameTaken))
async def change(role_id: int, data: RoleForm, hand: Hand, tx: Tx) -> None:
    """Change a role for everybody who has it."""
    await roles.change(
        hand, tx, role_id=role_id, name=data.name, rights=data.rights, description=data.description
    )


@role_routes.delete("/{role_id:int}", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
async def remove(role_id: int, hand: Hand, tx: Tx) -> None:
    """Delete a role; everybody who has it loses it."""
    await roles.remove(hand, tx, role_id=role_id)


INVITED: Final = "invitation.made"
"""Its detail is the invitation's note."""
staff_log_routes = Routes("/organisation/log", tags=("organisation",))


class StaffLogFilter(Filter, frozen=True):
    """Changes of rights, as their list is asked for."""

    account_id: Annotated[int, Meta(description="0: of everybody.")] = 0


@staff_log_routes.get(right=Right.STAFF_SEE)
async def list_log(
    scope: Scope, db: Database, page: PageRequest, where: StaffLogFilter, rights: Rights
) -> Page[StaffLogRow]:
    """The log of given and taken rights, the latest first. For whom an invitation is stands there for its makers."""
    notes = rights.may(Right.STAFF_MANAGE, tenant_id=scope.tenant)
    entries = await queries.log(scope, db, page, account_id=where.account_id)
    rows = [
        StaffLogRow(
            id=str(row.entry_no),
            at_ms=row.at_ms,
            by_account_id=str(row.by_account),
            by_name=row.by_name,
            action=row.action,
            account_id=None if row.account_id is None else str(row.account_id),
            account_name=row.account_name,
            detail=row.detail if notes or row.action != INVITED else "",
        )
        for row in entries.data
    ]
    return Page.of(page, entries.total, rows)

"""A company's own roles (角色管理). Spec D 1.5 (ACC-01).

The whole company shares a role. To change or delete a role in use, a person must have its rights everywhere; to create
one, somewhere.
"""

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.people import rights_tree
from linli.domains.people.models import company_role_holders, company_roles
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import EVERYWHERE, SOMEWHERE, Right
from linli.domains.people.service.organisation import Hand, note
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput, Conflict

MAX_NAME = 64
MAX_DESCRIPTION = 256


class RoleNameTaken(Conflict):
    code = "organisation.role_name_taken"


_change = Command(
    update(company_roles)
    .where(company_roles.c.role_id == bindparam("of_role", type_=INT))
    .values(
        name=bindparam("to_name"),
        description=bindparam("to_text"),
        rights=bindparam("to_rights"),
        changed_ms=bindparam("now", type_=INT),
    ),
    unscoped="the role was looked up in the caller's scope",
)
_delete = Command(
    delete(company_roles).where(company_roles.c.role_id == bindparam("of_role", type_=INT)),
    unscoped="the role was looked up in the caller's scope",
)
_delete_holders = Command(
    delete(company_role_holders).where(company_role_holders.c.role_id == bindparam("of_role", type_=INT)),
    unscoped="the role was looked up in the caller's scope",
)


async def create(hand: Hand, tx: Tx, *, name: str, rights: list[str], description: str = "") -> int:
    """A new role; its id. Raises BadInput, RoleNameTaken, CannotGive."""
    name, chosen = await _checked(hand, tx, name, rights, description, other_than=0)
    hand.check(frozenset((right, SOMEWHERE) for right in chosen))
    now_ms = tx.db.clock.now_ms()
    role_id = hand.ids.number()
    row = {
        "role_id": role_id,
        "tenant_id": hand.tenant,
        "name": name,
        "description": description.strip(),
        "rights": _json(chosen),
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    await tx.insert(company_roles, row)
    await note(hand, tx, "role.created", detail=name)
    return role_id


async def change(
    hand: Hand, tx: Tx, *, role_id: int, name: str, rights: list[str], description: str = ""
) -> None:
    """Change name, description and rights, for everybody who has the role.

    Raises NotFound, BadInput, RoleNameTaken, CannotGive.
    """
    role = await queries.role(hand.scope, tx, role_id)
    name, chosen = await _checked(hand, tx, name, rights, description, other_than=role_id)
    _check_shared(hand, role, role.rights ^ chosen)
    await _change.run(
        tx,
        of_role=role_id,
        to_name=name,
        to_text=description.strip(),
        to_rights=_json(chosen),
        now=tx.db.clock.now_ms(),
    )
    await note(hand, tx, "role.changed", detail=name)


async def remove(hand: Hand, tx: Tx, *, role_id: int) -> None:
    """Delete a role; everybody who has it loses it. Raises NotFound, CannotGive."""
    role = await queries.role(hand.scope, tx, role_id)
    _check_shared(hand, role, role.rights)
    await _delete_holders.run(tx, of_role=role_id)
    await _delete.run(tx, of_role=role_id)
    await note(hand, tx, "role.deleted", detail=role.name)


def _check_shared(hand: Hand, role: queries.RoleRow, rights: frozenset[Right]) -> None:
    place = EVERYWHERE if role.holders else SOMEWHERE
    hand.check(frozenset((right, place) for right in rights))


async def _checked(
    hand: Hand, tx: Tx, name: str, rights: list[str], description: str, *, other_than: int
) -> tuple[str, frozenset[Right]]:
    name = " ".join(name.split())
    if not name:
        raise BadInput(field="name", rule="required")
    if len(name) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    if len(description) > MAX_DESCRIPTION:
        raise BadInput(field="description", rule="too_long", limit=MAX_DESCRIPTION)
    roles = await queries.roles(hand.scope, tx)
    if any(role.name == name and role.role_id != other_than for role in roles):
        raise RoleNameTaken(field="name", name=name)
    if not other_than and len(roles) >= queries.MAX_ROLES:
        raise BadInput(field="name", rule="too_many_items", limit=queries.MAX_ROLES)
    return name, rights_tree.checked(rights)


def _json(rights: frozenset[Right]) -> str:
    return msgspec.json.encode(sorted(rights)).decode()

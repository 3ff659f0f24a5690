"""Who may do what: roles of an account, the rights they carry, and the Scope that follows. Spec A §2.4.

First cut: rights come from the role alone. Rights by person and function (issue "Communities") replace
`RIGHTS_OF` by rows; callers keep asking `Rights.may`.
"""

from enum import StrEnum
from typing import Final

import msgspec

from linli.kernel.errors import Forbidden, NotFound
from linli.kernel.scope import Caller, Scope


class Role(StrEnum):
    OPERATOR = "operator"
    """Runs the installation: tenants, reviews of communities, health. Belongs to no tenant."""
    TENANT_ADMIN = "tenant_admin"
    """Everything in one tenant."""
    COMMUNITY_MANAGER = "community_manager"
    """Everything in one community."""
    STAFF = "staff"
    """Property staff and guards of one community: daily work, no keys and no set-up."""
    RESIDENT = "resident"
    """Lives in a house of the community; follows from the house, never granted by hand."""


TENANT_ROLES: Final = frozenset({Role.TENANT_ADMIN})
COMMUNITY_ROLES: Final = frozenset({Role.COMMUNITY_MANAGER, Role.STAFF})


class Right(StrEnum):
    """A function and whether it is used or managed."""

    INSTALLATION = "installation.manage"
    COMMUNITIES_REVIEW = "communities.review"
    COMMUNITIES_APPLY = "communities.apply"
    COMMUNITIES_SEE = "communities.use"
    HOUSES_SEE = "houses.use"
    HOUSES_MANAGE = "houses.manage"
    RESIDENTS_SEE = "residents.use"
    RESIDENTS_MANAGE = "residents.manage"
    VISITORS_SEE = "visitors.use"
    VISITORS_MANAGE = "visitors.manage"
    """Register and check in visitors, decide about those who registered themselves, void."""
    NOTICES_SEE = "notices.use"
    NOTICES_MANAGE = "notices.manage"
    DEVICES_SEE = "devices.use"
    DEVICES_MANAGE = "devices.manage"
    DOORS_OPEN = "doors.use"
    INTEGRATIONS_MANAGE = "integrations.manage"
    STAFF_MANAGE = "staff.manage"


_STAFF = frozenset({
    Right.COMMUNITIES_SEE, Right.HOUSES_SEE, Right.RESIDENTS_SEE, Right.DEVICES_SEE, Right.DOORS_OPEN,
    Right.VISITORS_SEE, Right.VISITORS_MANAGE, Right.NOTICES_SEE,
})  # fmt: skip
_MANAGER = _STAFF | {Right.HOUSES_MANAGE, Right.RESIDENTS_MANAGE, Right.DEVICES_MANAGE, Right.NOTICES_MANAGE, Right.STAFF_MANAGE}
RIGHTS_OF: Final[dict[Role, frozenset[Right]]] = {
    Role.OPERATOR: frozenset({Right.INSTALLATION, Right.COMMUNITIES_REVIEW}),
    Role.TENANT_ADMIN: frozenset(_MANAGER | {Right.COMMUNITIES_APPLY, Right.INTEGRATIONS_MANAGE}),
    Role.COMMUNITY_MANAGER: frozenset(_MANAGER),
    Role.STAFF: _STAFF,
    Role.RESIDENT: frozenset(),
}


class RoleGrant(msgspec.Struct, frozen=True, rename="camel"):
    """One role of one account. `tenant_id` is empty for the operator, `community_id` 0 for a whole tenant."""

    role: Role
    tenant_id: str = ""
    community_id: int = 0


class Rights(msgspec.Struct, frozen=True):
    """Everything one account may do, in every tenant it belongs to."""

    account_id: int
    name: str
    grants: tuple[RoleGrant, ...]

    @property
    def is_operator(self) -> bool:
        return any(grant.role is Role.OPERATOR for grant in self.grants)

    @property
    def tenants(self) -> list[str]:
        """Ids of the tenants in which the account has a role, in order of granting."""
        return list(dict.fromkeys(grant.tenant_id for grant in self.grants if grant.tenant_id))

    def roles(self, tenant_id: str, community_id: int | None = None) -> frozenset[Role]:
        """Roles that hold in a tenant: in one community, or, with None, in any of its communities."""
        return frozenset(
            grant.role
            for grant in self.grants
            if grant.role is Role.OPERATOR
            or (
                grant.tenant_id == tenant_id
                and (community_id is None or grant.community_id in (0, community_id))
            )
        )

    def may(self, right: Right, *, tenant_id: str, community_id: int | None = None) -> bool:
        """Whether a right holds in one community, or, with None, in at least one."""
        return any(right in RIGHTS_OF[role] for role in self.roles(tenant_id, community_id))

    def require(self, right: Right, *, tenant_id: str, community_id: int | None = None) -> None:
        """Raises NotFound for a community the account has no role in, Forbidden for a missing right."""
        if self.may(right, tenant_id=tenant_id, community_id=community_id):
            return
        if community_id is not None and not self.roles(tenant_id, community_id) - {Role.OPERATOR}:
            raise NotFound(what="community", id=community_id)
        raise Forbidden()

    def all_in(self, tenant_id: str, community_id: int | None = None) -> frozenset[Right]:
        """Every right that holds there: what a screen may show."""
        return frozenset().union(*(RIGHTS_OF[role] for role in self.roles(tenant_id, community_id)))

    def scope(self, tenant_id: str, *, language: str = "zh-CN") -> Scope:
        """What the account sees in a tenant. Raises Forbidden when it has no role there.

        The installation's operator sees no tenant's people or houses by being operator.
        """
        here = [grant for grant in self.grants if grant.tenant_id == tenant_id]
        if not here:
            raise Forbidden()
        whole = any(grant.role in TENANT_ROLES for grant in here)
        resident = all(grant.role is Role.RESIDENT for grant in here)
        return Scope(
            tenant_id,
            Caller("resident" if resident else "staff", str(self.account_id)),
            None if whole else frozenset(grant.community_id for grant in here if grant.community_id),
            None,
            language,
        )

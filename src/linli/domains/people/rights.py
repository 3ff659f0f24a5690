"""Roles of an account, their rights, and the resulting Scope. Spec A §2.4, D 1.5.

Built-in roles carry the rights of `RIGHTS_OF` where they were granted. A company's own roles, and rights given to one
person by hand, are rows; they hold in the projects of the person's groups, and in the communities of these projects.
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
    SUB_ADMIN = "sub_admin"
    """Everything in the communities of one tenant; no keys and no projects. Made by the main account."""
    COMMUNITY_MANAGER = "community_manager"
    """Everything in one community."""
    STAFF = "staff"
    """Property staff and guards of one community: daily work, no keys and no set-up."""
    RESIDENT = "resident"
    """Lives in a house of the community; follows from the house, never granted by hand."""


SIGNED_IN: Final = "signed_in"
"""In place of a right, for routes that are open to everybody with a session."""
ANY_RIGHT: Final = "any_right"
"""In place of a right, for routes that are open to whoever has some right in the company; their scope is where."""
TENANT_ROLES: Final = frozenset({Role.TENANT_ADMIN, Role.SUB_ADMIN})
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
    VEHICLES_SEE = "vehicles.use"
    VEHICLES_MANAGE = "vehicles.manage"
    FEES_TAKE = "fees.use"
    """Take what is due for parking in cash, and put right at the exit which vehicle it is."""
    FEES_MANAGE = "fees.manage"
    """Let a vehicle go without paying, and look through what others took and handed over."""
    NOTICES_SEE = "notices.use"
    NOTICES_MANAGE = "notices.manage"
    DEVICES_SEE = "devices.use"
    DEVICES_MANAGE = "devices.manage"
    DOORS_OPEN = "doors.use"
    CAMERAS_STEER = "cameras.use"
    """Turn and zoom cameras, and set their presets."""
    SIGHTINGS_SEE = "sightings.use"
    """Libraries of faces that cameras look for, their pictures, captures, and the search by a photo."""
    RECORDINGS_SEE = "recordings.use"
    """Look at what cameras recorded, here and on recorders, and take it away. Who does is kept."""
    RECORDINGS_MANAGE = "recordings.manage"
    """Say when cameras are recorded, and lock recordings."""
    CODES_SEE = "codes.use"
    """Read whole card numbers and codes, and have a pass or code shown again: a person who knows a code can copy it."""
    PHONES_SEE = "phones.use"
    """Read residents' whole phones; whoever manages residents reads them too. Others see the middle hidden."""
    INTEGRATIONS_MANAGE = "integrations.manage"
    PROJECTS_SEE = "projects.use"
    """See projects, bind devices to them."""
    PROJECTS_MANAGE = "projects.manage"
    """Create projects, change their description, apply for capabilities."""
    STAFF_SEE = "staff.use"
    STAFF_MANAGE = "staff.manage"
    """Persons of the company, their roles and groups. Nobody gives what they lack."""
    PERMISSIONS_MANAGE = "permissions.manage"
    """Say who of a community's staff uses or manages which function (权限管理, A §2.4). Of built-in roles alone."""
    EMPLOYEES_SEE = "employees.use"
    EMPLOYEES_MANAGE = "employees.manage"
    CAPABILITIES_REVIEW = "capabilities.review"
    ORGANISATION_MANAGE = "organisation.manage"
    """The organisation itself: its contract, administrators, payee account, export and end."""


_STAFF = frozenset({
    Right.COMMUNITIES_SEE, Right.HOUSES_SEE, Right.RESIDENTS_SEE, Right.DEVICES_SEE, Right.DOORS_OPEN,
    Right.VISITORS_SEE, Right.VISITORS_MANAGE, Right.NOTICES_SEE, Right.VEHICLES_SEE,
    Right.FEES_TAKE, Right.CAMERAS_STEER,
})  # fmt: skip
_MANAGER = _STAFF | {
    Right.HOUSES_MANAGE,
    Right.RESIDENTS_MANAGE,
    Right.DEVICES_MANAGE,
    Right.NOTICES_MANAGE,
    Right.VEHICLES_MANAGE,
    Right.FEES_MANAGE,
}
_MANAGER |= {
    Right.CODES_SEE,
    Right.SIGHTINGS_SEE,
    Right.RECORDINGS_SEE,
    Right.RECORDINGS_MANAGE,
    Right.PHONES_SEE,
    Right.EMPLOYEES_SEE,
    Right.EMPLOYEES_MANAGE,
    Right.PERMISSIONS_MANAGE,
}
_COMPANY = frozenset(
    {
        Right.COMMUNITIES_APPLY,
        Right.INTEGRATIONS_MANAGE,
        Right.PROJECTS_SEE,
        Right.PROJECTS_MANAGE,
        Right.STAFF_SEE,
        Right.STAFF_MANAGE,
    }
)
RIGHTS_OF: Final[dict[Role, frozenset[Right]]] = {
    Role.OPERATOR: frozenset({Right.INSTALLATION, Right.COMMUNITIES_REVIEW, Right.CAPABILITIES_REVIEW}),
    Role.TENANT_ADMIN: _MANAGER | _COMPANY | {Right.ORGANISATION_MANAGE},
    Role.SUB_ADMIN: _MANAGER
    | {Right.COMMUNITIES_APPLY, Right.PROJECTS_SEE, Right.STAFF_SEE, Right.STAFF_MANAGE},
    Role.COMMUNITY_MANAGER: frozenset(_MANAGER),
    Role.STAFF: _STAFF,
    Role.RESIDENT: frozenset(),
}


class RoleGrant(msgspec.Struct, frozen=True, rename="camel"):
    """One role of one account. `tenant_id` is empty for the operator, `community_id` 0 for a whole tenant."""

    role: Role
    tenant_id: str = ""
    community_id: int = 0


class OwnRights(msgspec.Struct, frozen=True):
    """A person's rights from the company's own roles and given by hand, with their places: the projects of their
    groups."""

    tenant_id: str
    rights: frozenset[Right]
    projects: frozenset[str] = frozenset()
    communities: frozenset[int] = frozenset()
    """The communities that the projects were granted."""


EVERYWHERE: Final = "*"
SOMEWHERE: Final = "-"


class Rights(msgspec.Struct, frozen=True):
    """Everything one account may do, in every tenant it belongs to."""

    account_id: int
    name: str
    grants: tuple[RoleGrant, ...]
    own: tuple[OwnRights, ...] = ()
    password_due: bool = False
    """Somebody else set the password: none of this counts before its owner has set one."""
    withheld: frozenset[Right] = frozenset()
    """Rights of services whose terms the account has not accepted: they do not count before that."""

    @property
    def is_operator(self) -> bool:
        return any(grant.role is Role.OPERATOR for grant in self.grants)

    @property
    def tenants(self) -> list[str]:
        """Ids of the tenants in which the account has a role, in order of granting."""
        tenant_ids = [
            *(grant.tenant_id for grant in self.grants),
            *(own_rights.tenant_id for own_rights in self.own),
        ]
        return list(dict.fromkeys(tenant_id for tenant_id in tenant_ids if tenant_id))

    def roles(self, tenant_id: str, community_id: int | None = None) -> frozenset[Role]:
        """Built-in roles that hold in a tenant: in one community, or, with None, in any of its communities."""
        return frozenset(
            grant.role
            for grant in self.grants
            if grant.role is Role.OPERATOR
            or (
                grant.tenant_id == tenant_id
                and (community_id is None or grant.community_id in (0, community_id))
            )
        )

    def all_in(self, tenant_id: str, community_id: int | None = None) -> frozenset[Right]:
        """All rights there, for the parts that a screen may show."""
        own = (
            own_rights.rights
            for own_rights in self.own
            if own_rights.tenant_id == tenant_id
            and (community_id is None or community_id in own_rights.communities)
        )
        every = frozenset().union(*(RIGHTS_OF[role] for role in self.roles(tenant_id, community_id)), *own)
        return every - self.withheld

    def may(self, right: Right, *, tenant_id: str, community_id: int | None = None) -> bool:
        """Whether a right holds in one community, or, with None, in the tenant at all."""
        return right in self.all_in(tenant_id, community_id)

    def require(self, right: Right, *, tenant_id: str, community_id: int | None = None) -> None:
        """Raises NotFound for a community the account has no role in, Forbidden for a missing right."""
        if self.may(right, tenant_id=tenant_id, community_id=community_id):
            return
        if community_id is not None and not self._knows(tenant_id, community_id):
            raise NotFound(what="community", id=community_id)
        raise Forbidden()

    def _knows(self, tenant_id: str, community_id: int) -> bool:
        own = any(
            own_rights.tenant_id == tenant_id and community_id in own_rights.communities
            for own_rights in self.own
        )
        return own or bool(self.roles(tenant_id, community_id) - {Role.OPERATOR})

    def whole(self, tenant_id: str) -> bool:
        """Whether the account sees everything of the tenant: as the main account does."""
        return any(grant.tenant_id == tenant_id and grant.role in TENANT_ROLES for grant in self.grants)

    def projects(self, tenant_id: str, right: Right | None = None) -> frozenset[str]:
        """Projects of the person's groups, where a right holds if one is named."""
        return frozenset().union(
            *(
                own_rights.projects
                for own_rights in self.own
                if own_rights.tenant_id == tenant_id and (right is None or right in own_rights.rights)
            )
        )

    def holdings(self, tenant_id: str) -> frozenset[tuple[Right, str]]:
        """Every right with each place where it holds, for comparing what two people hold in a tenant.

        A place is EVERYWHERE, a community `c:1504`, a project `p:a124…`; SOMEWHERE stands beside every other place, so
        that rights of somebody who is in no group yet count too.
        """
        pairs: set[tuple[Right, str]] = set()
        for grant in self.grants:
            if grant.tenant_id == tenant_id:
                place = f"c:{grant.community_id}" if grant.community_id else EVERYWHERE
                pairs |= {(right, at) for right in RIGHTS_OF[grant.role] for at in (place, SOMEWHERE)}
        for own_rights in self.own:
            if own_rights.tenant_id == tenant_id:
                places = [
                    SOMEWHERE,
                    *(f"c:{community}" for community in own_rights.communities),
                    *(f"p:{project}" for project in own_rights.projects),
                ]
                pairs |= {(right, at) for right in own_rights.rights for at in places}
        return frozenset(pairs)

    def covers(self, wanted: frozenset[tuple[Right, str]], *, tenant_id: str) -> bool:
        """Whether the account itself holds all of these `holdings`: the condition for giving or taking them."""
        holdings = self.holdings(tenant_id)
        return all(pair in holdings or (pair[0], EVERYWHERE) in holdings for pair in wanted)

    def scope(self, tenant_id: str, *, language: str = "zh-CN") -> Scope:
        """The account's scope in a tenant. Raises Forbidden when it has no role there.

        The installation's operator sees no tenant's people or houses by being operator.
        """
        here = [grant for grant in self.grants if grant.tenant_id == tenant_id]
        own = [own_rights for own_rights in self.own if own_rights.tenant_id == tenant_id]
        if not here and not own:
            raise Forbidden()
        resident = not own and all(grant.role is Role.RESIDENT for grant in here)
        communities = {grant.community_id for grant in here if grant.community_id}
        return Scope(
            tenant_id,
            Caller("resident" if resident else "staff", str(self.account_id)),
            None if self.whole(tenant_id) else frozenset(communities.union(*(o.communities for o in own))),
            None,
            language,
            self.projects(tenant_id),
        )

    def scope_anywhere(self, tenant_id: str, *, language: str) -> Scope:
        """The account's scope in the communities where it has some right. Raises Forbidden where it has none at all."""
        if not self.all_in(tenant_id) - RIGHTS_OF[Role.OPERATOR]:
            raise Forbidden()
        scope = self.scope(tenant_id, language=language)
        if scope.communities is None:
            return scope
        places = frozenset(
            c for c in scope.communities if self.all_in(tenant_id, c) - RIGHTS_OF[Role.OPERATOR]
        )
        return Scope(tenant_id, scope.caller, places, None, language, self.projects(tenant_id))

    def scope_with(self, right: Right, tenant_id: str, *, language: str) -> Scope:
        """The account's scope for a right: the places where it has the right. Raises Forbidden.

        Rights of the installation's operator reach over all tenants; all others stay in `tenant_id`.
        """
        if right in RIGHTS_OF[Role.OPERATOR] and self.is_operator:
            return Scope(None, Caller("operator", str(self.account_id)), None, None, language)
        scope = self.scope(tenant_id, language=language)
        if scope.communities is None:
            if not self.may(right, tenant_id=tenant_id):
                raise Forbidden()
            return scope
        frozensets = frozenset(
            c for c in scope.communities if self.may(right, tenant_id=tenant_id, community_id=c)
        )
        if not frozensets and not self.may(right, tenant_id=tenant_id):
            raise Forbidden()
        # Who has the right by a role of the company but is in no group yet sees nothing, and may come in.
        return Scope(tenant_id, scope.caller, frozensets, None, language, self.projects(tenant_id, right))

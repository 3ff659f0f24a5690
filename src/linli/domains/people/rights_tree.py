"""The tree of rights that a company's own roles are ticked in: 企业 at the top, functions below, use and manage.

Spec D 1.5 (ACC-01: ticking 企业 ticks everything below), A §2.4 (function × {use, manage}; the level means what the
function says, not read and write).
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from linli.domains.people.rights import RIGHTS_OF, Right, Role
from linli.kernel.errors import BadInput

USE: Final = "use"
MANAGE: Final = "manage"


class Function(msgspec.Struct, frozen=True):
    """One function with its levels; None where it has no such level."""

    code: str
    use: Right | None
    manage: Right | None


class Branch(msgspec.Struct, frozen=True):
    code: str
    functions: tuple[Function, ...]


ENTERPRISE: Final = (
    Branch(
        "company",
        (
            Function("organisation", None, Right.ORGANISATION_MANAGE),
            Function("staff", Right.STAFF_SEE, Right.STAFF_MANAGE),
            Function("projects", Right.PROJECTS_SEE, Right.PROJECTS_MANAGE),
            Function("integrations", None, Right.INTEGRATIONS_MANAGE),
        ),
    ),
    Branch(
        "community",
        (
            Function("communities", Right.COMMUNITIES_SEE, Right.COMMUNITIES_APPLY),
            Function("houses", Right.HOUSES_SEE, Right.HOUSES_MANAGE),
            Function("residents", Right.RESIDENTS_SEE, Right.RESIDENTS_MANAGE),
            Function("phones", Right.PHONES_SEE, None),
            Function("vehicles", Right.VEHICLES_SEE, Right.VEHICLES_MANAGE),
            Function("fees", Right.FEES_TAKE, Right.FEES_MANAGE),
            Function("visitors", Right.VISITORS_SEE, Right.VISITORS_MANAGE),
            Function("employees", Right.EMPLOYEES_SEE, Right.EMPLOYEES_MANAGE),
            Function("notices", Right.NOTICES_SEE, Right.NOTICES_MANAGE),
        ),
    ),
    Branch(
        "devices",
        (
            Function("devices", Right.DEVICES_SEE, Right.DEVICES_MANAGE),
            Function("doors", Right.DOORS_OPEN, None),
            Function("cameras", Right.CAMERAS_STEER, None),
            Function("codes", Right.CODES_SEE, None),
            Function("sightings", Right.SIGHTINGS_SEE, None),
            Function("recordings", Right.RECORDINGS_SEE, Right.RECORDINGS_MANAGE),
        ),
    ),
)
"""Everything under 企业. Rights of the operator of the installation are not in it."""

FUNCTIONS: Final = tuple(function for branch in ENTERPRISE for function in branch.functions)
ALL: Final = frozenset(
    right for function in FUNCTIONS for right in (function.use, function.manage) if right is not None
)

_HERE: Final = RIGHTS_OF[Role.COMMUNITY_MANAGER]


def _in_one_community() -> tuple[Function, ...]:
    """Functions with their levels in a single community: the rights of its manager."""
    functions = (
        Function(
            function.code,
            function.use if function.use in _HERE else None,
            function.manage if function.manage in _HERE else None,
        )
        for function in FUNCTIONS
    )
    return tuple(function for function in functions if function.use or function.manage)


OF_COMMUNITY: Final = {function.code: function for function in _in_one_community()}
"""The rights that permission management gives, by function code."""


class Preset(msgspec.Struct, frozen=True):
    """A role that a company can make with one click and then change as it likes."""

    code: str
    name: str
    name_en: str
    rights: frozenset[Right]


PRESETS: Final = (
    Preset("account_administrator", "账号管理员", "Account administrator", ALL),
    Preset(
        "community_implementer",
        "社区项目实施角色",
        "Community implementer",
        frozenset(
            {
                Right.PROJECTS_SEE,
                Right.COMMUNITIES_SEE,
                Right.HOUSES_SEE,
                Right.HOUSES_MANAGE,
                Right.RESIDENTS_SEE,
                Right.DEVICES_SEE,
                Right.DEVICES_MANAGE,
                Right.DOORS_OPEN,
            }
        ),
    ),
)


def checked(rights: Iterable[str]) -> frozenset[Right]:
    """Ticked rights; a manager of a function uses it too. Raises BadInput for what is not in the tree."""
    wanted = set(rights)
    if unknown := wanted - ALL:
        raise BadInput(field="rights", rule="one_of", allowed=", ".join(sorted(ALL)), given=min(unknown))
    checked_rights = {Right(name) for name in wanted}
    checked_rights |= {
        function.use
        for function in FUNCTIONS
        if function.manage in checked_rights and function.use is not None
    }
    return frozenset(checked_rights)


def existing_rights(stored: Iterable[str]) -> frozenset[Right]:
    """Rights as stored, without those that a later version no longer has."""
    return frozenset(Right(name) for name in stored if name in ALL)


def right_in_community(function: str, level: str) -> Right | None:
    """The right that a point of permission management stands for; None for apps of integrators."""
    entry = OF_COMMUNITY.get(function)
    if entry is None:
        return None
    return entry.manage if level == MANAGE else entry.use if level == USE else None

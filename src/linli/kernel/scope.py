"""The caller and the communities that they may see: the first argument of every service and query function."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from linli.kernel.errors import NotFound

CallerKind = Literal["app", "staff", "resident", "device", "operator", "system"]


@dataclass(frozen=True, slots=True)
class Caller:
    kind: CallerKind
    id: str
    """appKey, account id, iotId or the worker's name: whatever an audit row should show."""


@dataclass(frozen=True)
class Scope:
    """The rows that a caller may see. `communities` None means every community of the tenant.

    Only workers hold a scope without a tenant (`Scope.system()`), and they narrow it per row with `of_tenant`.
    """

    tenant_id: str | None
    caller: Caller
    communities: frozenset[int] | None = None
    project_id: str | None = None
    language: str = "zh-CN"
    projects: frozenset[str] = frozenset()
    """Further projects whose devices and keys the caller sees: those of a person's groups. An app has its own."""

    @staticmethod
    def system(tenant_id: str | None = None, name: str = "system") -> "Scope":
        return Scope(tenant_id, Caller("system", name))

    def of_tenant(self, tenant_id: str) -> "Scope":
        return replace(self, tenant_id=tenant_id)

    def narrowed(self, community_id: int) -> "Scope":
        """The same caller, seeing one community only. Raises NotFound when it was not theirs."""
        self.allow(community_id)
        return replace(self, communities=frozenset((community_id,)))

    def allow(self, community_id: int) -> None:
        """Raises NotFound when the community is outside this scope.

        With `communities` None the tenant is checked by the row's own tenant_id, so this only narrows.
        """
        if not self.allows(community_id):
            raise NotFound(what="community", id=community_id)

    def allows(self, community_id: int | None) -> bool:
        return self.communities is None or (community_id is not None and community_id in self.communities)

    @property
    def tenant(self) -> str:
        """The tenant id, for rows that must have one."""
        if self.tenant_id is None:
            raise NotFound(what="tenant")
        return self.tenant_id

    @cached_property
    def binds(self) -> dict[str, Any]:
        """Values for the conditions that `kernel.db.in_scope` makes."""
        ids = sorted(self.communities or ())
        return {
            "scope_tenant": self.tenant_id,
            "scope_all": 1 if self.communities is None else 0,
            "scope_communities": ids,
            "scope_project": self.project_id,
            "scope_projects": self._own_projects,
        }

    @cached_property
    def json_binds(self) -> dict[str, Any]:
        """The same for SQLite: the list as JSON text, and as a text to search in (`,1504,1505,`)."""
        ids = self.binds["scope_communities"]
        seen = f",{','.join(map(str, ids))}," if ids else ""
        projects = f",{','.join(self._own_projects)}," if self._own_projects else ""
        return {
            **self.binds,
            "scope_communities": json.dumps(ids),
            "scope_seen": seen,
            "scope_projects": json.dumps(self._own_projects),
            "scope_seen_projects": projects,
        }

    @cached_property
    def _own_projects(self) -> list[str]:
        return sorted(self.projects | ({self.project_id} if self.project_id else set()))

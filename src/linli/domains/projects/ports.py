"""Projects' interfaces to rooms above them. The process provides the implementation; boxes holds it."""

from typing import Protocol

from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class Clusters(Protocol):
    """Knows the edge clusters."""

    async def of_project(self, scope: Scope, db: Reader, project_id: str) -> list[int]:
        """Ids of the clusters of the scope's tenant that are associated with a project, the oldest first."""
        ...

"""The process's parts for the console, injected into routes by the names of these fields."""

from dataclasses import dataclass, field
from typing import Any, cast

from linli.console.hub import Hub
from linli.console.line_limits import LineLimits
from linli.domains.accounts.service.floods import Floods
from linli.domains.accounts.service.spare_sessions import SpareSessions
from linli.domains.accounts.service.throttle import SpareCounts
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import Callers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.progress import Board
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.kernel.uploads import Uploads


@dataclass(frozen=True)
class Parts:
    """Filled by the composing function. `services` are the rooms' own objects, by the name routes ask for."""

    db: Database
    clock: Clock
    ids: Ids
    secrets: Secrets
    objects: ObjectStore
    settings: Settings
    hub: Hub = field(default_factory=Hub)
    board: Board = field(default=cast(Board, None))
    """One of this process alone unless it is given."""
    callers: Callers = field(default=cast(Callers, None))
    """The process's callers; by default made from these settings alone."""
    floods: Floods = field(default_factory=Floods)
    line_limits: LineLimits = field(default_factory=LineLimits)
    spare: SpareSessions = field(default_factory=SpareSessions)
    spare_counts: SpareCounts = field(default_factory=SpareCounts)
    upload_gate: Uploads = field(default_factory=Uploads)
    services: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if cast("Board | None", self.board) is None:
            object.__setattr__(self, "board", Board(self.db, self.clock))
        if cast("Callers | None", self.callers) is None:
            callers = Callers(self.settings.http.trusted_proxies, self.clock)
            object.__setattr__(self, "callers", callers)

"""What the console is made of: the process's parts, injected into routes by the names of these fields."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linli.console import setup_code
from linli.console.hub import Hub
from linli.console.organisation_export import Exports
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


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
    exports: Exports = field(default_factory=Exports)
    services: dict[str, Any] = field(default_factory=dict)

    @property
    def setup_code_file(self) -> Path:
        return self.settings.data_path / setup_code.FILE_NAME

"""The parts of the process that making a sandbox needs."""

from typing import NamedTuple

from linli.domains.access.service.keys import DoorKeys
from linli.domains.sandbox.calls import Partner
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi.assembly import OpenApi


class Workshop(NamedTuple):
    db: Database
    clock: Clock
    ids: Ids
    secrets: Secrets
    objects: ObjectStore
    door_keys: DoorKeys
    openapi: OpenApi

    async def partner(self, inside: Scope, app_key: str, language: str = "zh-CN") -> Partner:
        """Raises NotFound."""
        return await Partner.of(
            openapi=self.openapi,
            db=self.db,
            clock=self.clock,
            ids=self.ids,
            secrets=self.secrets,
            inside=inside,
            app_key=app_key,
            language=language,
        )

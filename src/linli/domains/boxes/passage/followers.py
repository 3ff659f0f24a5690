"""Boxes with passage rules are notified when a resident moves: the rules contain whose floor a lift frees."""

from typing import Final

from linli.domains.boxes.passage import queries, service
from linli.domains.communities.events import SpaceChanged
from linli.domains.people.events import ResidentsMovedIn, ResidentsMovedOut, UsersErased
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.scope import Scope

GATHER_MS: Final = 2_000
"""How long notices to a box are held back, so that thousands of move-outs make one notice."""


class Followers:
    def __init__(self, db: Database) -> None:
        self._db = db

    def register(self, handlers: Handlers[Tx]) -> None:
        name, tell = "boxes.rules_of_homes", self.homes_changed
        handlers.after(ResidentsMovedIn, tell, name=name)
        handlers.after(ResidentsMovedOut, tell, name=name)
        handlers.after(UsersErased, tell, name=name)
        handlers.after(SpaceChanged, tell, name=name)

    async def homes_changed(
        self, event: ResidentsMovedIn | ResidentsMovedOut | UsersErased | SpaceChanged
    ) -> None:
        """A box without a rule that frees floors has no homes of residents."""
        scope = Scope.system(event.tenant_id, "boxes")

        async def work(tx: Tx) -> None:
            for gateway in await queries.freeing_gateways(scope, tx, event.community_id):
                await service.push(scope, tx, gateway, within_ms=GATHER_MS)

        await self._db.run(work)

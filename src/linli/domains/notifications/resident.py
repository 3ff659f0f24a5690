"""Residents' routes: notifications on their phones and what they want to hear of."""

from typing import Any

from litestar import Controller, Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from linli.domains.notifications import routes
from linli.domains.notifications.kinds import RESIDENT
from linli.domains.notifications.schemas import (
    NotificationChange,
    NotificationSettings,
    PushKeyOut,
    Subscribe,
    Tried,
    Unsubscribe,
)
from linli.domains.notifications.service import subscriptions
from linli.domains.people.queries.residence import Resident
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


class PushRoutes(Controller):
    path = "/push"
    tags = ("notifications",)

    @get("/key")
    async def key(self, db: NamedDependency[Database], secrets: NamedDependency[Secrets]) -> PushKeyOut:
        """With which key a browser subscribes."""
        return PushKeyOut(await subscriptions.public_key(db, secrets=secrets))

    @post("/subscription", status_code=204)
    async def subscribe(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Subscribe],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
        ids: NamedDependency[Ids],
    ) -> None:
        """Push to this browser from now on, as long as it is signed in."""
        await routes.subscribe(
            db,
            data,
            account_id=resident.account_id,
            front=RESIDENT,
            session_id=request.auth.id,
            agent=request.headers.get("user-agent", ""),
            language=resident.language,
            secrets=secrets,
            settings=settings,
            ids=ids,
        )

    @post("/subscription/drop", status_code=204)
    async def unsubscribe(
        self,
        data: JSONBody[Unsubscribe],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
    ) -> None:
        """Push to this browser no more."""
        await routes.unsubscribe(db, data.endpoint, account_id=resident.account_id, front=RESIDENT)

    @get("/settings")
    async def show(
        self,
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> NotificationSettings:
        """What the resident hears of, by which channel, and when it is quiet."""
        return await routes.show(db, account_id=resident.account_id, front=RESIDENT, settings=settings)

    @put("/settings")
    async def change(
        self,
        data: JSONBody[NotificationChange],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> NotificationSettings:
        """Choose; kinds that are not named stand as before."""
        await routes.change(
            db, data, account_id=resident.account_id, front=RESIDENT, language=resident.language
        )
        return await routes.show(db, account_id=resident.account_id, front=RESIDENT, settings=settings)

    @post("/trial", status_code=202)
    async def try_out(self, resident: NamedDependency[Resident], db: NamedDependency[Database]) -> Tried:
        """Send a message to every phone of this log-in now."""
        return await routes.try_out(db, account_id=resident.account_id, front=RESIDENT)


ROUTES: tuple[type[Controller], ...] = (PushRoutes,)

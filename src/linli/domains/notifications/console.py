"""Staff's routes: notifications on their phones and what they want to hear of."""

from typing import Any

from litestar import Controller, Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from linli.domains.notifications import routes
from linli.domains.notifications.kinds import CONSOLE
from linli.domains.notifications.schemas import (
    NotificationChange,
    NotificationSettings,
    PushKeyOut,
    Subscribe,
    Tried,
    Unsubscribe,
)
from linli.domains.notifications.service import subscriptions
from linli.domains.people.rights import Rights
from linli.kernel import i18n
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


def _language(request: Request[Any, Any, Any]) -> str:
    return i18n.pick(request.headers.get("accept-language"))


class PushRoutes(Controller):
    path = "/push"
    tags = ("notifications",)

    @get("/key", right="signed_in")
    async def key(self, db: NamedDependency[Database], secrets: NamedDependency[Secrets]) -> PushKeyOut:
        """With which key a browser subscribes."""
        return PushKeyOut(await subscriptions.public_key(db, secrets=secrets))

    @post("/subscription", right="signed_in", status_code=204)
    async def subscribe(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Subscribe],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
        ids: NamedDependency[Ids],
    ) -> None:
        """Push to this browser from now on, as long as it is signed in."""
        await routes.subscribe(
            db,
            data,
            account_id=rights.account_id,
            front=CONSOLE,
            session_id=request.auth.id,
            agent=request.headers.get("user-agent", ""),
            language=_language(request),
            secrets=secrets,
            settings=settings,
            ids=ids,
        )

    @post("/subscription/drop", right="signed_in", status_code=204)
    async def unsubscribe(
        self, data: JSONBody[Unsubscribe], rights: NamedDependency[Rights], db: NamedDependency[Database]
    ) -> None:
        """Push to this browser no more."""
        await routes.unsubscribe(db, data.endpoint, account_id=rights.account_id, front=CONSOLE)

    @get("/settings", right="signed_in")
    async def show(
        self,
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> NotificationSettings:
        """What the caller hears of, by which channel, and when it is quiet."""
        return await routes.show(db, account_id=rights.account_id, front=CONSOLE, settings=settings)

    @put("/settings", right="signed_in")
    async def change(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NotificationChange],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> NotificationSettings:
        """Choose; kinds that are not named stand as before."""
        await routes.change(
            db, data, account_id=rights.account_id, front=CONSOLE, language=_language(request)
        )
        return await routes.show(db, account_id=rights.account_id, front=CONSOLE, settings=settings)

    @post("/trial", right="signed_in", status_code=202)
    async def try_out(self, rights: NamedDependency[Rights], db: NamedDependency[Database]) -> Tried:
        """Send a message to every browser of this log-in now."""
        return await routes.try_out(db, account_id=rights.account_id, front=CONSOLE)


ROUTES: tuple[type[Controller], ...] = (PushRoutes,)

"""Staff's routes: notifications on their phones and what they want to hear of."""

from typing import Any

from litestar import Request

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
from linli.domains.notifications.service.subscriptions import SignedInBrowser
from linli.domains.people.rights import Rights
from linli.kernel import i18n
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


def _language(request: Request[Any, Any, Any]) -> str:
    return i18n.pick(request.headers.get("accept-language"))


push_routes = Routes("/push", tags=("notifications",))


@push_routes.get("/key", right="signed_in")
async def key(db: Database, secrets: Secrets) -> PushKeyOut:
    """With which key a browser subscribes."""
    return PushKeyOut(await subscriptions.public_key(db, secrets=secrets))


@push_routes.post("/subscription", right="signed_in")
async def subscribe(
    request: Request[Any, Any, Any],
    data: Subscribe,
    rights: Rights,
    db: Database,
    secrets: Secrets,
    settings: Settings,
    ids: Ids,
) -> None:
    """Push to this browser from now on, as long as it is signed in."""
    await routes.subscribe(
        db,
        data,
        browser=SignedInBrowser(
            account_id=rights.account_id,
            front=CONSOLE,
            session_id=request.auth.id,
            agent=request.headers.get("user-agent", ""),
            language=_language(request),
        ),
        secrets=secrets,
        settings=settings,
        ids=ids,
    )


@push_routes.post("/subscription/drop", right="signed_in")
async def unsubscribe(data: Unsubscribe, rights: Rights, db: Database) -> None:
    """Push to this browser no more."""
    await routes.unsubscribe(db, data.endpoint, account_id=rights.account_id, front=CONSOLE)


@push_routes.get("/settings", right="signed_in")
async def show(rights: Rights, db: Database, settings: Settings) -> NotificationSettings:
    """The caller's subjects of notification, their channels, and the quiet hours."""
    return await routes.show(db, account_id=rights.account_id, front=CONSOLE, settings=settings)


@push_routes.put("/settings", right="signed_in")
async def change(
    request: Request[Any, Any, Any],
    data: NotificationChange,
    rights: Rights,
    db: Database,
    settings: Settings,
) -> NotificationSettings:
    """Choose; kinds that are not named stand as before."""
    await routes.change(db, data, account_id=rights.account_id, front=CONSOLE, language=_language(request))
    return await routes.show(db, account_id=rights.account_id, front=CONSOLE, settings=settings)


@push_routes.post("/trial", right="signed_in", status=202)
async def try_out(rights: Rights, db: Database) -> Tried:
    """Send a message to every browser of this log-in now."""
    return await routes.try_out(db, account_id=rights.account_id, front=CONSOLE)


ROUTES = (push_routes,)

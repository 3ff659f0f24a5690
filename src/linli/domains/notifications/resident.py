"""Residents' routes: notifications on their phones and what they want to hear of."""

from typing import Any

from litestar import Request

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
from linli.domains.notifications.service.subscriptions import SignedInBrowser
from linli.domains.people.queries.residence import Resident
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

push_routes = Routes("/push", tags=("notifications",))


@push_routes.get("/key")
async def key(db: Database, secrets: Secrets) -> PushKeyOut:
    """With which key a browser subscribes."""
    return PushKeyOut(await subscriptions.public_key(db, secrets=secrets))


@push_routes.post("/subscription")
async def subscribe(
    request: Request[Any, Any, Any],
    data: Subscribe,
    resident: Resident,
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
            account_id=resident.account_id,
            front=RESIDENT,
            session_id=request.auth.id,
            agent=request.headers.get("user-agent", ""),
            language=resident.language,
        ),
        secrets=secrets,
        settings=settings,
        ids=ids,
    )


@push_routes.post("/subscription/drop")
async def unsubscribe(data: Unsubscribe, resident: Resident, db: Database) -> None:
    """Push to this browser no more."""
    await routes.unsubscribe(db, data.endpoint, account_id=resident.account_id, front=RESIDENT)


@push_routes.get("/settings")
async def show(resident: Resident, db: Database, settings: Settings) -> NotificationSettings:
    """The resident's subjects of notification, their channels, and the quiet hours."""
    return await routes.show(db, account_id=resident.account_id, front=RESIDENT, settings=settings)


@push_routes.put("/settings")
async def change(
    data: NotificationChange, resident: Resident, db: Database, settings: Settings
) -> NotificationSettings:
    """Choose; kinds that are not named stand as before."""
    await routes.change(db, data, account_id=resident.account_id, front=RESIDENT, language=resident.language)
    return await routes.show(db, account_id=resident.account_id, front=RESIDENT, settings=settings)


@push_routes.post("/trial", status=202)
async def try_out(resident: Resident, db: Database) -> Tried:
    """Send a message to every phone of this log-in now."""
    return await routes.try_out(db, account_id=resident.account_id, front=RESIDENT)


ROUTES = (push_routes,)

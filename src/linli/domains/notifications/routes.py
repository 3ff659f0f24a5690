"""The common parts of the console's and the residents' routes."""

from linli.domains.notifications import queries
from linli.domains.notifications.kinds import CONSOLE, PUSH, RESIDENT, SMS, Endpoint, Front, PushJob, of_front
from linli.domains.notifications.schemas import (
    KindRow,
    NotificationChange,
    NotificationSettings,
    Subscribe,
    Tried,
)
from linli.domains.notifications.service import settings as choices
from linli.domains.notifications.service import subscriptions
from linli.domains.notifications.service.notify import SEND
from linli.kernel import outbox
from linli.kernel.db import Database
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

__all__ = ["CONSOLE", "RESIDENT", "change", "show", "subscribe", "try_out", "unsubscribe"]
TRIAL_MS = 10 * 60_000


async def subscribe(
    db: Database,
    data: Subscribe,
    *,
    browser: subscriptions.SignedInBrowser,
    secrets: Secrets,
    settings: Settings,
    ids: Ids,
) -> None:
    endpoint = Endpoint(data.endpoint, data.keys.p256dh, data.keys.auth)
    await subscriptions.check(endpoint, allow_private=settings.webhooks.allow_private)
    async with db.begin() as tx:
        await subscriptions.save(
            tx, browser=browser, endpoint=endpoint, secrets=secrets, ids=ids, now_ms=db.clock.now_ms()
        )


async def unsubscribe(db: Database, url: str, *, account_id: int, front: Front) -> None:
    async with db.begin() as tx:
        await subscriptions.drop(tx, account_id=account_id, front=front, url=url)


async def show(db: Database, *, account_id: int, front: Front, settings: Settings) -> NotificationSettings:
    own_choices = (await queries.choices(db, [account_id], front))[account_id]
    kinds = []
    for kind in of_front(front):
        channels = own_choices.channels(kind)
        kinds.append(KindRow(kind.name, PUSH in channels, SMS in channels))
    return NotificationSettings(
        kinds,
        None if own_choices.quiet_from < 0 else own_choices.quiet_from,
        None if own_choices.quiet_to < 0 else own_choices.quiet_to,
        len(await queries.browsers(db, [account_id], front)),
        settings.sms.provider != "off",
    )


async def change(
    db: Database, data: NotificationChange, *, account_id: int, front: Front, language: str
) -> None:
    chosen = {row.kind: [name for name, on in ((PUSH, row.push), (SMS, row.sms)) if on] for row in data.kinds}
    async with db.begin() as tx:
        await choices.write(
            tx,
            account_id=account_id,
            front=front,
            chosen=chosen,
            quiet_from=data.quiet_from,
            quiet_to=data.quiet_to,
            language=language,
            now_ms=db.clock.now_ms(),
        )


async def try_out(db: Database, *, account_id: int, front: Front) -> Tried:
    """Send every browser of the log-in a message now, quiet hours or not."""
    rows = await queries.browsers(db, [account_id], front)
    expires_ms = db.clock.now_ms() + TRIAL_MS
    async with db.begin() as tx:
        for row in rows:
            title, body = (text(f"notify.trial.{part}", row.language) for part in ("title", "body"))
            job = PushJob(row.subscription_id, title, body, "me", "trial", "high", expires_ms)
            await outbox.add(tx, SEND, job)
    return Tried(len(rows))

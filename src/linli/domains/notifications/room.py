"""This room put together: its event handlers, and the job that sends messages."""

from linli.domains.notifications.handlers import NewsHandlers
from linli.domains.notifications.service.notify import Telling
from linli.domains.notifications.service.sending import PushSender, StillSignedIn
from linli.kernel.db import Database
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


class NotificationsRoom:
    def __init__(
        self, db: Database, secrets: Secrets, settings: Settings, *, signed_in: StillSignedIn
    ) -> None:
        self.telling = Telling(sms=settings.sms.provider != "off")
        self._sender = PushSender(
            db,
            secrets,
            contact=settings.push_contact,
            allow_private=settings.webhooks.allow_private,
            timeout_seconds=settings.push.timeout_seconds,
            signed_in=signed_in,
        )
        self._news = NewsHandlers(db, self.telling)
        self._db = db

    def register(self, jobs: Jobs) -> None:
        self._sender.register(jobs)
        self._news.register(self._db.handlers)

"""Send messages to push services: encrypted for one browser, retried, and dropped once they are of no use."""

import hashlib
import secrets as system_secrets
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from linli.databus.webhook.sender import Outcome, Sender
from linli.domains.notifications import queries
from linli.domains.notifications.kinds import Endpoint, PushJob
from linli.domains.notifications.service import subscriptions
from linli.domains.notifications.service.notify import SEND
from linli.kernel import outbox, telemetry
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets
from linli.protocols.web_push import message, vapid

log = telemetry.logger(__name__)

BACK_OFF_MS: Final = (5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 3_600_000, 3_600_000)
GONE: Final = frozenset({404, 410})
"""The browser withdrew its consent, or is gone (RFC 8030, 7.3)."""
REFUSED: Final = frozenset({400, 401, 403})
"""The push service refuses messages for this subscription for good."""
TOO_LARGE: Final = 413

type StillSignedIn = Callable[[Reader, int], Awaitable[bool]]


class PushSender:
    """The outbox job that sends one message to one push service."""

    def __init__(
        self,
        db: Database,
        secrets: Secrets,
        *,
        contact: str,
        allow_private: bool,
        timeout_seconds: float,
        signed_in: StillSignedIn,
    ) -> None:
        self._db = db
        self._secrets = secrets
        self._contact = contact
        self._allow_private = allow_private
        self._timeout = timeout_seconds
        self._signed_in = signed_in

    def register(self, jobs: Jobs) -> None:
        jobs.on(SEND, PushJob, self.deliver)

    async def deliver(self, job: PushJob) -> None:
        """Try once. After a failure that may pass, the message is written to the outbox again."""
        now_ms = self._db.clock.now_ms()
        row = await queries.sealed(self._db, job.subscription_id)
        if row is None or job.expires_ms <= now_ms:
            return
        if not await self._signed_in(self._db, row.session_id):
            await self._drop(job, "signed out")
            return
        opened = self._secrets.open(row.sealed, about=subscriptions.about(row.subscription_id))
        outcome = await self._post(msgspec.json.decode(opened, type=Endpoint), job, now_ms)
        if outcome.ok:
            await self._db.run(lambda tx: subscriptions.note_sent(tx, job.subscription_id, now_ms=now_ms))
        elif outcome.status in GONE or outcome.status in REFUSED or outcome.reason == "address_private":
            await self._drop(job, outcome.reason if outcome.status is None else f"HTTP {outcome.status}")
        elif outcome.status == TOO_LARGE or job.tries >= len(BACK_OFF_MS):
            log.warning("a push message was given up: %s %s", outcome.reason, outcome.status or "")
        else:
            due_ms = self._db.clock.now_ms() + BACK_OFF_MS[job.tries]
            if due_ms < job.expires_ms:

                async def work(tx: Tx) -> None:
                    again = msgspec.structs.replace(job, tries=job.tries + 1)
                    await outbox.add(tx, SEND, again, due_ms=due_ms)

                await self._db.run(work)

    async def _drop(self, job: PushJob, why: str) -> None:
        log.info("a browser is not pushed to any more: %s", why)
        await self._db.run(lambda tx: subscriptions.drop_row(tx, job.subscription_id))

    async def _post(self, endpoint: Endpoint, job: PushJob, now_ms: int) -> Outcome:
        own = message.private_key(await subscriptions.private_key(self._db, secrets=self._secrets))
        content = {"title": job.title, "body": job.body, "path": job.path, "tag": job.tag}
        body = message.encrypt(
            msgspec.json.encode(content),
            p256dh=message.decode(endpoint.p256dh),
            auth=message.decode(endpoint.auth),
            sender=message.new_key(),
            salt=system_secrets.token_bytes(16),
        )
        headers = {
            "Authorization": vapid.authorization(
                own, endpoint=endpoint.url, subject=self._contact, now_s=now_ms // 1000
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, (job.expires_ms - now_ms) // 1000)),
            "Urgency": job.urgency,
            # A later message of the same topic replaces one that waits at the push service; 32 characters at most.
            "Topic": message.encode(hashlib.sha256(job.tag.encode()).digest())[:32],
        }
        sender = Sender(endpoint.url, allow_private=self._allow_private, timeout_seconds=self._timeout)
        try:
            return await sender.post(body, headers)
        finally:
            await sender.close()

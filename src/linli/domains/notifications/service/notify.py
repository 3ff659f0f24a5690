"""Send news to people: the receivers, their channels and times. One outbox row for each browser or phone."""

from collections.abc import Iterable, Mapping
from itertools import batched
from typing import Final

import msgspec

from linli.domains.notifications import queries
from linli.domains.notifications.kinds import BY_NAME, PUSH, SMS, Kind, PushJob
from linli.domains.notifications.service.settings import quiet_until
from linli.domains.people.queries import residence
from linli.domains.people.service import messages
from linli.kernel import outbox
from linli.kernel.db import Tx
from linli.kernel.i18n import DEFAULT, text

SEND: Final = "notifications.push"
TITLE_MAX: Final = 60
BODY_MAX: Final = 160
_CHUNK: Final = 500


class News(msgspec.Struct, frozen=True):
    """A piece of news. `facts` fill the kind's texts."""

    kind: str
    facts: Mapping[str, str]
    path: str
    tag: str
    zone: str
    """The time zone of quiet hours."""
    text: str = ""
    """Key of the texts `notify.<text>.title` and `.body`, where one kind has several. Else the kind's name."""


class Telling:
    """Writes messages to the outbox. `sms`: whether this installation sends text messages."""

    def __init__(self, *, sms: bool) -> None:
        self.sms = sms

    async def tell(self, tx: Tx, account_ids: Iterable[int], news: News) -> int:
        """Notify accounts. Returns the number of messages written to the outbox."""
        kind, count = BY_NAME[news.kind], 0
        for some in batched(dict.fromkeys(account_ids), _CHUNK, strict=False):
            count += await self._tell(tx, list(some), kind, news)
        return count

    async def _tell(self, tx: Tx, account_ids: list[int], kind: Kind, news: News) -> int:
        now_ms = tx.db.clock.now_ms()
        choices = await queries.choices(tx, account_ids, kind.front)
        due: dict[int, int] = {}
        for account_id, account_choices in choices.items():
            quiet = quiet_until(account_choices, now_ms, news.zone)
            if quiet < now_ms + kind.lives_ms:
                due[account_id] = quiet
        count = 0
        pushed = [receiver for receiver in due if PUSH in choices[receiver].channels(kind)]
        for row in await queries.browsers(tx, pushed, kind.front):
            title, body = words(news, row.language)
            job = PushJob(
                row.subscription_id,
                title,
                body,
                news.path,
                news.tag,
                kind.urgency,
                max(now_ms, due[row.account_id]) + kind.lives_ms,
            )
            await outbox.add(tx, SEND, job, due_ms=due[row.account_id])
            count += 1
        if self.sms:
            texted = [receiver for receiver in due if SMS in choices[receiver].channels(kind)]
            for account_id, phone in (await residence.phones(tx, texted)).items():
                title, body = words(news, choices[account_id].language or DEFAULT)
                await messages.send_text(tx, phone=phone, text=f"{title}: {body}", due_ms=due[account_id])
                count += 1
        return count


def words(news: News, language: str) -> tuple[str, str]:
    """Title and body: short enough for a lock screen, with no more than the page shows first."""
    name = news.text or news.kind
    title = text(f"notify.{name}.title", language, **news.facts)
    body = text(f"notify.{name}.body", language, **news.facts)
    return _cut(title, TITLE_MAX), _cut(body, BODY_MAX)


def _cut(line: str, most: int) -> str:
    line = " ".join(line.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"

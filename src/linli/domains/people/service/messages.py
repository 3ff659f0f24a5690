"""Text messages that tell somebody how a matter went; sent by a worker after the commit."""

from typing import Final

import msgspec

from linli.kernel import i18n, outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Tx
from linli.kernel.outbox import Jobs
from linli.kernel.sms import Sms, SmsSender

SEND_JOB: Final = "people.send_message"
KIND: Final = "notice"
LIVES_MS: Final = 24 * 3_600_000


class Message(msgspec.Struct, frozen=True):
    phone: str
    text: str
    expires_ms: int


async def send(tx: Tx, *, phone: str, key: str, language: str, facts: dict[str, str]) -> None:
    """Have a text of `strings` sent to a phone."""
    await send_text(tx, phone=phone, text=i18n.text(key, language, **facts))


async def send_text(tx: Tx, *, phone: str, text: str, due_ms: int = 0) -> None:
    """Have words sent to a phone, at once or not before `due_ms`."""
    message = Message(phone, text, max(tx.db.clock.now_ms(), due_ms) + LIVES_MS)
    await outbox.add(tx, SEND_JOB, message, due_ms=due_ms)


def register(jobs: Jobs, sender: SmsSender, clock: Clock) -> None:
    """Messages that nobody could hand over within a day are forgotten."""

    async def hand_over(wanted: Message) -> None:
        if wanted.expires_ms > clock.now_ms():
            await sender.send(Sms(wanted.phone, wanted.text, KIND, "", wanted.expires_ms))

    jobs.on(SEND_JOB, Message, hand_over)

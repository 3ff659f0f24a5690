"""Console: messages that no SMS gateway sends, for the operator of the installation."""

from typing import Literal

import msgspec

from linli.domains.people.rights import Right
from linli.domains.people.service import sms_outbox
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


class SmsRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    phone: str
    text: str
    at_ms: int
    expires_ms: int


class SmsOutbox(msgspec.Struct, rename="camel", frozen=True):
    provider: Literal["outbox", "http", "off"]
    messages: list[SmsRow]


sms_routes = Routes("/sms-outbox", tags=("health",))


@sms_routes.get(right=Right.INSTALLATION)
async def list_messages(db: Database, secrets: Secrets, settings: Settings) -> SmsOutbox:
    """How messages leave this installation, and those that wait here since no gateway sends them."""
    rows = await sms_outbox.waiting(db, secrets=secrets)
    shown = [SmsRow(str(row.message_no), row.phone, text, row.at_ms, row.expires_ms) for row, text in rows]
    return SmsOutbox(settings.sms.provider, shown)

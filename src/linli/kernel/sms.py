"""Short messages to phones: the interface of a sender. A setting chooses the sender; see `linli.ops.sms` and people's
outbox."""

from typing import Protocol

import msgspec


class Sms(msgspec.Struct, frozen=True):
    """One message. Its text and code are secrets: neither may reach a log."""

    phone: str
    """As people's `clean_phone` leaves it: a mainland mobile without +86, any other with its country's code."""
    text: str
    """The whole message in the reader's language."""
    kind: str
    """Its purpose, e.g. `sign_in_code`: gateways that send approved templates only choose by it."""
    code: str
    """The one-time code alone, for such templates."""
    expires_ms: int


class SmsSender(Protocol):
    async def send(self, message: Sms) -> None:
        """Hand the message over. Raises Unavailable when it was not taken; it is then tried again."""

"""Tickets for event streams, for clients that cannot sign their requests, such as browsers' EventSource.

`<subscription>.<expiry ms>.<base64url HMAC-SHA256>`; got by a signed call, good for TICKET_MS, for opening and for
re-opening one stream.
"""

import base64
import hashlib
import hmac
from typing import Final

TICKET_MS: Final = 3_600_000


class Tickets:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, subscription_id: int, app_key: str, *, now_ms: int) -> tuple[str, int]:
        """(ticket, when it expires in UTC ms)."""
        until = now_ms + TICKET_MS
        return f"{subscription_id}.{until}.{self._proof(subscription_id, app_key, until)}", until

    def opens(self, ticket: str, subscription_id: int, app_key: str, *, now_ms: int) -> bool:
        """Whether a ticket is for this stream of this key and still good."""
        number, _, rest = ticket.partition(".")
        until, _, proof = rest.partition(".")
        if not (number.isdecimal() and until.isdecimal() and len(until) < 16) or int(until) < now_ms:
            return False
        wanted = self._proof(subscription_id, app_key, int(until))
        return int(number) == subscription_id and hmac.compare_digest(wanted.encode(), proof.encode())

    def _proof(self, subscription_id: int, app_key: str, until: int) -> str:
        content = f"{subscription_id}.{app_key}.{until}".encode()
        return base64.urlsafe_b64encode(hmac.digest(self._key, content, hashlib.sha256)).decode().rstrip("=")

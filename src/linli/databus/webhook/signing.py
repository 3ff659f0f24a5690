"""How a webhook proves where it comes from.

    X-Linli-Timestamp: 1795492800000                      ms since the epoch, when this try was made
    X-Linli-Signature: sha256=<hex HMAC-SHA256(secret, timestamp + "." + body)>

The receiver computes the same over the raw body, compares in constant time, and refuses old timestamps. The other
headers say which message it is: `X-Linli-Message-Id` (the same in every try, for telling repeats apart),
`X-Linli-Topic`, `X-Linli-App-Key`, `X-Linli-Attempt` (from 1).
"""

import hashlib
import hmac

MAX_AGE_MS = 300_000
"""How old a timestamp a receiver should still accept."""


def signature(secret: str, timestamp_ms: int, body: bytes) -> str:
    text = f"{timestamp_ms}.".encode() + body
    return "sha256=" + hmac.digest(secret.encode(), text, hashlib.sha256).hex()


def verify(secret: str, timestamp_ms: str, body: bytes, given: str, *, now_ms: int) -> bool:
    """A receiver's check; it is here so that the SDK and the tests use the same code."""
    if not timestamp_ms.isdecimal() or abs(now_ms - int(timestamp_ms)) > MAX_AGE_MS:
        return False
    return hmac.compare_digest(signature(secret, int(timestamp_ms), body), given)


def headers(
    *, secret: str, timestamp_ms: int, body: bytes, message_id: int, topic: str, app_key: str, attempt: int
) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Linli-Webhook/1",
        "X-Linli-App-Key": app_key,
        "X-Linli-Topic": topic,
        "X-Linli-Message-Id": str(message_id),
        "X-Linli-Attempt": str(attempt),
        "X-Linli-Timestamp": str(timestamp_ms),
        "X-Linli-Signature": signature(secret, timestamp_ms, body),
    }

"""The text that devices sign, and the check of signatures. Source: spec clients b.1, b.2, b.5, traps 3 and 4.

A declared method is only a label: one SDK declares hmacsha256 and sends HMAC-SHA1. So a signature is
accepted if it fits under any of the three hashes; its length tells which. Hex case does not count.
"""

import hmac
from collections.abc import Sequence

_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256"}
HASHES = tuple(_BY_LENGTH.values())


def device_text(client_id: str, device_name: str, product_key: str, timestamp: str | None) -> str:
    """The text under a device's or sub-device's signature; the last part only if there is a timestamp."""
    text = f"clientId{client_id}deviceName{device_name}productKey{product_key}"
    return text if timestamp is None else f"{text}timestamp{timestamp}"


def register_text(device_name: str, product_key: str, random: str) -> str:
    """The text under a dynamic registration, over MQTT, HTTP and for a gateway's sub-devices alike."""
    return f"deviceName{device_name}productKey{product_key}random{random}"


def sign(secret: str, text: str, method: str = "hmacsha256") -> str:
    """Lower-case hex HMAC of `text`. `method` is one of hmacmd5, hmacsha1, hmacsha256, in any case.

    Raises ValueError for another method.
    """
    name = method.lower().removeprefix("hmac")
    if name not in HASHES:
        raise ValueError(f"unknown sign method {method!r}")
    return hmac.digest(secret.encode(), text.encode(), name).hex()


def matches(signature: str, secret: str, text: str, hashes: Sequence[str] = HASHES) -> bool:
    """Whether `signature` is the hex HMAC of `text` under one of `hashes`; compared in constant time.

    An empty secret matches nothing, so that a device without a secret cannot be impersonated.
    """
    name = _BY_LENGTH.get(len(signature))
    if name is None or name not in hashes or not secret:
        return False
    expected = hmac.digest(secret.encode(), text.encode(), name).hex()
    return same(signature.lower(), expected)


def same(given: str, expected: str) -> bool:
    """Compare two secrets in constant time; an empty expectation fits nothing."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())

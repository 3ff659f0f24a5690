"""Links that prove themselves: a number, or a few, and a proof by the installation's secret. Nothing is stored."""

import base64
import hashlib
import hmac
from typing import Final

from linli.kernel.secrets import Secrets

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_PROOF_BYTES: Final = 16
"""128 bits, which cannot be guessed."""
_LONGEST: Final = 13
"""Digits of a number below 2⁶⁴."""


class SignedLinks:
    """`purpose`: links of one are none of another."""

    def __init__(self, secrets: Secrets, purpose: str) -> None:
        self._key = secrets.derived(purpose)

    def token(self, *numbers: int) -> str:
        name = ".".join(_base36(number) for number in numbers)
        return f"{name}-{self._proof(name)}"

    def read(self, token: str) -> int | None:
        """The number of a link of one; None if the proof is wrong."""
        numbers = self.read_all(token)
        return numbers[0] if len(numbers) == 1 else None

    def read_all(self, token: str) -> tuple[int, ...]:
        """The numbers of a link; none if the proof is wrong."""
        name, _, proof = token.partition("-")
        parts = name.split(".")
        if len(parts) > 4 or not all(
            0 < len(part) <= _LONGEST and set(part) <= set(_DIGITS) for part in parts
        ):
            return ()
        if not hmac.compare_digest(self._proof(name).encode(), proof.encode()):
            return ()
        return tuple(int(part, 36) for part in parts)

    def _proof(self, name: str) -> str:
        digest = hmac.digest(self._key, name.encode(), hashlib.sha256)[:_PROOF_BYTES]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _base36(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text or "0"

"""The link of a pass: `<application>-<proof>`. The proof is computed with the installation's secret, not stored."""

import base64
import hashlib
import hmac

from linli.kernel.secrets import Secrets

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PROOF_BYTES = 16
"""128 bits, which cannot be guessed."""


class PassLinks:
    """`base_url`: the address at which phones reach this installation, without a slash at the end."""

    def __init__(self, secrets: Secrets, base_url: str) -> None:
        self._key = secrets.derived("visitor passes")
        self.base_url = base_url

    def token(self, apply_id: int) -> str:
        return f"{_base36(apply_id)}-{self._proof(apply_id)}"

    def url(self, apply_id: int) -> str:
        return f"{self.base_url}/v/{self.token(apply_id)}"

    def poster_url(self, code: str) -> str:
        return f"{self.base_url}/r/{code}"

    def read(self, token: str) -> int | None:
        """The application of a link; None if the proof is wrong."""
        number, _, proof = token.partition("-")
        if not 0 < len(number) <= 12 or not all(character in _DIGITS for character in number):
            return None
        apply_id = int(number, 36)
        own_proof = self._proof(apply_id)
        return apply_id if hmac.compare_digest(own_proof.encode(), proof.encode()) else None

    def _proof(self, apply_id: int) -> str:
        digest = hmac.digest(self._key, str(apply_id).encode(), hashlib.sha256)[:_PROOF_BYTES]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _base36(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text or "0"

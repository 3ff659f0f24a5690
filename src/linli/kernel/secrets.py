"""Secrets at rest: sealed with AES-GCM under a master key that lives in a file of its own, never in the database."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets as system_secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from linli.kernel.disk import sync_folder
from linli.kernel.errors import LinliError

_PREFIX = "v"


class SealBroken(LinliError):
    """A stored secret cannot be opened: the master key file is not the one it was sealed with."""

    code = "seal_broken"


class KeyFileError(Exception):
    """The master key file cannot be used. The text says why and, if known, the remedy."""


class Secrets:
    """Seals and opens short secrets. Sealed text: `v<key number>.<base64 of nonce and ciphertext>`.

    The key file holds one base64 key a line; the last one seals, all of them open, so a key is rotated by adding a
    line and sealing again.
    """

    def __init__(self, keys: list[bytes]) -> None:
        self._keys = [AESGCM(key) for key in keys]
        self._root = keys[0]

    @staticmethod
    def from_file(path: Path) -> "Secrets":
        """Read the master key file; make it (mode 0600) when it is absent. Raises KeyFileError."""
        try:
            if not path.exists():
                _create(path)
            if path.stat().st_mode & 0o077:
                raise KeyFileError(f"{path} must be readable by its owner only (chmod 600)")
            lines = path.read_text("ascii").split()
            keys = [base64.b64decode(line, validate=True) for line in lines]
        except OSError as error:
            raise KeyFileError(f"{path} cannot be read or made: {error}") from error
        except ValueError as error:
            raise KeyFileError(f"{path} does not hold one base64 key a line") from error
        if not keys or any(len(key) != 32 for key in keys):
            raise KeyFileError(f"{path} must hold keys of 32 bytes in base64, one a line")
        return Secrets(keys)

    @staticmethod
    def random() -> "Secrets":
        return Secrets([system_secrets.token_bytes(32)])

    def seal(self, secret: str, *, about: str = "") -> str:
        """`about` (say `device:<iotId>`) is bound in, so that a sealed text cannot be moved to another row."""
        number, raw = self._sealed(secret.encode(), about)
        return f"{_PREFIX}{number}.{base64.b64encode(raw).decode()}"

    def seal_file(self, content: bytes, *, about: str) -> bytes:
        """The same for what a file holds, as bytes."""
        number, raw = self._sealed(content, about)
        return f"{_PREFIX}{number}.".encode() + raw

    def open_file(self, sealed: bytes, *, about: str) -> bytes:
        """Raises SealBroken."""
        head, _, raw = sealed.partition(b".")
        return self._opened(head.decode("ascii", "replace").removeprefix(_PREFIX), raw, about)

    def _sealed(self, secret: bytes, about: str) -> tuple[int, bytes]:
        nonce = system_secrets.token_bytes(12)
        number = len(self._keys) - 1
        return number, nonce + self._keys[number].encrypt(nonce, secret, about.encode())

    def open(self, sealed: str, *, about: str = "") -> str:
        """Raises SealBroken."""
        try:
            number, _, text = sealed.removeprefix(_PREFIX).partition(".")
            return self._opened(number, base64.b64decode(text, validate=True), about).decode()
        except ValueError as error:
            raise SealBroken() from error

    def _opened(self, number: str, raw: bytes, about: str) -> bytes:
        try:
            if not number.isdecimal():
                raise SealBroken()
            return self._keys[int(number)].decrypt(raw[:12], raw[12:], about.encode())
        except (InvalidTag, ValueError, IndexError) as error:
            raise SealBroken() from error

    def alias(self, name: str, *, about: str) -> str:
        """A text that stands for `name` where the name itself must not be read: always the same, and only for `about`.

        With letters, digits, `-` and `_`. As sealed texts are, it is void when the first key line changes.
        """
        raw = self._alias_cipher().encrypt(name.encode() or b"\0", [about.encode()])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def of_alias(self, alias: str, *, about: str) -> str:
        """Raises SealBroken for what is no alias, or one about something else."""
        try:
            raw = base64.urlsafe_b64decode(alias.encode("ascii") + b"=" * (-len(alias) % 4))
            name = self._alias_cipher().decrypt(raw, [about.encode()])
        except (InvalidTag, ValueError) as error:
            raise SealBroken() from error
        return "" if name == b"\0" else name.decode()

    def _alias_cipher(self) -> AESSIV:
        return AESSIV(self.derived("alias") + self.derived("alias, second half"))

    def derived(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (signed URLs, cookies), stable as long as the first key line is."""
        return hmac.digest(self._root, purpose.encode(), hashlib.sha256)


def _create(path: Path) -> None:
    """Make a key file that is whole and on the disk before anything is sealed with it; the first of two wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{system_secrets.token_hex(4)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(system_secrets.token_bytes(32)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        sync_folder(path.parent)
    finally:
        aside.unlink()

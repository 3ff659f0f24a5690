"""An encrypted stream under a passphrase: nothing of a box leaves it in the clear.

    LINLIBOX1\\n   salt (16)   then chunks:   length (4, top bit: the last one)   AES-256-GCM of at most 1 MiB

The key comes from the passphrase by scrypt (N 2^15, r 8, p 1). A chunk's nonce is its number, its associated data the
head and whether it is the last: chunks cannot be changed, swapped, dropped, or cut off at the end unseen.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linli.kernel.disk import sync_folder

MAGIC: Final = b"LINLIBOX1\n"
CHUNK: Final = 1024 * 1024
PASSPHRASE_LEAST: Final = 12
_LAST: Final = 1 << 31
_TAG: Final = 16


class SealFailed(ValueError):
    """Not ours, damaged, cut off, or another passphrase: which of these cannot be told apart beyond the head."""


class PassphraseWeak(ValueError):
    """Shorter than it must be."""

    def __init__(self) -> None:
        super().__init__(f"a passphrase has at least {PASSPHRASE_LEAST} characters")


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    key = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=32)
    return AESGCM(key)


class Sealed:
    """Takes bytes and writes them sealed; `close` writes the last chunk, without which nobody reads it."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        if len(passphrase) < PASSPHRASE_LEAST:
            raise PassphraseWeak
        salt = secrets.token_bytes(16)
        self._out = out
        self._head = MAGIC + salt
        self._cipher = _cipher(passphrase, salt)
        self._waiting = bytearray()
        self._number = 0
        out.write(self._head)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._chunk(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        self._chunk(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _chunk(self, plain: bytes, *, last: bool) -> None:
        about = self._head + bytes([last])
        sealed = self._cipher.encrypt(self._number.to_bytes(12), plain, about)
        self._number += 1
        self._out.write((len(sealed) | (_LAST if last else 0)).to_bytes(4) + sealed)


class Opened:
    """Reads a sealed stream; gives out nothing that was not proved. `read` raises SealFailed."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        """Raises SealFailed."""
        head = source.read(len(MAGIC) + 16)
        if len(head) != len(MAGIC) + 16 or not head.startswith(MAGIC):
            raise SealFailed("this is no backup of a box")
        self._source = source
        self._head = head
        self._cipher = _cipher(passphrase, head[len(MAGIC) :])
        self._ready = b""
        self._number = 0
        self._last = False

    def read(self, size: int = -1) -> bytes:
        parts = []
        wanted = size if size >= 0 else 1 << 62
        while wanted and (self._ready or self._next()):
            part, self._ready = self._ready[:wanted], self._ready[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def _next(self) -> bool:
        if self._last:
            return False
        word = int.from_bytes(self._source.read(4))
        self._last, length = bool(word & _LAST), word & (_LAST - 1)
        if not _TAG <= length <= CHUNK + _TAG:
            raise SealFailed("the backup is damaged or cut off")
        sealed = self._source.read(length)
        try:
            self._ready = self._cipher.decrypt(
                self._number.to_bytes(12), sealed, self._head + bytes([self._last])
            )
        except InvalidTag:
            why = "the backup is damaged" if self._number else "another passphrase, or the backup is damaged"
            raise SealFailed(why) from None
        self._number += 1
        if self._last and self._source.read(1):
            raise SealFailed("the backup is damaged")
        return bool(self._ready) or self._next()


@contextmanager
def sealing(target: Path, passphrase: str) -> Iterator[Sealed]:
    """A file that appears whole, or not at all. Raises PassphraseWeak, OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with open(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as raw:
            sealed = Sealed(raw, passphrase)
            yield sealed
            sealed.close()
            raw.flush()
            os.fsync(raw.fileno())
        aside.replace(target)
        sync_folder(target.parent)
    finally:
        aside.unlink(missing_ok=True)

"""An exported recording: a ZIP (stored) of the MP4, a manifest with its SHA-256, and a signature over the manifest.

Written as it is sent: the MP4 is read once and lies nowhere in between. The signature (Ed25519) covers the very bytes of
`manifest.json`. `check` reads such a file and says whether it is as it was signed.
"""

import base64
import binascii
import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FILM: Final = "recording.mp4"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
README: Final = "README.txt"
FORMAT: Final = "linli-recording"
ALGORITHM: Final = "Ed25519"
PURPOSE: Final = "recording exports"
_MOST: Final = {MANIFEST: 1_000_000, SIGNATURE: 4_096}
_PIECE: Final = 1 << 20
_README: Final = """\
recording.mp4 is the recording. manifest.json says what it is, who took it away and why, and its SHA-256.
manifest.sig signs the manifest. Whether all is as it was: linli verify FILE

recording.mp4 为录像；manifest.json 写明录像内容、导出人、原因及其 SHA-256；manifest.sig 为清单的签名。
核对文件是否被改动：linli verify 文件
"""


class Signature(msgspec.Struct, frozen=True, rename="camel"):
    algorithm: str
    public_key: str
    """32 bytes, base64."""
    value: str


class Part(msgspec.Struct, frozen=True):
    name: str
    size: int
    sha256: str


class _Manifest(msgspec.Struct, frozen=True):
    format: str
    files: list[Part]


def key_from(seed: bytes) -> Ed25519PrivateKey:
    """`seed`: 32 bytes that the master key gives for PURPOSE; so the key is where that is and nowhere else."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def fingerprint(public: bytes) -> str:
    """How people compare keys: 16 hex digits of the SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


class _Sink:
    """What was written and not yet sent. It cannot go back, so sizes and checks of the ZIP follow each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        return

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


class Export:
    """Iterate once over the bytes of the ZIP; `sha256` of the MP4 is known at the end. Blocks: for threads."""

    def __init__(self, film: Iterable[bytes], facts: dict[str, Any], key: Ed25519PrivateKey) -> None:
        """`facts`: what the manifest says beside its format and files."""
        self._film = film
        self._facts = facts
        self._key = key
        self.sha256 = ""

    def __iter__(self) -> Iterator[bytes]:
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
            digest, size = hashlib.sha256(), 0
            with archive.open(zipfile.ZipInfo(FILM), "w", force_zip64=True) as out:
                for piece in self._film:
                    digest.update(piece)
                    size += len(piece)
                    out.write(piece)
                    if data := sink.take():
                        yield data
            self.sha256 = digest.hexdigest()
            files = [{"name": FILM, "size": size, "sha256": self.sha256}]
            whole = {"format": FORMAT, "version": 1, **self._facts, "files": files}
            manifest = msgspec.json.format(msgspec.json.encode(whole))
            archive.writestr(zipfile.ZipInfo(MANIFEST), manifest)
            archive.writestr(zipfile.ZipInfo(SIGNATURE), self._sign(manifest))
            archive.writestr(zipfile.ZipInfo(README), _README)
        yield sink.take()

    def _sign(self, manifest: bytes) -> bytes:
        public = self._key.public_key().public_bytes_raw()
        return msgspec.json.encode(
            Signature(
                ALGORITHM,
                base64.b64encode(public).decode(),
                base64.b64encode(self._key.sign(manifest)).decode(),
            )
        )


class Verdict(NamedTuple):
    outcome: str
    """intact, no_export, manifest_changed, file_changed, file_missing, file_added, or other_key."""
    name: str = ""
    """Of the file that it is about."""
    key: str = ""
    """Fingerprint of the key that signed."""
    manifest: bytes = b""


def check(path: Path, *, by: str = "") -> Verdict:
    """`by`: the fingerprint of the key that must have signed; empty: any. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _checked(archive, by)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError):
        return Verdict("no_export")


def _checked(archive: zipfile.ZipFile, by: str) -> Verdict:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if MANIFEST not in names or SIGNATURE not in names:
        return Verdict("no_export")
    if len(set(names)) != len(names) or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        return Verdict("no_export")
    texts = {}
    for name, most in _MOST.items():
        if archive.getinfo(name).file_size > most:
            return Verdict("no_export")
        try:
            texts[name] = archive.read(name)
        except zipfile.BadZipFile:  # its own check sum fails
            return Verdict("manifest_changed", name)
    try:
        signature = msgspec.json.decode(texts[SIGNATURE], type=Signature)
        public = base64.b64decode(signature.public_key, validate=True)
        value = base64.b64decode(signature.value, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(value, texts[MANIFEST])
        manifest = msgspec.json.decode(texts[MANIFEST], type=_Manifest)
    except (InvalidSignature, msgspec.MsgspecError, binascii.Error, ValueError):
        return Verdict("manifest_changed", MANIFEST)
    signer = fingerprint(public)
    if by and signer != by:
        return Verdict("other_key", key=signer, manifest=texts[MANIFEST])
    named = {part.name for part in manifest.files}
    for part in manifest.files:
        if part.name not in names:
            return Verdict("file_missing", part.name, signer, texts[MANIFEST])
        if not _is(archive, part):
            return Verdict("file_changed", part.name, signer, texts[MANIFEST])
    added = next((name for name in names if name not in named | {MANIFEST, SIGNATURE, README}), "")
    return Verdict("file_added" if added else "intact", added, signer, texts[MANIFEST])


def _is(archive: zipfile.ZipFile, part: Part) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(part.name) as film:
            while piece := film.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except (zipfile.BadZipFile, EOFError):
        return False
    return (size, digest.hexdigest()) == (part.size, part.sha256)

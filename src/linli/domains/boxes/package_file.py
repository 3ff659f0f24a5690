"""A driver package as the cloud reads it: a zip with `index.py` and `manifest.json`, signed apart with Ed25519. Pure.

The box checks the same again before it unpacks (`edge.foreign.package`).
"""

import base64
import binascii
import io
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Annotated, Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from msgspec import Meta

from linli.domains.boxes import schema_check
from linli.kernel.archives import UnfitArchive, ZipBounds, open_zip
from linli.kernel.errors import BadInput

PACKAGE_BYTES: Final = 8 * 1024 * 1024
MANIFEST_BYTES: Final = 256 * 1024
_BOUNDS: Final = ZipBounds(entries=5000, part=128 * 1024 * 1024, unpacked=256 * 1024 * 1024)
_MANIFEST: Final = "manifest.json"
_SIGNATURE_BYTES: Final = 64


class PackageManifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
    name: Annotated[str, Meta(min_length=1, max_length=128)]
    version: Annotated[str, Meta(pattern=r"^\d{1,5}\.\d{1,5}\.\d{1,5}$")]
    protocol: Annotated[str, Meta(min_length=1, max_length=64)]
    owner: Annotated[str, Meta(min_length=1, max_length=64)]
    listens: list[Annotated[int, Meta(ge=1, le=65535)]] = []
    device_form: dict[str, Any] = {}
    """JSON schema of a device's configuration. The console's editor is checked by it."""


def read_key(text: str) -> tuple[str, Ed25519PublicKey]:
    """A public key in PEM, or the base64 of its 32 bytes: (as PEM, itself). Raises BadInput."""
    strip = text.strip()
    try:
        if strip.startswith("-----"):
            key = load_pem_public_key(strip.encode())
        else:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(strip, validate=True))
    except (ValueError, binascii.Error):
        raise BadInput(field="publicKey", rule="edge.public_key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput(field="publicKey", rule="edge.public_key")
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), key


def read_signature(content: bytes) -> bytes:
    """A detached signature: its 64 bytes as they are, in base64 or in hex. Raises BadInput."""
    if len(content) == _SIGNATURE_BYTES:
        return content
    text = content.strip()
    try:
        fromhex = (
            bytes.fromhex(text.decode())
            if len(text) == 2 * _SIGNATURE_BYTES
            else base64.b64decode(text, validate=True)
        )
    except (ValueError, binascii.Error):
        fromhex = b""
    if len(fromhex) != _SIGNATURE_BYTES:
        raise BadInput(field="signature", rule="edge.signature")
    return fromhex


def signer_of(package: bytes, signature: bytes, keys: Iterable[tuple[int, str]]) -> int:
    """The number of the key (number, PEM) that signed. Raises BadInput when none of them did."""
    for number, pem in keys:
        _, key = read_key(pem)
        try:
            key.verify(signature, package)
        except InvalidSignature:
            continue
        return number
    raise BadInput(field="signature", rule="edge.untrusted")


def read_manifest(package: bytes) -> PackageManifest:
    """The description of a package: only its manifest is unpacked. Blocks for a moment. Raises BadInput.

    Ask for the signature first.
    """
    try:
        with open_zip(io.BytesIO(package), _BOUNDS) as archive:
            _check(archive.infolist())
            if archive.getinfo(_MANIFEST).file_size > MANIFEST_BYTES:
                raise BadInput(
                    field="package", rule="edge.package", said=f"{_MANIFEST} > {MANIFEST_BYTES // 1024} KiB"
                )
            manifest = msgspec.json.decode(archive.read(_MANIFEST), type=PackageManifest)
    except UnfitArchive as error:
        raise BadInput(field="package", rule="edge.package", said=_unfit(error)) from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, KeyError) as error:
        raise BadInput(field="package", rule="edge.package", said=str(error).strip("'\"")) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(field="package", rule="edge.package", said=f"{_MANIFEST}: {error}") from None
    if manifest.device_form and (reason := schema_check.unfit(manifest.device_form)):
        raise BadInput(field="package", rule="edge.package", said=f"deviceForm: {reason}")
    return manifest


def _unfit(error: UnfitArchive) -> str:
    match error.why:
        case "entries":
            return f"> {error.limit} files"
        case "part" | "unpacked":
            return f"{error.name} > {error.limit // 1024 // 1024} MiB".strip()
        case "ratio":
            return f"{error.name}: 1 : {error.limit}"
        case _:
            return error.name or "zip"


def _check(files: list[zipfile.ZipInfo]) -> None:
    names = {file.filename for file in files}
    if "index.py" not in names:
        raise BadInput(field="package", rule="edge.package", said="index.py")
    for member in files:
        path = PurePosixPath(member.filename)
        linked = stat.S_ISLNK(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename or linked:
            raise BadInput(field="package", rule="edge.package", said=member.filename[:100])

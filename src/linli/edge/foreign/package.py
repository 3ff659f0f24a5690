"""Driver packages: a zip with `index.py` at its first level, signed by its owner, unpacked with care.

A package's signature is detached (Ed25519 over the zip's bytes) and checked against the keys that this box trusts.
"""

import contextlib
import io
import json
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from linli.edge.foreign.driver import ForeignDriver
from linli.edge.framework.contract import DriverContext
from linli.edge.framework.discovery import Installed
from linli.edge.framework.forms import FreeConfig
from linli.edge.framework.manifest import RULES, Manifest, ManifestError, Rule, read_manifest
from linli.kernel.archives import UnfitArchive, ZipBounds, open_zip

MANIFEST_BYTES: Final = 256 * 1024
BOUNDS: Final = ZipBounds(entries=5000, part=128 * 1024 * 1024, unpacked=256 * 1024 * 1024)
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    KeyError,
)
CODE: Final = "code"
MANIFEST: Final = "manifest.json"


class PackageError(ValueError):
    """The package is not taken; the text says why."""


def check_signature(package: bytes, signature: bytes, trusted: Iterable[Ed25519PublicKey]) -> None:
    """Raises PackageError unless one of the keys signed it."""
    for key in trusted:
        try:
            key.verify(signature, package)
        except InvalidSignature:
            continue
        return
    raise PackageError("no key that this box trusts has signed the package")


def pack(code: Path, manifest: Manifest) -> bytes:
    """A package of a folder with `index.py`, its manifest inside. The same files always make the same bytes.

    Raises PackageError.
    """
    files = sorted(path for path in code.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    if code / "index.py" not in files:
        raise PackageError(f"{code} has no index.py")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            if file != code / MANIFEST:
                archive.writestr(_entry(file.relative_to(code).as_posix()), file.read_bytes())
        archive.writestr(
            _entry(MANIFEST), json.dumps(_manifest_fields(manifest), ensure_ascii=False, indent=1)
        )
    return out.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def manifest_of(package: bytes) -> Manifest:
    """The manifest of a package. Raises PackageError."""
    try:
        with open_zip(io.BytesIO(package), BOUNDS) as archive:
            _check(archive.infolist())
            if archive.getinfo(MANIFEST).file_size > MANIFEST_BYTES:
                raise PackageError(f"{MANIFEST} has more than {MANIFEST_BYTES // 1024} KiB")
            return msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (UnfitArchive, *_BROKEN) as error:
        raise PackageError(f"cannot be read: {error}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackageError(f"{MANIFEST}: {error}") from None


def installed_packages(root: Path) -> dict[str, Installed]:
    """Every unpacked package below a folder, by id."""
    packages = {}
    for index in sorted(root.glob(f"*/{CODE}/index.py")):
        with contextlib.suppress(ManifestError):
            installed = installed_package(index.parent.parent)
            packages[installed.manifest.id] = installed
    return packages


def unpack(package: bytes, root: Path, manifest: Manifest) -> Path:
    """Put a package into `root/<id>`, in place of an older one. Raises PackageError; then nothing has changed."""
    folder = root / manifest.id
    fresh = root / f".{manifest.id}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        with open_zip(io.BytesIO(package), BOUNDS) as archive:
            _check(archive.infolist())
            archive.extractall(fresh / CODE)
    except (UnfitArchive, *_BROKEN) as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise PackageError(f"cannot be unpacked: {error}") from None
    (fresh / MANIFEST).write_text(json.dumps(_manifest_fields(manifest), ensure_ascii=False), "utf-8")
    old = root / f".{manifest.id}.old"
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder


def _manifest_fields(manifest: Manifest) -> dict[str, Any]:
    return {
        "id": manifest.id,
        "name": manifest.name,
        "version": manifest.version,
        "protocol": manifest.protocol,
        "owner": manifest.owner,
        "contract": manifest.contract,
        "listens": list(manifest.listens),
        "abilities": list(manifest.abilities),
        **({"deviceForm": manifest.device_form} if manifest.device_form else {}),
    }


def _check(files: list[zipfile.ZipInfo]) -> None:
    if not any(file.filename == "index.py" for file in files):
        raise PackageError("index.py is not at the first level of the zip")
    for member in files:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
            raise PackageError(f"{member.filename!r} leads out of the package")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise PackageError(f"{member.filename!r} is a link")


def installed_package(folder: Path) -> Installed:
    """An unpacked package as a driver that a supervisor can run. Raises ManifestError."""
    manifest = read_manifest(folder)
    if not (folder / CODE / "index.py").exists():
        raise ManifestError("code/index.py is missing")

    def create(context: DriverContext[Any, Any]) -> ForeignDriver:
        return ForeignDriver(context, folder / CODE, context.config.values)

    quality = dict.fromkeys(RULES, Rule("todo", "the vendor said nothing"))
    return Installed(manifest, quality, FreeConfig, FreeConfig, create, folder)

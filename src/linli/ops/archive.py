"""The file format of a backup: one gzipped tar with a manifest of sizes and SHA-256 sums at its end.

database/linli.db | database/linli.dump     SQLite file, or pg_dump's custom format
files/<key>                                 the object store
manifest.json                               last, so that a cut-off archive is seen to be one
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from linli.kernel.errors import LinliError

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1024 * 1024


class Entry(msgspec.Struct, frozen=True):
    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    format: int
    linli_version: str
    created_ms: int
    engine: str
    """`sqlite` or `postgresql`: a backup goes back into the engine that it came from."""
    revision: str
    """The schema's migration; empty for a database without a schema."""
    key_fingerprint: str
    """A fingerprint of the master key that the secrets inside are sealed with. It does not reveal the key."""
    entries: list[Entry]


class BackupDamaged(LinliError):
    """The archive is cut off or changed; `what` names the part."""

    code = "ops.backup_damaged"


class ArchiveWriter:
    """Adds files to an archive, and lists them for the manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.entries: list[Entry] = []

    def add(self, name: str, source: Path) -> None:
        """Add a file as it is at this moment."""
        with source.open("rb") as content:
            size = os.fstat(content.fileno()).st_size
            info = tarfile.TarInfo(name)
            info.size, info.mode = size, 0o600
            reader = _Hashing(content)
            self._tar.addfile(info, cast(BinaryIO, reader))
        self.entries.append(Entry(name, size, reader.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), 0o600
        self._tar.addfile(info, io.BytesIO(text))


class _Hashing:
    """A file that computes the hash of what is read from it."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self._sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._content.read(size)
        self._sum.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        return self._sum.hexdigest()


@contextmanager
def writing(target: Path) -> Iterator[ArchiveWriter]:
    """An archive that is written to another file, and renamed to `target` when the block succeeds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.part")
    try:
        with open(aside, "xb", opener=_private) as raw:
            # Pictures do not shrink, and the database shrinks well at any level: so the quickest one.
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as tar:
                yield ArchiveWriter(tar)
            raw.flush()
            os.fsync(raw.fileno())
        aside.rename(target)
        sync_folder(target.parent)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unpack(archive: Path, folder: Path) -> Manifest:
    """Unpack into an empty `folder` and check every file. Raises BackupDamaged; the folder must then be discarded."""
    try:
        with gzip.open(archive) as content:
            with tarfile.open(fileobj=content, mode="r|") as tar:
                for member in tar:
                    tar.extract(member, folder, filter="data")
            while content.read(_CHUNK):  # to the end, where gzip keeps the checksum of all
                pass
    except (tarfile.TarError, zlib.error, EOFError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the archive
        raise BackupDamaged(what=str(error)) from error
    manifest = _read_manifest(folder)
    named = {MANIFEST}
    for entry in manifest.entries:
        named.add(entry.path)
        file = folder / entry.path
        if not file.is_file() or file.stat().st_size != entry.size or file_sum(file) != entry.sha256:
            raise BackupDamaged(what=entry.path)
    for file in folder.rglob("*"):
        if file.is_file() and file.relative_to(folder).as_posix() not in named:
            raise BackupDamaged(what=file.relative_to(folder).as_posix())
    return manifest


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupDamaged(what=MANIFEST) from error
    if manifest.format != FORMAT:
        raise BackupDamaged(what=f"{MANIFEST}: format {manifest.format}")
    return manifest


def file_sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

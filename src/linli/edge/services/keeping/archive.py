"""The contents of a box's backup, written while the box runs.

    manifest.json          who the box is, of what versions, and each file's size and SHA-256
    home/…                 its folder: identity, databases (copied by SQLite itself), driver packages, the console's word
    network/…              the system's network files, which the source advises to keep beside

Not in it: kept pictures (a week at most, spec H), logs, other backups, undo steps. All of it is sealed: identity and door
passwords are secrets.
"""

import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from linli.edge.services.keeping.floors import Versions
from linli.edge.services.keeping.seal import Opened, SealFailed, sealing

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
LEFT_OUT: Final = frozenset(
    ("files", "photos", "pictures", "logs", "standby", "moving", "network", "backups", "run", "models")
)
"""Folders of the box's own that are no part of it; `hardware-id` is the machine's, and so is its SIM card."""
_NOT_FILES: Final = frozenset(("hardware-id", "moved.json", "status.json", "cellular.json"))
MANIFEST_BYTES: Final = 8 * 1024 * 1024
ARCHIVE_FILES: Final = 20_000


class BoxFacts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The box that a backup is of."""

    serial_number: str
    node_id: str = ""
    node_name: str = ""
    versions: Versions


class Entry(msgspec.Struct, frozen=True):
    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    format: int
    created_ms: int
    box: BoxFacts
    entries: list[Entry]


def back_up(
    home: Path,
    target: Path,
    *,
    passphrase: str,
    facts: BoxFacts,
    now_ms: int,
    network: Sequence[Path] = (),
) -> Manifest:
    """Write the whole archive or none. `network`: the system's files.

    Blocks: call it in a thread. Raises PassphraseWeak, OSError, sqlite3.Error.
    """
    with (
        tempfile.TemporaryDirectory(prefix=".backup-", dir=home) as scratch,
        sealing(target, passphrase) as sealed,
    ):
        parts = list(_parts(home, Path(scratch), network))
        manifest = Manifest(
            format=FORMAT,
            created_ms=now_ms,
            box=facts,
            entries=[_entry(name, place) for name, place in parts],
        )
        with tarfile.open(fileobj=cast(IO[bytes], sealed), mode="w|gz", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, msgspec.json.encode(manifest))
            for name, place in parts:
                info = _info(name, place.stat().st_size)
                with place.open("rb") as content:
                    tar.addfile(info, content)
    return manifest


def read_manifest(archive: Path, passphrase: str) -> Manifest:
    """Only its first file. Raises SealFailed, OSError."""
    with archive.open("rb") as raw, _tar(Opened(raw, passphrase)) as tar:
        return _manifest(tar, _first(tar))


def unpack(archive: Path, passphrase: str, folder: Path) -> Manifest:
    """Into an empty folder, each file checked. Raises SealFailed (the folder is then worthless), OSError."""
    with archive.open("rb") as raw:
        opened = Opened(raw, passphrase)
        with _tar(opened) as tar:
            manifest = _manifest(tar, _first(tar))
            wanted = {entry.path: entry for entry in manifest.entries}
            for member in _members(tar):
                _unpack_one(tar, member, wanted.pop(member.name, None), folder)
        opened.read()  # to the end, which proves that nothing was cut off
    if wanted:
        raise SealFailed(f"the backup lacks {next(iter(wanted))}")
    return manifest


def _parts(home: Path, scratch: Path, network: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file that holds still)."""
    for number, place in enumerate(sorted(home.rglob("*"))):
        inside = place.relative_to(home)
        if (
            place.is_symlink()
            or not place.is_file()
            or inside.parts[0] in LEFT_OUT
            or inside.name in _NOT_FILES
        ):
            continue
        if inside.parts[:2] == ("faces", "index"):  # filled again from the library
            continue
        if any(part.startswith(".") for part in inside.parts) or place.name.endswith(
            ("-wal", "-shm", ".part")
        ):
            continue
        still = scratch / str(number)
        if place.suffix in (".sqlite3", ".sqlite", ".db"):
            yield f"home/{inside.as_posix()}", _database(place, still)
        else:
            os.link(place, still)  # files of the box are always replaced whole: this name keeps the old one
            yield f"home/{inside.as_posix()}", still
    for place in network:
        yield f"network/{place.name}", place


def _database(source: Path, copy: Path) -> Path:
    """A copy of one moment, while others write."""
    with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return copy


def _entry(name: str, place: Path) -> Entry:
    with place.open("rb") as content:
        return Entry(name, place.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_info(name, len(content)), io.BytesIO(content))


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _tar(opened: Opened) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=cast(IO[bytes], opened), mode="r|gz")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise SealFailed(f"the backup cannot be read: {error}") from error


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    try:
        for _ in range(ARCHIVE_FILES):
            member = tar.next()
            if member is None:
                return
            yield member
    except (tarfile.TarError, EOFError) as error:
        raise SealFailed(f"the backup cannot be read: {error}") from error
    raise SealFailed("the backup has too many files")


def _first(tar: tarfile.TarFile) -> tarfile.TarInfo:
    member = tar.next()
    if member is None or member.name != MANIFEST or not member.isreg() or member.size > MANIFEST_BYTES:
        raise SealFailed("the backup has no manifest")
    return member


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    source = tar.extractfile(member)
    try:
        manifest = msgspec.json.decode(source.read() if source is not None else b"", type=Manifest)
    except msgspec.MsgspecError as error:
        raise SealFailed(f"the backup's manifest cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise SealFailed(f"the backup has format {manifest.format}, this release reads {FORMAT}")
    return manifest


def _unpack_one(tar: tarfile.TarFile, member: tarfile.TarInfo, entry: Entry | None, folder: Path) -> None:
    source = tar.extractfile(member) if member.isreg() else None
    parts = Path(member.name).parts
    if entry is None or source is None or parts[0] not in ("home", "network") or ".." in parts:
        raise SealFailed(f"the backup holds {member.name}, which its manifest does not name")
    place = folder / member.name
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        shutil.copyfileobj(source, out, 1024 * 1024)
    if place.stat().st_size != entry.size or _entry(member.name, place) != entry:
        raise SealFailed(f"the backup's {member.name} is damaged")

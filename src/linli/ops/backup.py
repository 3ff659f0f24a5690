"""`linli backup` and `linli restore`: a whole installation in one file, without its master key."""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from linli import __version__
from linli.kernel.errors import Conflict, LinliError, NotFound
from linli.kernel.objects import FolderShelf, Shelf
from linli.kernel.objects.choice import opened_bucket
from linli.kernel.secrets import Secrets
from linli.migrations import current
from linli.ops import archive, backup_log, engines
from linli.ops.layout import Layout

_SQLITE = "database/linli.db"
_DUMP = "database/linli.dump"


class NotEmpty(Conflict):
    """The installation is not empty: a restore never overwrites."""

    code = "ops.not_empty"


class WrongEngine(Conflict):
    """The backup is of another database engine than the settings name."""

    code = "ops.wrong_engine"


class WrongKey(Conflict):
    """The master key is missing, or the secrets in the backup are sealed with another one."""

    code = "ops.wrong_key"


@dataclass(frozen=True, slots=True)
class Summary:
    """The contents of a backup. Sizes in bytes, before compression."""

    file: Path
    created_ms: int
    engine: str
    revision: str
    files: int
    size: int

    @staticmethod
    def of(file: Path, manifest: archive.Manifest) -> "Summary":
        files = sum(entry.path.startswith("files/") for entry in manifest.entries)
        size = sum(entry.size for entry in manifest.entries)
        return Summary(file, manifest.created_ms, manifest.engine, manifest.revision, files, size)


def back_up(layout: Layout, target: Path, *, now_ms: int) -> Summary:
    """Copy the running installation into `target`, a file or a folder to put one in.

    The database is copied first: a file is stored before the row that names it commits, so that every row of the
    copy finds its file unless it was deleted in between. What came of it is kept in `ops.backup_log`. Raises Conflict
    when `target` exists, and the errors of `ops.engines`.
    """
    try:
        summary = _copy(layout, target, now_ms=now_ms)
    except Exception as error:
        reason = error.text("en") if isinstance(error, LinliError) else f"{type(error).__name__}: {error}"
        backup_log.note(layout.data, backup_log.BackupRun(now_ms, False, str(target), reason=reason))
        raise
    size = summary.file.stat().st_size
    backup_log.note(layout.data, backup_log.BackupRun(now_ms, True, str(summary.file), size))
    return summary


def _copy(layout: Layout, target: Path, *, now_ms: int) -> Summary:
    if target.is_dir():
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_ms / 1000))
        target = target / f"linli-{stamp}.tar.gz"
    if target.exists():
        raise NotEmpty(what=str(target))
    with tempfile.TemporaryDirectory(prefix=".linli-backup-", dir=_make_folder(target.parent)) as work:
        name = _DUMP if layout.sqlite_file is None else _SQLITE
        copy = Path(work) / "database"
        if layout.sqlite_file is None:
            engines.dump_postgresql(layout.database_url, copy)
        else:
            engines.copy_sqlite(layout.sqlite_file, copy)
        schema = layout.database_url if layout.sqlite_file is None else f"sqlite:///{copy}"
        with archive.writing(target) as writer:
            writer.add(name, copy)
            if (bucket := _bucket(layout)) is None:
                _add_files(writer, layout.files)
            else:
                asyncio.run(_add_objects(writer, bucket))
            manifest = archive.Manifest(
                format=archive.FORMAT,
                linli_version=__version__,
                created_ms=now_ms,
                engine="postgresql" if layout.sqlite_file is None else "sqlite",
                revision=current(schema),
                key_fingerprint=fingerprint(layout.master_key),
                entries=writer.entries,
            )
            writer.finish(manifest)
    return Summary.of(target, manifest)


def _bucket(layout: Layout) -> Shelf | None:
    """The bucket with the files; None if they are in a folder. Raises StoreUnavailable."""
    return opened_bucket(layout.objects) if layout.objects.store == "s3" else None


async def _add_objects(writer: archive.ArchiveWriter, bucket: Shelf) -> None:
    """Every object of the bucket, each on the disk while it is used."""
    try:
        async for key, _ in bucket.listed():
            with contextlib.suppress(NotFound):  # deleted since it was listed
                async with bucket.on_disk(key) as file:
                    await asyncio.to_thread(writer.add, f"files/{key}", file)
    finally:
        await bucket.close()


async def _put_objects(bucket: Shelf, folder: Path) -> None:
    """Put the files of a backup into the bucket, under their keys."""
    source = FolderShelf(folder)
    try:
        async for key, _ in source.listed():
            async with source.open(key) as opened:
                await bucket.receive(key, opened.chunks)
    finally:
        await bucket.close()


async def _any_object(bucket: Shelf) -> str:
    """The first key of the bucket; empty if it has no object of ours."""
    try:
        async for key, _ in bucket.listed():
            return key
        return ""
    finally:
        await bucket.close()


def _add_files(writer: archive.ArchiveWriter, folder: Path) -> None:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".part"):
                continue  # an upload still under way
            file = Path(place) / name
            try:
                writer.add(f"files/{file.relative_to(folder).as_posix()}", file)
            except FileNotFoundError:
                continue  # deleted since the folder was read


def restore(layout: Layout, source: Path, *, key: Path | None) -> Summary:
    """Restore a backup into an empty installation. Everything is unpacked elsewhere and checked first.

    `key` is the master key file, which is copied into place; None if it is there already. Raises NotEmpty, WrongEngine,
    WrongKey, archive.BackupDamaged and the errors of `ops.engines`.
    """
    _check_empty(layout)
    layout.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".linli-restore-", dir=layout.data) as work:
        unpacked = Path(work)
        manifest = archive.unpack(source, unpacked)
        engine = "sqlite" if layout.sqlite_file else "postgresql"
        if manifest.engine != engine:
            raise WrongEngine(backup=manifest.engine, settings=engine)
        _check_key(layout, manifest, key)
        if layout.sqlite_file:
            layout.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(unpacked / _SQLITE, layout.sqlite_file)
        else:
            engines.load_postgresql(layout.database_url, unpacked / _DUMP, replace=False)
        if (unpacked / "files").is_dir() and (bucket := _bucket(layout)) is not None:
            asyncio.run(_put_objects(bucket, unpacked / "files"))
        elif (unpacked / "files").is_dir():
            if layout.files.is_dir():
                layout.files.rmdir()
            (unpacked / "files").rename(layout.files)
        if key is not None:
            _install_key(key, layout.master_key)
        archive.sync_folder(layout.data)
    return Summary.of(source, manifest)


def fingerprint(master_key: Path) -> str:
    """The fingerprint of the master key, which does not reveal it; empty if there is none."""
    if not master_key.exists():
        return ""
    return Secrets.from_file(master_key).derived("fingerprint of the master key").hex()[:16]


def _check_empty(layout: Layout) -> None:
    if layout.sqlite_file and layout.sqlite_file.exists():
        raise NotEmpty(what=str(layout.sqlite_file))
    if layout.sqlite_file is None and current(layout.database_url):
        raise NotEmpty(what="PostgreSQL")
    if (bucket := _bucket(layout)) is not None and (key := asyncio.run(_any_object(bucket))):
        raise NotEmpty(what=f"{layout.objects.bucket}: {key}")
    if layout.files.is_dir() and any(layout.files.iterdir()):
        raise NotEmpty(what=str(layout.files))


def _check_key(layout: Layout, manifest: archive.Manifest, key: Path | None) -> None:
    if not manifest.key_fingerprint:
        return
    if key is not None and layout.master_key.exists():
        raise NotEmpty(what=str(layout.master_key))
    candidate = layout.master_key if key is None else key
    if fingerprint(candidate) != manifest.key_fingerprint:
        raise WrongKey()


def _install_key(source: Path, target: Path) -> None:
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def _make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder

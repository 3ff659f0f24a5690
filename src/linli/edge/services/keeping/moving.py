"""Putting an archive into a box's folder: prepared aside, then switched over by steps that can be finished after a cut.

    {home}/moving/new/…      what was unpacked and checked
    {home}/moving/plan.json  written once all of that is on the disk: from here on the move is finished, never undone
    {home}/moving/old/…      what was there before, kept
    {home}/moved.json        left for the runtime: numbers it gave out before may have been given out since

States: idle → unpacking → checked → switching → restored, or → waiting_upgrade where versions keep the data back; refused
and failed end where they began. Source: spec D 5.9.
"""

import os
import shutil
from pathlib import Path
from typing import Final, Literal

import msgspec

from linli.edge.services.keeping.archive import BoxFacts, Manifest, read_manifest, unpack
from linli.edge.services.keeping.facts import versions_of
from linli.edge.services.keeping.floors import Obstacle, Versions, obstacles
from linli.kernel.disk import sync_folder

type State = Literal["idle", "unpacking", "switching", "waiting_upgrade", "restored"]
PLAN: Final = "plan.json"
MOVED: Final = "moved.json"


class MoveRefused(Exception):
    """`obstacles` stand in the way of the whole; or the folder is another box's, or in use."""

    def __init__(self, why: str, obstacles: list[Obstacle] | None = None) -> None:
        super().__init__(why)
        self.obstacles = obstacles or []


class Progress(msgspec.Struct, frozen=True, rename="camel"):
    """How far a move into this folder is. `percent` of files in place."""

    state: State
    percent: int = 0
    box: BoxFacts | None = None
    waits_for: list[Obstacle] = []
    """The parts that must be upgraded before the data counts as restored."""


class _Plan(msgspec.Struct, rename="camel"):
    box: BoxFacts
    created_ms: int
    now_ms: int
    paths: list[str]
    waits_for: list[Obstacle]


class Moved(msgspec.Struct, frozen=True, rename="camel"):
    """Left for the runtime, and for pages."""

    serial_number: str
    """The serial number of the box as which this one now runs."""
    backup_ms: int
    moved_ms: int
    waits_for: list[Obstacle] = []
    told: bool = False
    """The runtime has taken it into account."""


def restore(
    archive: Path, home: Path, *, passphrase: str, here: Versions, now_ms: int, replace: bool = False
) -> Manifest:
    """Make this folder the box of the archive. Blocks. The box must not run.

    Raises SealFailed, MoveRefused (nothing is changed then), OSError.
    """
    finish(home)
    manifest = read_manifest(archive, passphrase)
    problems = obstacles(manifest.box.versions, here)
    blocking = [obstacle for obstacle in problems if obstacle.blocks == "all"]
    if blocking:
        raise MoveRefused("; ".join(map(str, blocking)), blocking)
    if (home / "identity.json").exists() and not replace:
        raise MoveRefused("this box is active already; --replace gives its identity up")
    moving = home / "moving"
    shutil.rmtree(moving, ignore_errors=True)
    (moving / "new").mkdir(parents=True)
    manifest = unpack(archive, passphrase, moving / "new")
    _sync_all(moving / "new")
    plan = _Plan(
        manifest.box,
        manifest.created_ms,
        now_ms,
        [entry.path.removeprefix("home/") for entry in manifest.entries if entry.path.startswith("home/")],
        [obstacle for obstacle in problems if obstacle.blocks == "data"],
    )
    _write(moving / PLAN, msgspec.json.encode(plan))
    finish(home)
    return manifest


def finish(home: Path) -> bool:
    """Go on with a move that was cut off after its plan was on the disk, and clear away one that was not.

    To be called before the box starts. Returns whether there was one to finish.
    """
    moving = home / "moving"
    plan = _plan(home)
    if plan is None:
        for left in (moving / "new", *home.glob(".backup-*")):
            shutil.rmtree(left, ignore_errors=True)
        return False
    _clear_old(home, plan)
    for path in plan.paths:
        source, place = moving / "new" / "home" / path, home / path
        if source.exists():  # else it was put there before the cut
            place.parent.mkdir(parents=True, exist_ok=True)
            for beside in ("-wal", "-shm"):  # of the database that was there
                place.with_name(place.name + beside).unlink(missing_ok=True)
            source.replace(place)
            sync_folder(place.parent)
    kept = moving / "new" / "network"
    if kept.is_dir():
        shutil.rmtree(home / "network-of-backup", ignore_errors=True)
        kept.replace(home / "network-of-backup")
    moved = Moved(plan.box.serial_number, plan.created_ms, plan.now_ms, plan.waits_for)
    _write(home / MOVED, msgspec.json.encode(moved))
    (moving / PLAN).unlink()
    sync_folder(moving)
    shutil.rmtree(moving / "new", ignore_errors=True)
    return True


def progress(home: Path) -> Progress:
    """For the command line and the local console."""
    plan = _plan(home)
    if plan is not None:
        left = sum((home / "moving" / "new" / "home" / path).exists() for path in plan.paths)
        done = len(plan.paths) - left
        return Progress("switching", done * 100 // max(1, len(plan.paths)), plan.box, plan.waits_for)
    if (home / "moving" / "new").exists():
        return Progress("unpacking")
    moved = read_moved(home)
    if moved is None:
        return Progress("idle")
    return Progress("waiting_upgrade" if moved.waits_for else "restored", 100, None, moved.waits_for)


def read_moved(home: Path) -> Moved | None:
    try:
        return msgspec.json.decode((home / MOVED).read_bytes(), type=Moved)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def take_moved(home: Path) -> bool:
    """Once for each move, for the runtime: it must skip ahead with every number that it gives out."""
    moved = read_moved(home)
    if moved is None or moved.told:
        return False
    _write(home / MOVED, msgspec.json.encode(msgspec.structs.replace(moved, told=True)))
    return True


def upgraded(home: Path) -> list[Obstacle]:
    """Check again after an upgrade. Returns the parts that are still too old. Empty: it is restored.

    A component is waited for until something tells its version.
    """
    moved = read_moved(home)
    if moved is None or not moved.waits_for:
        return []
    here = versions_of(home)
    left = obstacles(here, here)
    names = {obstacle.name for obstacle in left}
    waits = [
        obstacle
        for obstacle in moved.waits_for
        if obstacle.name in names or (obstacle.what == "component" and obstacle.name not in here.components)
    ]
    _write(home / MOVED, msgspec.json.encode(msgspec.structs.replace(moved, waits_for=waits)))
    return waits


def _plan(home: Path) -> _Plan | None:
    try:
        return msgspec.json.decode((home / "moving" / PLAN).read_bytes(), type=_Plan)
    except FileNotFoundError:
        return None


def _clear_old(home: Path, plan: _Plan) -> None:
    """Existing files that the archive replaces are moved aside, once."""
    old = home / "moving" / "old"
    for path in plan.paths:
        source, place = home / "moving" / "new" / "home" / path, home / path
        aside = old / path
        if source.exists() and place.exists() and not aside.exists():
            aside.parent.mkdir(parents=True, exist_ok=True)
            place.replace(aside)


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(f".{place.name}.part")
    with open(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(place)
    sync_folder(place.parent)


def _sync_all(folder: Path) -> None:
    for place in folder.rglob("*"):
        if place.is_file():
            with place.open("rb") as content:
                os.fsync(content.fileno())
        else:
            sync_folder(place)
    sync_folder(folder)

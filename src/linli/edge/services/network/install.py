"""Putting a plan on the disk, and taking it back.

What the files were is written and synced first, then each file is replaced whole, so that a box that loses power in the
middle can always be undone. A change takes effect when the card is brought up again or the box restarts.
"""

import difflib
import json
import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final

import msgspec

from linli.edge.services.network.files import read_card, read_routes, without_default_route, written
from linli.edge.services.network.plan import Card, Fault, Plan, faults
from linli.kernel.disk import sync_folder

KEPT: Final = 20
"""Undo steps kept."""


class NetworkRefused(ValueError):
    """A plan that may not be written, with every fault."""

    def __init__(self, problems: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.rule}" for fault in problems))
        self.faults = problems


class NothingToUndo(LookupError):
    """No change of ours is left to take back."""


class Change(msgspec.Struct, frozen=True):
    """One file before and after; None: it is not there."""

    name: str
    before: bytes | None
    after: bytes | None

    def diff(self) -> str:
        """As `diff -u` prints it."""
        old, new = (
            (part or b"").decode("utf-8", "replace").splitlines(keepends=True)
            for part in (self.before, self.after)
        )
        return "".join(difflib.unified_diff(old, new, f"a/{self.name}", f"b/{self.name}"))


class NetworkFiles:
    """The folder of the system's network scripts, and where undo steps are kept."""

    def __init__(self, folder: Path, undo_folder: Path) -> None:
        self._folder = folder
        self._undo = undo_folder

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def present(self) -> bool:
        """Whether this system keeps its network there."""
        return self._folder.is_dir()

    def cards(self) -> list[tuple[Card, bool]]:
        """What is configured, by name, with whether each carries the default route."""
        return [
            (msgspec.structs.replace(card, device=card.device or place.name.removeprefix("ifcfg-")), default)
            for place in sorted(self._folder.glob("ifcfg-*"))
            if place.is_file() and place.name != "ifcfg-lo"
            for card, default in [read_card(place.read_bytes())]
        ]

    def routes(self, card: str) -> list[str]:
        content = self._read(f"route-{card}")
        return [] if content is None else read_routes(content)

    def changes(self, plan: Plan) -> list[Change]:
        """What applying would do, file by file; a dry run. Raises NetworkRefused, and OSError for what cannot be read."""
        problems = faults(plan)
        if problems:
            raise NetworkRefused(problems)
        if not self._folder.is_dir():
            raise FileNotFoundError(
                f"there is no folder {self._folder}: this system keeps its network elsewhere"
            )
        after: dict[str, bytes | None] = {**written(plan)}
        for card in filter(None, (plan.outside, plan.inside)):  # routes of an earlier plan on these cards
            after.setdefault(f"route-{card.device}", None)
        for place in self._folder.glob("ifcfg-*"):
            if place.is_file() and place.name not in after:
                after[place.name] = without_default_route(place.read_bytes())
        found_changes = [Change(name, self._read(name), after[name]) for name in sorted(after)]
        return [change for change in found_changes if change.before != change.after]

    def apply(self, plan: Plan) -> list[Change]:
        """Write it. Raises NetworkRefused, OSError."""
        changes = self.changes(plan)
        if changes:
            self._remember(changes)
            self._put({change.name: change.after for change in changes})
        return changes

    def undo(self) -> list[str]:
        """Take the last change back; the names of the files. Raises NothingToUndo."""
        steps = self._steps()
        if not steps:
            raise NothingToUndo
        before = {
            name: None if text is None else b64decode(text)
            for name, text in json.loads(steps[-1].read_text()).items()
        }
        self._put(before)
        steps[-1].unlink()
        sync_folder(self._undo)
        return sorted(before)

    @property
    def undoable(self) -> int:
        return len(self._steps())

    def _steps(self) -> list[Path]:
        return (
            sorted(self._undo.glob("*.json"), key=lambda place: int(place.stem))
            if self._undo.is_dir()
            else []
        )

    def _remember(self, changes: list[Change]) -> None:
        self._undo.mkdir(parents=True, exist_ok=True)
        steps = self._steps()
        number = int(steps[-1].stem) + 1 if steps else 1
        before = {
            change.name: None if change.before is None else b64encode(change.before).decode()
            for change in changes
        }
        _replace(self._undo / f"{number}.json", json.dumps(before).encode(), mode=0o600)
        for old in steps[: max(0, len(steps) + 1 - KEPT)]:
            old.unlink()

    def _put(self, files: dict[str, bytes | None]) -> None:
        for name, content in files.items():
            if content is None:
                (self._folder / name).unlink(missing_ok=True)
            else:
                _replace(self._folder / name, content, mode=0o644)
        sync_folder(self._folder)

    def _read(self, name: str) -> bytes | None:
        place = self._folder / name
        return place.read_bytes() if place.is_file() else None


def _replace(place: Path, content: bytes, *, mode: int) -> None:
    """The whole new content or the whole old one, whenever the power goes."""
    aside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with os.fdopen(handle, "wb") as out:
        os.fchmod(handle, mode)  # the network's own services read it, whatever our umask
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(place)
    sync_folder(place.parent)

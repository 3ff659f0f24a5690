"""Writing a plan to the disk, and undoing it.

The old files are saved and synced first; then each file is replaced whole. So the change can be undone even if the box
loses power in between. A change takes effect when the card is started again, the box restarts, or a trial begins.
"""

import difflib
import json
import os
import re
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final

import msgspec

from linli.edge.services.network.modem_link import ModemLink, link_faults
from linli.edge.services.network.plan import Fault, Plan, faults
from linli.edge.services.network.style import Configured, FileUnreadable, Style
from linli.edge.services.network.styles import NoStyle, style_of
from linli.kernel.disk import sync_folder

type Wanted = Plan | ModemLink

KEPT: Final = 20
"""Undo steps kept."""
_SECRET: Final = re.compile(r"(?i)((?:psk|password|secret|\bpin)[\w.\-]*[\"']?[ \t]*[:=][ \t]*)\S.*")


HELPERS: Final = Path("/var/lib/linli-edge-network")
"""Of root, where the helper is installed by which a box without rights changes the network."""
_HOME: Final = Path("/var/lib/linli-edge")


def state_folder(home: Path) -> Path:
    """Where undo steps and the mark of a trial lie. `home`: the box's own folder."""
    return HELPERS if home == _HOME and HELPERS.is_dir() else home / "network"


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
        """As `diff -u` prints it, without lines that look like secrets."""
        old, new = (
            (part or b"").decode("utf-8", "replace").splitlines(keepends=True)
            for part in (self.before, self.after)
        )
        lines = difflib.unified_diff(old, new, f"a/{self.name}", f"b/{self.name}")
        return _SECRET.sub(r"\1***", "".join(lines))


class NetworkFiles:
    """The system's network in its style, and where undo steps are kept. `style` None: the system has none known here."""

    def __init__(self, style: Style | None, undo_folder: Path) -> None:
        self._style = style
        self._undo = self.undo_folder = undo_folder

    @classmethod
    def of_system(cls, home: Path, folder: str = "") -> "NetworkFiles":
        """Of this machine, or of a folder that stands for it. `home`: the box's own."""
        try:
            style = style_of(folder=Path(folder) if folder else None)
        except NoStyle:
            style = None
        return cls(style, state_folder(home))

    def places(self) -> list[Path]:
        """The files, for a backup."""
        return [] if self._style is None else self._style.places()

    @property
    def style(self) -> Style | None:
        return self._style

    @property
    def present(self) -> bool:
        """Whether this system keeps its network there."""
        return self._style is not None and self._style.folder.is_dir()

    @property
    def writable(self) -> bool:
        """Whether this process may write it."""
        return self._style is not None and os.access(self._style.folder, os.W_OK)

    def cards(self) -> list[Configured]:
        """The configuration, by name. Raises OSError."""
        return [] if self._style is None else self._style.cards(self._style.files())

    def changes(self, wanted: Wanted) -> list[Change]:
        """The changes of applying, file by file; a dry run. Raises NetworkRefused, and OSError for unreadable files."""
        problems = faults(wanted) if isinstance(wanted, Plan) else link_faults(wanted)
        if problems:
            raise NetworkRefused(problems)
        style = self._needed()
        before = style.files()
        after = style.after(wanted, before) if isinstance(wanted, Plan) else style.after_link(wanted, before)
        changes = [Change(name, before.get(name), after[name]) for name in sorted(after)]
        return [change for change in changes if change.before != change.after]

    def apply(self, wanted: Wanted) -> list[Change]:
        """Write it. Raises NetworkRefused, OSError."""
        changes = self.changes(wanted)
        if changes:
            self.remember(changes)
            self.put(changes)
        return changes

    def undo(self, step: int = 0) -> list[str]:
        """Take this change back, the last one without a number; the names of the files. Raises NothingToUndo, OSError."""
        steps = [place for place in self._steps() if not step or int(place.stem) == step]
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

    def remember(self, changes: list[Change]) -> int:
        """Keep what the files were, before they are written; the step's number."""
        self._undo.mkdir(parents=True, exist_ok=True)
        steps = self._steps()
        number = int(steps[-1].stem) + 1 if steps else 1
        before = {
            change.name: None if change.before is None else b64encode(change.before).decode()
            for change in changes
        }
        replace_file(self._undo / f"{number}.json", json.dumps(before).encode(), mode=0o600)
        for old in steps[: max(0, len(steps) + 1 - KEPT)]:
            old.unlink()
        return number

    def forget(self, step: int) -> None:
        """A change that nobody is to take back."""
        (self._undo / f"{step}.json").unlink(missing_ok=True)
        sync_folder(self._undo)

    def put(self, changes: list[Change]) -> None:
        self._put({change.name: change.after for change in changes})

    @property
    def undoable(self) -> int:
        return len(self._steps())

    def _steps(self) -> list[Path]:
        if not self._undo.is_dir():
            return []
        steps = (place for place in self._undo.glob("*.json") if place.stem.isdecimal())
        return sorted(steps, key=lambda place: int(place.stem))

    def _put(self, files: dict[str, bytes | None]) -> None:
        style = self._needed()
        for name in files:
            if "/" in name or not style.owns(name):  # undo steps lie where others than root may write
                raise FileUnreadable(f"{name} is no network file of this system")
        for name, content in files.items():
            if content is None:
                (style.folder / name).unlink(missing_ok=True)
            else:
                replace_file(style.folder / name, content, mode=style.mode)
        sync_folder(style.folder)

    def _needed(self) -> Style:
        if self._style is None:
            raise NoStyle
        if not self._style.folder.is_dir():
            raise FileNotFoundError(
                f"there is no folder {self._style.folder}: this system keeps its network elsewhere"
            )
        return self._style


def replace_file(place: Path, content: bytes, *, mode: int) -> None:
    """The whole new content or the whole old one, whenever the power goes."""
    aside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with os.fdopen(handle, "wb") as out:
        os.fchmod(handle, mode)  # the network's own services read it, under any umask of ours
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(place)
    sync_folder(place.parent)

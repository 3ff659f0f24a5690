"""The demo's own data folder. Nothing without the demo's marker in it is ever deleted or written into."""

import shutil
from pathlib import Path
from typing import Final

import msgspec

from linli.domains.accounts.schemas import SampleLogin
from linli.ops.layout import Layout, alone

MARKER: Final = ".linli-demo"
LOGINS: Final = ".linli-demo-logins"


class NotADemo(Exception):
    """The folder holds something, and no demo put it there."""


class Marker(msgspec.Struct, frozen=True):
    """The contents of the marker file."""

    seeded: bool = False
    """The sample community is complete: later runs leave it as its visitors changed it."""


class DemoFolder:
    """A folder that is the demo's, or not there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def devices(self) -> Path:
        """The flash memory of the simulated devices."""
        return self.path / "devices"

    @property
    def box(self) -> Path:
        """The box's own folder."""
        return self.path / "box"

    @property
    def lane_box(self) -> Path:
        """Of the box that decides at lanes."""
        return self.path / "lane-box"

    @property
    def layout(self) -> Layout:
        return Layout(self.path, f"sqlite:///{self.path / 'linli.db'}")

    def claim(self) -> Marker:
        """Make the folder the demo's, or read what an earlier run noted. Raises NotADemo."""
        self.check()
        file = self.path / MARKER
        if not file.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            self._write(Marker())
        self.devices.mkdir(exist_ok=True)
        return msgspec.json.decode(file.read_bytes(), type=Marker)

    def keep_logins(self, logins: list[SampleLogin]) -> None:
        """For the sign-in page of later runs. They open the sample alone, whose people are invented."""
        file = self.path / LOGINS
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_bytes(msgspec.json.encode(logins))

    def logins(self) -> list[SampleLogin]:
        """Those of the newest passwords; none where an earlier release made the sample."""
        try:
            return msgspec.json.decode((self.path / LOGINS).read_bytes(), type=list[SampleLogin])
        except (OSError, msgspec.MsgspecError):
            return []

    def seeded(self) -> None:
        """Note that the sample community is complete."""
        self._write(Marker(seeded=True))

    def reset(self) -> None:
        """Throw everything away. Raises NotADemo, InUse while a demo runs on it."""
        self.check()
        if (self.path / MARKER).exists():
            with alone(self.layout):
                shutil.rmtree(self.path)

    @property
    def holds_data(self) -> bool:
        return (self.path / MARKER).exists()

    def check(self) -> None:
        """Raises NotADemo when the folder is somebody else's."""
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_dir()):
            raise NotADemo(str(self.path))
        if self.path.is_dir() and not (self.path / MARKER).is_file() and any(self.path.iterdir()):
            raise NotADemo(str(self.path))

    def _write(self, marker: Marker) -> None:
        aside = self.path / f"{MARKER}.part"
        aside.write_bytes(msgspec.json.encode(marker))
        aside.replace(self.path / MARKER)

"""The network files of a system: their names, their contents for a plan, and the commands that apply them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.plan import Card, Plan

type Files = Mapping[str, bytes]
"""Content by file name."""

METRIC: Final = 50
"""The metric of the outside card's default route: below the metrics of DHCP clients (100 and more), so that ours is
used."""
FILE_BYTES: Final = 1024 * 1024


class FileUnreadable(OSError):
    """A file of the system's network that cannot be understood; nothing is written over it."""


class Configured(NamedTuple):
    """A card as the files have it now."""

    card: Card
    default_route: bool
    routes: list[str]


class Command(NamedTuple):
    words: list[str]
    may_fail: bool = False


class Style(ABC):
    """One per system. Pure but for `files` and `places`, which read the folder."""

    name: ClassVar[str]
    usual: ClassVar[str]
    """Where its folder is, unless said otherwise."""
    mode: ClassVar[int] = 0o644

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(self.usual)

    @abstractmethod
    def owns(self, name: str) -> bool:
        """Whether a file of this name in the folder is one of the network's."""

    @abstractmethod
    def after(self, plan: Plan, files: Files) -> dict[str, bytes | None]:
        """The files for a plan without faults; None: the file is deleted. Raises FileUnreadable."""

    @abstractmethod
    def after_link(self, link: ModemLink, files: Files) -> dict[str, bytes | None]:
        """What a modem's link without faults makes of the files: one of its own, whatever plans say."""

    @abstractmethod
    def cards(self, files: Files) -> list[Configured]:
        """The configuration, for display. Raises FileUnreadable."""

    def cards_of(self, names: Sequence[str]) -> list[str]:
        """The cards that files of these names are of, where names say so."""
        return []

    @abstractmethod
    def commands(self, cards: Sequence[str]) -> list[Command]:
        """The commands that apply changed files of these cards."""

    def places(self) -> list[Path]:
        return [
            place
            for place in (sorted(self.folder.iterdir()) if self.folder.is_dir() else ())
            if self.owns(place.name) and place.is_file()
        ]

    def files(self) -> dict[str, bytes]:
        """Raises OSError."""
        contents = {}
        for place in self.places():
            if place.stat().st_size > FILE_BYTES:
                raise FileUnreadable(f"{place} has more than {FILE_BYTES} bytes")
            contents[place.name] = place.read_bytes()
        return contents

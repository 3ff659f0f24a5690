"""The style of this system."""

import shutil
from pathlib import Path
from typing import Final

from linli.edge.services.network.ifcfg import Ifcfg
from linli.edge.services.network.netplan import Netplan
from linli.edge.services.network.networkd import Networkd
from linli.edge.services.network.style import Style

STYLES: Final[dict[str, type[Style]]] = {style.name: style for style in (Ifcfg, Netplan, Networkd)}


class NoStyle(OSError):
    """This system keeps its network in a way that is not known here."""

    def __init__(self) -> None:
        super().__init__(
            "this system has no network-scripts, no netplan and no running systemd-networkd; "
            "say which it has with --style"
        )


def style_of(*, name: str = "", folder: Path | None = None, root: Path = Path("/")) -> Style:
    """The style that is named, else the one of a folder, else the system's. Raises NoStyle."""
    if name:
        return STYLES[name](folder)
    if folder is not None:
        return _of_folder(folder)
    if (root / Ifcfg.usual.lstrip("/")).is_dir():
        return Ifcfg()
    if shutil.which("netplan") and any((root / Netplan.usual.lstrip("/")).glob("*.yaml")):
        return Netplan()
    if (root / "run/systemd/netif").is_dir():  # networkd makes it when it runs
        return Networkd()
    raise NoStyle


def _of_folder(folder: Path) -> Style:
    for style in (Netplan, Networkd):
        if folder == Path(style.usual) or style(folder).places():
            return style(folder)
    return Ifcfg(folder)

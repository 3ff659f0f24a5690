"""The drivers that a box can run: its own, and packages of others in its folder."""

from pathlib import Path

from linli.edge.foreign.package import installed_packages
from linli.edge.framework.discovery import OWN, Installed, discover
from linli.kernel import telemetry

log = telemetry.logger(__name__)


def installed_drivers(folder: Path) -> dict[str, Installed]:
    """Ours, and those installed in the box's folder, broken ones left out with their reason in the log.

    Ours come first, except those that wait for a vendor's package.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found, broken = discover((OWN, folder))
    for one in broken:
        log.error("driver %s is broken: %s", one.folder.name, one.why)
    packages = installed_packages(folder)
    taken = {name for name, one in found.items() if one.manifest.needs_package and name in packages}
    return packages | {name: one for name, one in found.items() if name not in taken}

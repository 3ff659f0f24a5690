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
    drivers, broken = discover((OWN, folder))
    for broken_driver in broken:
        log.error("driver %s is broken: %s", broken_driver.folder.name, broken_driver.why)
    packages = installed_packages(folder)
    taken = {name for name, driver in drivers.items() if driver.manifest.needs_package and name in packages}
    return packages | {name: driver for name, driver in drivers.items() if name not in taken}

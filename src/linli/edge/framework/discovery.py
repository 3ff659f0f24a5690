"""Drivers are found by their folders. A broken one is reported and left out; the others are not touched by it."""

import functools
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

from linli.edge.framework.contract import Driver, DriverContext
from linli.edge.framework.forms import DriverConfig, NoConfig, form_of
from linli.edge.framework.manifest import Manifest, ManifestError, Rule, read_manifest, read_quality
from linli.kernel import i18n

OWN = Path(__file__).parent.parent / "drivers"
"""The drivers that come with Linli. Imported by name only: the framework knows none of them."""
_OWN_PACKAGE = "linli.edge.drivers"
_OUTSIDE = "linli_drivers"
"""Package name under which drivers of other folders are imported."""


class Installed(NamedTuple):
    """A driver that can be started."""

    manifest: Manifest
    quality: dict[str, Rule]
    config: type[DriverConfig]
    device: type[DriverConfig]
    create: Callable[[DriverContext[Any, Any]], Driver]
    folder: Path

    def text(self, key: str, language: str) -> str | None:
        """Words of the driver's own strings, e.g. `name` or `device.ip`."""
        return _strings(self.folder, language).get(f"driver.{self.manifest.id}.{key}")

    def form(self, which: str, language: str) -> dict[str, Any]:
        """The schema that draws the form of `config` or `device`."""
        kind = self.config if which == "config" else self.device
        return form_of(kind, lambda field: self.text(f"{which}.{field}", language))


class Broken(NamedTuple):
    folder: Path
    why: str


def discover(folders: Iterable[Path] = (OWN,)) -> tuple[dict[str, Installed], list[Broken]]:
    """Every driver in every folder, by id. Of two drivers with the same id the first is used; the other is reported as
    broken."""
    drivers: dict[str, Installed] = {}
    broken = []
    for root in folders:
        for folder in sorted(path.parent for path in root.glob("*/manifest.json")):
            if (folder / "code" / "index.py").exists():
                continue  # a driver of others, for `edge.foreign`
            try:
                driver = load(folder)
                if driver.manifest.id in drivers:
                    raise ManifestError(
                        f"id {driver.manifest.id!r} is taken by {drivers[driver.manifest.id].folder}"
                    )
                drivers[driver.manifest.id] = driver
            except Exception as error:  # noqa: BLE001  (a driver's import may fail in any way, and must fail alone)
                broken.append(Broken(folder, f"{type(error).__name__}: {error}"))
    return drivers, broken


def load(folder: Path) -> Installed:
    """Read and import one driver. Raises ManifestError, or any error of the import."""
    manifest, quality = read_manifest(folder), read_quality(folder)
    _check_strings(folder, manifest)
    config, driver = driver_module(folder, "config"), driver_module(folder, "driver")
    own, device = getattr(config, "Config", NoConfig), getattr(config, "Device", None)
    for name, kind in (("Config", own), ("Device", device)):
        if not (isinstance(kind, type) and issubclass(kind, DriverConfig)):
            raise ManifestError(f"config.py: {name} must be a DriverConfig")
    create = getattr(driver, "create", None)
    if not callable(create):
        raise ManifestError("driver.py: create(context) is missing")
    return Installed(manifest, quality, own, cast(type[DriverConfig], device), create, folder)


def driver_module(folder: Path, name: str) -> ModuleType:
    """A module of a driver's folder. Raises what its import raises."""
    if folder.parent == OWN:
        return importlib.import_module(f"{_OWN_PACKAGE}.{folder.name}.{name}")
    package = f"{_OUTSIDE}.{folder.name}"
    _package(_OUTSIDE, [])
    if _package(package, [str(folder)]):
        for loaded in [module for module in sys.modules if module.startswith(f"{package}.")]:
            del sys.modules[loaded]  # another folder, or a newer copy: nothing of the old one may stay
    return importlib.import_module(f"{package}.{name}")


def forget(folder: Path) -> None:
    """Let the next `load` import the folder's files again: they were replaced."""
    package = f"{_OUTSIDE}.{folder.name}"
    for loaded in [module for module in sys.modules if module == package or module.startswith(f"{package}.")]:
        del sys.modules[loaded]
    importlib.invalidate_caches()
    _strings.cache_clear()


def _package(name: str, path: list[str]) -> bool:
    """Make a namespace for driver modules; whether it was made or moved."""
    loaded = sys.modules.get(name)
    if loaded is not None and list(loaded.__path__) == path:
        return False
    module = ModuleType(name)
    module.__path__ = path
    sys.modules[name] = module
    return True


@functools.cache
def _strings(folder: Path, language: str) -> dict[str, str]:
    file = folder / "strings" / f"{language}.json"
    return cast(dict[str, str], json.loads(file.read_text("utf-8")))


def _check_strings(folder: Path, manifest: Manifest) -> None:
    for language in i18n.LANGUAGES:
        try:
            texts = _strings(folder, language)
        except (OSError, ValueError) as error:
            raise ManifestError(f"strings/{language}.json: {error}") from None
        if f"driver.{manifest.id}.name" not in texts:
            raise ManifestError(f"strings/{language}.json: driver.{manifest.id}.name is missing")

"""How the machine is doing, read from the kernel's own files: no dependency, and a container sees its host's truth.

Source: proc_stat(5), proc_meminfo(5), sysfs thermal zones (in thousandths of a degree Celsius).
"""

import os
import shutil
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path("/")
_SENSIBLE: Final = range(-40, 151)
"""Degrees Celsius; some boards report nonsense where no sensor is."""


class Figures(NamedTuple):
    cpu: float
    """Percent of all cores since the last reading."""
    memory: float
    """Percent in use: memory that is not available without swapping."""
    disk: float
    """Percent in use where the box keeps its data."""
    load: float
    """Of one minute."""
    temperature: float | None
    """Degrees Celsius of the warmest zone; None without a sensor."""


class Meter:
    """Remembers the last reading of the processors, since their use is a difference. Reads nothing while not `on`."""

    def __init__(self, data: Path, root: Path = ROOT) -> None:
        self.on = True
        self._data = data
        self._root = root
        self._last = (0, 0)

    def read(self) -> Figures:
        """A file that is not there counts as 0: a figure is no reason to stop a box."""
        if not self.on:
            return Figures(0.0, 0.0, 0.0, 0.0, None)
        return Figures(self._cpu(), self._memory(), self._disk(), self._load(), self._temperature())

    def booted_ms(self) -> int:
        """When the machine came up, UTC ms; 0 where it does not say."""
        for line in _lines(self._root / "proc/stat"):
            if line.startswith("btime "):
                return int(line.split()[1]) * 1000
        return 0

    def _cpu(self) -> float:
        for line in _lines(self._root / "proc/stat"):
            if line.startswith("cpu "):
                ticks = [int(tick) for tick in line.split()[1:9]]
                total, idle = sum(ticks), ticks[3] + ticks[4]
                before_total, before_idle = self._last
                self._last = total, idle
                passed = total - before_total
                return round(100 * (1 - (idle - before_idle) / passed), 1) if passed > 0 else 0.0
        return 0.0

    def _memory(self) -> float:
        sizes = {
            name: int(rest.split()[0])
            for name, _, rest in (line.partition(":") for line in _lines(self._root / "proc/meminfo"))
            if rest.split()
        }
        total = sizes.get("MemTotal", 0)
        free = sizes.get("MemAvailable", sizes.get("MemFree", 0))
        return round(100 * (1 - free / total), 1) if total else 0.0

    def _disk(self) -> float:
        try:
            usage = shutil.disk_usage(self._data)
        except OSError:
            return 0.0
        return round(100 * usage.used / usage.total, 1) if usage.total else 0.0

    def _load(self) -> float:
        if self._root != ROOT:
            lines = _lines(self._root / "proc/loadavg")
            return float(lines[0].split()[0]) if lines else 0.0
        return round(os.getloadavg()[0], 2)

    def _temperature(self) -> float | None:
        zones = []
        for file in (self._root / "sys/class/thermal").glob("thermal_zone*/temp"):
            text = "".join(_lines(file)).strip()
            if text.lstrip("-").isdecimal() and int(text) // 1000 in _SENSIBLE:
                zones.append(int(text) / 1000)
        return round(max(zones), 1) if zones else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []

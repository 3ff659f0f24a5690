"""A process's wall clock that is set to another time while it runs (libfaketime)."""

from pathlib import Path
from typing import Final

LIBRARY: Final = next(
    Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("/usr/lib/libfaketimeMT.so.1")
)


def missing() -> str:
    return (
        "" if LIBRARY.exists() else f"clocks do not jump: {LIBRARY.name} (Debian: faketime) is not installed"
    )


class Clock:
    """The attacked process's wall clock; its monotonic one is left alone."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.write_text("+0")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
        }  # fmt: skip

    def jump(self, seconds: int) -> None:
        """From the machine's own time; the library reads the file once a second."""
        self._file.write_text(f"{seconds:+d}")

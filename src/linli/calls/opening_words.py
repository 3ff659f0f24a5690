"""What became of a try to open a door, in words."""

from typing import Final

from linli.kernel.i18n import DEFAULT, text
from linli.rules.unlocking import TryResult

NOT_ALLOWED: Final = "not_allowed"
DOOR_UNKNOWN: Final = "door_unknown"


def words_of(result: str, language: str = DEFAULT) -> str:
    """For who pressed, and for who reads it later."""
    key = result if result in TryResult or result in (NOT_ALLOWED, DOOR_UNKNOWN) else "failed"
    if result in ("device.offline", "device.cut_off"):
        key = "offline"
    return text(f"opening.{key}", language)

"""Codes of devices: 20 digits, of which 11 to 13 tell the kind. Source: GB/T 28181-2016, annex D."""

import re
from typing import Final, Literal

_CODE: Final = re.compile(r"[0-9]{20}")
CAMERAS: Final = frozenset({"131", "132"})
"""Cameras, and cameras of networks."""


def is_code(text: str) -> bool:
    return text.isascii() and _CODE.fullmatch(text) is not None


def kind_of(code: str) -> Literal["camera", "alarm", "other"]:
    """What a channel of a catalogue is, by its code. Codes of other lengths are taken for cameras: makers send such."""
    kind = code[10:13]
    if kind in CAMERAS or not is_code(code):
        return "camera"
    return "alarm" if kind in ("134", "135") else "other"

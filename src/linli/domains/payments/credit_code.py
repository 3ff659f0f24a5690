"""The unified social credit code (GB 32100-2015) and the identity number (GB 11643-1999).

Both have a check character, so that typing errors are found before a review.
"""

import re
from typing import Final

_CODE: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"


def credit_code(text: str) -> str | None:
    """The code in capitals; None if it is invalid."""
    text = text.strip().upper()
    if len(text) != 18 or any(char not in _CODE for char in text):
        return None
    total = sum(_CODE.index(char) * weight for char, weight in zip(text, _CODE_WEIGHTS, strict=False))
    return text if _CODE[(31 - total % 31) % 31] == text[17] else None


def identity_number(text: str) -> str | None:
    """The number in capitals; None if it is invalid."""
    text = text.strip().upper()
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", text):
        return None
    total = sum(int(char) * weight for char, weight in zip(text, _ID_WEIGHTS, strict=False))
    return text if _ID_CHECKS[total % 11] == text[17] else None

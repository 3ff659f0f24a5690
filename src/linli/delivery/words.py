"""A device's words about a delivery, made fit to be kept and shown: devices repeat the codes that they were given."""

import re
from collections.abc import Iterable
from typing import Final

from linli.kernel.masking import HIDDEN, masked_text, shown_credential

_SHORTEST: Final = 4
_BOXES: Final = re.compile(r"(not confirmed: )[^\s:]+(:)")
"""How older boxes name the entry that failed."""


def hidden_words(words: str, credentials: Iterable[tuple[str, str]] = ()) -> str:
    """`words` without the `credentials` (kind, credential) and whatever else must not be read."""
    if not words:
        return words
    words = _BOXES.sub(rf"\1{HIDDEN}\2", masked_text(words))
    for kind, credential in credentials:
        if len(credential) >= _SHORTEST and credential in words:
            words = words.replace(credential, shown_credential(kind, credential) or HIDDEN)
    return words

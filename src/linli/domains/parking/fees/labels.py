"""What stands in the place of a plate where a car has none: a number that is no plate and no secret."""

import re
from typing import Final

from linli.kernel.ids import Ids

_LABEL: Final = re.compile(r"T[0-9]{7}")


def new_label(ids: Ids) -> str:
    """As it is shown to the driver and at the seat. It opens nothing."""
    return f"T{int(ids.hex(12), 16) % 10_000_000:07}"


def is_label(plate: str) -> bool:
    return _LABEL.fullmatch(plate) is not None

"""How long to wait before the next try: longer each time, spread by chance so that failures do not march in step."""

from random import Random
from typing import Final

_STEPS_MS: Final = (1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000, 7_200_000)
SPREAD: Final = 0.2


def wait_ms(failures: int, rng: Random) -> int:
    """Milliseconds to wait after the given number of failures in a row (at least 1), within 20% of the step."""
    step = _STEPS_MS[min(max(failures, 1), len(_STEPS_MS)) - 1]
    return round(step * rng.uniform(1 - SPREAD, 1 + SPREAD))

"""Caches of what strangers send: as many entries as they like to make up, so each must be small."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final

LONGEST: Final = 512
"""Longest text or bytes to remember: repeated values are short."""


def cached_short[A: str | bytes | None, R](
    entries: int,
) -> Callable[[Callable[[A], R]], Callable[[A], R]]:
    """`lru_cache` for a function of one text; with a long one it is simply called."""

    def around(function: Callable[[A], R]) -> Callable[[A], R]:
        cached = lru_cache(maxsize=entries)(function)

        @wraps(function)
        def call(asked: A) -> R:
            return function(asked) if asked is not None and len(asked) > LONGEST else cached(asked)

        return call

    return around

"""Which pictures of a camera are asked for."""

from typing import NamedTuple


class Part(NamedTuple):
    """Which pictures of a camera: live ones, large or small, or a span of its recordings (seconds since 1970)."""

    sub: bool = False
    begin_s: int = 0
    end_s: int = 0

"""Steering: the eight bytes of PTZCmd. Source: GB/T 28181-2016, A.3.

A5  0F  address  what  across  down  zoom | address, high  sum of all, modulo 256
"""

from typing import Final, NamedTuple


class Move(NamedTuple):
    """-1, 0 or 1 each: left or right, down or up, out or in. All 0: stop."""

    across: int = 0
    up: int = 0
    zoom: int = 0


_RIGHT, _LEFT, _DOWN, _UP, _IN, _OUT = 1, 2, 4, 8, 16, 32
_FASTEST: Final = 255


def ptz_command(move: Move, speed: int = 128) -> str:
    """In hexadecimal. `speed`: 0 to 255; the zoom has 0 to 15."""
    speed = max(0, min(_FASTEST, speed))
    what = (
        (_RIGHT if move.across > 0 else _LEFT if move.across < 0 else 0)
        | (_UP if move.up > 0 else _DOWN if move.up < 0 else 0)
        | (_IN if move.zoom > 0 else _OUT if move.zoom < 0 else 0)
    )
    zoom = speed // 16 if move.zoom else 0
    data = bytes((0xA5, 0x0F, 1, what, speed if move.across else 0, speed if move.up else 0, zoom << 4))
    return (data + bytes((sum(data) % 256,))).hex().upper()

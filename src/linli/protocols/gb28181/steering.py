"""Steering: the eight bytes of PTZCmd. Source: GB/T 28181-2016, A.3.

A5  0F  address  what  across  down  zoom | address, high  sum of all, modulo 256
"""

from typing import Final, Literal

from linli.protocols.steering import Move

_RIGHT, _LEFT, _DOWN, _UP, _IN, _OUT = 1, 2, 4, 8, 16, 32
_FASTEST: Final = 255
_BEGIN, _LENS = 0xA5, 0x40
_COMMAND_DIGITS: Final = 16
SET_PRESET, GO_TO_PRESET, DELETE_PRESET = 0x81, 0x82, 0x83
ADD_TO_CRUISE, DELETE_FROM_CRUISE, CRUISE_SPEED, CRUISE_STAY, START_CRUISE = 0x84, 0x85, 0x86, 0x87, 0x88


def ptz_command(move: Move, speed: int = 128) -> str:
    """In hexadecimal. `speed`: 0 to 255; the zoom has 0 to 15."""
    speed = max(0, min(_FASTEST, speed))
    what = (
        (_RIGHT if move.across > 0 else _LEFT if move.across < 0 else 0)
        | (_UP if move.up > 0 else _DOWN if move.up < 0 else 0)
        | (_IN if move.zoom > 0 else _OUT if move.zoom < 0 else 0)
    )
    zoom = speed // 16 if move.zoom else 0
    return _summed(what, speed if move.across else 0, speed if move.up else 0, zoom << 4)


def preset_command(what: int, preset: int) -> str:
    """Set, go to or delete a preset, 1 to 255 (A.3.4)."""
    return _summed(what, 0, preset, 0)


def cruise_command(what: int, cruise: int, preset: int = 0, value: int = 0) -> str:
    """Of cruise 0 to 255 (A.3.5). `value`: speed, or seconds to stay, 0 to 4095. A cruise ends with a stop."""
    if what in (CRUISE_SPEED, CRUISE_STAY):
        return _summed(what, cruise, value & 0xFF, (value >> 8 & 0x0F) << 4)
    return _summed(what, cruise, preset, 0)


def _summed(what: int, fifth: int, sixth: int, seventh: int) -> str:
    data = bytes((0xA5, 0x0F, 1, what, fifth, sixth, seventh))
    return (data + bytes((sum(data) % 256,))).hex().upper()


type Intent = Literal["move", "stop", "lens", "go", "edit"]


def read_command(text: str) -> tuple[Intent, str] | None:
    """What eight bytes of PTZCmd mean, and they written as ours are; None: they are none.

    `lens`: iris and focus (A.3.3). `edit`: it changes what the camera keeps, or begins a cruise, or is not known.
    """
    try:
        data = bytes.fromhex(text) if len(text) == _COMMAND_DIGITS else b""
    except ValueError:
        return None
    if len(data) != _COMMAND_DIGITS // 2 or data[0] != _BEGIN or sum(data[:7]) % 256 != data[7]:
        return None
    what = data[3]
    if what == 0:
        return "stop", data.hex().upper()
    if what == GO_TO_PRESET:
        return "go", data.hex().upper()
    if what & 0xC0 == 0:
        return "move", data.hex().upper()
    return ("lens" if what & 0xF0 == _LENS else "edit"), data.hex().upper()

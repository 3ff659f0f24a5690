"""The result of reading one picture for plates. These structs travel between the platform and the child process."""

from typing import Final, Literal

import msgspec

type Color = Literal["blue", "green", "yellow", "white", "black", ""]
type Point = tuple[float, float]
type Corners = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left, as the text reads; pixels of the upright picture."""

PROVINCE_MARKS: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
CHARACTERS: Final = f"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ{PROVINCE_MARKS}使警学挂港澳领试超应急民航"
"""All that stands on a plate, but for its dot. GA 36-2018."""


class Text(msgspec.Struct, frozen=True, array_like=True):
    """One way to read a place of the picture."""

    text: str
    probability: float
    """That just this text stands there, 0 to 1, by the network's own account."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """One line of text, or two of them that stand one above the other and are read as one."""

    corners: Corners
    texts: list[Text]
    """The likeliest first."""
    color: Color
    """Of the ground behind the text; empty: it is none of a plate's, or too dark to tell."""
    lines: int = 1


class PlateLook(msgspec.Struct, frozen=True, array_like=True):
    width: int
    height: int
    places: list[Place]
    """Where a plate may be, the likeliest first."""
    model_id: str

"""Pictures as models take them: decoded, upright, cut out and turned. Pillow and numpy."""

import io
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from linli.vision.engine.ports import NoPicture

FORMATS: Final = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
PIXELS_MAX: Final = 40_000_000
"""Of a JPEG, which is decoded at a fraction of its size when it is large."""
PLAIN_PIXELS_MAX: Final = 16_000_000
"""Of what has to be decoded whole."""
COARSE: Final = 300
FINE: Final = 1024
"""A JPEG is decoded at a half, a quarter or an eighth while its shorter side stays at least this long."""
_LONGEST_LINE: Final = 16
"""A place that is straightened is at most so many times as wide as high."""
_ORIENTATION: Final = 0x0112
_ROUGH: Final = 1.5
"""Where pixels are left out a picture is reduced first, to between this and twice this many for each of the square."""
_LEAVES_OUT: Final = 0.5
"""From so many pixels a side on for each of the square, a network that looks for places needs nothing between them: its
points stay within a hundredth of the face."""
_FRAMES: Final = frozenset((0xC0, 0xC1, 0xC2))
"""Markers of sequential and progressive frames (ITU-T T.81, table B.1)."""
_WITHOUT_NEWS: Final = frozenset((0xE0, 0xDB, 0xC4, 0xDD, 0xFE))
"""Markers of JFIF, tables, restart interval and comments: they turn no picture and change no colours."""

Image.MAX_IMAGE_PIXELS = None  # sizes are checked here, before anything is decoded

type Pixels = NDArray[np.uint8]
type Floats = NDArray[np.float32]


class Picture(NamedTuple):
    image: Image.Image
    """RGB, upright."""
    scale: float
    """How many pixels of the file's picture one pixel of `image` is."""

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height


def decode(content: bytes, shorter_side: int = FINE, *, longer_side: int = 0) -> Picture:
    """The picture in `content`, turned by its EXIF orientation, no larger than needed for `shorter_side`.

    With `longer_side` this applies to the first halving only; further halvings keep the longer side at least this long.
    The first halving saves a third of the decoding, all others together a fifth. If a face is then too small, the
    picture must be decoded again. Raises NoPicture: format, broken, pixels.
    """
    if (size := _plain_jpeg(content)) is not None:
        return _decode_plain(content, size, _factor(size, shorter_side, longer_side))
    try:
        opened = Image.open(io.BytesIO(content), formats=FORMATS)
    except (OSError, ValueError, SyntaxError) as error:
        raise NoPicture("format") from error
    width, height = opened.size
    most = PIXELS_MAX if opened.format == "JPEG" else PLAIN_PIXELS_MAX
    if width * height > most:
        raise NoPicture("pixels")
    try:
        if opened.format == "JPEG" and (factor := _factor(opened.size, shorter_side, longer_side)) > 1:
            # The decoder can halve a JPEG for less than decoding it.
            opened.draft("RGB", (width // factor, height // factor))
        image: Image.Image = opened
        if opened.getexif().get(_ORIENTATION, 1) != 1:
            image = ImageOps.exif_transpose(opened)
        image.load()
        image = image if image.mode == "RGB" else image.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError) as error:
        raise NoPicture("broken") from error
    if min(image.size) < 1:
        raise NoPicture("broken")
    return Picture(image, max(width, height) / max(image.size))


def _factor(size: tuple[int, int], shorter_side: int, longer_side: int) -> int:
    """By how much a JPEG is decoded smaller: nobody needs what is dropped."""
    side, least, factor = min(size), shorter_side, 1
    while factor < 8 and side // (factor * 2) >= least:
        factor *= 2
        if longer_side:
            side, least = max(size), longer_side
    return factor


def _plain_jpeg(content: bytes) -> tuple[int, int] | None:
    """(width, height) of a JPEG as cameras of doors make it: colours, upright; None where more has to be read.

    Such a picture goes straight to the decoder: reading all that a header may say costs a tenth of decoding.
    """
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at, end = 2, len(content) - 10
    while at < end and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = int.from_bytes(content[at + 5 : at + 7]), int.from_bytes(content[at + 7 : at + 9])
            plain = content[at + 4] == 8 and content[at + 9] == 3 and width and height
            return (width, height) if plain else None
        if marker not in _WITHOUT_NEWS:
            return None
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None


def _decode_plain(content: bytes, size: tuple[int, int], factor: int) -> Picture:
    """Raises NoPicture."""
    width, height = size
    if width * height > PIXELS_MAX:
        raise NoPicture("pixels")
    smaller = (-(-width // factor), -(-height // factor))
    try:
        image = Image.frombytes("RGB", smaller, content, "jpeg", "RGB", "", factor, 0)
    except (OSError, ValueError, MemoryError) as error:
        raise NoPicture("broken") from error
    return Picture(image, max(width, height) / max(smaller))


def fitted(image: Image.Image, width: int, height: int) -> tuple[Pixels, float]:
    """The whole picture in the top left of a black `width` x `height`; (pixels, how much it was scaled)."""
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Whole steps are averaged, the rest leaves pixels out: a detector sees no difference, and averaging over
    # broken steps costs as much as a sixth of the network that follows.
    whole = min(image.width // size[0], image.height // size[1])
    image = image.reduce(whole) if whole > 1 else image
    how = Image.Resampling.NEAREST if scale < 1 else Image.Resampling.BILINEAR
    return _on_black(pixels_of(image.resize(size, how)), 0, 0, width, height), scale


def pixels_of(image: Image.Image) -> Pixels:
    return np.frombuffer(image.tobytes(), np.uint8).reshape(image.height, image.width, 3)


def _on_black(part: Pixels, left: int, top: int, width: int, height: int) -> Pixels:
    """`part` at its place in a black picture; itself where it fills it."""
    if part.shape[:2] == (height, width):
        return part
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[top : top + part.shape[0], left : left + part.shape[1]] = part
    return pixels


def cut(image: Image.Image, matrix: NDArray[np.float64], side: int, *, smooth: bool = True) -> Pixels:
    """A square of `side` whose pixel (x, y) is the picture's `matrix @ (x, y, 1)`; black outside the picture.

    Where the picture is much larger than the square it is reduced first, so that fine detail does not flicker. Without
    `smooth` the rest of the shrinking leaves pixels out: at a tenth of the cost the square does for a network that looks
    for places, not for judging how sharp a face is.
    """
    (a, b, left), (c, d, top) = matrix.tolist()
    zoom = math.sqrt(abs(a * d - b * c))
    smooth = smooth or zoom < _LEAVES_OUT
    if smooth and b == c == 0 and a == d > 0:
        return _cut_straight(image, left, top, a, side)
    whole = max(1, int(zoom if smooth else zoom / _ROUGH))
    if whole > 1 or b:
        # A turned square is read across the rows: once cut out, its pixels are in the processor's cache.
        first_x, last_x = _span(left, a * side, b * side, whole)
        first_y, last_y = _span(top, c * side, d * side, whole)
        box = (max(0, first_x), max(0, first_y), min(image.width, last_x), min(image.height, last_y))
        if box[2] - box[0] < whole or box[3] - box[1] < whole:
            return np.zeros((side, side, 3), np.uint8)
        image = image.reduce(whole, box) if whole > 1 else image.crop(box)
        left, top = left - box[0], top - box[1]
        a, b, left, c, d, top = (value / whole for value in (a, b, left, c, d, top))
    how = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    turned = image.transform((side, side), Image.Transform.AFFINE, (a, b, left, c, d, top), resample=how)
    return pixels_of(turned)


def _span(start: float, along: float, beside: float, border: int) -> tuple[int, int]:
    """From where to where a square reaches on one axis, with a border that reduced pixels average over."""
    corners = (start, start + along, start + beside, start + along + beside)
    return math.floor(min(corners)) - border, math.ceil(max(corners)) + border


def _cut_straight(image: Image.Image, left: float, top: float, step: float, side: int) -> Pixels:
    """`cut` without a turn: resizing the part that lies in the picture costs half of what transforming it does."""
    first_x, first_y = max(0, math.ceil(-left / step)), max(0, math.ceil(-top / step))
    last_x = min(side, math.floor((image.width - left) / step))
    last_y = min(side, math.floor((image.height - top) / step))
    if last_x <= first_x or last_y <= first_y:
        return np.zeros((side, side, 3), np.uint8)
    box = (left + first_x * step, top + first_y * step, left + last_x * step, top + last_y * step)
    # Averaging is all that shrinking needs, and two thirds of what a wider filter costs.
    how = Image.Resampling.BOX if step > 1 else Image.Resampling.BILINEAR
    part = image.resize((last_x - first_x, last_y - first_y), how, box=box)
    return _on_black(pixels_of(part), first_x, first_y, side, side)


def straightened(image: Image.Image, corners: Sequence[tuple[float, float]], height: int) -> Image.Image:
    """A place with four corners (top left, top right, bottom right, bottom left) as an upright picture of `height`.

    What lies outside the picture is black. The picture is reduced first where the place is much larger.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    across = max(1.0, (math.hypot(bx - ax, by - ay) + math.hypot(cx - dx, cy - dy)) / 2)
    down = max(1.0, (math.hypot(dx - ax, dy - ay) + math.hypot(cx - bx, cy - by)) / 2)
    width = min(_LONGEST_LINE * height, max(1, round(across * height / down)))
    whole = max(1, int(down / height / _ROUGH))
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    left, top = max(0, math.floor(min(xs)) - whole), max(0, math.floor(min(ys)) - whole)
    box = (
        left,
        top,
        min(image.width, math.ceil(max(xs)) + whole),
        min(image.height, math.ceil(max(ys)) + whole),
    )
    if box[2] - left < whole or box[3] - top < whole:
        return Image.new("RGB", (width, height))
    part = image.reduce(whole, box) if whole > 1 else image.crop(box)
    places = ((ax, ay), (dx, dy), (cx, cy), (bx, by))  # as Pillow goes around them
    quad = tuple(value for x, y in places for value in ((x - left) / whole, (y - top) / whole))
    return part.transform((width, height), Image.Transform.QUAD, quad, resample=Image.Resampling.BILINEAR)


def curve(low: float, high: float) -> list[int]:
    """For each value of a pixel another one, so that `low` becomes black and `high` white."""
    return [min(255, max(0, round((value - low) * 255 / (high - low)))) for value in range(256)]


def planes(pixels: Pixels, *, mean: float, std: float, rgb: bool = True) -> Floats:
    """(1, 3, height, width) of (value - mean) / std, as networks take pictures."""
    ordered = pixels if rgb else pixels[:, :, ::-1]
    # Put in order while they are bytes: the runtime would do it with floats, four times as much memory.
    values = ordered.transpose(2, 0, 1).copy().astype(np.float32)
    values *= 1 / std
    values -= mean / std
    return values[np.newaxis]


def grey(pixels: Pixels) -> Floats:
    """Luma of ITU-R BT.601, 0 to 255."""
    return pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)

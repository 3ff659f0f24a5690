"""From a picture's bytes to ways to read its plates: decode, find, straighten, read."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import pictures
from linli.vision.manifest import Model
from linli.vision.pictures import Picture
from linli.vision.plates.ctc import Ctc
from linli.vision.plates.finders import Box, Finder
from linli.vision.plates.looks import PROVINCE_MARKS, Color, Corners, Place, PlateLook, Point, Text

SHORTER_SIDE: Final = 720
"""A larger JPEG is decoded at a fraction of its size."""
COARSE, FINE = 640, 960
"""Longer sides at which a picture is searched: the finer one where the first shows no text that may be a plate."""
_SHORTEST: Final = 7
"""Characters of a plate, at least."""
READ_MAX: Final = 6
"""So many places of a picture are read."""
_LIKELY: Final = 0.5
"""Where a plate is as likely as this no other way to look at the picture is tried."""
_FLATTEST, _TALLEST = 9.0, 1.2
"""Width over height of a line that may be a plate's."""
_TOO_DARK, _COLORED = 30, 0.25
_LINE_HEIGHT: Final = 96
_BOTTOMS: Final = (-0.06, 0.02, 0.1)
"""How far above the top of the lower line the upper one may end, in heights of the lower one."""
_UPPER_HEIGHT, _UPPER_SIDE = 0.62, 0.16
"""Height of the upper line in heights of the lower one, and how much narrower it is on each side. GA 36-2018."""
_TWO_LINES_BELOW: Final = 2.4
"""A place that is so wide, or less, for its height may have two lines."""
_PARTED: Final = (0.36, 0.42)
"""Shares of its height at which the upper line may end."""


class PlateReader:
    """The models of one manifest. Not for several threads at once."""

    def __init__(self, finder: Finder, reader: Ctc, *, model_id: str, models: list[Model]) -> None:
        self._finder = finder
        self._reader = reader
        self.model_id = model_id
        self.models = models

    def read(self, content: bytes) -> PlateLook:
        """Raises NoPicture."""
        picture = pictures.decode(content, SHORTER_SIDE)
        places = self._places(picture, COARSE)
        if not any(_sure(place) for place in places) and max(picture.image.size) > COARSE:
            places += self._places(picture, FINE)
        places = sorted((place for place in places if _best(place) > 0), key=_best, reverse=True)
        width, height = round(picture.width * picture.scale), round(picture.height * picture.scale)
        return PlateLook(width, height, places[:READ_MAX], self.model_id)

    def _places(self, picture: Picture, side: int) -> list[Place]:
        boxes = self._finder.find(picture.image, side)
        likely = [
            box for box in boxes if box.is_plate or _TALLEST <= box.width / max(1.0, box.height) <= _FLATTEST
        ]
        # The camera's own words stand at the edge of its picture, plates in the middle.
        likely.sort(key=lambda box: _from_middle(box, picture))
        places = []
        for box in likely[:READ_MAX]:
            flat = box.width / max(1.0, box.height)
            if not box.is_plate or flat > _TWO_LINES_BELOW:
                places.append(self._line(picture, box))
            if flat <= _TWO_LINES_BELOW and not _sure(places[-1] if places else None):
                places.append(self._two_lines(picture, box))
            elif _is_lower_line(places[-1]):
                places.append(self._with_line_above(picture, box, places[-1], boxes))
            if _sure(places[-1]):
                break
        return places

    def _line(self, picture: Picture, box: Box) -> Place:
        corners = _wider(box.corners) if box.is_plate else box.corners
        image = pictures.straightened(picture.image, corners, _LINE_HEIGHT)
        texts = self._reader.read(_stretched(image))
        return Place(_of_file(corners, picture.scale), texts, ground(image))

    def _two_lines(self, picture: Picture, box: Box) -> Place:
        """A place that is so high that both lines of a plate stand in it."""
        corners = _wider(box.corners) if box.is_plate else box.corners
        image = pictures.straightened(picture.image, corners, _LINE_HEIGHT * 2)
        width, height = image.size
        views = []
        for share in _PARTED:
            middle = round(height * share)
            upper = image.crop((width // 8, 0, width * 7 // 8, middle))
            lower = image.crop((0, middle, width, height))
            views.append(_joined(self._reader.read(_stretched(upper)), self._reader.read(_stretched(lower))))
        return Place(_of_file(corners, picture.scale), _agreed(views), ground(image), lines=2)

    def _with_line_above(self, picture: Picture, box: Box, lower: Place, boxes: list[Box]) -> Place:
        """Both lines of a plate whose lower line was found. Finders part the two characters above it, or overlook them.

        Where the upper line was overlooked its height is not known, and half an E is an F: what all views agree in is
        likely.
        """
        views, (_, _, right, left) = [], box.corners
        seen = _line_above(box, boxes)
        places = [_above(box.corners, bottom) for bottom in _BOTTOMS] if seen is None else [seen]
        for corners in places:
            image = pictures.straightened(picture.image, corners, _LINE_HEIGHT)
            views.append(self._reader.read(_stretched(image)))
        texts = _joined(_agreed(views), lower.texts)
        whole = (corners[0], corners[1], right, left)
        return Place(_of_file(whole, picture.scale), texts, lower.color, lines=2)


def _best(place: Place) -> float:
    """How likely the likeliest text is that is long enough for a plate."""
    return max((text.probability for text in place.texts if len(text.text) >= _SHORTEST), default=0.0)


def _sure(place: Place | None) -> bool:
    return place is not None and _best(place) >= _LIKELY


def _is_lower_line(place: Place) -> bool:
    """Whether it reads as what is below the province and the letter: five or six characters, surer than any plate."""
    if place.lines > 1 or not place.texts or place.texts[0].text[0] in PROVINCE_MARKS:
        return False
    return len(place.texts[0].text) in (5, 6) and place.texts[0].probability > _best(place)


def _line_above(lower: Box, boxes: list[Box]) -> Corners | None:
    """The upper line of a plate by what was found there, be it in one piece or in two; None: nothing was."""
    (ax, ay), (bx, by), _, (dx, dy) = lower.corners
    along = np.array([bx - ax, by - ay])
    up = np.array([ax - dx, ay - dy])
    basis = np.linalg.inv(np.stack([along, up], 1))
    left, bottom, right, top = 1.0, 1.0, 0.0, -1.0
    for box in boxes:
        xs, ys = basis @ (np.array(box.corners).T - np.array([[ax], [ay]]))
        if (
            0.0 < xs.mean() < 1.0
            and -0.3 < ys.mean() < 0.9
            and np.ptp(ys) < 1.1
            and xs.min() > -0.1
            and xs.max() < 1.1
        ):
            left, right = min(left, float(xs.min())), max(right, float(xs.max()))
            bottom, top = min(bottom, float(ys.min())), max(top, float(ys.max()))
    if top <= bottom or right <= left:
        return None
    left, right = min(left, _UPPER_SIDE), max(right, 1 - _UPPER_SIDE)
    a, b, c, d = (
        (float(ax + x * along[0] + y * up[0]), float(ay + x * along[1] + y * up[1]))
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    )
    return a, b, c, d


def _above(lower: Corners, bottom: float) -> Corners:
    """Where the upper line of a plate is."""
    (ax, ay), (bx, by), _, (dx, dy) = lower
    up_x, up_y, along_x, along_y = ax - dx, ay - dy, bx - ax, by - ay

    def at(along: float, up: float) -> Point:
        return ax + along_x * along + up_x * up, ay + along_y * along + up_y * up

    top, left, right = bottom + _UPPER_HEIGHT, _UPPER_SIDE, 1 - _UPPER_SIDE
    return at(left, top), at(right, top), at(right, bottom), at(left, bottom)


def _agreed(views: list[list[Text]]) -> list[Text]:
    """Readings of several views of one line: each text as likely as on the average of all views."""
    likely: dict[str, float] = {}
    for text in (text for view in views for text in view):
        likely[text.text] = likely.get(text.text, 0.0) + text.probability / len(views)
    return sorted((Text(*entry) for entry in likely.items()), key=lambda text: -text.probability)


def _joined(upper: list[Text], lower: list[Text]) -> list[Text]:
    texts = [Text(a.text + b.text, a.probability * b.probability) for a in upper[:6] for b in lower[:6]]
    return sorted(texts, key=lambda text: -text.probability)[:16]


def _middle(corners: Corners) -> Point:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _from_middle(box: Box, picture: Picture) -> float:
    x, y = _middle(box.corners)
    return max(abs(x / picture.width - 0.5), abs(y / picture.height - 0.5))


def _wider(corners: Corners) -> Corners:
    """Corners of a plate, a little outside of it: a finder cuts closely."""
    x, y = _middle(corners)
    a, b, c, d = ((x + (px - x) * 1.06, y + (py - y) * 1.1) for px, py in corners)
    return a, b, c, d


def _of_file(corners: Corners, scale: float) -> Corners:
    a, b, c, d = ((x * scale, y * scale) for x, y in corners)
    return a, b, c, d


def _stretched(line: Image.Image) -> Image.Image:
    """A line whose darkest parts are black and whose brightest are white."""
    values = np.asarray(line)
    low, high = (float(value) for value in np.percentile(values[::4, ::4], (2, 98)))
    return line if high - low > 160 else line.point(pictures.curve(low, max(high, low + 12)) * 3)


def ground(line: Image.Image) -> Color:
    """The colour of a plate behind its characters; around them may be the car's."""
    width, height = line.size
    line = line.crop((round(width * 0.12), round(height * 0.28), round(width * 0.88), round(height * 0.72)))
    return color_of(
        np.asarray(line.resize((96, 32), Image.Resampling.NEAREST)).reshape(-1, 3).astype(np.float64)
    )


def color_of(values: NDArray[np.float64]) -> Color:
    """The commonest colour of pixels (n, 3)."""
    bright, dim = values.max(1), values.min(1)
    high = float(np.percentile(bright, 95))
    if high < _TOO_DARK:
        return ""
    # What is much darker than the rest is ink, whatever colour noise gives it.
    lit = bright > 0.3 * high
    colored = lit & (bright - dim > _COLORED * bright)
    if colored.sum() < 0.3 * len(values):
        return "white" if lit.mean() > 0.5 else "black"
    red, green, blue = np.median(values[colored], 0).tolist()
    most = max(red, green, blue)
    if blue == most:
        return "blue" if blue > 1.3 * red else ""
    if green == most:
        return "green" if green > 1.15 * red else ""
    return "yellow" if green > 0.55 * red and blue < 0.7 * red else ""

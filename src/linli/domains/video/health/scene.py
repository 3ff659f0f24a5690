"""Whether two pictures show the same scene: how many edges are still in their place. Pure."""

from typing import Final, NamedTuple

from linli.domains.video.health.sight import BINS, HEIGHT, STRONG, WIDTH, Sight

FEW: Final = 90
"""Edges; with fewer nothing can be said of the scene."""
_WOBBLE: Final = 1
"""Places, so an eightieth of the width: wind, and a lens that warms."""
_MOST_ACROSS: Final = 40
_MOST_DOWN: Final = 22
_STEP: Final = 2
_SAMPLE: Final = 160
_LIKE: Final = 0.55
"""So many edges in place by a shift, and it is the same scene shifted."""
_MASK: Final = STRONG - 1


class Shift(NamedTuple):
    """Of the whole picture, in hundredths of its width and height; right and down are positive."""

    across: int
    down: int


def comparable(reference: Sight) -> bool:
    return len(reference.strong) >= FEW


def in_place(reference: Sight, now: Sight) -> float:
    """Share of the reference's sharp edges that stand where they stood, 0 to 1; a few by chance."""
    strong = reference.strong
    steps = range(-_WOBBLE, _WOBBLE + 1)
    return max(_share(reference, now, strong, x, y) for y in steps for x in steps)


def shift_of(reference: Sight, now: Sight) -> Shift | None:
    """By how much the scene seems to be shifted; None: it is another one."""
    strong = reference.strong
    sample = strong[:: max(1, len(strong) // _SAMPLE)]
    best, at = 0.0, (0, 0)
    for y in range(-_MOST_DOWN, _MOST_DOWN + 1, _STEP):
        for x in range(-_MOST_ACROSS, _MOST_ACROSS + 1, _STEP):
            share = _share(reference, now, sample, x, y)
            if share > best:
                best, at = share, (x, y)
    near = [
        (_share(reference, now, strong, at[0] + x, at[1] + y), at[0] + x, at[1] + y)
        for y in (-1, 0, 1)
        for x in (-1, 0, 1)
    ]
    share, x, y = max(near)
    return Shift(round(x * 100 / WIDTH), round(y * 100 / HEIGHT)) if share >= _LIKE else None


def _share(reference: Sight, now: Sight, places: list[int], x: int, y: int) -> float:
    """In place when the picture is shifted so; of those that are still in it, if these are a third at least."""
    there, seen, edges, old = 0, 0, now.edges, reference.edges
    for place in places:
        column = place % WIDTH + x
        row = place // WIDTH + y
        if not (0 < column < WIDTH - 1 and 0 < row < HEIGHT - 1):
            continue
        seen += 1
        edge = edges[row * WIDTH + column] & _MASK
        if edge:
            turn = abs(edge - (old[place] & _MASK))
            if turn <= 1 or turn >= BINS - 1:
                there += 1
    return there / seen if seen * 3 >= len(places) else 0.0

"""The last messages between the platform and each device, and what came of its pictures. In memory, and bounded.

What did not prove itself has a small place of its own: who only names a device's code can push nothing of it out.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

MOST_ROWS: Final = 200
MOST_DOUBTFUL: Final = 40
_MOST_STEADY: Final = 16
MOST_LETTERS: Final = 96_000
"""Of all texts of one device, while there are few."""
_STEADY_LETTERS: Final = 8_000
_LEAST_LETTERS: Final = 8_000
_ALL_LETTERS: Final = 24_000_000
"""Of all devices."""
_NEAR: Final = 12
"""Among so many last rows a repetition is looked for."""

type Way = Literal["in", "out", "media"]


@dataclass(frozen=True, slots=True)
class Row:
    at_ms: int
    """Of the first of those that are counted in it; of what comes all the time and from strangers, of the last."""
    last_ms: int
    way: Way
    peer: str
    """Transport, host and port; of pictures, where they come from."""
    head: str
    """Method, or status with its reason; of pictures, what happened."""
    about: str
    """CmdType of a message, or the method that is answered."""
    text: str
    """Without secrets."""
    channel: str = ""
    count: int = 1
    proven: bool = True

    @property
    def size(self) -> int:
        return len(self.text) + len(self.head) + len(self.about) + len(self.peer)


type Key = tuple[str, ...]
"""Rows with the same one are counted together."""


class Ring:
    """Rows, the earliest first, within bounds of number and size."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: deque[tuple[Key, Row]] = deque()
        self._letters = 0

    def add(self, key: Key, row: Row, letters: int, *, moves: bool) -> None:
        """`moves`: a repetition takes the row to the end, with its newest text."""
        last = len(self._rows) - 1
        for back in range(min(_NEAR if not moves else self._most, len(self._rows))):
            other_key, other = self._rows[last - back]
            if other_key != key:
                continue
            if moves:
                del self._rows[last - back]
                self._letters += row.size - other.size
                self._rows.append((key, replace(row, count=other.count + 1)))
                self.trim(letters)
            else:
                self._rows[last - back] = (key, replace(other, count=other.count + 1, last_ms=row.last_ms))
            return
        self._rows.append((key, row))
        self._letters += row.size
        self.trim(letters)

    def take(self, key: Key) -> Row | None:
        """Take a row out."""
        for place, (other_key, row) in enumerate(self._rows):
            if other_key == key:
                del self._rows[place]
                self._letters -= row.size
                return row
        return None

    def trim(self, letters: int) -> None:
        while self._rows and (len(self._rows) > self._most or self._letters > letters):
            self._letters -= self._rows.popleft()[1].size

    def rows(self) -> Iterable[Row]:
        return (row for _, row in self._rows)


class Ladder:
    """Of one device."""

    def __init__(self) -> None:
        self._proven = Ring(MOST_ROWS)
        self._doubtful = Ring(MOST_DOUBTFUL)
        self._steady = Ring(_MOST_STEADY)

    def add(self, key: Key, row: Row, letters: int) -> None:
        self._proven.add(key, row, letters, moves=False)

    def add_steady(self, key: Key, row: Row) -> None:
        """What comes all the time has one row."""
        self._steady.add(key, row, _STEADY_LETTERS, moves=True)

    def add_doubtful(self, key: Key, row: Row, letters: int) -> None:
        """From whom has not proved to be the device."""
        self._doubtful.add(key, row, letters // 4, moves=True)

    def prove(self, key: Key, letters: int) -> None:
        """Who sent this has proved to be the device since."""
        row = self._doubtful.take(key)
        if row is not None:
            place = (*key, str(row.last_ms))
            self._proven.add(place, replace(row, proven=True), letters, moves=False)

    def trim(self, letters: int) -> None:
        self._proven.trim(letters)

    def rows(self) -> list[Row]:
        """The earliest first."""
        every = [*self._proven.rows(), *self._doubtful.rows(), *self._steady.rows()]
        return sorted(every, key=lambda row: row.at_ms)


class Ladders:
    """By code. The more devices there are, the less text each may keep; none pushes out what is another's."""

    def __init__(self) -> None:
        self._ladders: dict[str, Ladder] = {}
        self._letters = MOST_LETTERS

    def of(self, gb_id: str) -> Ladder:
        ladder = self._ladders.get(gb_id)
        if ladder is None:
            ladder = self._ladders[gb_id] = Ladder()
            letters = max(_LEAST_LETTERS, min(MOST_LETTERS, _ALL_LETTERS // len(self._ladders)))
            if letters < self._letters // 2 or letters == _LEAST_LETTERS < self._letters:
                self._letters = letters
                for other in self._ladders.values():
                    other.trim(letters)
        return ladder

    @property
    def letters(self) -> int:
        """That each may keep now."""
        return self._letters

    def rows(self, gb_id: str) -> list[Row]:
        ladder = self._ladders.get(gb_id)
        return ladder.rows() if ladder is not None else []

    def forget(self, gb_id: str) -> None:
        self._ladders.pop(gb_id, None)

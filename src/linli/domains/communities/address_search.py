"""How houses are looked for by the words of their address: the inverse of `addresses.in_words`.

What a person typed and what tables print are cut into the same pieces: 1幢1单元101室, 1-1-101 and 01/01/0101 all are
building 1, unit 1, room 101. A house fits if it has all pieces that were typed, in their order.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from linli.domains.communities.addresses import levels_in_words

LONGEST: Final = 64
"""Characters of a search that are looked at."""
_PIECES: Final = 12
_WHOLE: Final = 4
"""Characters from which on the beginning of a whole address, without its blanks, is compared too."""
_TOKEN = re.compile(r"[A-Z]{3,}|(?:[0-9]+|[A-Z]{1,2}(?![A-Z]))+|[^\W\d_A-Z]+")
_BLANKS = re.compile(r"[\W_]+")
_SURE = re.compile(r"[0-9]+|[\u3400-\u9fff]")
"""Stands in a location as it is typed: numbers, and single characters, since words of two levels may be joined."""
_LATIN = re.compile(r"[A-Z]")
_BEHIND: Final = {
    "号楼": "b", "幢": "b", "栋": "b", "座": "b", "楼": "b", "单元": "u", "室": "h", "房": "h", "区": "a",
    "号": "", "层": "", "期": "",
}  # fmt: skip
"""What people say behind a number → the level it is of; empty: of any."""
_BEFORE: Final = {
    "BUILDING": "b", "BLDG": "b", "UNIT": "u", "ROOM": "h", "APT": "h", "AREA": "a",
}  # fmt: skip
_WORD: Final = "w"
_WIDE: Final = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x3A)})


class Piece(NamedTuple):
    """One piece of an address: a number with its level (`b`, `u`, `h`, `a`, empty: any), or a word."""

    level: str
    text: str


class Pieces(NamedTuple):
    """A house's address for comparisons."""

    pieces: tuple[Piece, ...]
    whole: str
    """As people say it, without blanks."""


def pieces_of(text: str) -> list[Piece]:
    """The pieces of an address, in their order; without leading zeros and the words behind numbers."""
    pieces: list[Piece] = []
    before = ""
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text).upper()):
        if token in _BEFORE:
            before = _BEFORE[token]
            continue
        if token.isascii() and (token[0].isdigit() or len(token) < 3 or not token.isalpha()):
            pieces.append(Piece(before, token.lstrip("0") or "0"))
            before = ""
            continue
        before = ""
        rest = _take_level(pieces, token)
        if rest and pieces and pieces[-1].level == _WORD:
            pieces[-1] = Piece(_WORD, pieces[-1].text + rest)
        elif rest:
            pieces.append(Piece(_WORD, rest))
    return pieces


def _take_level(pieces: list[Piece], token: str) -> str:
    """Give the last number the level that `token` begins with; what is left of the token."""
    if not pieces or pieces[-1].level == _WORD:
        return token
    for word, level in _BEHIND.items():
        if token.startswith(word):
            pieces[-1] = Piece(level or pieces[-1].level, pieces[-1].text)
            return token[len(word) :]
    return token


@lru_cache(maxsize=65_536)
def pieces_of_location(location: str) -> Pieces:
    """Of a house's location, whose levels are joined by `/`."""
    levels = levels_in_words(location)
    pieces: list[Piece] = []
    for piece in (piece for level in levels for piece in pieces_of(level)):
        if piece.level == _WORD and pieces and pieces[-1].level == _WORD:
            pieces[-1] = Piece(_WORD, pieces[-1].text + piece.text)
        else:
            pieces.append(piece)
    return Pieces(tuple(pieces), _squeezed("".join(levels)))


def _squeezed(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


class AddressWish:
    """A search by address. False when the text holds nothing that an address could have."""

    def __init__(self, text: str) -> None:
        text = text[:LONGEST]
        self.pieces: Final = pieces_of(text)[:_PIECES]
        self.whole: Final = _squeezed(text)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    @property
    def parts(self) -> tuple[str, str]:
        """A text that locations of these pieces hold, in plain and in wide digits; empty: none is sure."""
        runs = [run for piece in self.pieces for run in _SURE.findall(piece.text)]
        part = max(runs, key=len, default="")
        return part, part.translate(_WIDE)

    @property
    def may_run_together(self) -> bool:
        """Whether numbers of two levels may stand as one in the text: Tower3101室 of Tower3/101."""
        return _LATIN.search(self.whole) is not None and len(self.whole) >= _WHOLE

    def choose(self, locations: Iterable[tuple[int, str]]) -> list[int]:
        """Ids of the fitting ones of (id, location), in their order: those that have exactly the numbers typed; if
        there are none, those whose number begins with the last one."""
        exact: list[int] = []
        begun: list[int] = []
        for key, location in locations if self else ():
            house = pieces_of_location(location)
            if _fits(house.pieces, self.pieces, begun=False) or house.whole == self.whole:
                exact.append(key)
            elif not exact and self._begins(house):
                begun.append(key)
        return exact or begun

    def _begins(self, house: Pieces) -> bool:
        if _fits(house.pieces, self.pieces, begun=True):
            return True
        return len(self.whole) >= _WHOLE and house.whole.startswith(self.whole)


def _fits(pieces: tuple[Piece, ...], wanted: list[Piece], *, begun: bool) -> bool:
    rest = iter(pieces)
    last = len(wanted) - 1
    return all(
        any(_same(piece, wish, begun=begun and at == last) for piece in rest)
        for at, wish in enumerate(wanted)
    )


def _same(piece: Piece, wish: Piece, *, begun: bool) -> bool:
    if wish.level == _WORD or piece.level == _WORD:
        return wish.level == piece.level and wish.text in piece.text
    if wish.level and piece.level and wish.level != piece.level:
        return False
    return piece.text.startswith(wish.text) if begun and not wish.level else piece.text == wish.text

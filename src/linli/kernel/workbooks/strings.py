"""The texts that cells share, packed: one piece of memory and where each text ends, decoded when a cell asks.

As objects ten million of them take a gigabyte and a half.
"""

from array import array
from typing import BinaryIO, Final
from xml.parsers import expat

_PIECE: Final = 256 * 1024


class SharedStrings:
    """A list of texts, as openpyxl asks for it."""

    def __init__(self) -> None:
        self._packed = bytearray()
        self._ends = array("I")

    def append(self, text: str) -> None:
        self._packed += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._packed))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, at: int) -> str:
        """Raises ValueError for a number that is none of theirs."""
        if not 0 <= at < len(self._ends):
            raise ValueError(f"no shared string {at}")
        start = self._ends[at - 1] if at else 0
        return self._packed[start : self._ends[at]].decode("utf-8", "surrogatepass")


def read_strings(source: BinaryIO) -> SharedStrings:
    """Texts of `<si>`, runs put together, readings of Chinese signs (`<rPh>`) left out. Raises ValueError.

    Source: ECMA-376-1, 18.4.
    """
    shared_strings = SharedStrings()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    inside: list[str] = []
    pieces: list[str] = []

    def begin(name: str, _: object) -> None:
        local = name.rpartition(" ")[2]
        inside.append(local)
        if len(inside) > 16:
            raise ValueError("a shared string that is nested")
        if local == "si":
            pieces.clear()

    def end(name: str) -> None:
        inside.pop()
        if name.rpartition(" ")[2] == "si":
            shared_strings.append("".join(pieces).replace("x005F_", ""))

    def text(piece: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            pieces.append(piece)

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        while piece := source.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return shared_strings

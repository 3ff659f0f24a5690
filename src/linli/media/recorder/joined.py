"""One MP4 of a span that lies in several files: their fragments behind one head, with times that go on."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from linli.media.recorder.files import contents, read_parts
from linli.protocols import fmp4
from linli.protocols.fmp4 import Extent


class Span(NamedTuple):
    """What is taken of one file: from and until a time in it, in units of 1/90,000 s."""

    path: Path
    after: int
    before: int


class OtherPicture(Exception):
    """The camera's pictures changed their form within the span: one file cannot have both. `number`: of the span."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Joined:
    """`size` is known before the first byte is read. Blocks: for threads."""

    def __init__(self, spans: list[Span]) -> None:
        """Raises OtherPicture, OSError."""
        self._parts: list[tuple[Path, list[Extent]]] = []
        self._head = b""
        for number, span in enumerate(spans):
            there = contents(span.path)
            head = b"".join(read_parts(span.path, [(0, there.head)]))
            if self._head and head != self._head:
                raise OtherPicture(number)
            taken = _within(there.extents, span.after, span.before)
            if taken:
                self._head = head
                self._parts.append((span.path, taken))
        self.size = len(self._head) + sum(each.size for _, taken in self._parts for each in taken)
        self.duration = sum(each.duration for _, taken in self._parts for each in taken)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        number, time = 0, 0
        for path, taken in self._parts:
            for each in taken:
                number += 1
                moof = b"".join(read_parts(path, [(each.at, each.moof)]))
                yield fmp4.renumbered(moof, number, time)
                yield from read_parts(path, [(each.at + each.moof, each.size - each.moof)])
                time += each.duration


def _within(extents: list[Extent], after: int, before: int) -> list[Extent]:
    """From the last key fragment at or before `after` on."""
    keys = [number for number, each in enumerate(extents) if each.key and each.start <= after]
    first = keys[-1] if keys else 0
    return [each for each in extents[first:] if each.start < before]

"""A copy of a handed-in workbook in which every fault is marked where it stands: made in a child, as it is read."""

from pathlib import Path
from typing import Final

import msgspec

from linli.kernel.children.bounds import Bounds
from linli.kernel.children.parent import ChildEnded, Nursery
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.rows import PROBLEMS_MAX, Problem
from linli.kernel.workbooks.sheets import MEMORY_BYTES, refused_by

FILE_MAX: Final = 128 * 1024 * 1024
"""Bytes of a copy."""
_CPU_SECONDS: Final = 600
_WALL_SECONDS: Final = 1200.0

_nursery: Final = Nursery(
    "linli.kernel.workbooks.marking",
    "serve",
    Bounds(MEMORY_BYTES, _CPU_SECONDS, FILE_MAX),
    wall_seconds=_WALL_SECONDS,
)


class MarkAsk(msgspec.Struct, frozen=True):
    """`titles`: key of a sheet → its title in the file."""

    source: str
    target: str
    titles: dict[str, str]
    problems: list[Problem]
    language: str


def write(
    source: Path, target: Path, titles: dict[str, str], problems: list[Problem], *, language: str
) -> None:
    """Copy the sheets that were read, with a first column that names each row's faults. Blocks. Raises BadWorkbook.

    `titles`: key of a sheet → its title in the file. The first PROBLEMS_MAX faults are marked.
    """
    asked = MarkAsk(str(source), str(target), titles, problems[:PROBLEMS_MAX], language)
    with _nursery.child() as child:
        try:
            child.send(asked)
            rule = child.receive(str)
        except ChildEnded as error:
            raise refused_by(error) from error
    if rule:
        raise BadWorkbook(rule)

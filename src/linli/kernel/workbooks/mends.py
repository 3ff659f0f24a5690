"""Mended cells of a workbook, counted by kind and column, with examples."""

from collections.abc import Iterator
from typing import Final

import msgspec

EXAMPLES: Final = 3
LENGTH_MAX: Final = 80
"""Characters of an example that are kept."""


class Example(msgspec.Struct, frozen=True):
    row: int
    before: str
    after: str


class Mend(msgspec.Struct, frozen=True):
    """Cells of one column that were mended in one way. `kind`: a text `import.mend.<kind>`."""

    sheet: str
    column: str
    """Key of the column."""
    title: str
    """As the file spells it."""
    kind: str
    count: int
    examples: list[Example]


class Mends:
    """Of one workbook: as many entries as there are columns and kinds."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str, str], int] = {}
        self._examples: dict[tuple[str, str, str, str], list[Example]] = {}

    def note(
        self, sheet: str, column: str, title: str, kind: str, *, row: int, before: object, after: object
    ) -> None:
        """A cell of row `row` said `before`, and is taken as `after`."""
        key = (sheet, column, title, kind)
        self._counts[key] = self._counts.get(key, 0) + 1
        examples = self._examples.setdefault(key, [])
        if len(examples) < EXAMPLES:
            example = Example(row, str(before)[:LENGTH_MAX], str(after)[:LENGTH_MAX])
            if all(example.before != earlier.before for earlier in examples):
                examples.append(example)

    def all(self) -> Iterator[Mend]:
        """By sheet and column as they were met."""
        for key, count in self._counts.items():
            yield Mend(*key, count, self._examples[key])

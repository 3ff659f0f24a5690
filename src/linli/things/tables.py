"""Tables that people hand in as CSV (RFC 4180), in the encodings of their programs. Pure.

The apostrophe before what would be a formula (`kernel.tables`) is taken off again: a file comes back as it went.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from linli.kernel import i18n
from linli.kernel.errors import BadInput
from linli.kernel.tables import original


class Problem(NamedTuple):
    """One fault. `row` counts as the spreadsheet does, from 1; 0 and an empty `column` stand for the whole."""

    row: int
    column: str
    value: str
    rule: str
    facts: dict[str, Any]

    def text(self, language: str) -> str:
        return i18n.text(f"rule.{self.rule}", language, **self.facts)


def read_csv(content: bytes, *, rule: str) -> Iterator[list[str]]:
    """Its lines, cell by cell as people read them. UTF-8 or GB 18030; commas, semicolons or tabs.

    Raises BadInput with `rule` for what is no such file.
    """
    text = ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if not text.strip() or "\0" in text:
        raise BadInput(field="file", rule=rule)
    head = text.splitlines()[0]
    delimiter = max(",;\t", key=head.count)
    try:
        for values in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [cell_text(value) for value in values]
    except csv.Error as error:
        raise BadInput(field="file", rule=rule) from error


def cell_text(value: object) -> str:
    """The text of a cell as people read it: 101.0 is "101", without blanks around it, full-width letters made plain."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return original(unicodedata.normalize("NFKC", str(value)).strip())

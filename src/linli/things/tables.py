"""Tables that people hand in and take away as CSV (RFC 4180): their encodings, and nothing that a spreadsheet runs.

Pure. A cell of ours that a spreadsheet would take for a formula begins with an apostrophe; reading takes it off again, so
that a file comes back as it went.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from linli.kernel import i18n
from linli.kernel.errors import BadInput

BOM: Final = codecs.BOM_UTF8
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


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
    """What stands in a cell, as people read it: 101.0 is "101", blanks around are gone, full-width is plain."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text


def write_csv(rows: Iterable[Sequence[str]], *, mark: bool = True) -> bytes:
    """UTF-8, with the mark that spreadsheets know it by unless this is a further part of a file."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(value) for value in row] for row in rows)
    text = out.getvalue().encode()
    return BOM + text if mark else text


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value

"""Pieces of the grammar that many header fields share. Source: RFC 3261, 25.1."""

import re
from typing import Final

from .errors import Malformed

TOKEN: Final = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
MAX_NUMBER: Final = 2**31 - 1
"""Of a sequence number; what is over it is refused (RFC 3261, 8.1.1.5)."""
MAX_SECONDS: Final = 2**32 - 1

_COMMAS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|["<,]', re.DOTALL)
_SEMICOLONS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[";]', re.DOTALL)
_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
_DIGITS: Final = re.compile(r"[0-9]+")

Params = dict[str, str | None]
"""Names in lower case; the value is None where there is no `=`."""


def split_commas(text: str) -> list[str]:
    """The values of a field that may have several on one line; commas in quotes and angle brackets stay."""
    if "," not in text:
        return [text.strip()]
    return _split(text, _COMMAS, ",")


def split_semicolons(text: str) -> list[str]:
    if '"' not in text:
        return [part.strip() for part in text.split(";")]
    return _split(text, _SEMICOLONS, ";")


def _split(text: str, pattern: re.Pattern[str], separator: str) -> list[str]:
    parts = []
    begin = 0
    for match in pattern.finditer(text):
        piece = match.group()
        if piece == separator:
            parts.append(text[begin : match.start()].strip())
            begin = match.end()
        elif piece in ('"', "<"):
            raise Malformed("a quote or bracket is not closed")
    parts.append(text[begin:].strip())
    return parts


def read_params(text: str) -> Params:
    """Read `a=b;c` (without the first semicolon). Raises Malformed for an empty, bad or repeated name."""
    params: Params = {}
    for part in split_semicolons(text):
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if TOKEN.fullmatch(name) is None or name in params:
            raise Malformed("a parameter is empty or repeated")
        if not equals:
            params[name] = None
            continue
        value = value.strip()
        params[name] = unquote(value) if value[:1] == '"' else value
    return params


def write_params(params: Params) -> str:
    parts = []
    for name, value in params.items():
        if value is None:
            parts.append(f";{name}")
        elif value and (TOKEN.fullmatch(value) or _bare(value)):
            parts.append(f";{name}={value}")
        else:
            parts.append(f";{name}={quote(value)}")
    return "".join(parts)


def _bare(value: str) -> bool:
    """Whether the value is an IPv6 address, which `received` and `maddr` carry without quotes."""
    return all(mark in "0123456789abcdefABCDEF:.[]" for mark in value)


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote(text: str) -> str:
    """The text in a quoted string, which must be all there is."""
    if QUOTED.fullmatch(text) is None:
        raise Malformed("a quote is not closed")
    inner = text[1:-1]
    return _PAIR.sub(r"\1", inner) if "\\" in inner else inner


def read_number(text: str, top: int) -> int:
    """A decimal number of at most `top`. Raises Malformed."""
    text = text.strip()
    if _DIGITS.fullmatch(text) is None or len(text) > 30:
        raise Malformed("a number is expected")
    number = int(text)
    if number > top:
        raise Malformed("the number is too large")
    return number

"""One request of a page: its words, its body, and how it is refused."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from linli.edge.services.console.parts import Parts
from linli.edge.services.web import Call
from linli.kernel import i18n

type Handler = Callable[[Parts, "Request"], Awaitable[object]]


class Refusal(Exception):
    """`key` is a text `edge.console.<key>`; `field` the input at fault."""

    def __init__(self, status: int, key: str, *, field: str = "", **facts: Any) -> None:
        super().__init__(key)
        self.status, self.key, self.field, self.facts = status, key, field, facts

    def body(self, language: str) -> dict[str, Any]:
        text = i18n.text(f"edge.console.{self.key}", language, **self.facts)
        return {"code": f"edge.{self.key}", "message": text, "field": self.field or None}


class Request:
    def __init__(self, call: Call, data: bytes, language: str) -> None:
        self.call, self.data, self.language = call, data, language
        self._query = parse_qs(call.query)

    def word(self, name: str, most: int = 200) -> str:
        return self._query.get(name, [""])[0][:most]


def read[T](data: bytes, kind: type[T]) -> T:
    """Raises Refusal (400) naming the field."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        rule, _, place = str(error).partition(" - at `$.")
        raise Refusal(400, "bad_input", field=place.rstrip("`"), why=rule) from None

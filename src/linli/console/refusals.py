"""Refusals in the published documents: one shape, `Problem`, for every route."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final, cast

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec

from linli.console.errors import Problem, status_of
from linli.kernel.errors import BadInput, LinliError

RAISES: Final = "raises"
"""Option of a route: the failures of its own that it can answer with."""
_ANY: Final = cast(int, "default")
"""OpenAPI's key for every status that is not named."""


def route_handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    """Every HTTP handler of an app, once."""
    seen: set[int] = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and id(handler) not in seen:
                seen.add(id(handler))
                yield handler


def describe_refusals(app: Litestar) -> None:
    """Have the app's document name what its routes refuse with. Call it before the document is made.

    Litestar would publish its own error body for input that does not fit, which `errors.HANDLERS` never sends.
    """
    for handler in route_handlers(app):
        handler.responses = _responses(cast(Sequence[type[LinliError]], handler.opt.get(RAISES, ())))


def _responses(raises: Sequence[type[LinliError]]) -> dict[int, ResponseSpec]:
    codes: dict[int, set[str]] = defaultdict(set)
    codes[HTTPStatus.BAD_REQUEST].add(BadInput.code)
    for kind in raises:
        codes[status_of(kind)].add(kind.code)
    named = {
        int(status): _spec(", ".join(f"`{code}`" for code in sorted(codes[status])))
        for status in sorted(codes)
    }
    return {**named, _ANY: _spec("Any other refusal.")}


def _spec(description: str) -> ResponseSpec:
    return ResponseSpec(cast(Any, Problem), generate_examples=False, description=description)

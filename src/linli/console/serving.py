"""The apps of the pages are built once, whatever they serve: a process's parts come with each request.

Building one reads the signatures of hundreds of routes, which takes longer than most tests.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final, cast

from litestar import Litestar
from litestar.di import Provide
from litestar.types import Receive, Scope, Send

from linli.console.parts import Parts
from linli.kernel.http import ASGIApp

_KEY: Final = "linli.parts"


def parts_of(scope: Scope) -> Parts:
    """Those that a request came to."""
    return cast(Parts, cast(dict[str, Any], scope)[_KEY])


def provided(services: tuple[str, ...]) -> dict[str, Provide]:
    """What a route may ask for by name: the parts, and `services` of the rooms."""
    own = [one.name for one in fields(Parts) if one.name != "services"]
    return {
        "parts": Provide(_all_parts, sync_to_thread=False),
        **{name: Provide(_part(name), sync_to_thread=False) for name in own},
        **{name: Provide(_service(name), sync_to_thread=False) for name in services},
    }


def serve(app: Litestar, parts: Parts) -> ASGIApp:
    async def served(scope: Any, receive: Any, send: Any) -> None:
        scope[_KEY] = parts
        await app(cast(Scope, scope), cast(Receive, receive), cast(Send, send))

    return cast(ASGIApp, served)


def _all_parts(scope: Scope) -> Any:
    return parts_of(scope)


def _part(name: str) -> Callable[[Scope], Any]:
    def provide(scope: Scope) -> Any:
        return getattr(parts_of(scope), name)

    return provide


def _service(name: str) -> Callable[[Scope], Any]:
    def provide(scope: Scope) -> Any:
        return parts_of(scope).services[name]

    return provide

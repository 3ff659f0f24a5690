"""The apps of the pages are built once, whatever they serve: a process's parts come with each request.

Building one reads the signatures of hundreds of routes, which takes longer than most tests.
"""

from typing import Any, Final, cast

from litestar import Litestar
from litestar.types import Receive, Scope, Send

from linli.console.parts import Parts
from linli.kernel.http import ASGIApp

_KEY: Final = "linli.parts"


def parts_of(scope: Scope) -> Parts:
    """Those that a request came to."""
    return cast(Parts, cast(dict[str, Any], scope)[_KEY])


def serve(app: Litestar, parts: Parts) -> ASGIApp:
    async def served(scope: Any, receive: Any, send: Any) -> None:
        scope[_KEY] = parts
        await app(cast(Scope, scope), cast(Receive, receive), cast(Send, send))

    return cast(ASGIApp, served)

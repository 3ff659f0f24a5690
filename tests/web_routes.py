"""The routes of the pages' apps, for tests that ask every one of them."""

import re
from collections.abc import Iterator

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler


def web_routes(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Every route of an app as "METHOD /path/{id}"; its own description is none of ours."""
    for route in app.routes:
        where = re.sub(r":[a-z]+}", "}", route.path.removeprefix(app.path)).rstrip("/")
        if where.startswith("/schema"):
            continue
        assert hasattr(route, "route_handlers"), f"{route.path} is no HTTP route: say here who may open it"
        for handler in route.route_handlers:
            for method in sorted(set(handler.http_methods) - {"OPTIONS"}):
                yield f"{method} {where}", handler

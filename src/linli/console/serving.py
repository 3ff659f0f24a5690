"""Serves the routes of the pages: a small Litestar app for each `Routes`, built at its first request.

Reading the signatures of hundreds of routes takes longer than all else at start, and most processes are asked a few of
them. The process's parts come with each request (`Parts`), so all platforms of a process share the apps.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, cast

from litestar import Litestar
from litestar.types import Receive, Scope, Send

from linli.console.parts import Parts
from linli.kernel.entry import Routes
from linli.kernel.http import ASGIApp

SCHEMA: Final = "/schema"
"""Below a surface's prefix: where its document is published."""
_KEY: Final = "linli.parts"
_ANY: Final = "{}"
"""Any part of a path, where a route has a parameter."""

type Build = Callable[[Sequence[Routes]], Litestar]


def parts_of(scope: Scope) -> Parts:
    """Those that a request came to."""
    return cast(Parts, cast(dict[str, Any], scope)[_KEY])


class Surface:
    """The routes of one kind of pages, under `prefix`."""

    def __init__(
        self, prefix: str, declared: Sequence[Routes], build: Build, whole: Callable[[], Litestar]
    ) -> None:
        """`whole`: the app of all routes, which publishes the document."""
        self._depth = len(_parts(prefix))
        self._document = prefix + SCHEMA
        self._whole = whole
        self._tree: dict[str, Any] = {}
        groups = list(_groups(declared))
        self._app = cache(lambda index: build(groups[index] if index is not None else ()))
        for index, group in enumerate(groups):
            for shape in _shapes(group):
                node = self._tree
                for part in shape:
                    node = node.setdefault(part, {})
                node[""] = index

    async def app_of(self, path: str) -> Litestar:
        """The app whose route has this path; one without routes, which says so, where none has."""
        if path.startswith(self._document):
            return await asyncio.to_thread(self._whole)
        node: dict[str, Any] = self._tree
        for part in _parts(path)[self._depth :]:
            node = node.get(part) or node.get(_ANY) or {}
        return self._app(node.get(""))

    def on(self, parts: Parts) -> ASGIApp:
        """The surface of one process."""

        async def served(scope: Any, receive: Any, send: Any) -> None:
            scope[_KEY] = parts
            app = await self.app_of(scope.get("path", ""))
            await app(cast(Scope, scope), cast(Receive, receive), cast(Send, send))

        return cast(ASGIApp, served)


def _groups(declared: Sequence[Routes]) -> Iterator[list[Routes]]:
    """Those that share a path stay together: one app tells which methods the path has."""
    groups: dict[int, list[Routes]] = {}
    owner: dict[tuple[str, ...], int] = {}
    for index, routes in enumerate(declared):
        shapes = list(_shapes([routes]))
        groups[index] = [routes]
        for other in {owner[shape] for shape in shapes if shape in owner}:
            groups[index][:0] = groups.pop(other)
            owner |= {shape: index for shape, group in owner.items() if group == other}
        owner |= dict.fromkeys(shapes, index)
    yield from groups.values()


def _shapes(group: Sequence[Routes]) -> Iterator[tuple[str, ...]]:
    for routes in group:
        for route in routes.declared:
            parts = _parts(f"{routes.path}{route.path}")
            yield tuple(_ANY if part.startswith("{") else part for part in parts)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]

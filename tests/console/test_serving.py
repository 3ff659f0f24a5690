"""The small apps behind the pages: each path has its own, with the methods that the path has in the app of all."""

import re

import pytest
from litestar import Litestar

from linli.console import app as console
from linli.console.resident import app as resident
from linli.console.serving import SCHEMA, Surface

SURFACES = {
    "console": (console.PREFIX, console._surface(0), console.console_routes(0)),
    "resident": (resident.PREFIX, resident._surface(0), resident.resident_routes(0)),
}


def example(path: str) -> str:
    return re.sub(r"\{[^}]+\}", lambda found: "7" if ":int" in found[0] else "x", path)


def methods_of(app: Litestar) -> dict[str, set[str]]:
    return {route.path: set(route.methods) for route in app.routes}


@pytest.mark.parametrize("name", SURFACES)
async def test_every_path_has_an_app_that_knows_it(name: str) -> None:
    _, surface, whole = SURFACES[name]
    paths = {path: methods for path, methods in methods_of(whole).items() if SCHEMA not in path}
    assert len(paths) > 50
    for path, methods in paths.items():
        app = await surface.app_of(example(path))
        assert methods_of(app)[path] == methods
        assert len(app.routes) < 40, "small, or nothing is won"
        assert await surface.app_of(f"{example(path)}/") is app


@pytest.mark.parametrize("name", SURFACES)
async def test_what_no_route_has_goes_to_an_app_without_routes(name: str) -> None:
    prefix, surface, whole = SURFACES[name]
    for path in ("", "/", "/nothing", "/{}/{}/{}/{}/{}", "//", f"{'/x' * 5000}"):
        assert (await surface.app_of(prefix + path)).routes == []
    assert await surface.app_of(f"{prefix}{SCHEMA}/openapi.json") is whole


async def test_routes_that_share_a_path_are_one_app() -> None:
    from linli.kernel.entry import Routes

    readers, writers, others = Routes("/doors"), Routes("/doors"), Routes("/doors/{name:str}")

    @readers.get()
    async def read() -> str:
        return ""

    @writers.post()
    async def write() -> None: ...

    @others.get("/hours")
    async def hours() -> str:
        return ""

    built: list[list[Routes]] = []

    def build(some: object) -> Litestar:
        built.append(list(some))  # type: ignore[call-overload]
        return Litestar([])

    surface = Surface("/p", (readers, others, writers), build, whole=lambda: Litestar([]))
    assert await surface.app_of("/p/doors") is await surface.app_of("/p/doors/")
    assert built == [[readers, writers]]
    await surface.app_of("/p/doors/main/hours")
    assert built[1:] == [[others]]

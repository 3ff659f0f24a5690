"""A check of web routes against the pages: what no page asks, and what pages ask and no route answers.

Pages are read as text: every string with a path of the API counts, `api.GET('/api/console/…')`, links and downloads. So
do links that the server hands out, strings with such a path in Python.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from code_tree import Package

FOR_OTHERS: Final[dict[str, str]] = {
    "DELETE /api/console/edge/protocols/{protocol_id}/devices/{device_id}": "scripts take one off; pages those ticked",
    "GET /api/console/communities/{community_id}/credentials": "scripts look up one person's; the page lists all kinds",
    "POST /api/console/devices/many": "an operator's script moves, binds or groups hundreds of devices with it",
}
"""Routes that no page asks, `METHOD path`, and why they are there."""
ANY: Final = ""
METHODS: Final = "GET|POST|PUT|DELETE"
_QUOTED: Final = re.compile(
    r"""(['"`])((?:\$\{[^}`]*\}|(?!\1)[^\n$]|\$(?!\{))*?/api/(?:console|resident|terminal)/.*?)\1"""
)
_CALLED: Final = re.compile(rf"\.({METHODS})\(\s*(?:\w+\(\s*)?$")
_NAMED: Final = re.compile(
    r"""const (\w+)[^=\n]*=\s*(?:computed\()?(?:\(\) =>)?\s*['"`](/api/[^'"`]*)['"`]"""
)
_HOLE: Final = re.compile(r"\$\{[^}]*\}|\{[^}]*\}")


class Call(NamedTuple):
    """`method` is empty where the page's code does not say; `pattern`: what may stand in the path."""

    method: str
    path: str
    place: str

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("[^/]+".join(re.escape(part) for part in _HOLE.split(self.path)))


def route_problems(root: Path, package: Package) -> Iterator[str]:
    routes = served(root)
    from_pages = list(page_calls(root / "web"))
    calls = [*from_pages, *handed_out(package)]
    asked = {route: [call for call in calls if _asks(call, route)] for route in routes}
    lists = {path for method, path in routes if method == "GET" and asked[method, path]}
    for method, path in routes:
        if method == "GET" and path.endswith("}") and path.rpartition("/")[0] in lists:
            continue  # one row of a list that pages show
        name = f"{method} {path}"
        if not asked[method, path] and name not in FOR_OTHERS:
            yield f"{name}: no page asks it"
        elif asked[method, path] and name in FOR_OTHERS:
            yield f"{name}: a page asks it; take it off the list"
    yield from (
        f"{name}: there is no such route" for name in FOR_OTHERS.keys() - {f"{m} {p}" for m, p in routes}
    )
    answered = {id(call) for calls in asked.values() for call in calls}
    for call in from_pages:
        if id(call) not in answered:
            yield f"{call.place}: no route answers {call.method or 'any'} {call.path}"


def served(root: Path) -> list[tuple[str, str]]:
    """(method, path) of every route for browsers, with what stands in the path in braces."""
    if str(root / "src") not in sys.path:
        sys.path.insert(0, str(root / "src"))
    from linli.console import app as console
    from linli.console.resident import app as resident
    from linli.console.terminal import app as terminal

    every = [(console.PREFIX, routes) for routes in console.ROUTES]
    every += [(resident.PREFIX, routes) for routes in resident.ROUTES]
    every += [(terminal.PREFIX, routes) for routes in terminal.ROUTES]
    return sorted(
        (route.method, re.sub(r"\{(\w+):\w+\}", r"{\1}", f"{prefix}{routes.path}{route.path}").rstrip("/"))
        for prefix, routes in every
        for route in routes.declared
    )


def _asks(call: Call, route: tuple[str, str]) -> bool:
    method, path = route
    return call.method in (ANY, method) and call.pattern.fullmatch(path) is not None


def page_calls(web: Path) -> Iterator[Call]:
    """What the apps below `web` ask."""
    for kind in ("*.ts", "*.vue"):
        for file in sorted(web.glob(f"*/src/**/{kind}")):
            if file.name.endswith((".test.ts", ".d.ts")):
                continue
            for call in calls_in(file.read_text("utf-8")):
                yield call._replace(place=f"{file.relative_to(web.parent)}:{call.place}")


def calls_in(source: str) -> Iterator[Call]:
    """Calls of a page's source; `place` is the line."""
    bases: dict[str, str] = dict(_NAMED.findall(source))
    for name, base in bases.items():
        source = re.sub(rf"\$\{{{name}(?:\.value)?(?:\(\))?\}}/", lambda _, base=base: f"{base}/", source)
    for part in re.findall(r"""replace\('(/\w+/)', `/\$\{""", source):
        source = source.replace(part, "/{}/")  # one list's routes stand for those of all
    for match in _QUOTED.finditer(source):
        text = _HOLE.sub("{}", match[2])
        path = re.split(r"""[?'"`\s]""", text[text.index("/api/") :])[0].rstrip("/")
        called = _CALLED.search(source, max(0, match.start() - 60), match.start())
        methods = [called[1]] if called else _methods_of(source, bases, path) or [ANY]
        line = str(source.count("\n", 0, match.start()) + 1)
        yield from (Call(method, path, line) for method in methods)


def _methods_of(source: str, bases: dict[str, str], path: str) -> list[str]:
    """How a path is called by the name that it has in its file."""
    names = "|".join(name for name, base in bases.items() if _HOLE.sub("{}", base) == path)
    called: list[str] = re.findall(rf"\.({METHODS})\(\s*(?:{names})\b", source) if names else []
    return called


def handed_out(package: Package) -> Iterator[Call]:
    """Links that Python makes."""
    for module in package.modules.values():
        inside = set[int]()
        for node in module.nodes:
            match node:
                case ast.JoinedStr(values=parts):
                    inside.update(map(id, parts))
                    text = "".join(
                        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "{}"
                        for part in parts
                    )
                case ast.Constant(value=str(text)) if id(node) not in inside and " " not in text:
                    pass
                case _:
                    continue
            if link := re.search(r"/api/(?:console|resident|terminal)/[^?\s]+", text):
                path = link[0].rstrip("/")
                yield Call(ANY, path, f"{module.file.name}:{getattr(node, 'lineno', 0)}")

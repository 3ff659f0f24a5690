"""Litestar handlers of the routes that rooms declare (`kernel.entry`).

The signature that Litestar reads has a route's values from the wire (path, query, body). All others are taken from the
request here, so that Litestar resolves no dependencies.
"""

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Final, Literal, Self, cast

import msgspec
from litestar import Request, Router
from litestar.datastructures import UploadFile
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, PathParameter, QueryParameter
from litestar.types import Empty
from msgspec import Meta

from linli.console.paging import page_request
from linli.console.refusals import RAISES
from linli.kernel.db import Database, Tx
from linli.kernel.db.errors import Unstorable
from linli.kernel.db.races import done_again
from linli.kernel.entry import Filter, Routes, WholeScope
from linli.kernel.entry.needs import REQUIRED, EntryError, Function, Need, place_of, read
from linli.kernel.entry.routes import Options, Route
from linli.kernel.entry.wire import FORM
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

type AnyRequest = Request[Any, Any, Any]
type Source = Callable[[AnyRequest], Any]
type Sources = Mapping[Any, Source]
"""A surface's providers, by the type that routes ask for. `WholeScope` and `Database` serve `Scope` and `Tx` too."""

_COMMUNITY: Final = "community_id"
_PLAIN: Final = (str, int, float, bool, type(None))
_OF_META: Final = {"min_length": "min_length", "max_length": "max_length", "pattern": "pattern"} | {
    bound: bound for bound in ("description", "title", "gt", "ge", "lt", "le", "multiple_of")
}
_KEPT: Final = frozenset(("right", "public", "password_due", "noted", "once"))
"""Of a route's options, those that guards and middleware read from the handler."""


class Entry(HTTPRouteHandler):
    """One declared route."""

    def resolve_dependencies(self) -> dict[str, Provide]:
        """None: Litestar's own providers are not used for these."""
        return {}


class _Together(Router):
    """All declared routes of an app."""

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        """Litestar copies a router that it takes in; this one is taken in once, and hundreds of handlers take long."""
        return self


class _Joined(msgspec.Struct, frozen=True):
    """A parameter made of several query parameters: their names by field, and what makes it."""

    fields: dict[str, str]
    make: Callable[..., Any]


def handlers_of(declared: Iterable[Routes], sources: Sources) -> list[Any]:
    """The signature for Litestar. Raises EntryError."""
    entries = [_entry(routes, route, sources) for routes in declared for route in routes.declared]
    return [_Together("/", route_handlers=entries)]


def _entry(routes: Routes, route: Route, sources: Sources) -> Entry:
    options, path = route.options, f"{routes.path}{route.path}".rstrip("/") or "/"
    call = _Call(path, route, sources)
    nothing = call.gives is None
    entry = Entry(
        path,
        http_method=cast(Any, route.method),
        status_code=options.get("status", 204 if nothing else 201 if route.method == "POST" else 200),
        tags=list(routes.tags),
        opt={**_kept(options), RAISES: call.raises},
        request_max_body_size=options.get("max_body", Empty),
    )
    entry(call.adapted())
    return entry


def _kept(options: Options) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in _KEPT}


class _Call:
    """From what Litestar hands over to the route's arguments, decided at start."""

    def __init__(self, path: str, route: Route, sources: Sources) -> None:
        self._route = route
        self._path = path
        self._where = place_of(route.function)
        self._sent = [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)]
        self._names: dict[str, str] = {}
        """Argument by the name in Litestar's signature, which has words of its own (`state`, `scope`)."""
        self._given: list[tuple[str, Source]] = []
        self._joined: list[tuple[str, _Joined]] = []
        self._unit = ""
        self._form = False
        self._database = sources.get(Database)
        self.raises = route.options.get("raises", ())
        reading = read(route.function)
        self.gives = reading.result
        for need in reading.needs:
            self._fill(need, sources)

    def adapted(self) -> Function:
        """The function that Litestar calls, with the signature that it reads."""
        function, names = self._route.function, tuple(self._names.items())
        given, joined, unit = tuple(self._given), tuple(self._joined), self._unit
        database, form, once = self._database, self._form, self._route.options.get("once", False)

        async def entered(**sent: Any) -> Any:
            request = sent["request"]
            arguments = {name: sent[key] for key, name in names}
            for name, source in given:
                arguments[name] = source(request)
            for name, parts in joined:
                arguments[name] = parts.make(**{field: sent[key] for field, key in parts.fields.items()})

            data = arguments.get("data")

            async def work(tx: Tx | None = None) -> Any:
                if form:
                    await rewind(data)
                return await (function(**arguments, **{unit: tx}) if unit else function(**arguments))

            try:
                if unit:
                    return await cast(Source, database)(request).run(work)
                return await (work() if once else done_again(work))
            except Unstorable as error:
                error.inputs = data
                raise

        entered.__name__ = self._route.options.get("name", function.__name__)
        entered.__qualname__, entered.__module__ = function.__qualname__, function.__module__
        entered.__doc__ = function.__doc__
        entered.__annotations__ = {parameter.name: parameter.annotation for parameter in self._sent} | {
            "return": self.gives
        }
        entered.__signature__ = inspect.Signature(self._sent, return_annotation=self.gives)  # type: ignore[attr-defined]
        return entered

    def _fill(self, need: Need, sources: Sources) -> None:
        kind, notes = _split(need.type)
        if f"{{{need.name}:" in self._path:
            self._take(need.name, need.name, Annotated[need.type, PathParameter()], REQUIRED)
        elif need.name == "data":
            self._form = FORM in notes
            media = RequestEncodingType.MULTI_PART if self._form else RequestEncodingType.JSON
            self._take("data", "data", Annotated[kind, BodyKwarg(media_type=media)], need.default)
        elif kind is Tx:
            if self._database is None or self._unit or self._route.options.get("once"):
                raise EntryError(f"{self._where}: there is no unit of work for {need.name!r}")
            self._unit = need.name
        elif need.type is Scope and WholeScope in sources:
            source = sources[WholeScope]
            if f"{{{_COMMUNITY}:" in self._path:
                source, self.raises = _narrowed(source), (*self.raises, NotFound)
            self._given.append((need.name, source))
        elif need.type in sources:
            self._given.append((need.name, sources[need.type]))
        elif kind is PageRequest:
            page = [("page_no", *_PAGE_NO, 1), ("page_size", *_PAGE_SIZE, 20)]
            self._join(need.name, page, page_request)
        elif isinstance(kind, type) and issubclass(kind, Filter):
            self._join(need.name, _fields(kind), kind)
        elif (typing.get_origin(kind) or kind) is Request:
            self._given.append((need.name, lambda request: request))
        elif _is_plain(kind) or any(isinstance(note, QueryParameter) for note in notes):
            wire = need.name if any(isinstance(note, QueryParameter) for note in notes) else _camel(need.name)
            self._take(f"asked_{need.name}", need.name, _query(kind, notes, wire), need.default)
        else:
            raise EntryError(f"{self._where}: nothing provides {need.name}: {need.type!r}")

    def _take(self, key: str, name: str, annotation: Any, default: Any) -> None:
        self._sent.append(
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        )
        self._names[key] = name

    def _join(self, name: str, parts: Sequence[tuple[str, str, Any, Any]], make: Callable[..., Any]) -> None:
        keys = {}
        for field, wire, hint, default in parts:
            keys[field] = key = f"{name}_{field}"
            kind, notes = _split(hint)
            self._sent.append(
                inspect.Parameter(
                    key,
                    inspect.Parameter.KEYWORD_ONLY,
                    annotation=_query(kind, notes, wire),
                    default=default,
                )
            )
        self._joined.append((name, _Joined(keys, make)))


_PAGE_NO: Final = ("pageNo", Annotated[int, Meta(description="From 1.")])
_PAGE_SIZE: Final = ("pageSize", Annotated[int, Meta(description="At most 100.")])


def _fields(kind: type[Filter]) -> list[tuple[str, str, Any, Any]]:
    """(field, name on the wire, annotation, default) of a filter."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return [
        (field.name, field.encode_name, hints[field.name], REQUIRED if field.required else field.default)
        for field in msgspec.structs.fields(kind)
    ]


def _split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type and what is written beside it."""
    while isinstance(hint, typing.TypeAliasType):
        hint = hint.__value__
    if typing.get_origin(hint) is Annotated:
        kind, *notes = typing.get_args(hint)
        return kind, tuple(notes)
    return hint, ()


def _query(kind: Any, notes: Sequence[Any], wire: str) -> Any:
    """A query parameter as Litestar writes it."""
    for note in notes:
        if isinstance(note, QueryParameter):
            return Annotated[kind, dataclasses.replace(note, name=note.name or wire)]
    keywords: dict[str, Any] = {}
    for meta in notes:
        if not isinstance(meta, Meta):
            raise EntryError(f"{wire}: {meta!r} says nothing of a query parameter")
        keywords |= {to: value for of, to in _OF_META.items() if (value := getattr(meta, of)) is not None}
    return Annotated[kind, QueryParameter(name=wire, **keywords)]


def _is_plain(kind: Any) -> bool:
    """Whether a value is written in a query: texts, numbers, and lists and choices of them."""
    origin = typing.get_origin(kind)
    if origin is Literal:
        return True
    if origin in (typing.Union, types.UnionType, list, tuple, set, frozenset):
        return all(_is_plain(_split(part)[0]) for part in typing.get_args(kind))
    return isinstance(kind, type) and (kind in _PLAIN or issubclass(kind, Enum))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _narrowed(whole: Source) -> Source:
    def narrowed(request: AnyRequest) -> Scope:
        return cast(Scope, whole(request)).narrowed(request.path_params[_COMMUNITY])

    return narrowed


async def rewind(data: Any) -> None:
    """Files that came with the call are read from their beginning again."""
    if isinstance(data, UploadFile):
        await data.seek(0)
    elif isinstance(data, msgspec.Struct):
        for name in data.__struct_fields__:
            if isinstance(part := getattr(data, name), UploadFile):
                await part.seek(0)

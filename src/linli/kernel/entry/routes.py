"""Web routes. They are declared beside their code; the surface that serves them builds the handlers.

    routes = Routes("/communities/{community_id:int}/roles", tags=("people",))

    @routes.put("/{role_id:int}", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
    async def change_role(role_id: int, data: RoleForm, scope: Scope, tx: Tx) -> None:
        "Say what a role may do."
        await service.change_role(scope, tx, role_id=role_id, form=data)

The decorator only registers; the function is unchanged. Parameters are filled by name and type:

- a name in the path: that part of it, `int` or `str`;
- `data`: the body, decoded from JSON, or from a form where the type is `Form[…]`;
- `Tx`: a unit of work around the call, committed when it returns and done again when it lost a race; `Database`: no unit,
  for routes that only read, that call devices or wait, or that need more than one;
- `Scope`: what the caller may see by the route's right, narrowed to the path's `community_id` if there is one (NotFound
  outside of it); `WholeScope`: not narrowed;
- `PageRequest`, and each subclass of `Filter`: query parameters;
- a plain type (`str`, `int | None`, `Literal[…]`, a list of them …): the query parameter of that name in camel case,
  described and bounded by `Meta` in `Annotated`;
- anything else: what the surface provides under that type, such as `Clock`, `Ids`, `Settings`, a room's service, the
  caller's `Rights` or `Resident`.

A route that returns None answers 204; others answer 200, or 201 for `post`. `status` sets another.
"""

from collections.abc import Callable
from typing import Final, Literal, TypedDict, Unpack

import msgspec

from linli.kernel.entry.needs import Function
from linli.kernel.errors import LinliError

type Method = Literal["GET", "POST", "PUT", "DELETE"]


class Options(TypedDict, total=False):
    """The options of a route."""

    right: str
    """The right that the caller must have somewhere; a surface with rights does not start without it."""
    raises: tuple[type[LinliError], ...]
    """The failures of its own that it answers with, for the published document."""
    status: int
    name: str
    """The operation's name in the published document, where the function cannot be called so."""
    public: bool
    """Asks for no session."""
    password_due: bool
    """Open to people whose password another person set."""
    noted: str
    """The name of its calls in the security log."""
    once: bool
    """Uses up what it was sent, such as a body read piece by piece: never done again."""
    max_body: int
    """Bytes, where the surface's own bound does not fit."""


class Route(msgspec.Struct, frozen=True):
    """One declared route."""

    method: Method
    path: str
    options: Options
    function: Function


class Routes:
    """The routes under one path, in the order of their declaration."""

    def __init__(self, path: str, *, tags: tuple[str, ...] = ()) -> None:
        self.path: Final = path
        self.tags: Final = tags
        self.declared: Final[list[Route]] = []

    def get[F: Function](self, path: str = "/", **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("GET", path, options)

    def post[F: Function](self, path: str = "/", **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("POST", path, options)

    def put[F: Function](self, path: str = "/", **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("PUT", path, options)

    def delete[F: Function](self, path: str = "/", **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("DELETE", path, options)

    def _declare[F: Function](self, method: Method, path: str, options: Options) -> Callable[[F], F]:
        def note(function: F) -> F:
            self.declared.append(Route(method, path, options, function))
            return function

        return note

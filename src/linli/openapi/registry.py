"""The methods of the open API by (path, version), declared beside their code and collected at start.

A room declares its methods in `openapi.py`:

    @method("/solution/community/paas/space/sub/create", "1.0.1", service="community",
            raises=(ParentNotFound,), title="新建小区下区域", title_en="Create a space")
    async def create_space(data: SpaceCreate, scope: Scope, tx: Tx, ids: Ids) -> SpaceCreated: ...

The decorator only attaches metadata to the function. The composing function of the process builds one
`Registry` with `registry.add(module)`; there is no global list. Parameters are filled by annotation:

- the first parameter whose annotation is a `msgspec.Struct` of a room: the decoded `params`;
- `Scope`: the caller's scope, narrowed to the community of the cloudToken if there is one;
- `Tx` (a transaction is opened around the call) or `Database` (read only, no transaction);
- `Call`: the facts of this call; `Clock`, `Ids`, and any object the process provides under its type.

The value returned becomes `data` of the envelope; None leaves the envelope alone. `Contract(beside="props")` says
that the contract has it under that name at the envelope's top level too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, Literal

import msgspec

from linli.kernel.entry.needs import EntryError, Function, Need, place_of, read
from linli.openapi.descriptions import in_chinese

type TokenMode = Literal["required", "optional", "none"]
type Handler = Function

_METADATA = "__linli_methods__"
_PATH = re.compile(r"(/[A-Za-z0-9_.-]+)+")
_VERSION = re.compile(r"\d+(\.\d+){1,3}")


class Call(msgspec.Struct, frozen=True):
    """The facts of one call that a method may ask for."""

    id: str
    """`id` of the envelope as the caller sent it; may be empty."""
    request_id: str
    """Our own UUID of this call, also sent as `X-Ca-Request-Id`; the key of the request log."""
    app_key: str
    project_id: str
    tenant_id: str
    community_id: int | None
    """Community of the cloudToken; None when the call carried none."""
    language: str
    """One of `kernel.i18n.LANGUAGES`."""
    cloud_token: str = ""
    client_ip: str = ""


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of a method in the printed contract, beside path, version and fields."""

    source: str = ""
    """Where it is printed, for maintainers."""
    legacy: bool = False
    """An older contract kept alive beside a newer version of the same path."""
    beside: str = ""
    """Name under which the value stands beside `data` at the envelope's top level as well; empty for nearly all."""
    answers_code: bool = False
    """Its answer is a bare text that opens doors: no log keeps any of it."""
    message: str = "success"
    """`message` of an answer that succeeds; nearly all print the same."""


_NO_CONTRACT = Contract()


class Declaration(msgspec.Struct, frozen=True):
    """The decorator's record."""

    path: str
    version: str
    service: str
    token: TokenMode
    raises: tuple[type[Exception], ...]
    title: str
    title_en: str
    rate: float | None
    contract: Contract


class MethodSpec(msgspec.Struct, frozen=True):
    """One method, ready to be planned by the gateway and described by the catalogue."""

    path: str
    version: str
    service: str
    """The service (服务) that an AppKey is granted as a whole, e.g. `community`."""
    token: TokenMode
    raises: tuple[type[Exception], ...]
    title: str
    title_en: str
    rate: float | None
    """Calls a second allowed to one AppKey on this method; None = the gateway's default."""
    legacy: bool
    """An older contract kept alive beside a newer version of the same path."""
    source: str
    """Where the contract is printed, for maintainers."""
    handler: Handler
    params_name: str
    """Name of the parameter that takes `params`; empty when the method has none."""
    params: type[msgspec.Struct] | None
    result: Any
    """Return annotation: a Struct, a list of them, a plain type, or None for "envelope only"."""
    needs: tuple[Need, ...]
    description: str
    beside: str = ""
    """Name under which the value stands beside `data` as well; empty for nearly all."""
    answers_code: bool = False
    """Its answer is a bare text that opens doors: no log keeps any of it."""
    message: str = "success"
    """`message` of an answer that succeeds."""
    description_zh: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.version

    def described(self, language: str) -> str:
        """What it does, for a reader of the language."""
        return self.description if language == "en" else self.description_zh or self.title

    @property
    def room(self) -> str:
        """Dotted module that declares the method."""
        return str(getattr(self.handler, "__module__", ""))


def method[F: Handler](
    path: str,
    version: str,
    *,
    service: str,
    title: str,
    title_en: str,
    token: TokenMode = "required",
    raises: Sequence[type[Exception]] = (),
    rate: float | None = None,
    contract: Contract = _NO_CONTRACT,
) -> Callable[[F], F]:
    """Declare an open-API method; see the module docstring. May be stacked: one function, several versions.

    `token`: "required" (the cloudToken chooses the community), "optional" (it narrows the scope when sent)
    or "none" (the AppKey alone decides).
    """
    declared = Declaration(
        path=path,
        version=version,
        service=service,
        token=token,
        raises=tuple(raises),
        title=title,
        title_en=title_en,
        rate=rate,
        contract=contract,
    )

    def attach(function: F) -> F:
        setattr(function, _METADATA, (*declarations(function), declared))
        return function

    return attach


def declarations(function: object) -> tuple[Declaration, ...]:
    """The records that `method` attached to `function`, innermost decorator first."""
    getattrs: tuple[Declaration, ...] = getattr(function, _METADATA, ())
    return getattrs


class Registry:
    """All methods of this process by (path, version)."""

    def __init__(self) -> None:
        self._methods: dict[tuple[str, str], MethodSpec] = {}

    def add(self, *modules: ModuleType) -> None:
        """Take every declared method of `modules`. The same function found twice counts once.

        Raises EntryError on a malformed declaration or two functions for one (path, version).
        """
        for module in modules:
            for value in list(vars(module).values()):
                for declared in declarations(value) if inspect.isfunction(value) else ():
                    self.add_spec(_spec(value, declared))

    def add_spec(self, spec: MethodSpec) -> None:
        """Take one method that was not made by the decorator (service models answered by an edge app)."""
        method_spec = self._methods.get(spec.key)
        if method_spec is not None and method_spec.handler is not spec.handler:
            raise EntryError(
                f"{spec.path} {spec.version} is declared by both {method_spec.room} and {spec.room}"
            )
        self._methods[spec.key] = spec

    def get(self, path: str, version: str) -> MethodSpec | None:
        return self._methods.get((path, version))

    def versions(self, path: str) -> list[str]:
        """Versions of `path`, in order of registration."""
        return [version for method_path, version in self._methods if method_path == path]

    def services(self) -> list[str]:
        """Names of all services that have a method, sorted."""
        return sorted({spec.service for spec in self})

    def __iter__(self) -> Iterator[MethodSpec]:
        return iter(self._methods.values())

    def __len__(self) -> int:
        return len(self._methods)


def _spec(function: Handler, declared: Declaration) -> MethodSpec:
    if not _PATH.fullmatch(declared.path) or not _VERSION.fullmatch(declared.version):
        raise EntryError(f"{place_of(function)}: bad path or version {declared.path!r} {declared.version!r}")
    reading = read(function)
    body = next((need for need in reading.needs if _is_params(need.type)), None)
    return MethodSpec(
        path=declared.path,
        version=declared.version,
        service=declared.service,
        token=declared.token,
        raises=declared.raises,
        title=declared.title,
        title_en=declared.title_en,
        rate=declared.rate,
        legacy=declared.contract.legacy,
        source=declared.contract.source,
        handler=function,
        params_name=body.name if body is not None else "",
        params=body.type if body is not None else None,
        result=reading.result,
        needs=tuple(need for need in reading.needs if need is not body),
        description=reading.description,
        description_zh=in_chinese(declared.path, declared.version),
        beside=declared.contract.beside,
        answers_code=declared.contract.answers_code,
        message=declared.contract.message,
    )


def _is_params(hint: Any) -> bool:
    """A Struct of a room, not one of those the gateway itself hands out."""
    return (
        isinstance(hint, type)
        and issubclass(hint, msgspec.Struct)
        and hint is not Call
        and not hint.__module__.startswith("linli.kernel.")
    )

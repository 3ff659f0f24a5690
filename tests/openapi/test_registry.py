"""Declarations: what the registry takes, and what it refuses at start rather than at call time."""

from types import ModuleType
from typing import Any

import msgspec
import pytest

from linli.kernel.clock import Clock, SystemClock
from linli.kernel.db import Database, Tx
from linli.kernel.entry.needs import EntryError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.plans import plan_methods
from linli.openapi.registry import Call, Contract, Registry, method


class Params(msgspec.Struct):
    a: int


class Service:
    """An object of a room."""


def room(**functions: Any) -> ModuleType:
    module = ModuleType("room")
    vars(module).update(functions)
    return module


DECLARED: dict[str, Any] = {"service": "s", "title": "方法", "title_en": "Method"}


def test_parameters_are_found_by_annotation() -> None:
    @method("/a/b", "1.0.1", **DECLARED, token="optional", raises=[KeyError], rate=5)
    @method("/a/b", "1.0.0", **DECLARED, contract=Contract(legacy=True))
    async def both(
        data: Params, scope: Scope, tx: Tx, call: Call, clock: Clock, ids: Ids, service: Service
    ) -> list[Params]:
        """Says what it does."""
        return [data]

    registry = Registry()
    registry.add(room(both=both, again=both, other=5))
    assert len(registry) == 2
    assert registry.versions("/a/b") == ["1.0.0", "1.0.1"]
    assert registry.services() == ["s"]
    spec = registry.get("/a/b", "1.0.1")
    assert spec is not None
    assert (spec.params, spec.params_name, spec.result) == (Params, "data", list[Params])
    assert (spec.token, spec.raises, spec.rate, spec.legacy) == ("optional", (KeyError,), 5, False)
    assert spec.description == "Says what it does."
    assert [need.name for need in spec.needs] == ["scope", "tx", "call", "clock", "ids", "service"]
    assert registry.get("/a/b", "1.0.2") is None

    service = Service()
    given: Any = {"db": None, "clock": SystemClock(), "ids": Ids()}
    plan = plan_methods(registry, **given, services={Service: service})["/a/b"]["1.0.0"]
    assert (plan.scope_name, plan.tx_name, plan.call_name, plan.params_name) == (
        "scope",
        "tx",
        "call",
        "data",
    )
    assert plan.constants == {"clock": given["clock"], "ids": given["ids"], "service": service}
    with pytest.raises(EntryError, match="nothing provides service"):
        plan_methods(registry, **given)


def test_bad_declarations() -> None:
    async def no_annotation(data) -> None: ...

    async def no_result(db: Database): ...

    def not_async() -> None: ...

    async def good() -> None: ...

    async def other() -> None: ...

    for function, path, version, said in (
        (no_annotation, "/a", "1.0.0", "has no annotation"),
        (no_result, "/a", "1.0.0", "return annotation is missing"),
        (not_async, "/a", "1.0.0", "async function"),
        (good, "a", "1.0.0", "bad path or version"),
        (good, "/a/", "1.0.0", "bad path or version"),
        (good, "/a", "v1", "bad path or version"),
    ):
        declared: Any = method(path, version, **DECLARED)
        with pytest.raises(EntryError, match=said):
            Registry().add(room(f=declared(function)))
        vars(function).clear()
    registry = Registry()
    declare: Any = method("/a", "1.0.0", **DECLARED)
    with pytest.raises(EntryError, match="declared by both"):
        registry.add(room(f=declare(good), g=declare(other)))

"""A method made ready to be called: its decoder, and where each of its parameters comes from, decided at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry.needs import EntryError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.params import Decode, decoder
from linli.openapi.registry import Call, Handler, MethodSpec, TokenMode


class MethodPlan:
    """One method as the gateway runs it. Names are empty where the method does not ask for the thing."""

    __slots__ = (
        "call_name",
        "constants",
        "decode",
        "handler",
        "has_data",
        "params_name",
        "path",
        "scope_name",
        "service",
        "spec",
        "token",
        "tx_name",
        "version",
    )

    def __init__(self, spec: MethodSpec, provided: Mapping[Any, object]) -> None:
        self.spec = spec
        self.path = spec.path
        self.version = spec.version
        self.service = spec.service
        self.token: TokenMode = spec.token
        self.handler: Handler = spec.handler
        self.decode: Decode | None = decoder(spec.params) if spec.params is not None else None
        self.params_name = spec.params_name
        self.has_data = spec.result is not None
        self.scope_name = self.call_name = self.tx_name = ""
        self.constants: dict[str, object] = {}
        for need in spec.needs:
            if need.type is Scope:
                self.scope_name = need.name
            elif need.type is Call:
                self.call_name = need.name
            elif need.type is Tx:
                self.tx_name = need.name
            elif need.type in provided:
                self.constants[need.name] = provided[need.type]
            else:
                raise EntryError(
                    f"{spec.room}: nothing provides {need.name}: {need.type!r} of {spec.path} {spec.version}"
                )


def plan_methods(
    specs: Iterable[MethodSpec],
    *,
    db: Database,
    clock: Clock,
    ids: Ids,
    services: Mapping[Any, object] | None = None,
) -> dict[str, dict[str, MethodPlan]]:
    """Plans by path and version. `services` maps a type to the object that parameters of this type receive.

    Raises EntryError when a parameter cannot be filled.
    """
    provided: dict[Any, object] = {Database: db, Reader: db, Clock: clock, Ids: ids, **(services or {})}
    plans: dict[str, dict[str, MethodPlan]] = {}
    for spec in specs:
        plans.setdefault(spec.path, {})[spec.version] = MethodPlan(spec, provided)
    return plans

"""The calls left today for a key or a company, for pages: limits, their origins, and the use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.openapi.limits import NO_RULE, Limits, Rule
from linli.openapi.registry import MethodSpec
from linli.openapi.usage import Sums


class Allowance(msgspec.Struct, rename="camel", frozen=True):
    """Limits that hold, and today's calls. Null: no limit."""

    per_second: int | None
    per_day: int | None
    set_per_second: Annotated[int | None, Meta(description="Set here; null: as the wider rule; 0: no limit.")]
    set_per_day: int | None
    calls: int
    failures: int
    refused: Annotated[int, Meta(description="Calls that came over a limit; they are not among `calls`.")]
    remaining: Annotated[int | None, Meta(description="Calls that today's quota leaves; null: no quota.")]

    @property
    def own(self) -> bool:
        """Whether it has a limit of its own."""
        return self.set_per_second is not None or self.set_per_day is not None

    @classmethod
    def of(cls, rule: Rule, own: Rule, sums: Sums) -> Allowance:
        per_day = rule.per_day or None
        return cls(
            per_second=rule.per_second or None,
            per_day=per_day,
            set_per_second=own.per_second,
            set_per_day=own.per_day,
            calls=sums.calls,
            failures=sums.failures,
            refused=sums.refused,
            remaining=None if per_day is None else max(0, per_day - sums.calls),
        )


class MethodAllowance(msgspec.Struct, rename="camel", frozen=True):
    """One method, in all of its versions."""

    path: str
    title: str
    service: str
    allowance: Allowance


def of_methods(
    specs: Iterable[MethodSpec],
    limits: Limits,
    own: Mapping[str, Rule],
    sums: Mapping[str, Sums],
    *,
    language: str,
) -> list[MethodAllowance]:
    """Every method by path. `own`: the rules of which pages say that they were set here."""
    methods: dict[str, MethodAllowance] = {}
    for spec in specs:
        title = spec.title_en if language == "en" else spec.title
        allowance = Allowance.of(
            limits.of_method(spec.path, spec.rate),
            own.get(spec.path, NO_RULE),
            sums.get(spec.path, Sums()),
        )
        methods.setdefault(spec.path, MethodAllowance(spec.path, title, spec.service, allowance))
    return sorted(methods.values(), key=lambda method: (method.service, method.path))

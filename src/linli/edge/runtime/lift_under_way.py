"""Rules that are on their way to a lift: whether it acts for a pass at that moment, nobody knows before it tells."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from linli.edge.runtime.carriers import Calls

SYNC: Final = "syncElevatorRules"
QUIET_S: Final = 0.5
"""Between the moment from which passes count as doubtful and the call: a machine decides about a pass within it."""
SETTLED_S: Final = 2.0
"""After the answer, until it is kept."""


class UnderWay:
    """By lift, the rules that are being changed. Of one box."""

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._until: dict[str, dict[str, float]] = {}

    def rules(self, lift: str) -> frozenset[str]:
        until = self._until.get(lift)
        if not until:
            return frozenset()
        now = self._now_s()
        for rule in [rule for rule, end in until.items() if end < now]:
            del until[rule]
        return frozenset(until)

    @contextmanager
    def changing(self, lift: str, rules: Sequence[str]) -> Iterator[None]:
        until = self._until.setdefault(lift, {})
        until.update(dict.fromkeys(rules, float("inf")))
        try:
            yield
        finally:
            until.update(dict.fromkeys(rules, self._now_s() + SETTLED_S))


class LinkedCalls:
    """`Calls` for the rules of linkages, which notes those that it brings."""

    def __init__(self, calls: Calls, under_way: UnderWay) -> None:
        self._calls = calls
        self._under_way = under_way

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        if service != SYNC:
            return await self._calls.call(device, service, params)
        with self._under_way.changing(device, [str(rule.get("ruleId", "")) for rule in params["rules"]]):
            await asyncio.sleep(QUIET_S)
            return await self._calls.call(device, service, params)

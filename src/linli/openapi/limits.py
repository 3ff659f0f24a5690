"""How often a key may call: calls a second and calls a day, by API and in all. Rules are rows, counters are memory.

A second is a fixed window, as the vendor counts it: the calls over the limit in one second fail, the next second
starts anew (spec H 8.2). Days are UTC days; their counts come back from the `openapi_usage` rows after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from linli.kernel.db.partitions import DAY_MS

ALL = ""
"""The path that stands for all calls of a key together."""


class Rule(NamedTuple):
    """None: no limit of this kind."""

    per_second: int | None = None
    per_day: int | None = None


class Meter:
    """The counters of one app key in this process. Each process counts its own calls against the second's limit."""

    __slots__ = ("_day", "_second", "_this_second", "_today", "default_rate", "pending", "rules")

    def __init__(self, default_rate: int | None = None) -> None:
        self.default_rate = default_rate
        """Calls a second on one API where no rule says otherwise."""
        self.rules: Mapping[str, Rule] = {}
        self.pending: dict[str, list[int]] = {}
        """[calls, failures] by path since the last `take_pending`."""
        self._second = 0
        self._this_second: dict[str, int] = {}
        self._day = 0
        self._today: dict[str, int] = {}

    def set_rules(self, rules: Mapping[str, Rule], used: Mapping[str, int], day: int) -> None:
        """Take rules and today's stored counts, to which what is pending here is still to be added."""
        self.rules = rules
        self._day = day
        self._today = dict(used)
        for path, (calls, _) in self.pending.items():
            self._today[path] = self._today.get(path, 0) + calls
        self._today[ALL] = sum(count for path, count in self._today.items() if path != ALL)

    def admit(self, path: str, rate: float | None, now_ms: int) -> bool:
        """Count one call on `path` if its limits allow it. `rate` is the method's own limit a second."""
        rules = self.rules
        if rules or rate is not None or self.default_rate is not None:
            own, total = rules.get(path), rules.get(ALL)
            asked = own.per_second if own is not None else rate if rate is not None else self.default_rate
            if not self._within_second(path, asked, total.per_second if total else None, now_ms // 1000):
                return False
            if rules and not self._within_day(path, own, total, now_ms // DAY_MS):
                return False
        counts = self.pending.get(path)
        if counts is None:
            self.pending[path] = [1, 0]
        else:
            counts[0] += 1
        return True

    def failed(self, path: str) -> None:
        """Note that a call admitted on `path` was answered with another code than 200."""
        counts = self.pending.get(path)
        if counts is None:
            self.pending[path] = [0, 1]
        else:
            counts[1] += 1

    def take_pending(self) -> dict[str, list[int]]:
        taken, self.pending = self.pending, {}
        return taken

    def _within_second(self, path: str, limit: float | None, total: int | None, second: int) -> bool:
        if second != self._second:
            self._second, self._this_second = second, {}
        window = self._this_second
        calls, all_calls = window.get(path, 0), window.get(ALL, 0)
        if (limit is not None and calls >= limit) or (total is not None and all_calls >= total):
            return False
        window[path], window[ALL] = calls + 1, all_calls + 1
        return True

    def _within_day(self, path: str, own: Rule | None, total: Rule | None, day: int) -> bool:
        if day != self._day:
            self._day, self._today = day, {}
        today = self._today
        calls, all_calls = today.get(path, 0), today.get(ALL, 0)
        if own is not None and own.per_day is not None and calls >= own.per_day:
            return False
        if total is not None and total.per_day is not None and all_calls >= total.per_day:
            return False
        today[path], today[ALL] = calls + 1, all_calls + 1
        return True

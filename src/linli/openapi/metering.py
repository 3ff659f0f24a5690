"""Counts the calls of keys and companies against their limits. Rules are rows, counters are memory.

A second is a fixed window, as the vendor counts it: the calls over the limit in one second fail, the next second
starts again (spec H 8.2). A day begins at midnight in the installation's time zone. Only calls that were let through
count. Where several processes share the database each holds a part of every limit, and asks for more of it when that
part is used up (`slices`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from linli.openapi.limits import ALL, Limits, Rule

type Span = Literal["second", "day"]
type Counts = dict[str, list[int]]
"""[calls, failures, refused] by path."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_LATE: Final = 5
"""Windows that a call may come after the newest one; further back, the clock was set back."""
_SHARES: Final = 4
"""A process may use one part in so many of its even share of a second before it asks the others."""


class Days:
    """The day of the installation's zone that holds a time: days since 1970-01-01, as the calendar there says."""

    __slots__ = ("begins_ms", "ends_ms", "number", "zone")

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.number = self.begins_ms = self.ends_ms = 0

    def of(self, now_ms: int) -> int:
        if not self.begins_ms <= now_ms < self.ends_ms:
            today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self.zone).date()
            self.number = today.toordinal() - _EPOCH
            self.begins_ms, self.ends_ms = self.midnight(today), self.midnight(today + timedelta(days=1))
        return self.number

    def midnight(self, day: date) -> int:
        """UTC ms at which a day begins there."""
        return int(datetime.combine(day, time(), self.zone).timestamp() * 1000)

    @staticmethod
    def date_of(number: int) -> date:
        return date.fromordinal(number + _EPOCH)


class Place(NamedTuple):
    """A limit's subject, path and span of time."""

    subject: str
    path: str
    span: Span


class Window:
    """The present second or day of one limit, as far as this process may use it."""

    __slots__ = (
        "allowed", "asking", "base", "by_second", "limit", "number", "of_company", "place", "processes", "spent", "used",
    )  # fmt: skip

    def __init__(self, place: Place, number: int, *, of_company: bool = False) -> None:
        self.place = place
        self.of_company = of_company
        self.by_second = place.span == "second"
        self.number = number
        """The second or day since 1970."""
        self.limit = 0
        self.base = 0
        """The calls that this process may allow without asking."""
        self.processes = 1
        self.used = 0
        self.allowed = 0
        self.spent = False
        """The others have used the rest of it."""
        self.asking: asyncio.Lock | None = None

    @property
    def may_ask(self) -> bool:
        """Whether the processes share it, and there may be something left."""
        return self.processes > 1 and not self.spent

    @property
    def pool(self) -> int:
        """The part of the limit that processes must ask for: the limit less their free parts."""
        return self.limit - self.base * self.processes

    def turn(self, number: int) -> None:
        """Begin a new second or day."""
        if number > self.number or number < self.number - _LATE:
            self.number, self.used, self.allowed, self.spent = number, 0, self.base, False

    def resize(self, limit: int, processes: int, used: int) -> None:
        """Take a limit, new or old. `used`: calls of this span that are known of, where this process is alone."""
        lower = limit < self.limit
        self.limit, self.processes, self.spent = limit, processes, False
        if processes == 1:
            self.base = self.allowed = limit
            self.used = max(self.used, used)
            return
        self.base = limit // (_SHARES * processes) if self.by_second else 0
        if lower:
            self.allowed = min(self.allowed, self.used)
        self.allowed = max(self.allowed, self.base)


class Ledger:
    """The windows of one subject in this process."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.processes = 1
        self._windows: dict[tuple[str, Span], Window] = {}
        self._counted: Mapping[str, int] = {}
        self._counted_day = 0

    def renew(self, counts: Mapping[str, int], day: int, processes: int) -> None:
        """Take today's counts by path, which new windows begin with, and the number of processes."""
        if (processes > 1) != (self.processes > 1):
            self._windows.clear()
        self.processes = processes
        self._counted, self._counted_day = counts, day

    def windows(self, path: str, rule: Rule, second: int, day: int) -> list[Window]:
        """The windows that a rule makes on a path; none for what it does not limit."""
        spans: tuple[tuple[Span, int | None, int], ...] = (
            ("second", rule.per_second, second),
            ("day", rule.per_day, day),
        )
        windows = []
        for span, limit, number in spans:
            if not limit:
                self._windows.pop((path, span), None)
                continue
            window = self._windows.get((path, span))
            if window is None:
                window = self._windows[path, span] = Window(
                    Place(self.subject, path, span), number, of_company=isinstance(self, Company)
                )
            used = self._counted.get(path, 0) if span == "day" and day == self._counted_day else 0
            if window.limit != limit or window.processes != self.processes:
                window.resize(limit, self.processes, used)
            windows.append(window)
        return windows


class Company(Ledger):
    """The windows of all keys of one company together."""

    def __init__(self, tenant_id: str) -> None:
        super().__init__(tenant_id)
        self.rule: Rule | None = None
        self.generation = 0
        """Rises when its windows are others, so that keys look them up again."""

    def fits(self, rule: Rule, processes: int) -> bool:
        return self.rule == rule and self.processes == processes

    def set_rule(self, rule: Rule, used: int, day: int, processes: int) -> None:
        self.rule = rule
        self.renew({ALL: used}, day, processes)
        self.generation += 1


class Meter:
    """Counts the calls of one app key in this process."""

    __slots__ = (
        "_by_path",
        "_company",
        "_days",
        "_generation",
        "_ledger",
        "_left",
        "_pending",
        "_pending_day",
        "limits",
    )  # fmt: skip

    def __init__(self, app_key: str, company: Company, days: Days) -> None:
        self.limits: Limits | None = None
        self._ledger = Ledger(app_key)
        self._company = company
        self._days = days
        self._by_path: dict[str, tuple[Window, ...]] = {}
        self._generation = company.generation
        self._pending: Counts = {}
        self._pending_day = 0
        self._left: list[tuple[int, Counts]] = []
        """Unwritten counts of past days."""

    @property
    def pending(self) -> bool:
        return bool(self._pending or self._left)

    def fits(self, limits: Limits, processes: int) -> bool:
        """Whether these are the limits that it counts against."""
        return limits == self.limits and processes == self._ledger.processes

    def set_limits(self, limits: Limits, stored: Mapping[str, int], day: int, processes: int) -> None:
        """Count against these from now on. `stored`: today's calls by path, without those pending here."""
        self.limits = limits
        today = dict(stored)
        for path, counts in self._pending.items() if self._pending_day == day else ():
            today[path] = today.get(path, 0) + counts[0]
        today[ALL] = sum(today.values())
        self._ledger.renew(today, day, processes)
        self._by_path = {}

    def admit(self, path: str, rate: float | None, now_ms: int) -> Window | None:
        """Count one call on `path` if every limit allows it; else the window that does not.

        `rate` is the method's own limit a second.
        """
        second, day = now_ms // 1000, self._days.of(now_ms)
        windows = self._by_path.get(path)
        if windows is None or self._generation != self._company.generation:
            windows = self._look_up(path, rate, second, day)
        for window in windows:
            number = second if window.by_second else day
            if number != window.number:
                window.turn(number)
            if window.used >= window.allowed:
                return window
        for window in windows:
            window.used += 1
        self._counts(path, day)[0] += 1
        return None

    def failed(self, path: str, now_ms: int) -> None:
        """Note that a call let through on `path` was answered with another code than 200."""
        self._counts(path, self._days.of(now_ms))[1] += 1

    def refused(self, path: str, now_ms: int) -> None:
        """Note that a call on `path` came over a limit."""
        self._counts(path, self._days.of(now_ms))[2] += 1

    def take_pending(self) -> list[tuple[int, Counts]]:
        """The counts by day since they were last taken."""
        taken, self._left = self._left, []
        if self._pending:
            taken.append((self._pending_day, self._pending))
            self._pending = {}
        return taken

    def put_back(self, taken: list[tuple[int, Counts]]) -> None:
        """Take back counts that could not be written."""
        self._left[:0] = taken

    def _counts(self, path: str, day: int) -> list[int]:
        if day != self._pending_day:
            if self._pending:
                self._left.append((self._pending_day, self._pending))
                self._pending = {}
            self._pending_day = day
        counts = self._pending.get(path)
        if counts is None:
            counts = self._pending[path] = [0, 0, 0]
        return counts

    def _look_up(self, path: str, rate: float | None, second: int, day: int) -> tuple[Window, ...]:
        if self._generation != self._company.generation:
            self._by_path = {}
            self._generation = self._company.generation
        limits, company = self.limits, self._company
        windows: tuple[Window, ...] = ()
        if limits is not None:
            windows = (
                *self._ledger.windows(path, limits.of_method(path, rate), second, day),
                *self._ledger.windows(ALL, limits.in_all(), second, day),
                *company.windows(ALL, company.rule or Rule(), second, day),
            )
        self._by_path[path] = windows
        return windows

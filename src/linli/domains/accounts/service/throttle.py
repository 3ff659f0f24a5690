"""Sign-in throttling, kept in the database, so a restart resets no count.

An attempt is counted *before* the password is checked, so that parallel attempts are all counted; success removes it
again. Nobody can lock another person's log-in: failures slow down only the place that they come from.

- A browser that signed in as the log-in before (`browsers`) is counted by itself: five failures, then 30 s doubling to
  15 minutes. Attempts of others, also from its own address, do not slow it down.
- Any other place is counted by log-in and address in the same way, and by its address alone after thirty failures.
- All those places together get twenty attempts at a log-in, and one more every five minutes. So guesses at one log-in,
  from any number of addresses, are at most 20 + 288 a day. Meanwhile its owner signs in from a browser that signed in
  before, or by a one-time code, which is not counted here (`people.codes`).

An address is one subscriber's: with IPv6 a /64. While the disk is full, attempts with a password are counted in memory
(`SpareCounts`). Then a stranger's attempts write nothing, and the operator who frees the disk can sign in.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from linli.domains.accounts.models import sign_in_attempts as attempts
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.disk import DiskFull
from linli.kernel.errors import TooMany
from linli.kernel.http import network_of

WINDOW_MS: Final = 15 * 60_000
ACCOUNT_FREE: Final = 5
"""Failures at one log-in from one place within the window, after which that place must wait."""
ADDRESS_FREE: Final = 30
STRANGERS_FREE: Final = 20
"""Attempts at one log-in from all unknown places together."""
STRANGERS_EVERY_MS: Final = 5 * 60_000
FIRST_WAIT_MS: Final = 30_000
LONGEST_WAIT_MS: Final = 15 * 60_000
CLOCKS_DIFFER_MS: Final = 60_000
"""Between processes."""
SPARE_COUNTS_MAX: Final = 10_000
_KEPT_MS: Final = STRANGERS_FREE * STRANGERS_EVERY_MS + WINDOW_MS


class SignInThrottled(TooMany):
    """Too many failures; `seconds` until the next attempt is heard."""

    code = "console.sign_in_throttled"


class Attempt(NamedTuple):
    """A try: the log-in, the address and the browser."""

    login: str
    """The log-in tried, or whatever else is tried; empty: only the address is counted."""
    address: str
    device: str = ""
    """The name of a browser that has signed in as this log-in; empty for any other."""
    purpose: str = ""
    """The purpose for which an address is counted, if it is not a sign-in."""


class Count(NamedTuple):
    key: str
    failures: int
    first_ms: int
    last_ms: int
    open_ms: int


class SpareCounts:
    """The counts of a process while nothing can be written."""

    def __init__(self) -> None:
        self._counts: dict[str, Count] = {}

    def newer(self, count: Count) -> Count:
        """The later of a count in the database and what was counted here."""
        kept = self._counts.get(count.key)
        return kept if kept is not None and kept.last_ms >= count.last_ms else count

    def forgive(self, own: str, shared: Sequence[str]) -> None:
        for key in (own, *shared):
            if (kept := self._counts.get(key)) is not None:
                left = 0 if key == own else max(kept.failures - 1, 0)
                self._counts[key] = kept._replace(failures=left, open_ms=0)

    def keep(self, count: Count) -> None:
        """The one that was counted longest ago goes, where there are too many."""
        self._counts.pop(count.key, None)
        self._counts[count.key] = count
        while len(self._counts) > SPARE_COUNTS_MAX:
            del self._counts[next(iter(self._counts))]


class _Rule(NamedTuple):
    key: str
    free: int
    every_ms: int = 0
    """0: waits double; else so long until one more is heard."""


_by_key = Query(select(attempts).where(attempts.c.key == bindparam("key")), Count)
_locked = Query(select(attempts).where(attempts.c.key == bindparam("key")).with_for_update(), Count)
_forget = Command(delete(attempts).where(attempts.c.key == bindparam("key")))
_purge = Command(delete(attempts).where(attempts.c.last_ms < bindparam("before", type_=INT)))


def wait_ms(failures: int, free: int) -> int:
    """How long the next attempt waits after so many failures: none, then 30 s doubling to 15 min."""
    if failures < free:
        return 0
    return int(min(FIRST_WAIT_MS * 2 ** min(failures - free, 20), LONGEST_WAIT_MS))


async def count_attempt(
    db: Database, attempt: Attempt, *, now_ms: int, spare: SpareCounts | None = None
) -> None:
    """Count one attempt, in `spare` while nothing can be written.

    Raises SignInThrottled, then the password must not be checked; DiskFull without `spare`.
    """
    rules = _rules(attempt)

    async def count_in(tx: Tx) -> None:
        await _purge.run(tx, before=now_ms - _KEPT_MS)
        counts = [(rule, await _hold(tx, rule.key, now_ms)) for rule in rules]
        if spare is not None:
            counts = [(rule, spare.newer(before)) for rule, before in counts]
        for count in _counted(counts, now_ms):
            await _write(tx, count)

    try:
        await db.run(count_in)
    except DiskFull:
        if spare is None:
            raise
        counts = []
        for rule in rules:
            latest = await _by_key.one(db, key=rule.key) or Count(rule.key, 0, now_ms, now_ms, 0)
            counts.append((rule, spare.newer(latest)))
        for count in _counted(counts, now_ms):
            spare.keep(count)


async def forgive(db: Database, attempt: Attempt, *, spare: SpareCounts | None = None) -> None:
    """The password was right: failures from this place count no more, and what is shared gets this attempt back."""
    own, *shared = [rule.key for rule in _rules(attempt)]
    if not attempt.login:
        own, shared = "", [own]

    async def give_back(tx: Tx) -> None:
        if own:
            await _forget.run(tx, key=own)
        for key in shared:
            count = await _by_key.one(tx, key=key)
            if count is not None:
                await _write(tx, count._replace(failures=max(count.failures - 1, 0), open_ms=0))

    try:
        await db.run(give_back)
    except DiskFull:
        if spare is None:
            raise
    if spare is not None:
        spare.forgive(own, shared)


async def _hold(tx: Tx, key: str, now_ms: int) -> Count:
    """A count, held until the commit: of attempts made at once none reads what another has yet to write."""
    count = await _locked.one(tx, key=key)
    if count is None:
        new = Count(key, 0, now_ms, now_ms, 0)
        await tx.upsert(attempts, [new._asdict()], keys=("key",))
        count = await _locked.one(tx, key=key) or new
    if count.last_ms > now_ms + CLOCKS_DIFFER_MS:
        # An attempt of the future: the clock was set back, and waiting until it has caught up may take hours.
        return count._replace(first_ms=now_ms, last_ms=now_ms, open_ms=0)
    return count


def _counted(counts: Sequence[tuple[_Rule, Count]], now_ms: int) -> list[Count]:
    """The stored state after one more attempt. Raises SignInThrottled."""
    waits = [count.open_ms - now_ms for _, count in counts if count.open_ms > now_ms]
    if waits:
        raise SignInThrottled(seconds=-(-max(waits) // 1000))
    return [_count_up(rule, count, now_ms) for rule, count in counts]


def _rules(attempt: Attempt) -> list[_Rule]:
    login, network = attempt.login[:128], network_of(attempt.address)
    if login and attempt.device:
        return [_Rule(f"device:{login}|{attempt.device}", ACCOUNT_FREE)]
    purpose = f" ({attempt.purpose})" if attempt.purpose else ""
    by_address = _Rule(f"address:{network}{purpose}", ADDRESS_FREE)
    if not login:
        return [by_address]
    return [
        _Rule(f"account:{login}|{network}", ACCOUNT_FREE),
        _Rule(f"strangers:{login}", STRANGERS_FREE, STRANGERS_EVERY_MS),
        by_address,
    ]


def _count_up(rule: _Rule, count: Count, now_ms: int) -> Count:
    if rule.every_ms:
        gone = max(0, now_ms - count.first_ms) // rule.every_ms
        if gone >= count.failures:
            return Count(rule.key, 1, now_ms, now_ms, 0)
        failures, first_ms = count.failures - gone + 1, count.first_ms + gone * rule.every_ms
        full = failures >= rule.free
        return Count(rule.key, failures, first_ms, now_ms, first_ms + rule.every_ms if full else 0)
    # Outside the window the count starts at zero, unless the last wait was long: waiting must not reset it.
    if now_ms - count.last_ms > WINDOW_MS:
        count = Count(rule.key, 0, now_ms, now_ms, 0)
    failures = count.failures + 1
    return Count(rule.key, failures, count.first_ms, now_ms, now_ms + wait_ms(failures, rule.free))


async def _write(tx: Tx, count: Count) -> None:
    await tx.upsert(
        attempts,
        [count._asdict()],
        keys=("key",),
        update=("failures", "first_ms", "last_ms", "open_ms"),
    )

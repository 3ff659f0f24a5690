"""The request log: one row a call, with the facts that its owner needs to find an error, kept for some days."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Select, and_, bindparam, delete, or_, select, tuple_

from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, any_of, in_scope
from linli.kernel.db.partitions import DAY_MS, day_of, drop_before
from linli.kernel.scope import Scope
from linli.openapi.masking import excerpts
from linli.openapi.models import request_log as log

REQUEST_BYTES: Final = 1024
RESPONSE_BYTES: Final = 512
_MAX_TEXT: Final = 200
_HEX: Final = tuple(f"{number:03x}" for number in range(0x1000))
_PURGE_STEP: Final = 2000
MOST_FOUND: Final = 200


class Entry(NamedTuple):
    """One call as the gateway leaves it: raw bytes, made into text when the batch is written."""

    at_ms: int
    app_key: str
    tenant_id: str
    ca_request_id: str
    call_id: bytes
    """JSON of the caller's envelope id."""
    path: str
    version: str
    http_status: int
    code: int | str
    reason: str
    cost_us: int
    client_ip: str
    request: bytes
    response: bytes


class LoggedRequest(NamedTuple):
    ca_request_id: str
    app_key: str
    at_ms: int
    call_id: str
    path: str
    version: str
    http_status: int
    code: str
    reason: str
    cost_us: int
    client_ip: str
    request: str
    response: str


class Search(NamedTuple):
    """The search; empty text and None mean "any". Times are UTC ms."""

    app_keys: tuple[str, ...]
    since_ms: int
    until_ms: int
    request_id: str = ""
    """The platform's id (`X-Ca-Request-Id`) or the caller's envelope id."""
    path: str = ""
    code: str = ""
    failed_only: bool = False
    limit: int = 50
    before: str = ""
    """Go on below this `ca_request_id`: the last one of the page before."""


class RequestIds:
    """UUIDs of version 7: ordered by time, so that log rows go in at the end of their index. About 0.3 µs each.

    48 bits of milliseconds, a counter of 26 bits that starts at random, 48 random bits of this process.
    """

    def __init__(self) -> None:
        self._node = secrets.token_hex(6)
        self._count = secrets.randbits(25)
        self._ms = -1
        self._prefix = ""
        self._turn()

    def make(self, now_ms: int) -> str:
        if now_ms != self._ms:
            self._ms = now_ms
            stamp = f"{now_ms:012x}"
            self._prefix = f"{stamp[:8]}-{stamp[8:]}-7"
        self._count = count = (self._count + 1) & 0x3FFFFFF
        low = count & 0xFFF
        if not low:
            self._turn()
        return self._prefix + _HEX[low] + self._tail

    def _turn(self) -> None:
        self._tail = f"-{0x8000 | self._count >> 12:04x}-{self._node}"


def time_of(ca_request_id: str) -> int | None:
    """The UTC ms in one of our request ids, or None when it is no such id."""
    digits = ca_request_id.replace("-", "")
    if len(digits) != 32 or digits[12] != "7":
        return None
    try:
        return int(digits[:12], 16)
    except ValueError:
        return None


COLUMNS: Final = (
    "day", "app_key", "ca_request_id", "tenant_id", "at_ms", "call_id", "path", "version", "http_status", "code",
    "reason", "cost_us", "client_ip", "request", "response",
)  # fmt: skip

_KEYS: Final = ("day", "app_key", "ca_request_id")
_shown = [log.c[name] for name in LoggedRequest._fields]


def _search(*, descending: bool = True) -> Select[tuple[str, ...]]:
    def any_or(column: str, name: str) -> object:
        return or_(bindparam(name) == "", log.c[column] == bindparam(name))

    return (
        select(*_shown)
        .where(
            log.c.day >= bindparam("first_day", type_=INT),
            log.c.day <= bindparam("last_day", type_=INT),
            any_of(log.c.app_key, "app_keys"),
            in_scope(log),
            log.c.at_ms >= bindparam("since", type_=INT),
            log.c.at_ms <= bindparam("until", type_=INT),
            or_(bindparam("before") == "", log.c.ca_request_id < bindparam("before")),
            or_(
                bindparam("id") == "",
                log.c.ca_request_id == bindparam("id"),
                log.c.call_id == bindparam("id"),
            ),
            any_or("path", "path"),  # type: ignore[arg-type]
            any_or("code", "code"),  # type: ignore[arg-type]
            or_(bindparam("failed", type_=INT) == 0, log.c.code != "200"),
        )
        .order_by(log.c.ca_request_id.desc())
        .limit(bindparam("limit", type_=INT))
    )


_matching = Query(_search(), LoggedRequest, heavy=True)
_by_id = Query(
    select(*_shown).where(
        log.c.day == bindparam("day", type_=INT),
        any_of(log.c.app_key, "app_keys"),
        log.c.ca_request_id == bindparam("id"),
        in_scope(log),
    ),
    LoggedRequest,
)
_key = tuple_(log.c.day, log.c.app_key, log.c.ca_request_id)
_purge = Command(
    delete(log).where(
        _key.in_(
            select(log.c.day, log.c.app_key, log.c.ca_request_id)
            .where(and_(log.c.day < bindparam("before", type_=INT)))
            .limit(_PURGE_STEP)
        )
    ),
    unscoped="retention counts for every tenant alike",
)


async def write(tx: Tx, entries: Sequence[Entry]) -> None:
    """Append the rows of one batch. Rows that are there already stay: a batch of unknown fate is sent again."""
    await tx.upsert_tuples(log, COLUMNS, _rows(entries), keys=_KEYS)


async def search(scope: Scope, db: Reader, wanted: Search) -> list[LoggedRequest]:
    """Calls of the keys named, newest first. Keys outside the scope yield nothing."""
    limit = max(1, min(wanted.limit, MOST_FOUND))
    at_ms = time_of(wanted.request_id)
    if at_ms is not None:
        logged_requests = await _by_id.all(
            db, scope, day=day_of(at_ms), app_keys=list(wanted.app_keys), id=wanted.request_id.lower()
        )
        if logged_requests:
            return logged_requests
    return await _matching.all(
        db,
        scope,
        first_day=day_of(wanted.since_ms),
        last_day=day_of(wanted.until_ms),
        since=wanted.since_ms,
        until=wanted.until_ms,
        app_keys=list(wanted.app_keys),
        before=wanted.before,
        id=wanted.request_id,
        path=wanted.path,
        code=wanted.code,
        failed=int(wanted.failed_only),
        limit=limit,
    )


async def purge(db: Database, now_ms: int, *, days: int) -> int:
    """Drop what is older than `days`. On SQLite one step a call; the number of rows or partitions removed."""
    before = day_of(now_ms - days * DAY_MS)
    if db.engine == "postgresql":
        return await drop_before(db, log, before)
    return await db.run(lambda tx: _purge.run(tx, before=before))


def _rows(entries: Sequence[Entry]) -> list[tuple[object, ...]]:
    asked = excerpts([entry.request for entry in entries], REQUEST_BYTES)
    responses = excerpts([entry.response for entry in entries], RESPONSE_BYTES)
    return [
        (
            at_ms // DAY_MS, app_key, ca_request_id, tenant_id, at_ms, _id_text(echo), path[:_MAX_TEXT],
            version[:_MAX_TEXT], status, str(code), reason, cost_us, client_ip, request, response,
        )
        for (at_ms, app_key, tenant_id, ca_request_id, echo, path, version, status, code, reason, cost_us, client_ip,
             _, _), request, response in zip(entries, asked, responses, strict=True)
    ]  # fmt: skip


def _id_text(echo: bytes) -> str:
    return echo.decode("utf-8", "replace").strip('"').replace("\0", "")[:_MAX_TEXT]

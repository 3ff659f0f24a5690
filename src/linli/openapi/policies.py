"""What each app key may call and how often: the rows, their only writer, and what the gateway reads of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, select

from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi.limits import ALL, Rule
from linli.openapi.models import key_policies, limits, usage

_BY_KEY = "the app key is a condition of its own; the gateway has no scope yet"
ALWAYS_GRANTED = "auth"
"""The service of the token methods: without it a key could use none of its others."""
_MOST_PER_SECOND = 1_000_000
_MOST_PER_DAY = 10**12

_key_of = Query(
    select(tenancy.app_keys.c.app_key).where(
        tenancy.app_keys.c.app_key == bindparam("app_key"), in_scope(tenancy.app_keys)
    )
)
_services = Query(
    select(key_policies.c.services).where(key_policies.c.app_key == bindparam("app_key")), unscoped=_BY_KEY
)
_limits = Query(
    select(limits.c.path, limits.c.per_second, limits.c.per_day)
    .where(limits.c.app_key == bindparam("app_key"))
    .order_by(limits.c.path),
    unscoped=_BY_KEY,
)
_drop_limit = Command(
    delete(limits).where(
        limits.c.app_key == bindparam("app_key"), limits.c.path == bindparam("path"), in_scope(limits)
    )
)
_used = Query(
    select(usage.c.path, usage.c.calls).where(
        usage.c.app_key == bindparam("app_key"), usage.c.day == bindparam("day", type_=INT)
    ),
    unscoped=_BY_KEY,
)


class Usage(NamedTuple):
    day: int
    """Days since the epoch, UTC."""
    path: str
    calls: int
    failures: int


_usage = Query(
    select(usage.c.day, usage.c.path, usage.c.calls, usage.c.failures)
    .where(
        usage.c.app_key == bindparam("app_key"), usage.c.day >= bindparam("since", type_=INT), in_scope(usage)
    )
    .order_by(usage.c.day, usage.c.path),
    Usage,
)
_calls_of_day = Query(
    select(usage.c.app_key, func.sum(usage.c.calls), func.sum(usage.c.failures))
    .where(usage.c.day == bindparam("day", type_=INT), in_scope(usage))
    .group_by(usage.c.app_key)
)


class LimitRow(NamedTuple):
    path: str
    """Empty: all calls of the key together."""
    per_second: int | None
    per_day: int | None


async def services_of(db: Reader, app_key: str) -> frozenset[str] | None:
    """The services an app key may call; None: the default set, which is every service there is."""
    stored = await _services.scalar(db, app_key=app_key)
    return None if stored is None else frozenset(msgspec.json.decode(stored, type=list[str]))


async def rules_of(db: Reader, app_key: str) -> dict[str, Rule]:
    return {path: Rule(second, day) for path, second, day in await _limits.all(db, app_key=app_key)}


async def used_today(db: Reader, app_key: str, day: int) -> dict[str, int]:
    """Calls by path on one day."""
    return dict(await _used.all(db, app_key=app_key, day=day))


async def grant_services(
    scope: Scope, tx: Tx, *, app_key: str, services: Collection[str] | None, known: Collection[str]
) -> None:
    """Say which services a key may call; None returns it to the default set. Raises NotFound, BadInput."""
    await _own(scope, tx, app_key)
    for name in services or ():
        if name not in known:
            raise BadInput(field="services", rule="one_of", allowed=", ".join(sorted(known)))
    row = {
        "app_key": app_key,
        "tenant_id": scope.tenant,
        "services": None if services is None else msgspec.json.encode(sorted(set(services))).decode(),
        "changed_ms": tx.db.clock.now_ms(),
    }
    await tx.upsert(key_policies, [row], keys=("app_key",), update=("services", "changed_ms"))
    tenancy.changed(tx)


async def set_limit(
    scope: Scope, tx: Tx, *, app_key: str, path: str, per_second: int | None, per_day: int | None
) -> None:
    """Limit a key on one path, or in all with an empty path; without numbers the limit goes.

    Raises NotFound, BadInput.
    """
    await _own(scope, tx, app_key)
    for field, value, most in (
        ("perSecond", per_second, _MOST_PER_SECOND),
        ("perDay", per_day, _MOST_PER_DAY),
    ):
        if value is not None and not 0 <= value <= most:
            raise BadInput(field=field, rule="range", low=0, high=most)
    if path != ALL and not path.startswith("/"):
        raise BadInput(field="path", rule="format", example="/cloud/token")
    if per_second is None and per_day is None:
        await _drop_limit.run(tx, scope, app_key=app_key, path=path)
    else:
        row = {
            "app_key": app_key,
            "path": path,
            "tenant_id": scope.tenant,
            "per_second": per_second,
            "per_day": per_day,
        }
        await tx.upsert(limits, [row], keys=("app_key", "path"), update=("per_second", "per_day"))
    tenancy.changed(tx)


async def list_limits(scope: Scope, db: Reader, *, app_key: str) -> list[LimitRow]:
    """Raises NotFound."""
    await _own(scope, db, app_key)
    return [LimitRow(*row) for row in await _limits.all(db, app_key=app_key)]


async def granted(scope: Scope, db: Reader, *, app_key: str) -> frozenset[str] | None:
    """`services_of` for the key's owner. Raises NotFound."""
    await _own(scope, db, app_key)
    return await services_of(db, app_key)


async def list_usage(scope: Scope, db: Reader, *, app_key: str, since_day: int) -> list[Usage]:
    """Calls by day and path from `since_day` on. Raises NotFound."""
    await _own(scope, db, app_key)
    return await _usage.all(db, scope, app_key=app_key, since=since_day)


async def calls_of_day(scope: Scope, db: Reader, *, day: int) -> dict[str, tuple[int, int]]:
    """(calls, failures) by app key on one day."""
    return {key: (int(calls), int(bad)) for key, calls, bad in await _calls_of_day.all(db, scope, day=day)}


async def _own(scope: Scope, db: Reader, app_key: str) -> None:
    if await _key_of.one(db, scope, app_key=app_key) is None:
        raise NotFound(what="appKey", id=app_key)

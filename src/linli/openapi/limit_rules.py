"""The rows of limits and counts: the gateway's reads, and their only writer."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from sqlalchemy import bindparam, delete, func, or_, select

from linli.kernel import history, tenancy
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope, total
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Change, Record
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import CallLimits
from linli.openapi.limits import (
    ALL,
    EACH_COMPANY,
    EACH_METHOD,
    EVERYBODY,
    NO_RULE,
    Limits,
    Rule,
    with_settings,
)
from linli.openapi.models import limits, usage

type Kind = Literal["key", "company", "everybody"]

_MOST_PER_SECOND: Final = 1_000_000
_MOST_PER_DAY: Final = 10**12
_MOST_PATH: Final = 200
_HISTORY: Final = "call_limit"
_BY_SUBJECT: Final = "the subject is a condition of its own; the gateway has no scope yet"

_rules = Query(
    select(limits.c.subject, limits.c.path, limits.c.per_second, limits.c.per_day).where(
        or_(
            limits.c.subject == bindparam("app_key"),
            limits.c.subject == bindparam("tenant"),
            limits.c.subject == EVERYBODY,
        )
    ),
    unscoped=_BY_SUBJECT,
)
_rule = Query(
    select(limits.c.per_second, limits.c.per_day).where(
        limits.c.subject == bindparam("subject"), limits.c.path == bindparam("path"), in_scope(limits)
    ),
    Rule,
)
_drop = Command(
    delete(limits).where(
        limits.c.subject == bindparam("subject"), limits.c.path == bindparam("path"), in_scope(limits)
    )
)
_used = Query(
    select(usage.c.path, usage.c.calls).where(
        usage.c.app_key == bindparam("app_key"), usage.c.day == bindparam("day", type_=INT)
    ),
    unscoped=_BY_SUBJECT,
)
_used_by_company = Query(
    select(func.coalesce(total(usage.c.calls), 0)).where(
        usage.c.tenant_id == bindparam("tenant"), usage.c.day == bindparam("day", type_=INT)
    ),
    unscoped=_BY_SUBJECT,
)
_key_owner = Query(
    select(tenancy.app_keys.c.tenant_id).where(
        tenancy.app_keys.c.app_key == bindparam("app_key"), in_scope(tenancy.app_keys)
    )
)


class Target(NamedTuple):
    """The subject of a limit."""

    kind: Kind
    subject: str
    path: str = ALL


async def limits_of(db: Reader, *, app_key: str, tenant_id: str, settings: CallLimits) -> Limits:
    """Everything that holds for one key."""
    by_subject: dict[str, dict[str, Rule]] = {app_key: {}, tenant_id: {}, EVERYBODY: {}}
    for subject, path, second, day in await _rules.all(db, app_key=app_key, tenant=tenant_id):
        by_subject[subject][path] = Rule(second, day)
    everybody = with_settings(by_subject[EVERYBODY], settings)
    return Limits(by_subject[app_key], by_subject[tenant_id], everybody)


async def of_everybody(db: Reader, settings: CallLimits) -> Limits:
    """The limits for a key without rules of its own; `own` are the rules that operators set for everybody."""
    rules = {path: Rule(second, day) for _, path, second, day in await _rules.all(db, app_key="", tenant="")}
    return Limits(rules, {}, with_settings(rules, settings))


async def used_today(db: Reader, app_key: str, day: int) -> dict[str, int]:
    """Calls by path on one day of the installation's zone."""
    return dict(await _used.all(db, app_key=app_key, day=day))


async def used_by_company(db: Reader, tenant_id: str, day: int) -> int:
    return int(await _used_by_company.scalar(db, tenant=tenant_id, day=day) or 0)


async def set_limit(scope: Scope, tx: Tx, *, target: Target, rule: Rule) -> int | None:
    """Set a limit, or, without numbers, let the wider rule hold again. Raises NotFound, BadInput.

    The number of the change in the history; None where nothing changed.
    """
    tenant_id = await _owner(scope, tx, target)
    _check(target, rule)
    before = await rule_of(scope, tx, target)
    if rule == NO_RULE:
        await _drop.run(tx, scope, subject=target.subject, path=target.path)
    else:
        row = {
            "subject": target.subject,
            "path": target.path,
            "tenant_id": tenant_id,
            "per_second": rule.per_second,
            "per_day": rule.per_day,
        }
        await tx.upsert(limits, [row], keys=("subject", "path"), update=("per_second", "per_day"))
    change_no = await history.note(
        scope.of_tenant(tenant_id),
        tx,
        Record(_HISTORY, f"{target.kind}:{target.subject}:{target.path}", None),
        "changed",
        now_ms=tx.db.clock.now_ms(),
        before=_fields(before),
        after=_fields(rule),
    )
    tenancy.changed(tx)
    return change_no


async def rule_of(scope: Scope, db: Reader, target: Target) -> Rule:
    """The rule set here; NO_RULE where the wider rule applies."""
    return await _rule.one(db, scope, subject=target.subject, path=target.path) or NO_RULE


async def changes(scope: Scope, db: Reader, request: PageRequest) -> Page[Change]:
    """A page of the changes of limits that the scope may see, the latest first."""
    return await history.page_of_kind(scope, db, kind=_HISTORY, request=request)


def target_of(change: Change) -> Target:
    """The subject of a change in the history."""
    kind, subject, path = change.target.split(":", 2)
    return Target(kind, subject, path)  # type: ignore[arg-type]


async def put_back(scope: Scope, tx: Tx, *, change_no: int) -> None:
    """Set a limit to what it was before a change. Raises NotFound."""
    change = await history.change(scope, tx, change_no)
    if change.kind != _HISTORY:
        raise NotFound(what="change", id=change_no)
    target = target_of(change)
    rule = await rule_of(scope, tx, target)
    for name, (before, _) in change.differences.items():
        rule = rule._replace(**{name: before})
    await set_limit(scope, tx, target=target, rule=rule)


async def _owner(scope: Scope, db: Reader, target: Target) -> str:
    """The tenant of a limit; empty for everybody's. Raises NotFound."""
    match target.kind:
        case "key":
            owner = await _key_owner.scalar(db, scope, app_key=target.subject)
            if owner is None:
                raise NotFound(what="appKey", id=target.subject)
            return str(owner)
        case "company":
            if scope.tenant_id not in (None, target.subject):
                raise NotFound(what="tenant", id=target.subject)
            return (await tenancy.get_tenant(db, target.subject)).id
    if scope.tenant_id is not None or target.subject != EVERYBODY:
        raise NotFound(what="tenant", id=target.subject)
    return ""


def _check(target: Target, rule: Rule) -> None:
    """Raises BadInput."""
    for field, value, most in (
        ("perSecond", rule.per_second, _MOST_PER_SECOND),
        ("perDay", rule.per_day, _MOST_PER_DAY),
    ):
        if value is not None and not 0 <= value <= most:
            raise BadInput(field=field, rule="range", low=0, high=most)
    words = {"key": (ALL,), "company": (ALL,), "everybody": (ALL, EACH_METHOD, EACH_COMPANY)}[target.kind]
    method = target.path.startswith("/") and len(target.path) <= _MOST_PATH and target.kind != "company"
    if target.path not in words and not method:
        raise BadInput(field="path", rule="format", example="/cloud/token")


def _fields(rule: Rule) -> dict[str, int | None]:
    return rule._asdict()

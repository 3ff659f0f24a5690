"""Acts on products and devices that somebody may ask about later."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, select

from linli.kernel.db import INT, Query, Reader, Tx, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.models import things_audit

Act = Literal[
    "product.created", "product.changed", "product.deleted", "product.secret_shown", "model.published",
    "model.rolled_back",
    "device.secret_shown", "device.secret_reset", "device.enabled", "device.disabled", "device.deleted",
    "device.moved", "device.bound", "device.unbound", "batch.started", "batch.undone", "batch.certificates",
]  # fmt: skip


class AuditRow(NamedTuple):
    audit_no: int
    done_ms: int
    caller: str
    """Kind and id: `staff:12`."""
    act: str
    subject: str
    facts: str
    """JSON."""


_page = Query(
    select(*(things_audit.c[name] for name in AuditRow._fields))
    .where(things_audit.c.subject == bindparam("subject"), in_scope(things_audit))
    .order_by(things_audit.c.audit_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    AuditRow,
)
_total = Query(
    select(func.count())
    .select_from(things_audit)
    .where(things_audit.c.subject == bindparam("subject"), in_scope(things_audit))
)


def caller_of(scope: Scope) -> str:
    return f"{scope.caller.kind}:{scope.caller.id}"


async def note(
    scope: Scope, tx: Tx, act: Act, *, subject: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Write down what the caller does; it counts only if `tx` commits. `facts` must hold nothing secret."""
    await tx.insert(
        things_audit,
        {
            "tenant_id": scope.tenant,
            "done_ms": tx.db.clock.now_ms(),
            "caller": caller_of(scope),
            "act": act,
            "subject": subject,
            "facts": msgspec.json.encode(facts or {}).decode(),
        },
    )


async def acts_on(scope: Scope, db: Reader, *, subject: str, page: PageRequest) -> Page[AuditRow]:
    """Newest first; `subject` is a product key or iotId."""
    rows = await _page.all(db, scope, subject=subject, **page.binds)
    return Page.of(page, await _total.scalar(db, scope, subject=subject), rows)

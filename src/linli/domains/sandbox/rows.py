"""Reads and writes of the table of sandboxes."""

from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from linli.domains.sandbox.facts import Facts
from linli.domains.sandbox.models import sandboxes
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.scope import Caller, Scope

type State = Literal["making", "ready", "removed"]
CHANNEL = "sandbox"
"""Signals that a sandbox changed, to the process that runs the devices."""
_KEEPER = "the keeper looks after the sandboxes of every tenant"


class Sandbox(NamedTuple):
    sandbox_id: str
    tenant_id: str
    owner: str
    state: State
    app_key: str
    facts: str
    switched_off: str
    created_ms: int
    used_ms: int
    removed_ms: int | None

    def read_facts(self) -> Facts:
        return msgspec.json.decode(self.facts, type=Facts)

    @property
    def off(self) -> list[str]:
        return msgspec.json.decode(self.switched_off, type=list[str])

    @property
    def inside(self) -> Scope:
        """A scope over everything in the sandbox."""
        return Scope(self.sandbox_id, Caller("system", "sandbox"))


class Kept(NamedTuple):
    """A sandbox, with the uses of its key."""

    sandbox: Sandbox
    key_used_ms: int

    @property
    def used_ms(self) -> int:
        return max(self.sandbox.used_ms, self.key_used_ms)


_c = sandboxes.c
_columns = [_c[name] for name in Sandbox._fields]
_of = Query(select(*_columns).where(in_scope(sandboxes), _c.owner == bindparam("of_owner")), Sandbox)
_by_id = Query(
    select(*_columns).where(_c.sandbox_id == bindparam("id")),
    Sandbox,
    unscoped="tells whether a tenant is a sandbox, whoever asks",
)
_all: Query[tuple[Any, ...]] = Query(
    select(*_columns, func.coalesce(tenancy.app_keys.c.last_used_ms, 0))
    .select_from(sandboxes.outerjoin(tenancy.app_keys, tenancy.app_keys.c.app_key == _c.app_key))
    .order_by(_c.created_ms),
    unscoped=_KEEPER,
)
_count: Query[tuple[Any, ...]] = Query(select(func.count()).select_from(sandboxes).where(in_scope(sandboxes)))
_this = _c.sandbox_id == bindparam("id")
_ready = Command(
    update(sandboxes)
    .where(_this)
    .values(state="ready", app_key=bindparam("key"), facts=bindparam("said"), removed_ms=None),
    unscoped="its maker knows it",
)
_note = Command(update(sandboxes).where(_this).values(facts=bindparam("said")), unscoped="found in scope")
_touch = Command(
    update(sandboxes).where(_this).values(used_ms=bindparam("now", type_=INT)), unscoped="found in scope"
)
_switch = Command(
    update(sandboxes).where(_this).values(switched_off=bindparam("off")), unscoped="found in scope"
)
_state = Command(
    update(sandboxes)
    .where(_this)
    .values(
        state=bindparam("to"), removed_ms=bindparam("gone", type_=INT), used_ms=bindparam("now", type_=INT)
    ),
    unscoped="found in scope",
)
_delete = Command(delete(sandboxes).where(_this), unscoped=_KEEPER)


def owner_of(scope: Scope) -> str:
    return f"{scope.caller.kind}:{scope.caller.id}"


async def find(scope: Scope, db: Reader) -> Sandbox | None:
    """The caller's sandbox, in any state."""
    whole = Scope(scope.tenant, scope.caller)
    return await _of.one(db, whole, of_owner=owner_of(scope))


async def is_sandbox(db: Reader, tenant_id: str) -> bool:
    return await _by_id.one(db, id=tenant_id) is not None


async def every(db: Reader) -> list[Kept]:
    """All sandboxes of the installation, oldest first. For the keeper."""
    return [Kept(Sandbox(*row[:-1]), int(row[-1])) for row in await _all.all(db)]


async def count(scope: Scope, db: Reader) -> int:
    """Number of the tenant's sandboxes."""
    return int(await _count.scalar(db, Scope(scope.tenant, scope.caller)) or 0)


async def add(scope: Scope, tx: Tx, *, sandbox_id: str, now_ms: int) -> None:
    row = {
        "sandbox_id": sandbox_id,
        "tenant_id": scope.tenant,
        "owner": owner_of(scope),
        "state": "making",
        "created_ms": now_ms,
        "used_ms": now_ms,
    }
    await tx.insert(sandboxes, row)


async def set_ready(tx: Tx, sandbox_id: str, *, app_key: str, facts: Facts) -> None:
    await _ready.run(tx, id=sandbox_id, key=app_key, said=msgspec.json.encode(facts).decode())
    tell(tx)


async def note_facts(tx: Tx, sandbox_id: str, facts: Facts) -> None:
    await _note.run(tx, id=sandbox_id, said=msgspec.json.encode(facts).decode())


async def touch(tx: Tx, sandbox_id: str, *, now_ms: int) -> None:
    await _touch.run(tx, id=sandbox_id, now=now_ms)


async def switch_off(tx: Tx, sandbox_id: str, off: list[str]) -> None:
    await _switch.run(tx, id=sandbox_id, off=msgspec.json.encode(sorted(off)).decode())
    tell(tx)


async def set_state(tx: Tx, sandbox_id: str, state: State, *, now_ms: int) -> None:
    await _state.run(tx, id=sandbox_id, to=state, gone=now_ms if state == "removed" else None, now=now_ms)
    tell(tx)


async def forget(tx: Tx, sandbox_id: str) -> None:
    await _delete.run(tx, id=sandbox_id)


def tell(tx: Tx) -> None:
    tx.db.signals.publish_after(tx, CHANNEL, "")

"""The company's root key for drivers: boxes get it at activation, and it vouches for the vendors' keys.

A vendor's key is vouched for when a person trusts it, never afterwards: a key that only stands in the table opens no box.
"""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql

from linli.domains.boxes.models import edge_driver_roots, edge_trusted_keys
from linli.domains.boxes.queries import drivers as queries
from linli.domains.boxes.service.products import whole
from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import trust
from linli.protocols.edge_link.trust import DriverRoot

HISTORY: Final = "edge_key"


class Root(NamedTuple):
    tenant_id: str
    number: int
    public_key: str
    sealed: str
    proof: str
    by_id: str
    created_ms: int


_r = edge_driver_roots.c
_chain = Query(select(edge_driver_roots).where(in_scope(edge_driver_roots)).order_by(_r.number), Root)
_first = Command(
    postgresql.insert(edge_driver_roots)
    .values(
        tenant_id=bindparam("tenant"),
        number=1,
        public_key=bindparam("public_key"),
        sealed=bindparam("private"),
        proof="",
        by_id=bindparam("by"),
        created_ms=bindparam("now", type_=INT),
    )
    .on_conflict_do_nothing(),
    unscoped="the tenant is the scope's own",
)
_forget = Command(
    update(edge_driver_roots)
    .where(in_scope(edge_driver_roots), _r.number == bindparam("row", type_=INT))
    .values(sealed="")
)
_vouched = Command(
    update(edge_trusted_keys)
    .where(in_scope(edge_trusted_keys), edge_trusted_keys.c.key_id == bindparam("row", type_=INT))
    .values(proof=bindparam("by_root"))
)


async def chain(scope: Scope, db: Reader) -> list[Root]:
    """The first to the one in use; empty before there is one."""
    return await _chain.all(db, whole(scope))


def driver_roots(roots: list[Root]) -> list[DriverRoot]:
    return [DriverRoot(public_key=root.public_key, proof=root.proof) for root in roots]


async def current(scope: Scope, tx: Tx, *, secrets: Secrets, now_ms: int) -> list[Root]:
    """The chain, begun if need be: then the keys that are trusted already are vouched for, once."""
    if roots := await chain(scope, tx):
        return roots
    private, public = trust.new_root()
    sealed = secrets.seal(private, about=_about(scope.tenant, 1))
    begun = await _first.run(
        tx, tenant=scope.tenant, public_key=public, private=sealed, by=scope.caller.id, now=now_ms
    )
    roots = await chain(scope, tx)
    if begun:
        await _vouch_for_all(scope, tx, private)
    return roots


async def vouch(scope: Scope, tx: Tx, vendor_key: str, *, secrets: Secrets, now_ms: int) -> str:
    """The word of the root in use for a vendor's key (PEM)."""
    root = (await current(scope, tx, secrets=secrets, now_ms=now_ms))[-1]
    return trust.vouch(_private(root, secrets), vendor_key)


async def rotate(scope: Scope, tx: Tx, *, secrets: Secrets, now_ms: int) -> Root:
    """A new root, signed by the root before. The old root's private key is deleted. Boxes change over by themselves."""
    before = (await current(scope, tx, secrets=secrets, now_ms=now_ms))[-1]
    old = _private(before, secrets)
    private, public = trust.new_root()
    number = before.number + 1
    root = Root(
        tenant_id=scope.tenant,
        number=number,
        public_key=public,
        sealed=secrets.seal(private, about=_about(scope.tenant, number)),
        proof=trust.succeed(old, public),
        by_id=scope.caller.id,
        created_ms=now_ms,
    )
    await tx.insert(edge_driver_roots, root._asdict())
    await _forget.run(tx, whole(scope), row=before.number)
    for key in await queries.trusted_keys(scope, tx):
        if trust.is_vouched(before.public_key, key.public_key, key.proof):
            await _vouched.run(tx, whole(scope), row=key.key_id, by_root=trust.vouch(private, key.public_key))
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, number, None),
        "rotated",
        before={"root": trust.fingerprint(before.public_key)},
        after={"root": trust.fingerprint(public)},
        now_ms=now_ms,
    )
    return root


async def _vouch_for_all(scope: Scope, tx: Tx, private: str) -> None:
    for key in await queries.trusted_keys(scope, tx):
        await _vouched.run(tx, whole(scope), row=key.key_id, by_root=trust.vouch(private, key.public_key))


def _private(root: Root, secrets: Secrets) -> str:
    return secrets.open(root.sealed, about=_about(root.tenant_id, root.number))


def _about(tenant_id: str, number: int) -> str:
    return f"edge_driver_root:{tenant_id}:{number}"

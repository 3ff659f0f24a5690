"""Who was told a secret (a device's, an app key's): one row each time, in the transaction that tells it."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from sqlalchemy import Column, Index, Table, bindparam, select

from linli.kernel.db import INT, Query, Reader, Tx, in_scope, integer, metadata, text_column
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

SecretKind = Literal["device", "app_key"]
KEPT_DAYS: Final = 180

secret_reads = Table(
    "secret_reads",
    metadata,
    Column("read_no", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("kind"),
    text_column("target"),
    text_column("caller"),
    text_column("request_id"),
    integer("at_ms"),
    Index("ix_secret_reads_target", "kind", "target", "read_no"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)
"""`kind`: `device` (`target` is the iotId) or `app_key`. `caller`: kind and id of the scope's caller, as `app:20000001`.
`request_id`: the call's id in the request log; empty outside the open API."""


class SecretRead(NamedTuple):
    kind: str
    target: str
    caller: str
    request_id: str
    at_ms: int


_reads = Query(
    select(*(secret_reads.c[name] for name in SecretRead._fields))
    .where(
        secret_reads.c.kind == bindparam("kind"),
        secret_reads.c.target == bindparam("target"),
        in_scope(secret_reads),
    )
    .order_by(secret_reads.c.read_no.desc())
    .limit(bindparam("most", type_=INT)),
    SecretRead,
)


async def note_secret_reads(
    scope: Scope, tx: Tx, kind: SecretKind, targets: Iterable[str], *, ids: Ids, request_id: str = ""
) -> None:
    """The caller is about to be told the secrets of `targets`."""
    now_ms = tx.db.clock.now_ms()
    rows = [
        {
            "read_no": ids.number(),
            "day": day_of(now_ms),
            "tenant_id": scope.tenant,
            "kind": kind,
            "target": target,
            "caller": f"{scope.caller.kind}:{scope.caller.id}",
            "request_id": request_id,
            "at_ms": now_ms,
        }
        for target in targets
    ]
    if rows:
        await tx.insert_many(secret_reads, rows)


async def secret_reads_of(
    scope: Scope, db: Reader, *, kind: SecretKind, target: str, most: int = 100
) -> list[SecretRead]:
    """Who was told this secret, the latest first."""
    return await _reads.all(db, scope, kind=kind, target=target, most=most)

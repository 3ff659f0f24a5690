"""A log of shown secrets (a device's, an app key's, a person's): one row each time, in the transaction that shows it."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from sqlalchemy import Column, Index, Table, bindparam, or_, select

from linli.kernel.db import INT, Query, Reader, Tx, any_of, in_scope, integer, metadata, text_column
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

SecretKind = Literal["device", "app_key", "person_detail", "person_id_no", "person_face", "community_people"]
PERSON_KINDS: Final = ("person_detail", "person_id_no", "person_face", "community_people")
"""The secrets of persons: their target is an identityId, or, of the list of residents, a community."""
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
"""`kind`: SecretKind; `target` of a device is its iotId. `caller`: kind and id of the scope's caller, as `app:20000001`.
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


_of_persons = Query(
    select(*(secret_reads.c[name] for name in SecretRead._fields))
    .where(
        or_(*(secret_reads.c.kind == kind for kind in PERSON_KINDS)),
        any_of(secret_reads.c.target, "targets"),
        in_scope(secret_reads),
    )
    .order_by(secret_reads.c.read_no.desc())
    .limit(bindparam("most", type_=INT)),
    SecretRead,
)


async def note_secret_reads(
    scope: Scope, tx: Tx, kind: SecretKind, targets: Iterable[str], *, ids: Ids, request_id: str = ""
) -> None:
    """The caller is about to see the secrets of `targets`."""
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
    """The readers of this secret, the latest first."""
    return await _reads.all(db, scope, kind=kind, target=target, most=most)


async def reads_of_persons(
    scope: Scope, db: Reader, *, targets: list[str], most: int = 200
) -> list[SecretRead]:
    """The reads of a person's data, and of lists of their communities; the latest first."""
    return await _of_persons.all(db, scope, targets=targets, most=most)

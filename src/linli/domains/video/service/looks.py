"""Rows of who looked at a camera, live or recorded."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, update

from linli.domains.video.models import recording_views
from linli.kernel.db import INT, Command, Tx
from linli.kernel.scope import Scope

_PERSONS: Final = ("staff", "resident")
_v = recording_views.c
_extend = Command(
    update(recording_views)
    .where(_v.view_id == bindparam("row", type_=INT))
    .values(end_ms=bindparam("new_end", type_=INT), over=bindparam("new_over", type_=INT)),
    unscoped="the platform writes of its own players",
)

_hash = Command(
    update(recording_views)
    .where(_v.view_id == bindparam("row", type_=INT))
    .values(sha256=bindparam("new_hash")),
    unscoped="the platform writes of the file that it made",
)


class Look(NamedTuple):
    """What somebody does with a camera or a span of its recordings (recording_rows.LOOKS)."""

    iot_id: str
    what: str
    begin_ms: int
    end_ms: int
    reason: str = ""
    surface: str = ""


class Watcher(NamedTuple):
    """Who looks at which camera, and where they see it."""

    tenant_id: str
    community_id: int
    iot_id: str
    caller: str
    account_id: int | None
    surface: str

    @staticmethod
    def of(scope: Scope, iot_id: str, community_id: int, surface: str) -> "Watcher":
        caller, account_id = caller_of(scope)
        return Watcher(scope.tenant, community_id, iot_id, caller, account_id, surface)


class Written(NamedTuple):
    """A live look as it stands; `row` None: it is new."""

    row: int | None
    watcher: Watcher
    begin_ms: int
    end_ms: int
    over: bool
    what: str = "live"
    """Or talk."""


def caller_of(scope: Scope) -> tuple[str, int | None]:
    """As a row keeps it, and the account of a person."""
    kind, number = scope.caller.kind, scope.caller.id
    return f"{kind}:{number}", int(number) if kind in _PERSONS and number.isdecimal() else None


async def note_look(
    scope: Scope, tx: Tx, look: Look, *, community_id: int, now_ms: int, caller: str = ""
) -> int:
    """The row's number. `caller`: who looks, where that is not the scope's."""
    account_id = None
    if not caller:
        caller, account_id = caller_of(scope)
    row = {
        **look._asdict(),
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "caller": caller,
        "account_id": account_id,
        "at_ms": now_ms,
    }
    return await tx.insert(recording_views, row) or 0


async def keep_hash(tx: Tx, *, view_id: int, sha256: str) -> None:
    """What was taken away has been made: its SHA-256."""
    await _hash.run(tx, row=view_id, new_hash=sha256)


async def write_live(tx: Tx, looks: list[Written]) -> list[int]:
    """Begin rows and keep up those there are; their numbers."""
    rows = []
    for look in looks:
        if look.row is not None:
            await _extend.run(tx, row=look.row, new_end=look.end_ms, new_over=int(look.over))
            rows.append(look.row)
            continue
        values = {
            **look.watcher._asdict(),
            "what": look.what,
            "begin_ms": look.begin_ms,
            "end_ms": look.end_ms,
            "over": int(look.over),
            "at_ms": look.begin_ms,
        }
        rows.append(await tx.insert(recording_views, values) or 0)
    return rows

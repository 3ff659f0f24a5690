"""All that opens the doors of a community, in one list: looked for, taken away as a file, ended, let hold again."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.delivery import service as delivery
from linli.delivery.queries import rows_of_credentials
from linli.delivery.schemas import FOREVER_MS
from linli.domains.access.console.pass_rows import shown_credential, whole_at
from linli.domains.access.console.tables import AT_ONCE, check_size, csv_file, workbook
from linli.domains.access.errors import (
    CannotRestore,
    CredentialTaken,
    CredentialUnknown,
    FollowsItsOwner,
    PersonUnknown,
)
from linli.domains.access.hours import words_of
from linli.domains.access.queries import all_credentials as queries
from linli.domains.access.queries.all_credentials import CredentialFilter, CredentialLine
from linli.domains.access.queries.persons import names_of
from linli.domains.access.service import all_credentials
from linli.domains.access.service.all_credentials import Named
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.times import write_time
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right, Rights
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.i18n import text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import UNLIMITED

type Sort = Literal[
    "", "changed", "-changed", "created", "-created", "starts", "-starts", "ends", "-ends", "used", "-used",
    "kind", "-kind",
]  # fmt: skip
type State = Literal["live", "coming", "expired", "ended"]
_COLUMNS = {
    "kind": 12, "credential": 20, "person": 16, "person_id": 20, "reach": 16, "doors": 8, "starts": 20, "ends": 20,
    "hours": 24, "uses": 10, "state": 12, "reason": 20, "origin": 16, "changed": 20,
}  # fmt: skip


class CommunityCredential(msgspec.Struct, rename="camel", frozen=True):
    """One card, code, PIN, Bluetooth card or key."""

    origin: Annotated[
        str,
        Meta(
            description="own: given here or chosen by the person; card: an integrator's; code: QR door by door; "
            "visitor; home, staff: keys that follow their owner"
        ),
    ]
    ref: Annotated[str, Meta(description="What names it in `end`, `restore` and `reveal`.")]
    kind: Annotated[str, Meta(description="card, ble, pin or qr")]
    shown: Annotated[
        str, Meta(description="A card's number, or its end after `…`; of a code its last four characters.")
    ]
    person_id: str
    person_name: str
    reach: Annotated[str, Meta(description="home: the doors that serve the person; all; doors: one by one")]
    label: str
    starts_ms: int
    ends_ms: int | None
    """Null: without end."""
    max_uses: int | None
    """Null: without limit."""
    used: int
    state: State
    end_reason: str
    from_app: bool
    """Given by an integrator's application."""
    doors: Annotated[int, Meta(description="Doors that should hold it.")]
    confirmed: Annotated[int, Meta(description="Doors that confirmed it.")] = msgspec.field(name="held")
    denied: Annotated[bool, Meta(description="The holder is denied: no door should hold it now.")]
    created_ms: int
    changed_ms: int
    hours_words: Annotated[str, Meta(description="Hours of its own, in words; empty: at all hours.")]


class EndCredential(msgspec.Struct, rename="camel"):
    origin: str
    ref: str
    person_id: str
    reason: Annotated[str, Meta(description="Kept in the history; at most 64 characters.")] = ""


class EndedCredential(msgspec.Struct, rename="camel", frozen=True):
    iot_ids: Annotated[list[str], Meta(description="The doors that it was given one by one.")]


class RevealCredential(msgspec.Struct, rename="camel"):
    origin: str
    ref: str
    person_id: str


class RevealedCredential(msgspec.Struct, rename="camel", frozen=True):
    code: Annotated[str, Meta(description="The whole number or code.")]


class RestoreCredential(msgspec.Struct, rename="camel"):
    origin: str
    ref: str
    person_id: str
    iot_ids: list[str] = msgspec.field(default_factory=list)


class CredentialListFilter(Filter, frozen=True):
    """The filter of the list."""

    q: Annotated[
        str, Meta(description="Part of the holder's name; a whole number, or the end that is shown.")
    ] = ""
    kind: Annotated[str, Meta(description="Comma-separated: card, ble, pin, qr")] = ""
    origin: Annotated[str, Meta(description="Comma-separated, as in the rows.")] = ""
    wanted: State | None = msgspec.field(default=None, name="state")
    person_id: str = ""


async def credential_filter(scope: Scope, db: Database, asked: CredentialListFilter) -> CredentialFilter:
    """The query's own filter."""
    wish = asked.q.strip()
    hits = await people.search(scope, db, wish, limit=queries.MOST_NAMED) if wish else []
    return CredentialFilter(
        kinds=tuple(f"door.{part}" for part in asked.kind.split(",") if part),
        origins=tuple(part for part in asked.origin.split(",") if part),
        state=asked.wanted or "",
        identity_id=asked.person_id,
        text=wish,
        holders=tuple(hit.identity_id for hit in hits),
    )


all_credential_routes = Routes("/communities/{community_id:int}/held-credentials", tags=("doors",))


@all_credential_routes.get(right="devices.use")
async def list_all_credentials(
    community_id: int,
    within: Scope,
    db: Database,
    clock: Clock,
    page: PageRequest,
    asked: CredentialListFilter,
    rights: Rights,
    door_keys: DoorKeys,
    sort: Sort = "",
) -> Page[CommunityCredential]:
    """Cards, codes, PINs, Bluetooth cards and keys, the last changed first unless sorted. Faces: see `faces`."""
    scope, now = within, clock.now_ms()
    where = await credential_filter(scope, db, asked)
    binds = {"community_id": community_id, "where": where, "now_ms": now}
    total = await queries.count_all_credentials(scope, db, **binds)  # type: ignore[arg-type]
    rows = await queries.list_all_credentials(
        scope,
        db,
        sort=sort or "-changed",
        limit=page.page_size,
        offset=page.offset,
        **binds,  # type: ignore[arg-type]
    )
    writer = RowWriter(scope, db, community_id, door_keys, whole=whole_at(rights, within)(community_id))
    return Page.of(page, total, await writer.rows_for(rows, now))


@all_credential_routes.get("/export.csv", right="devices.use")
async def export_csv(
    community_id: int,
    within: Scope,
    db: Database,
    clock: Clock,
    asked: CredentialListFilter,
    rights: Rights,
    door_keys: DoorKeys,
    language: str | None = None,
) -> Stream:
    """All matching rows as CSV, in the site's time; the export is logged with the person."""
    scope, language = within, language or within.language
    where = await credential_filter(scope, db, asked)
    await _note_export(scope, db, community_id, where, clock.now_ms())
    writer = RowWriter(scope, db, community_id, door_keys, whole=whole_at(rights, within)(community_id))
    return csv_file("credentials", _titles(language), _lines(writer, where, clock.now_ms(), language))


@all_credential_routes.get("/export.xlsx", right="devices.use")
async def export_xlsx(
    community_id: int,
    within: Scope,
    db: Database,
    clock: Clock,
    asked: CredentialListFilter,
    rights: Rights,
    door_keys: DoorKeys,
    language: str | None = None,
) -> Stream:
    """All matching rows as a workbook of at most 200,000 rows; the export is logged with the person."""
    scope, language = within, language or within.language
    where = await credential_filter(scope, db, asked)
    count = await _note_export(scope, db, community_id, where, clock.now_ms())
    check_size(count, "q")
    writer = RowWriter(scope, db, community_id, door_keys, whole=whole_at(rights, within)(community_id))
    return workbook(
        "credentials",
        text("held.sheet", language),
        _titles(language),
        list(_COLUMNS.values()),
        _lines(writer, where, clock.now_ms(), language),
    )


@all_credential_routes.post("/reveal", right=Right.CODES_SEE, status=200, raises=(CredentialUnknown,))
async def reveal(
    community_id: int, data: RevealCredential, scope: Scope, tx: Tx, clock: Clock, door_keys: DoorKeys
) -> RevealedCredential:
    """A whole card number or code; the history keeps who read it. A PIN is shown once, when it is given."""
    code = await all_credentials.reveal(
        scope,
        tx,
        community_id=community_id,
        named=_named(scope, door_keys, data),
        now_ms=clock.now_ms(),
    )
    return RevealedCredential(code)


@all_credential_routes.post(
    "/end", right="devices.manage", status=200, raises=(CredentialUnknown, FollowsItsOwner)
)
async def end(
    community_id: int, data: EndCredential, scope: Scope, tx: Tx, clock: Clock, door_keys: DoorKeys
) -> EndedCredential:
    """Remove it from all doors, whichever room or project gave it. Keys follow their owner: deny the person instead."""
    doors = await all_credentials.end(
        scope,
        tx,
        community_id=community_id,
        named=_named(scope, door_keys, data),
        reason=data.reason,
        now_ms=clock.now_ms(),
    )
    return EndedCredential(doors)


@all_credential_routes.post(
    "/restore",
    right="devices.manage",
    raises=(CannotRestore, CredentialTaken, CredentialUnknown, PersonUnknown),
)
async def restore(
    community_id: int, data: RestoreCredential, scope: Scope, tx: Tx, clock: Clock, door_keys: DoorKeys
) -> None:
    """Undo `end`, with what it answered."""
    await all_credentials.restore(
        scope,
        tx,
        community_id=community_id,
        named=_named(scope, door_keys, data),
        iot_ids=data.iot_ids,
        now_ms=clock.now_ms(),
    )


async def _note_export(
    scope: Scope, db: Database, community_id: int, where: CredentialFilter, now_ms: int
) -> int:
    await people.require_community(scope, db, community_id)
    count = await queries.count_all_credentials(
        scope, db, community_id=community_id, where=where, now_ms=now_ms
    )
    async with db.begin() as tx:
        await history.note(
            scope,
            tx,
            history.Record("credentials", "*", community_id),
            "exported",
            now_ms=now_ms,
            after={"count": count},
        )
    return count


async def _denied_among(scope: Scope, db: Reader, community_id: int) -> set[str]:
    holds = await delivery.holds_of_community(scope, db, community_id=community_id, lifted=False)
    return {hold.subject for hold in holds}


def _named(scope: Scope, keys: DoorKeys, data: EndCredential | RestoreCredential | RevealCredential) -> Named:
    """The kind of object that a row's `ref` names. Raises CredentialUnknown."""
    ref = data.ref if data.origin == all_credentials.OWN else keys.named_by(scope, data.ref)
    return Named(data.origin, ref, data.person_id)


class RowWriter:
    """Turns rows into what the list and its exports show one caller."""

    def __init__(self, scope: Scope, db: Database, community_id: int, keys: DoorKeys, *, whole: bool) -> None:
        self.scope, self.db, self.community_id = scope, db, community_id
        self._keys, self._whole = keys, whole

    async def rows_for(
        self, rows: list[CredentialLine], now_ms: int, language: str = ""
    ) -> list[CommunityCredential]:
        scope, db = self.scope, self.db
        wanted = sorted({row.identity_id for row in rows})
        names = await names_of(db, tenant_id=scope.tenant, identity_ids=wanted)
        names |= await people.names(scope, db, wanted)
        doors: dict[tuple[str, str], list[bool]] = {}
        for desired_row in await rows_of_credentials(
            scope, db, credentials=sorted({row.credential for row in rows})
        ):
            if not desired_row.deleting:
                doors.setdefault((desired_row.kind, desired_row.credential), []).append(
                    desired_row.status == "transferred"
                )
        denied = await _denied_among(scope, db, self.community_id)
        lines = []
        for row in rows:
            at = doors.get((row.kind, row.credential), []) if row.live else []
            lines.append(
                CommunityCredential(
                    origin=row.origin,
                    ref=row.ref if row.origin == all_credentials.OWN else self._keys.ref_of(scope, row.ref),
                    kind=row.kind.rpartition(".")[2],
                    shown=_shown(row, whole=self._whole),
                    person_id=row.identity_id,
                    person_name=names.get(row.identity_id, ""),
                    reach=row.reach,
                    label=row.label,
                    starts_ms=row.starts_ms,
                    ends_ms=None if row.ends_ms >= FOREVER_MS else row.ends_ms,
                    max_uses=None if row.max_uses == UNLIMITED else row.max_uses,
                    used=row.used,
                    state=queries.state_of(row, now_ms),
                    end_reason="" if row.live else row.end_reason,
                    from_app=bool(row.project_id),
                    doors=len(at),
                    confirmed=sum(at),
                    denied=row.identity_id in denied,
                    created_ms=row.created_ms,
                    changed_ms=row.changed_ms,
                    hours_words=words_of(row.schedule, language or scope.language) if row.schedule else "",
                )
            )
        return lines


def _shown(row: CredentialLine, *, whole: bool) -> str:
    kinds = {"door.card": "CARD", "door.ble": "BleCARD", "door.qr": "QRCODE"}
    return shown_credential(kinds.get(row.kind, ""), row.credential, whole=whole)


async def _lines(
    writer: RowWriter, where: CredentialFilter, now_ms: int, language: str
) -> AsyncIterator[list[tuple[str, ...]]]:
    offset, zone = 0, await zone_of(writer.db, writer.community_id)
    while rows := await queries.list_all_credentials(
        writer.scope,
        writer.db,
        community_id=writer.community_id,
        where=where,
        now_ms=now_ms,
        sort="created",
        limit=AT_ONCE,
        offset=offset,
    ):
        credentials = await writer.rows_for(rows, now_ms, language)
        yield [_line(row, language, zone) for row in credentials]
        offset += AT_ONCE


def _line(row: CommunityCredential, language: str, zone: str) -> tuple[str, ...]:
    return (
        text(f"entry.kind_{row.kind}", language), row.shown, row.person_name, row.person_id,
        text(f"held.reach.{row.reach}", language), str(row.doors), write_time(row.starts_ms, zone),
        "" if row.ends_ms is None else write_time(row.ends_ms, zone), row.hours_words,
        str(row.used) if row.max_uses is None else f"{row.used}/{row.max_uses}",
        text(f"held.state.{row.state}", language), _reason(row.end_reason, language),
        text(f"held.origin.{row.origin}", language), write_time(row.changed_ms, zone),
    )  # fmt: skip


def _reason(reason: str, language: str) -> str:
    key = f"held.ended.{reason}"
    reason_text = text(key, language) if reason else ""
    return reason if reason_text == key else reason_text


def _titles(language: str) -> list[str]:
    return [text(f"held.column.{name}", language) for name in _COLUMNS]

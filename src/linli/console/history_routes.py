"""The history of records (`kernel.history`): changes, their authors, and the restoring of old values."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.console.routes import AnyRequest
from linli.databus.console import HISTORY as databus_history
from linli.domains.access.console import HISTORY as access_history
from linli.domains.accounts.service.sessions import Session
from linli.domains.boxes.parking.console import HISTORY as edge_parking_history
from linli.domains.communities.console.history import HISTORY as communities_history
from linli.domains.elevators.console import HISTORY as elevators_history
from linli.domains.intercom.console import HISTORY as intercom_history
from linli.domains.notices.console import HISTORY as notices_history
from linli.domains.parking.console import HISTORY as parking_history
from linli.domains.parking.fees.console import HISTORY as parking_fee_history
from linli.domains.parking.fees.lot_console import HISTORY as parking_lot_history
from linli.domains.parking.fees.shift_console import HISTORY as parking_shift_history
from linli.domains.parking.fees.stay_console import HISTORY as parking_stay_history
from linli.domains.parking.merchants.console import HISTORY as parking_coupon_history
from linli.domains.parking.readings.console import HISTORY as parking_reading_history
from linli.domains.parking.tickets.console import HISTORY as parking_ticket_history
from linli.domains.payments.console import HISTORY as payments_history
from linli.domains.people.console.history import HISTORY as people_history
from linli.domains.people.queries import own_rights, residence
from linli.domains.people.rights import SIGNED_IN, Right, Rights
from linli.domains.security.console import HISTORY as security_history
from linli.domains.video.console import HISTORY as video_history
from linli.domains.visitors.console import HISTORY as visitors_history
from linli.kernel import history
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.history import Change, Kind
from linli.kernel.i18n import language_of
from linli.kernel.ids import Ids
from linli.kernel.masking import masked
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.servicebus.console import HISTORY as servicebus_history
from linli.things.console import HISTORY as things_history

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        *access_history,
        *communities_history,
        *databus_history,
        *edge_parking_history,
        *elevators_history,
        *parking_history,
        *intercom_history,
        *notices_history,
        *payments_history,
        *parking_fee_history,
        *parking_lot_history,
        *parking_coupon_history,
        *parking_ticket_history,
        *parking_reading_history,
        *parking_shift_history,
        *parking_stay_history,
        *people_history,
        *security_history,
        *servicebus_history,
        *things_history,
        *video_history,
        *visitors_history,
    )
}


class NamedRecord(msgspec.Struct, rename="camel", frozen=True):
    kind: Annotated[str, Meta(description="house, resident")]
    id: str
    name: str


class FieldChange(msgspec.Struct, rename="camel", frozen=True, omit_defaults=True):
    field: str
    before: str
    after: str
    records_before: Annotated[
        list[NamedRecord], Meta(description="Who or what `before` names, as far as the reader may see them.")
    ] = []
    records_after: Annotated[list[NamedRecord], Meta(description="The same of `after`.")] = []


class HistoryRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    action: Annotated[str, Meta(description="created, changed, deleted, restored, imported, …")]
    fields: list[FieldChange]
    reason: str
    by_kind: Annotated[str, Meta(description="staff, app, resident, system, operator")]
    by_name: Annotated[
        str, Meta(description="Name of the person; an app's key; else the part of the platform.")
    ]
    at_ms: int
    restorable: bool


_HUBS: Final = {
    "house": ("house", Right.HOUSES_SEE),
    "resident": ("resident", Right.RESIDENTS_SEE),
    "owner": ("resident", Right.RESIDENTS_SEE),
    "member": ("resident", Right.RESIDENTS_SEE),
}
"""Fields that name a record with a page of its own → its kind, and the right to see it."""


def _named(field: str, ids: Any, text: Any, rights: frozenset[Right]) -> list[NamedRecord]:
    """The records behind a field's names: none where the record is gone, which keeps its number, or not to be seen."""
    kind, right = _HUBS.get(field, ("", None))
    if right not in rights or ids in (None, ""):
        return []
    numbers = ids if isinstance(ids, list) else [ids]
    names = str(text).split(", ") if isinstance(ids, list) else [str(text)]
    if len(names) != len(numbers):
        return []
    pairs = [(str(number), name) for number, name in zip(numbers, names, strict=True)]
    if any(number == name for number, name in pairs):
        return []
    return [NamedRecord(kind, number, name) for number, name in pairs]


def kind_of(name: str) -> Kind:
    """Raises NotFound."""
    if (kind := KINDS.get(name)) is None:
        raise NotFound(what="kind", id=name[:64])
    return kind


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


async def _history_rows(
    kind: Kind, rows: list[Change], scope: Any, db: Database, rights: frozenset[Right]
) -> list[HistoryRow]:
    """`rights`: the reader's rights in that community."""
    differences = [row.differences for row in rows]
    for name in (name for name, right in kind.needs.items() if right not in rights):
        for fields in differences:
            fields.pop(name, None)
    ids = [dict(fields) for fields in differences]
    if kind.tell is not None:
        await kind.tell(scope, db, differences)
    names = await _author_names(rows, scope, db, rights)
    histories = []
    for row, fields, numbers in zip(rows, differences, ids, strict=True):
        words = []
        for name, pair in fields.items():
            whole = not rights.isdisjoint(kind.whole_for.get(name, frozenset()))
            hide = None if whole else kind.private.get(name)
            before, after = (
                hide(_word(value)) if hide and value else _word(masked({name: value})[name]) for value in pair
            )
            links = [_named(name, *both, rights) for both in zip(numbers[name], pair, strict=True)]
            words.append(FieldChange(name, before, after, *links))
        who = names.get((row.by_kind, row.by_id), row.by_id)
        histories.append(
            HistoryRow(
                id=str(row.change_no),
                action=row.action,
                fields=words,
                reason=row.reason,
                by_kind=row.by_kind,
                by_name=who,
                at_ms=row.at_ms,
                restorable=kind.restore is not None and row.action in kind.restorable,
            )
        )
    return histories


async def _author_names(
    rows: list[Change], scope: Any, db: Database, rights: frozenset[Right]
) -> dict[tuple[str, str], str]:
    """Names by kind and id; of residents for who may see residents."""
    ids = {
        kind: sorted({int(row.by_id) for row in rows if row.by_kind == kind and row.by_id.isdecimal()})
        for kind in ("staff", "resident")
    }
    staff = await own_rights.names(db, ids["staff"])
    seen = ids["resident"] if Right.RESIDENTS_SEE in rights else []
    by_kind = {"staff": staff, "resident": await residence.names(scope, db, seen)}
    return {(kind, str(number)): name for kind, names in by_kind.items() for number, name in names.items()}


history_routes = Routes("/communities/{community_id:int}/history", tags=("history",))


class RecordChoice(Filter, frozen=True):
    """The record whose history is read."""

    kind: str
    target: Annotated[str, Meta(description="Id of the record.")]


@history_routes.get(right=SIGNED_IN, raises=(NotFound,))
async def list_changes(
    community_id: int,
    request: AnyRequest,
    db: Database,
    rights: Rights,
    session: Session,
    page: PageRequest,
    record: RecordChoice,
) -> Page[HistoryRow]:
    """Changes of one record, the latest first; needs the right to see records of its kind."""
    what = kind_of(record.kind)
    scope = rights.scope_with(Right(what.see), session.tenant_id, language=language_of(request))
    scope = scope.narrowed(community_id)
    changes = await history.page(
        scope, db, community_id=community_id, kind=record.kind, target=record.target, request=page
    )
    allowed = rights.all_in(session.tenant_id, community_id)
    return Page.of(page, changes.total, await _history_rows(what, changes.data, scope, db, allowed))


@history_routes.post("/{change_no:int}/restore", right=SIGNED_IN, raises=(NotFound,))
async def restore(
    community_id: int, change_no: int, request: AnyRequest, tx: Tx, rights: Rights, session: Session, ids: Ids
) -> None:
    """Put a record back to what it was before a change; needs the right to manage records of its kind."""
    language = language_of(request)
    seen = rights.scope(session.tenant_id, language=language).narrowed(community_id)
    change = await history.change(seen, tx, change_no)
    if change.community_id != community_id:
        raise NotFound(what="change", id=change_no)
    what = kind_of(change.kind)
    scope = rights.scope_with(Right(what.manage), session.tenant_id, language=language)
    if what.restore is None or change.action not in what.restorable:
        raise NotFound(what="change", id=change_no)
    await what.restore(scope.narrowed(community_id), tx, change, ids=ids, now_ms=tx.db.clock.now_ms())


company_history_routes = Routes("/history", tags=("history",))
"""Of records that belong to no community."""


class CompanyRecordChoice(Filter, frozen=True):
    """The record, or kind of records, whose history is read."""

    kind: str
    target: Annotated[
        str, Meta(description="Id of the record; empty: all of the kind, deleted ones too.")
    ] = ""


@company_history_routes.get(right=SIGNED_IN, raises=(NotFound,))
async def list_company_changes(
    request: AnyRequest,
    db: Database,
    rights: Rights,
    session: Session,
    page: PageRequest,
    record: CompanyRecordChoice,
) -> Page[HistoryRow]:
    """Changes of the company's records, the latest first; needs the right to see records of the kind.

    Whoever sees only a part of the company reads the history of a record that they see.
    """
    what = kind_of(record.kind)
    if what.visible is None:
        raise NotFound(what="kind", id=record.kind[:64])
    scope = rights.scope_with(Right(what.see), session.tenant_id, language=language_of(request))
    if scope.communities is not None:
        await what.visible(scope, db, record.target)
    whole = _whole(scope)
    if record.target:
        changes = await history.page_of_company_record(
            whole, db, kind=what.name, target=record.target, request=page
        )
    else:
        changes = await history.page_of_kind(whole, db, kind=what.name, request=page)
    rows = await _history_rows(what, changes.data, whole, db, frozenset(Right))
    return Page.of(page, changes.total, rows)


@company_history_routes.post("/{change_no:int}/restore", right=SIGNED_IN, raises=(NotFound,))
async def restore_company_record(
    change_no: int, request: AnyRequest, tx: Tx, rights: Rights, session: Session, ids: Ids
) -> None:
    """Put a record of the company back to what it was before a change; needs the right to manage its kind."""
    language = language_of(request)
    change = await history.change(_whole(rights.scope(session.tenant_id, language=language)), tx, change_no)
    what = KINDS.get(change.kind)
    if what is None or what.visible is None or change.community_id is not None:
        raise NotFound(what="change", id=change_no)
    scope = rights.scope_with(Right(what.manage), session.tenant_id, language=language)
    if scope.communities is not None:
        await what.visible(scope, tx, change.target)
    if what.restore is None or change.action not in what.restorable:
        raise NotFound(what="change", id=change_no)
    await what.restore(scope, tx, change, ids=ids, now_ms=tx.db.clock.now_ms())


def _whole(scope: Scope) -> Scope:
    """Of all the caller's company: what a change is about is looked at by its kind."""
    return Scope(scope.tenant, scope.caller, language=scope.language)

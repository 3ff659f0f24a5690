"""All credentials for doors of a community, from all givers: persons' own, integrators' cards, codes, and keys.

Faces are kept by `faces`.
"""

from typing import Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from linli.delivery.schemas import FOREVER_MS
from linli.domains.access.models import cards, credentials, persons, qr_codes, qr_permissions
from linli.domains.access.queries.doors import code_binds, ends_with, pattern
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

type CredentialState = Literal["live", "coming", "expired", "ended"]

MOST_NAMED: Final = 500
"""Most persons that a search by name returns."""


class CredentialLine(NamedTuple):
    """One credential. Times are UTC ms."""

    origin: str
    """own: the console's or the person's; card: an integrator's; code, visitor: QR door by door; home, staff: keys."""
    ref: str
    """For `own` the number of its row, else the credential."""
    kind: str
    """door.card, door.ble, door.pin, door.qr"""
    credential: str
    identity_id: str
    project_id: str
    reach: str
    """home, all or doors"""
    label: str
    starts_ms: int
    ends_ms: int
    max_uses: int
    used: int
    live: int
    end_reason: str
    created_ms: int
    changed_ms: int
    schedule: str
    """When within the window it opens (`linli.rules.schedules`), where it has hours of its own; empty: always."""


class CredentialFilter(msgspec.Struct, frozen=True):
    """Conditions that must all hold; an empty one is none."""

    kinds: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    state: str = ""
    """Empty: any, without those of persons who were deleted."""
    identity_id: str = ""
    text: str = ""
    """A whole credential or the end that lists show; part of its label, or of the holder's name."""
    holders: tuple[str, ...] = ()
    """identityIds of those whose name fits `text`, as the people room knows them."""


_community = bindparam("community_id", type_=INT)
_now = bindparam("now", type_=INT)


def _text(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'", Text())


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), INT)


def _all() -> Select[Any]:
    """The four kinds of rows under the columns of CredentialLine."""
    own, card, right, code = credentials.c, cards.c, qr_permissions.c, qr_codes.c
    parts = [
        select(
            _text("own").label("origin"), cast(own.id, Text()).label("ref"), own.kind, own.credential,
            own.identity_id, own.project_id, own.reach, own.label, own.starts_ms, own.ends_ms, own.max_uses,
            own.used, own.live, own.end_reason, own.created_ms, own.changed_ms, own.schedule,
        ).where(own.community_id == _community, in_scope(credentials)),
        select(
            _text("card"), card.card_id, _text("door.card"), card.card_id, card.identity_id, card.project_id,
            _text("doors"), _text(""), func.min(card.starts_ms), func.max(card.ends_ms), _number(-1), _number(0),
            func.max(card.live), func.max(card.end_reason), func.min(card.created_ms), func.max(card.changed_ms),
            _text(""),
        )
        .where(card.community_id == _community, in_scope(cards))
        .group_by(card.card_id, card.identity_id, card.project_id),
        select(
            case((func.max(code.source) == "visitor", _text("visitor")), else_=_text("code")), right.qr_code,
            _text("door.qr"), right.qr_code, func.max(right.identity_id), func.max(code.project_id),
            _text("doors"), _text(""), func.min(right.starts_ms), func.max(right.ends_ms),
            func.max(right.max_scans),
            case((func.max(right.shared) == 1, func.max(code.shared_used)), else_=func.max(right.used)),
            func.max(right.live), func.max(right.end_reason), func.min(right.created_ms),
            func.max(right.changed_ms), _text(""),
        )
        .join(qr_codes, code.qr_code == right.qr_code)
        .where(right.community_id == _community, in_scope(qr_permissions))
        .group_by(right.qr_code),
        select(
            code.source, code.qr_code, _text("door.qr"), code.qr_code, code.identity_id, code.project_id,
            case((code.source == "home", _text("home")), else_=_text("all")), _text(""), code.created_ms,
            _number(FOREVER_MS), _number(-1), _number(0), case((code.ended_ms.is_(None), 1), else_=0),
            _text(""), code.created_ms, func.coalesce(code.ended_ms, code.created_ms), _text(""),
        ).where(
            code.community_id == _community, code.source.in_([_text("home"), _text("staff")]), in_scope(qr_codes)
        ),
    ]  # fmt: skip
    every = union_all(*parts).subquery("every_credential")
    h = every.c
    named = select(persons.c.identity_id).where(
        persons.c.tenant_id == bindparam("scope_tenant"),
        func.lower(persons.c.name).like(bindparam("text"), escape="\\"),
    )
    state: ColumnElement[str] = bindparam("state", type_=Text())
    where = and_(
        or_(bindparam("any_kind", type_=INT) == 1, any_of(h.kind, "kinds")),
        or_(bindparam("any_origin", type_=INT) == 1, any_of(h.origin, "origins")),
        or_(bindparam("identity_id") == "", h.identity_id == bindparam("identity_id")),
        or_(
            state == "",
            and_(state == "live", h.live == 1, h.starts_ms <= _now, h.ends_ms >= _now),
            and_(state == "coming", h.live == 1, h.starts_ms > _now),
            and_(state == "expired", h.live == 1, h.ends_ms < _now),
            and_(state == "ended", h.live == 0),
        ),
        or_(
            state != "",
            bindparam("identity_id") != "",
            and_(h.end_reason != _text("person_deleted"), h.end_reason != _text("erased")),
        ),
        or_(
            bindparam("text") == "",
            # A PIN is kept as a digest: a search could only match it by chance.
            and_(h.kind != "door.pin", ends_with(h.credential)),
            func.lower(h.label).like(bindparam("text"), escape="\\"),
            h.identity_id.in_(named),
            any_of(h.identity_id, "holders"),
        ),
    )
    return select(every).where(where)


_fitting = _all()
_columns = _fitting.selected_columns
_ORDERS: Final = {
    "changed": _columns.changed_ms,
    "created": _columns.created_ms,
    "starts": _columns.starts_ms,
    "ends": _columns.ends_ms,
    "used": _columns.used,
    "kind": _columns.kind,
}
SORTS: Final = (*_ORDERS, *(f"-{name}" for name in _ORDERS))
_lists = {
    sort: Query(
        _fitting.order_by(
            _ORDERS[sort.removeprefix("-")].desc() if sort.startswith("-") else _ORDERS[sort],
            _columns.origin,
            _columns.ref,
            _columns.identity_id,
        )
        .limit(bindparam("limit", type_=INT))
        .offset(bindparam("offset", type_=INT)),
        CredentialLine,
    )
    for sort in SORTS
}
_count = Query(select(func.count()).select_from(_fitting.subquery()))


async def list_all_credentials(
    scope: Scope,
    db: Reader,
    *,
    community_id: int,
    where: CredentialFilter,
    now_ms: int,
    sort: str = "-changed",
    limit: int = 20,
    offset: int = 0,
) -> list[CredentialLine]:
    """`sort` is one of SORTS; "-" is downwards."""
    binds = _binds(community_id, where, now_ms)
    return await _lists[sort].all(db, scope, **binds, limit=limit, offset=offset)


async def count_all_credentials(
    scope: Scope, db: Reader, *, community_id: int, where: CredentialFilter, now_ms: int
) -> int:
    return int(await _count.scalar(db, scope, **_binds(community_id, where, now_ms)))


def state_of(row: CredentialLine, now_ms: int) -> CredentialState:
    if not row.live:
        return "ended"
    return "coming" if row.starts_ms > now_ms else "expired" if row.ends_ms < now_ms else "live"


def _binds(community_id: int, where: CredentialFilter, now_ms: int) -> dict[str, Any]:
    return {
        "community_id": community_id,
        "now": now_ms,
        "any_kind": int(not where.kinds),
        "kinds": list(where.kinds),
        "any_origin": int(not where.origins),
        "origins": list(where.origins),
        "state": where.state,
        "identity_id": where.identity_id,
        "text": pattern(where.text),
        **code_binds(where.text),
        "holders": list(where.holders),
    }

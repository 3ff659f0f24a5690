"""QR codes, QR permissions and cards."""

from sqlalchemy import bindparam, func, or_, select

from linli.domains.access.models import cards, qr_codes, qr_permissions
from linli.domains.access.queries.persons import project_of
from linli.domains.access.rows import Card, QrCode, QrPermissionRow
from linli.kernel.db import INT, Query, Reader, any_of, bytewise, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_q, _c = qr_permissions.c, cards.c
_HANDLER = "a pass names its own door; the tenant is a condition of its own"

_code = Query(
    select(qr_codes).where(
        qr_codes.c.qr_code == bindparam("qr_code"),
        qr_codes.c.tenant_id == bindparam("scope_tenant"),
        qr_codes.c.project_id == bindparam("project"),
    ),
    QrCode,
)
_code_exists = Query(
    select(qr_codes.c.qr_code).where(qr_codes.c.qr_code == bindparam("qr_code")),
    unscoped="codes are unique in the installation",
)
_used = Query(
    select(_q.used, qr_codes.c.shared_used)
    .join(qr_codes, qr_codes.c.qr_code == _q.qr_code)
    .where(_q.qr_code == bindparam("qr_code"), _q.iot_id == bindparam("iot_id"), in_scope(qr_permissions))
)
_code_at_pass = Query(
    select(qr_codes)
    .where(qr_codes.c.qr_code == bindparam("qr_code"), qr_codes.c.tenant_id == bindparam("tenant"))
    .with_for_update(),
    QrCode,
    unscoped=_HANDLER,
)
_permissions = Query(
    select(qr_permissions)
    .where(_q.qr_code == bindparam("qr_code"), in_scope(qr_permissions))
    .order_by(bytewise(_q.iot_id)),
    QrPermissionRow,
)
_of_way = Query(
    select(qr_permissions)
    .where(in_scope(qr_permissions), _q.way == bindparam("way"), _q.live == 1)
    .order_by(bytewise(_q.iot_id), bytewise(_q.qr_code)),
    QrPermissionRow,
)
_permission_at_pass = Query(
    select(qr_permissions)
    .where(
        _q.qr_code == bindparam("qr_code"),
        _q.iot_id == bindparam("iot_id"),
        _q.tenant_id == bindparam("tenant"),
    )
    .with_for_update(),
    QrPermissionRow,
    unscoped=_HANDLER,
)
_listed = (
    in_scope(qr_permissions),
    or_(bindparam("community_id", type_=INT) == 0, _q.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("iot_id") == "", _q.iot_id == bindparam("iot_id")),
    or_(bindparam("identity_id") == "", _q.identity_id == bindparam("identity_id")),
    or_(bindparam("only_live", type_=INT) == 0, _q.live == 1),
)
_list = Query(
    select(qr_permissions)
    .where(*_listed)
    .order_by(_q.changed_ms.desc(), _q.qr_code, _q.iot_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    QrPermissionRow,
)
_count = Query(select(func.count()).select_from(qr_permissions).where(*_listed))
_codes_of_person = Query(
    select(qr_codes).where(
        qr_codes.c.tenant_id == bindparam("tenant"),
        qr_codes.c.project_id == bindparam("project"),
        qr_codes.c.identity_id == bindparam("identity_id"),
    ),
    QrCode,
    unscoped=_HANDLER,
)

_card_at_pass = Query(
    select(cards).where(
        _c.iot_id == bindparam("iot_id"),
        _c.card_id == bindparam("card_id"),
        _c.tenant_id == bindparam("tenant"),
    ),
    Card,
    unscoped=_HANDLER,
)
_cards_of_holder = Query(
    select(cards).where(
        _c.card_id == bindparam("card_id"), _c.identity_id == bindparam("identity_id"), in_scope(cards)
    ),
    Card,
)
_cards = Query(
    select(cards).where(
        any_of(_c.iot_id, "iot_ids"), any_of(_c.card_id, "card_ids"), _c.live == 1, in_scope(cards)
    ),
    Card,
)
_cards_of_door = Query(
    select(cards)
    .where(_c.iot_id == bindparam("iot_id"), _c.live == 1, in_scope(cards))
    .order_by(_c.created_ms, _c.card_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Card,
)
_count_of_door = Query(
    select(func.count())
    .select_from(cards)
    .where(_c.iot_id == bindparam("iot_id"), _c.live == 1, in_scope(cards))
)
_cards_of_person = Query(
    select(cards).where(
        _c.tenant_id == bindparam("tenant"),
        _c.project_id == bindparam("project"),
        _c.identity_id == bindparam("identity_id"),
        _c.live == 1,
    ),
    Card,
    unscoped=_HANDLER,
)


async def find_code(scope: Scope, db: Reader, *, qr_code: str) -> QrCode | None:
    """A code that the caller's project, or the console, had made."""
    return await _code.one(db, scope, qr_code=qr_code, project=project_of(scope))


async def codes_used(scope: Scope, db: Reader, *, qr_code: str, iot_id: str, shared: bool) -> int:
    """Passes that count against a code: at this door, or at all together."""
    row = await _used.one(db, scope, qr_code=qr_code, iot_id=iot_id)
    return int(row[1 if shared else 0]) if row else 0


async def code_exists(db: Reader, *, qr_code: str) -> bool:
    """Whether anybody in the installation has this code."""
    return await _code_exists.one(db, qr_code=qr_code) is not None


async def permissions_of_code(scope: Scope, db: Reader, *, qr_code: str) -> dict[str, QrPermissionRow]:
    """By iotId, ended ones included."""
    return {row.iot_id: row for row in await _permissions.all(db, scope, qr_code=qr_code)}


async def permissions_of_way(scope: Scope, db: Reader, *, way: str) -> list[QrPermissionRow]:
    """Those that hold, of all codes of a pass whose uses are ways."""
    return await _of_way.all(db, scope, way=way)


async def list_qr_permissions(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    community_id: int | None = None,
    iot_id: str = "",
    identity_id: str = "",
    only_live: bool = True,
) -> Page[QrPermissionRow]:
    """The last changed first."""
    binds = {
        "community_id": community_id or 0,
        "iot_id": iot_id,
        "identity_id": identity_id,
        "only_live": int(only_live),
    }
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def code_at_pass(db: Reader, *, tenant_id: str, qr_code: str) -> QrCode | None:
    return await _code_at_pass.one(db, tenant=tenant_id, qr_code=qr_code)


async def permission_at_pass(
    db: Reader, *, tenant_id: str, qr_code: str, iot_id: str
) -> QrPermissionRow | None:
    return await _permission_at_pass.one(db, tenant=tenant_id, qr_code=qr_code, iot_id=iot_id)


async def codes_of_person(db: Reader, *, tenant_id: str, project_id: str, identity_id: str) -> list[QrCode]:
    return await _codes_of_person.all(db, tenant=tenant_id, project=project_id, identity_id=identity_id)


async def cards_of_holder(scope: Scope, db: Reader, *, card_id: str, identity_id: str) -> list[Card]:
    """The permissions of one card and person, including ended permissions."""
    return await _cards_of_holder.all(db, scope, card_id=card_id, identity_id=identity_id)


async def card_at_pass(db: Reader, *, tenant_id: str, iot_id: str, card_id: str) -> Card | None:
    return await _card_at_pass.one(db, tenant=tenant_id, iot_id=iot_id, card_id=card_id)


async def find_cards(
    scope: Scope, db: Reader, *, pairs: list[tuple[str, str]]
) -> dict[tuple[str, str], Card]:
    """Live card permissions by (iotId, cardId)."""
    rows = await _cards.all(
        db, scope, iot_ids=sorted({i for i, _ in pairs}), card_ids=sorted({c for _, c in pairs})
    )
    wanted = set(pairs)
    return {(row.iot_id, row.card_id): row for row in rows if (row.iot_id, row.card_id) in wanted}


async def cards_of_door(scope: Scope, db: Reader, *, iot_id: str, page: PageRequest) -> Page[Card]:
    total = await _count_of_door.scalar(db, scope, iot_id=iot_id)
    return Page.of(page, total, await _cards_of_door.all(db, scope, iot_id=iot_id, **page.binds))


async def cards_of_person(db: Reader, *, tenant_id: str, project_id: str, identity_id: str) -> list[Card]:
    return await _cards_of_person.all(db, tenant=tenant_id, project=project_id, identity_id=identity_id)

"""Cards, Bluetooth cards and PINs that are a person's."""

from typing import Any

from sqlalchemy import bindparam, func, or_, select

from linli.domains.access.models import credentials
from linli.domains.access.rows import Credential
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_c = credentials.c
_by_id = Query(
    select(credentials).where(_c.id == bindparam("credential_id", type_=INT), in_scope(credentials)),
    Credential,
)
_live = Query(
    select(credentials).where(
        _c.community_id == bindparam("community_id", type_=INT),
        _c.kind == bindparam("kind"),
        _c.credential == bindparam("credential"),
        _c.live == 1,
        in_scope(credentials),
    ),
    Credential,
)
_of_person = Query(
    select(credentials)
    .where(
        _c.community_id == bindparam("community_id", type_=INT),
        _c.identity_id == bindparam("identity_id"),
        _c.live == 1,
        in_scope(credentials),
    )
    .order_by(_c.created_ms.desc(), _c.id.desc()),
    Credential,
)
_where = (
    in_scope(credentials),
    _c.community_id == bindparam("community_id", type_=INT),
    or_(bindparam("identity_id") == "", _c.identity_id == bindparam("identity_id")),
    or_(bindparam("kind") == "", _c.kind == bindparam("kind")),
    or_(bindparam("ended", type_=INT) == 1, _c.live == 1),
)
_page = Query(
    select(credentials)
    .where(*_where)
    .order_by(_c.changed_ms.desc(), _c.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Credential,
)
_count = Query(select(func.count()).select_from(credentials).where(*_where))
_lengths = Query(
    select(_c.digits, func.count())
    .where(
        _c.community_id == bindparam("community_id", type_=INT),
        _c.kind == bindparam("kind"),
        _c.live == 1,
        in_scope(credentials),
    )
    .group_by(_c.digits)
)
_sealed = Query(
    select(_c.credential, _c.sealed).where(
        any_of(_c.credential, "digests"), _c.tenant_id == bindparam("tenant"), _c.sealed != ""
    ),
    unscoped="the carrier's own tenant",
)


async def find(scope: Scope, db: Reader, *, credential_id: int) -> Credential | None:
    return await _by_id.one(db, scope, credential_id=credential_id)


async def live(
    scope: Scope, db: Reader, *, community_id: int, kind: str, credential: str
) -> Credential | None:
    """The one in use under this number."""
    return await _live.one(db, scope, community_id=community_id, kind=kind, credential=credential)


async def of_person(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> list[Credential]:
    """Those in use, newest first."""
    return await _of_person.all(db, scope, community_id=community_id, identity_id=identity_id)


async def page_of(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    community_id: int,
    identity_id: str = "",
    kind: str = "",
    ended: bool = False,
) -> Page[Credential]:
    """The last changed first."""
    binds: dict[str, Any] = {
        "community_id": community_id,
        "identity_id": identity_id,
        "kind": kind,
        "ended": int(ended),
    }
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def lengths(scope: Scope, db: Reader, *, community_id: int, kind: str) -> dict[int, int]:
    """How many PINs (`kind`) in use have how many digits; 0 digits: given before lengths were kept."""
    return dict(await _lengths.all(db, scope, community_id=community_id, kind=kind))


async def sealed_pins(db: Reader, *, tenant_id: str, digests: list[str]) -> dict[str, str]:
    return dict(await _sealed.all(db, tenant=tenant_id, digests=digests))

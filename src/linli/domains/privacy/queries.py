"""Reads of requests for deletion and of exports."""

from typing import Any

from sqlalchemy import bindparam, case, func, select

from linli.domains.privacy.models import data_exports, deletion_requests
from linli.domains.privacy.rows import WAITING, DataExport, DeletionFilter, DeletionRequest
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_r, _e = deletion_requests.c, data_exports.c
_OWN = "an account's own rows: the account is the condition"
_account = bindparam("account_id", type_=INT)
_of_account = Query(
    select(deletion_requests).where(_r.account_id == _account).order_by(_r.request_id.desc()).limit(100),
    DeletionRequest,
    unscoped=_OWN,
)
_own = Query(
    select(deletion_requests)
    .where(_r.account_id == _account, _r.request_id == bindparam("request_id", type_=INT))
    .with_for_update(),
    DeletionRequest,
    unscoped=_OWN,
)
_in_community = select(deletion_requests).where(
    in_scope(deletion_requests), _r.community_id == bindparam("community_id", type_=INT)
)
_by_id = Query(
    _in_community.where(_r.request_id == bindparam("request_id", type_=INT)).with_for_update(),
    DeletionRequest,
)
_pages: dict[bool, tuple[Query[DeletionRequest], Query[Any]]] = {}
for _by_state in (False, True):
    _base = _in_community.where(_r.state == bindparam("state")) if _by_state else _in_community
    _pages[_by_state] = (
        Query(
            # Waiting requests first, by deadline; then decided ones, newest first.
            _base.order_by(
                case((_r.state == WAITING, 0), else_=1),
                case((_r.state == WAITING, _r.due_ms), else_=-_r.decided_ms),
                _r.request_id,
            )
            .limit(bindparam("limit", type_=INT))
            .offset(bindparam("offset", type_=INT)),
            DeletionRequest,
        ),
        Query(_base.with_only_columns(func.count())),
    )
_near = Query(
    select(deletion_requests)
    .where(
        _r.state == WAITING,
        _r.due_ms <= bindparam("before", type_=INT),
        _r.reminded < bindparam("step", type_=INT),
    )
    .order_by(_r.due_ms)
    .limit(500),
    DeletionRequest,
    unscoped="deadlines of all tenants end by time",
)
_exports = Query(
    select(data_exports).where(_e.account_id == _account).order_by(_e.export_id.desc()).limit(20), DataExport
)
_export = Query(select(data_exports).where(_e.export_id == bindparam("export_id", type_=INT)), DataExport)
_old = Query(select(data_exports).where(_e.expires_ms <= bindparam("now", type_=INT)).limit(500), DataExport)


async def of_account(db: Reader, account_id: int) -> list[DeletionRequest]:
    return await _of_account.all(db, account_id=account_id)


async def own(db: Reader, account_id: int, request_id: int) -> DeletionRequest:
    """Raises NotFound."""
    deletion_request = await _own.one(db, account_id=account_id, request_id=request_id)
    if deletion_request is None:
        raise NotFound(what="deletion_request", id=request_id)
    return deletion_request


async def request(scope: Scope, db: Reader, *, community_id: int, request_id: int) -> DeletionRequest:
    """The row, locked until the end of the transaction. Raises NotFound."""
    deletion_request = await _by_id.one(db, scope, community_id=community_id, request_id=request_id)
    if deletion_request is None:
        raise NotFound(what="deletion_request", id=request_id)
    return deletion_request


async def page(
    scope: Scope, db: Reader, *, community_id: int, where: DeletionFilter, request: PageRequest
) -> Page[DeletionRequest]:
    rows, count = _pages[where.state is not None]
    binds: dict[str, Any] = {"community_id": community_id}
    if where.state is not None:
        binds["state"] = where.state
    total = int(await count.scalar(db, scope, **binds))
    return Page.of(request, total, await rows.all(db, scope, **binds, **request.binds))


async def near(db: Reader, *, before_ms: int, step: int) -> list[DeletionRequest]:
    """Requests with a deadline before `before_ms` and fewer than `step` reminders."""
    return await _near.all(db, before=before_ms, step=step)


async def exports(db: Reader, account_id: int) -> list[DataExport]:
    return await _exports.all(db, account_id=account_id)


async def export(db: Reader, export_id: int) -> DataExport | None:
    return await _export.one(db, export_id=export_id)


async def old_exports(db: Reader, now_ms: int) -> list[DataExport]:
    return await _old.all(db, now=now_ms)

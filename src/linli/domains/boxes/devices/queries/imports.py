"""Imports of devices under a protocol."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.domains.boxes.devices.models import edge_import_rows, edge_imports
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Caller, Scope


class Import(NamedTuple):
    """A row of `edge_imports`, in the order of the columns."""

    import_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    gateway_id: int
    protocol_id: int
    file_name: str
    object_key: str
    report_key: str
    language: str
    state: str
    dry_run: int
    rows: int
    bad_rows: int
    created: int
    changed: int
    unchanged: int
    problems: str
    reason: str
    by_id: str
    created_ms: int
    finished_ms: int

    @property
    def good_only(self) -> int:
        """All rows or none."""
        return 0

    @property
    def caller(self) -> Caller:
        """The person who uploaded it."""
        return Caller("staff", self.by_id)


class ImportRow(NamedTuple):
    """A row of `edge_import_rows`, in the order of the columns."""

    import_id: int
    position: int
    tenant_id: str
    edge_device_id: int
    before_sealed: str
    after_sealed: str


_i = edge_imports.c
_asked = select(edge_imports).where(in_scope(edge_imports), _i.import_id == bindparam("import_id", type_=INT))
_by_id, _locked = Query(_asked, Import), Query(_asked.with_for_update(), Import)
_listed = select(edge_imports).where(
    in_scope(edge_imports), _i.protocol_id == bindparam("protocol_id", type_=INT)
)
_page = Query(
    _listed.order_by(_i.created_ms.desc(), _i.import_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Import,
)
_count = Query(_listed.with_only_columns(func.count()))
_rows = Query(
    select(edge_import_rows)
    .where(in_scope(edge_import_rows), edge_import_rows.c.import_id == bindparam("import_id", type_=INT))
    .order_by(edge_import_rows.c.position),
    ImportRow,
)


async def get(
    scope: Scope, db: Reader, import_id: int, *, protocol_id: int | None = None, lock: bool = False
) -> Import:
    """`protocol_id` None: of whatever protocol. Raises NotFound."""
    row = await (_locked if lock else _by_id).one(db, scope, import_id=import_id)
    if row is None or protocol_id not in (None, row.protocol_id):
        raise NotFound(what="edge_import", id=import_id)
    return row


async def page(scope: Scope, db: Reader, protocol_id: int, request: PageRequest) -> Page[Import]:
    """Imports of a protocol, the latest first."""
    total = int(await _count.scalar(db, scope, protocol_id=protocol_id))
    return Page.of(request, total, await _page.all(db, scope, protocol_id=protocol_id, **request.binds))


async def rows_of(scope: Scope, db: Reader, import_id: int) -> list[ImportRow]:
    """The changes of an import, in order."""
    return await _rows.all(db, scope, import_id=import_id)

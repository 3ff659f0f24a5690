"""The data calls of the open API (spec B A069-A070, F 3.8, H 3.2): insert, query, update, delete, upload, download.

A call is for the community of its cloudToken, else for that of `scopeId`; a project with one community may leave
both out, as apps on a box do. Rows of communities that the project was not granted do not exist for it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from linli.databus import files, queries, records, registry, scopes
from linli.databus.conditions import check, known_fields
from linli.databus.datamodel import Field
from linli.databus.queries import NEWEST_FIRST, Order
from linli.databus.schemas import (
    DataDelete,
    DataDownload,
    DataInsert,
    DataPage,
    DataQuery,
    DataUpdate,
    DataUpload,
    DownloadSource,
    UploadTarget,
    as_conditions,
    as_names,
    as_object,
)
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.policies import may_use_model
from linli.openapi.registry import Contract, method

PREFIX = "properties."


# The manual prints 0.0.3, its samples send "1.0", and its digest asks to take any version on this path.
@method(
    "/data/model/data/insert",
    "0.0.3",
    service="data",
    token="optional",
    raises=(BadInput, NotFound),
    title="新增数据",
    title_en="Insert a record",
    contract=Contract(source="2.7.13, 3.4.7.1"),
)
@method(
    "/data/model/data/insert",
    "1.0",
    service="data",
    token="optional",
    raises=(BadInput, NotFound),
    title="数据添加（边缘应用）",
    title_en="Insert a record (edge app)",
    contract=Contract(legacy=True, source="3.4.7.1 (5.2), 3.5.2.2.1"),
)
@method(
    "/data/model/data/insert",
    "1.0.0",
    service="data",
    token="optional",
    raises=(BadInput, NotFound),
    title="数据添加（边缘应用）",
    title_en="Insert a record (edge app)",
    contract=Contract(legacy=True, source="3.4.7.1 (5.2)"),
)
async def insert(data: DataInsert, scope: Scope, tx: Tx) -> int:
    """Insert one row of a data model; answers its id. Subscribers are told after the commit."""
    await may_use_model(scope, tx, data.model_id)
    community_id, _ = await _community(scope, tx, data.scope_id)
    return await records.insert_record(
        scope,
        tx,
        model_id=data.model_id,
        row=as_object(data.properties, "properties"),
        community_id=community_id,
        version=data.version or None,
        source="api",
        prefix=PREFIX,
    )


@method(
    "/data/model/data/query",
    "0.0.3",
    service="data",
    token="optional",
    raises=(BadInput, NotFound),
    title="查询数据",
    title_en="Query records",
    contract=Contract(source="2.7.13, 3.5.2.2.1"),
)
async def query(data: DataQuery, scope: Scope, db: Database) -> DataPage:
    """Rows of a data model that meet all conditions, newest first, a page at a time."""
    await may_use_model(scope, db, data.model_id)
    community_id = None
    if data.scope_id and data.scope_id != scope.project_id:
        community_id = await scopes.community_of(scope, db, scope_id=data.scope_id)
    fields = registry.load().fields(data.model_id)
    if not fields:
        raise BadInput(field="modelId", rule="unknown")
    page = PageRequest.of(data.page_num or data.page_no, data.page_size)
    terms = check(as_conditions(data.conditions), fields)
    wanted = _wanted(as_names(data.return_fields), fields)
    rows = await queries.find_records(
        scope,
        db,
        model_id=data.model_id,
        terms=terms,
        page=page,
        community_id=community_id,
        order=_order(data.order_by, fields),
    )
    count = page.offset + len(rows)
    if len(rows) == page.page_size or (not rows and page.page_no > 1):
        count = await queries.count_records(
            scope, db, model_id=data.model_id, terms=terms, community_id=community_id
        )
    items = [_trimmed(record.fields(), wanted) for record in rows]
    return DataPage(count, count > page.offset + len(rows), items, page.page_no, page.page_size)


@method(
    "/data/model/data/update",
    "0.0.2",
    service="data",
    token="optional",
    raises=(BadInput, NotFound, records.TooManyRecords),
    title="修改数据",
    title_en="Change records",
    contract=Contract(source="3.5.2.2.1"),
)
async def update(data: DataUpdate, scope: Scope, tx: Tx) -> int:
    """Set fields in every row that meets all conditions; answers how many rows there were."""
    await may_use_model(scope, tx, data.model_id)
    return await records.update_records(
        scope,
        tx,
        model_id=data.model_id,
        conditions=as_conditions(data.conditions),
        row=as_object(data.properties, "properties"),
        community_id=await _community_if_given(scope, tx, data.scope_id),
        prefix=PREFIX,
    )


@method(
    "/data/model/data/delete",
    "0.0.2",
    service="data",
    token="optional",
    raises=(BadInput, NotFound, records.TooManyRecords),
    title="删除数据",
    title_en="Delete records",
    contract=Contract(source="3.5.2.2.1"),
)
async def delete(data: DataDelete, scope: Scope, tx: Tx) -> int:
    """Delete every row that meets all conditions; answers how many rows there were."""
    await may_use_model(scope, tx, data.model_id)
    return await records.delete_records(
        scope,
        tx,
        model_id=data.model_id,
        conditions=as_conditions(data.conditions),
        community_id=await _community_if_given(scope, tx, data.scope_id),
    )


@method(
    "/data/model/data/upload",
    "0.0.1",
    service="data",
    token="optional",
    raises=(BadInput, NotFound),
    title="获取文件上传地址",
    title_en="Reserve a file name and get the URL to upload to",
    contract=Contract(source="3.4.7.1 (3.2), 3.5.2.2.1"),
)
async def upload(data: DataUpload, scope: Scope, tx: Tx, ids: Ids, store: ObjectStore) -> UploadTarget:
    """Reserve a name for a file field. PUT the raw bytes to `url`, then insert the row with `fileName`."""
    await may_use_model(scope, tx, data.model_id)
    files.file_field(data.model_id, data.attr_name)
    community_id, scope_id = await _community(scope, tx, data.scope_id)
    reserved = await files.reserve_file(
        scope,
        tx,
        new=files.NewFile(
            model_id=data.model_id,
            attr_name=data.attr_name,
            community_id=community_id,
            scope_id=scope_id,
            file_type=data.file_type,
            file_size=data.file_size,
        ),
        store=store,
        ids=ids,
    )
    return UploadTarget(reserved.file_name, reserved.url)


@method(
    "/data/model/data/download",
    "0.0.1",
    service="data",
    token="optional",
    raises=(BadInput, NotFound),
    title="获取文件下载地址",
    title_en="Get the URL to download a file from",
    contract=Contract(source="3.5.2.2.1"),
)
async def download(data: DataDownload, scope: Scope, db: Database, store: ObjectStore) -> DownloadSource:
    """A signed URL for the file that a record names."""
    await may_use_model(scope, db, data.model_id)
    files.file_field(data.model_id, data.attr_name)
    _, scope_id = await _community(scope, db, data.scope_id)
    url = await files.download_url(
        scope,
        db,
        file_name=data.file_name,
        scope_id=scope_id,
        model_id=data.model_id,
        attr_name=data.attr_name,
        store=store,
    )
    return DownloadSource(url)


async def _community(scope: Scope, db: Reader, scope_id: str) -> tuple[int, str]:
    """(community_id, scope_id) that a call is for. Raises BadInput, NotFound."""
    if scope_id and scope_id != scope.project_id:
        return await scopes.community_of(scope, db, scope_id=scope_id), scope_id
    only = await scopes.only_community(scope, db)
    if only is None:
        raise BadInput(field="scopeId", rule="required")
    return only


async def _community_if_given(scope: Scope, db: Reader, scope_id: str) -> int | None:
    if not scope_id or scope_id == scope.project_id:
        return None
    return await scopes.community_of(scope, db, scope_id=scope_id)


def _wanted(names: Sequence[str], fields: dict[str, Field]) -> frozenset[str] | None:
    """The fields to return besides id and scope_id; None for all. Raises BadInput."""
    if not names or "*" in names:
        return None
    by_name = known_fields(fields)
    for position, name in enumerate(names):
        if name not in by_name:
            raise BadInput(field=f"returnFields[{position}]", rule="unknown")
    return frozenset((*names, "id", "scope_id"))


def _trimmed(row: dict[str, Any], wanted: frozenset[str] | None) -> dict[str, Any]:
    return row if wanted is None else {name: value for name, value in row.items() if name in wanted}


def _order(order_by: Any, fields: dict[str, Field]) -> tuple[Order, ...]:
    """`{"asc": false, "orderByFields": ["gmt_create"]}`, or the same as JSON text. Raises BadInput."""
    if isinstance(order_by, str) and order_by.strip():
        order_by = as_object(order_by, "orderBy")
    if not order_by:
        return NEWEST_FIRST
    if not isinstance(order_by, dict):
        raise BadInput(field="orderBy", rule="type", expected="object")
    names = order_by.get("orderByFields") or []
    try:
        names = as_names(msgspec.convert(names, list[str] | str))
    except msgspec.ValidationError as error:
        raise BadInput(field="orderBy.orderByFields", rule="type", expected="array") from error
    descending = str(order_by.get("asc", True)).lower() in ("false", "0")
    by_name = known_fields(fields)
    for position, name in enumerate(names):
        if name not in by_name:
            raise BadInput(field=f"orderBy.orderByFields[{position}]", rule="unknown")
    return tuple(
        Order(name, by_name[name].type, by_name[name].index, descending) for name in dict.fromkeys(names[:4])
    )

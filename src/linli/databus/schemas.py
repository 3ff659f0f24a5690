"""Requests and answers of the data calls (`/data/model/data/*`): names and shapes of old clients."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.databus.conditions import Condition
from linli.kernel.errors import BadInput

type JsonObject = dict[str, Any] | str
"""An object, or its JSON as a text: some clients put the one, some the other."""

ModelId = Annotated[str, Meta(description="Data model id, for example iot_park_pass_record.")]
ScopeId = Annotated[
    str, Meta(description="Isolation id: the community's projectId. Not needed with a cloudToken.")
]
AppId = Annotated[str, Meta(description="Application id; not needed when an appKey calls.")]
Version = Annotated[str, Meta(description="Model version; without it the newest that knows the fields.")]
Conditions = Annotated[
    list[Condition] | str,
    Meta(
        description="All must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of "
        "the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier."
    ),
]


class DataInsert(msgspec.Struct, rename="camel"):
    model_id: ModelId
    properties: Annotated[
        JsonObject,
        Meta(description="Values by field. A Date is ms, `yyyy-MM-dd HH:mm:ss` (Asia/Shanghai) or ISO 8601."),
    ]
    scope_id: ScopeId = ""
    app_id: AppId = ""
    version: Version = ""


class DataQuery(msgspec.Struct, rename="camel"):
    model_id: ModelId
    return_fields: Annotated[
        list[str] | str, Meta(description='Fields wanted; "*" or nothing: all. id and scope_id always come.')
    ] = []
    conditions: Conditions = []
    order_by: Annotated[
        Any, Meta(description='{"asc": false, "orderByFields": ["gmt_create"]}; without it newest first.')
    ] = None
    page_num: Annotated[int | None, Meta(description="Page from 1 (also pageNo).")] = None
    page_no: int | None = None
    page_size: Annotated[int | None, Meta(description="Rows a page, 1 to 100; default 20.")] = None
    scope_id: ScopeId = ""
    app_id: AppId = ""


class DataPage(msgspec.Struct, rename="camel"):
    """Rows that met the conditions. Shape of the public data-model guide; the manual prints none."""

    count: Annotated[int, Meta(description="Rows that meet the conditions, on all pages.")]
    has_next: bool
    items: Annotated[list[dict[str, Any]], Meta(description="Rows; a Date is ms since the epoch.")]
    page_num: int
    page_size: int


class DataUpdate(msgspec.Struct, rename="camel"):
    model_id: ModelId
    properties: Annotated[JsonObject, Meta(description="New values by field; null clears one.")]
    conditions: Conditions = []
    scope_id: ScopeId = ""
    app_id: AppId = ""


class DataDelete(msgspec.Struct, rename="camel"):
    model_id: ModelId
    conditions: Conditions = []
    scope_id: ScopeId = ""
    app_id: AppId = ""


class DataUpload(msgspec.Struct, rename="camel"):
    model_id: ModelId
    attr_name: Annotated[str, Meta(description="File field of the model, for example plateNumberImage.")]
    file_type: Annotated[str, Meta(description="Ending or media type, for example jpg.")] = ""
    file_size: Annotated[int | None, Meta(description="Bytes; at most 10 MiB.")] = None
    version: Version = ""
    properties: Annotated[Any, Meta(description="appId and version of the calling app; not used.")] = None
    scope_id: ScopeId = ""
    app_id: AppId = ""


class UploadTarget(msgspec.Struct, rename="camel"):
    file_name: Annotated[str, Meta(description="Name to put into the field.")]
    url: Annotated[str, Meta(description="PUT the raw bytes here, within an hour.")]


class DataDownload(msgspec.Struct, rename="camel"):
    file_name: Annotated[str, Meta(description="Name found in the record.")]
    model_id: ModelId
    attr_name: Annotated[str, Meta(description="File field that held the name.")]
    scope_id: ScopeId = ""
    app_id: AppId = ""


class DownloadSource(msgspec.Struct):
    url: Annotated[str, Meta(description="GET it within an hour.")]


def as_object(value: JsonObject, field: str) -> dict[str, Any]:
    """An object given as itself or as its JSON text. Raises BadInput."""
    return _decoded(value, dict[str, Any], field) if isinstance(value, str) else value


def as_conditions(value: list[Condition] | str) -> list[Condition]:
    """Raises BadInput."""
    return _decoded(value, list[Condition], "conditions") if isinstance(value, str) else value


def as_names(value: list[str] | str) -> list[str]:
    """Names as a list, a JSON text of one, or separated by commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _decoded(value.replace("'", '"'), list[str], "returnFields")
    return [name.strip() for name in value.split(",") if name.strip()]


def _decoded[T](text: str, type_: type[T], field: str) -> T:
    if not text.strip() and type_ is not dict[str, Any]:
        return type_()
    try:
        return msgspec.json.decode(text, type=type_, strict=False)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInput(field=field, rule="type", expected="JSON") from error

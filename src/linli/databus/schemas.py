"""Requests and answers of the data calls (`/data/model/data/*`): names and shapes of old clients."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.databus.conditions import Condition
from linli.kernel.errors import BadInput

type JsonObject = dict[str, Any] | str
"""An object, or its JSON as a text: some clients put the one, some the other."""

ModelId = Annotated[
    str,
    Meta(
        description="数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record"
    ),
]
ScopeId = Annotated[
    str,
    Meta(
        description="隔离 id，即小区的 projectId；带 cloudToken 时不需要 / "
        "isolation id: the community's projectId. Not needed with a cloudToken"
    ),
]
AppId = Annotated[
    str, Meta(description="应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls")
]
Version = Annotated[
    str,
    Meta(
        description="模型版本；不填取含所给字段的最新版本 / "
        "model version; without it the newest that knows the fields"
    ),
]
Conditions = Annotated[
    list[Condition] | str,
    Meta(
        description="须全部满足。operate：eq、neq、lt、lteq、mt、mteq、bt、in、nin、nul、nnul、like；"
        "fieldName：模型字段，或 id、scope_id、gmt_create、gmt_modified、creator、modifier / all must hold. "
        "operate: eq neq lt lteq mt mteq bt in nin nul "
        "nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier"
    ),
]


class DataInsert(msgspec.Struct, rename="camel"):
    model_id: ModelId
    properties: Annotated[
        JsonObject,
        Meta(
            description="各字段的值；时间为毫秒、`yyyy-MM-dd HH:mm:ss`（北京时间）或 ISO 8601 / "
            "values by field. A Date is ms, `yyyy-MM-dd HH:mm:ss` (Asia/Shanghai) or ISO 8601"
        ),
    ]
    scope_id: ScopeId = ""
    app_id: AppId = ""
    version: Version = ""


class DataQuery(msgspec.Struct, rename="camel"):
    model_id: ModelId
    return_fields: Annotated[
        list[str] | str,
        Meta(
            description='返回的字段；"*" 或不填为全部，始终含 id 和 scope_id / fields wanted; "*" or nothing: all. '
            "id and scope_id always come"
        ),
    ] = []
    conditions: Conditions = []
    order_by: Annotated[
        Any,
        Meta(
            description='{"asc": false, "orderByFields": ["gmt_create"]}；不填则最新的在前 / '
            '{"asc": false, "orderByFields": ["gmt_create"]}; without it newest first'
        ),
    ] = None
    page_num: Annotated[
        int | None, Meta(description="页码，从 1 起（也可用 pageNo） / page from 1 (also pageNo)")
    ] = None
    page_no: int | None = None
    page_size: Annotated[
        int | None, Meta(description="每页行数，1 至 100，默认 20 / rows a page, 1 to 100; default 20")
    ] = None
    scope_id: ScopeId = ""
    app_id: AppId = ""


class DataPage(msgspec.Struct, rename="camel"):
    """Rows that met the conditions. Shape of the public data-model guide; the manual prints none."""

    count: Annotated[int, Meta(description="符合条件的总行数 / rows that meet the conditions, on all pages")]
    has_next: bool
    items: Annotated[
        list[dict[str, Any]],
        Meta(description="数据行；时间为毫秒时间戳 / rows; a Date is ms since the epoch"),
    ]
    page_num: int
    page_size: int


class DataUpdate(msgspec.Struct, rename="camel"):
    model_id: ModelId
    properties: Annotated[
        JsonObject, Meta(description="各字段的新值；null 为清空 / new values by field; null clears one")
    ]
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
    attr_name: Annotated[
        str,
        Meta(
            description="模型的文件字段，例如 plateNumberImage / "
            "file field of the model, for example plateNumberImage"
        ),
    ]
    file_type: Annotated[
        str, Meta(description="扩展名或媒体类型，例如 jpg / ending or media type, for example jpg")
    ] = ""
    file_size: Annotated[int | None, Meta(description="字节数，最多 10 MiB / bytes; at most 10 MiB")] = None
    version: Version = ""
    properties: Annotated[
        Any,
        Meta(description="调用应用的 appId 和版本；不使用 / appId and version of the calling app; not used"),
    ] = None
    scope_id: ScopeId = ""
    app_id: AppId = ""


class UploadTarget(msgspec.Struct, rename="camel"):
    file_name: Annotated[str, Meta(description="填入文件字段的名称 / name to put into the field")]
    url: Annotated[
        str, Meta(description="一小时内把文件内容 PUT 到此地址 / PUT the raw bytes here, within an hour")
    ]


class DataDownload(msgspec.Struct, rename="camel"):
    file_name: Annotated[str, Meta(description="数据中的文件名称 / name found in the record")]
    model_id: ModelId
    attr_name: Annotated[str, Meta(description="该名称所在的文件字段 / file field that held the name")]
    scope_id: ScopeId = ""
    app_id: AppId = ""


class DownloadSource(msgspec.Struct):
    url: Annotated[str, Meta(description="一小时内用 GET 下载 / GET it within an hour")]


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

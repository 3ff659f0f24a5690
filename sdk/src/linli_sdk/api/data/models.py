"""What the methods of `data` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from msgspec import field

from linli_sdk.methods import Model


class DataDelete(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record"""
    conditions: list[Condition] | str | None = None
    """须全部满足。operate：eq、neq、lt、lteq、mt、mteq、bt、in、nin、nul、nnul、like；fieldName：模型字段，或 id、scope_id、gmt_create、gmt_modified、creator、modifier / all must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier"""
    scope_id: str | None = field(default=None, name="scopeId")
    """隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken"""
    app_id: str | None = field(default=None, name="appId")
    """应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls"""


class Condition(Model, kw_only=True):
    """One condition as callers send it: `{"fieldName": "id", "operate": "eq", "value": 5}`; all must hold."""

    field_name: str = field(name="fieldName")
    operate: str | None = None
    value: Any = None


class DataDownload(Model, kw_only=True):
    file_name: str = field(name="fileName")
    """数据中的文件名称 / name found in the record"""
    model_id: str = field(name="modelId")
    """数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record"""
    attr_name: str = field(name="attrName")
    """该名称所在的文件字段 / file field that held the name"""
    scope_id: str | None = field(default=None, name="scopeId")
    """隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken"""
    app_id: str | None = field(default=None, name="appId")
    """应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls"""


class DownloadSource(Model, kw_only=True):
    url: str
    """一小时内用 GET 下载 / GET it within an hour"""


class DataInsert(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record"""
    properties: dict[str, Any] | str
    """各字段的值；时间为毫秒、`yyyy-MM-dd HH:mm:ss`（北京时间）或 ISO 8601 / values by field. A Date is ms, `yyyy-MM-dd HH:mm:ss` (Asia/Shanghai) or ISO 8601"""
    scope_id: str | None = field(default=None, name="scopeId")
    """隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken"""
    app_id: str | None = field(default=None, name="appId")
    """应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls"""
    version: str | None = None
    """模型版本；不填取含所给字段的最新版本 / model version; without it the newest that knows the fields"""


class DataQuery(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record"""
    return_fields: list[str] | str | None = field(default=None, name="returnFields")
    """返回的字段；"*" 或不填为全部，始终含 id 和 scope_id / fields wanted; "*" or nothing: all. id and scope_id always come"""
    conditions: list[Condition] | str | None = None
    """须全部满足。operate：eq、neq、lt、lteq、mt、mteq、bt、in、nin、nul、nnul、like；fieldName：模型字段，或 id、scope_id、gmt_create、gmt_modified、creator、modifier / all must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier"""
    order_by: Any = field(default=None, name="orderBy")
    """{"asc": false, "orderByFields": ["gmt_create"]}；不填则最新的在前 / {"asc": false, "orderByFields": ["gmt_create"]}; without it newest first"""
    page_num: int | None = field(default=None, name="pageNum")
    """页码，从 1 起（也可用 pageNo） / page from 1 (also pageNo)"""
    page_no: int | None = field(default=None, name="pageNo")
    page_size: int | None = field(default=None, name="pageSize")
    """每页行数，1 至 100，默认 20 / rows a page, 1 to 100; default 20"""
    scope_id: str | None = field(default=None, name="scopeId")
    """隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken"""
    app_id: str | None = field(default=None, name="appId")
    """应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls"""


class DataPage(Model, kw_only=True):
    """Rows that met the conditions. Shape of the public data-model guide; the manual prints none."""

    count: int
    """符合条件的总行数 / rows that meet the conditions, on all pages"""
    has_next: bool = field(name="hasNext")
    items: list[dict[str, Any]]
    """数据行；时间为毫秒时间戳 / rows; a Date is ms since the epoch"""
    page_num: int = field(name="pageNum")
    page_size: int = field(name="pageSize")


class DataUpdate(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record"""
    properties: dict[str, Any] | str
    """各字段的新值；null 为清空 / new values by field; null clears one"""
    conditions: list[Condition] | str | None = None
    """须全部满足。operate：eq、neq、lt、lteq、mt、mteq、bt、in、nin、nul、nnul、like；fieldName：模型字段，或 id、scope_id、gmt_create、gmt_modified、creator、modifier / all must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier"""
    scope_id: str | None = field(default=None, name="scopeId")
    """隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken"""
    app_id: str | None = field(default=None, name="appId")
    """应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls"""


class DataUpload(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record"""
    attr_name: str = field(name="attrName")
    """模型的文件字段，例如 plateNumberImage / file field of the model, for example plateNumberImage"""
    file_type: str | None = field(default=None, name="fileType")
    """扩展名或媒体类型，例如 jpg / ending or media type, for example jpg"""
    file_size: int | None = field(default=None, name="fileSize")
    """字节数，最多 10 MiB / bytes; at most 10 MiB"""
    version: str | None = None
    """模型版本；不填取含所给字段的最新版本 / model version; without it the newest that knows the fields"""
    properties: Any = None
    """调用应用的 appId 和版本；不使用 / appId and version of the calling app; not used"""
    scope_id: str | None = field(default=None, name="scopeId")
    """隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken"""
    app_id: str | None = field(default=None, name="appId")
    """应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls"""


class UploadTarget(Model, kw_only=True):
    file_name: str = field(name="fileName")
    """填入文件字段的名称 / name to put into the field"""
    url: str
    """一小时内把文件内容 PUT 到此地址 / PUT the raw bytes here, within an hour"""

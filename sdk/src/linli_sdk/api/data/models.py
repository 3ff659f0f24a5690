"""What the methods of `data` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from msgspec import field

from linli_sdk.methods import Model


class DataDelete(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """Data model id, for example iot_park_pass_record."""
    conditions: list[Condition] | str | None = None
    """All must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier."""
    scope_id: str | None = field(default=None, name="scopeId")
    """Isolation id: the community's projectId. Not needed with a cloudToken."""
    app_id: str | None = field(default=None, name="appId")
    """Application id; not needed when an appKey calls."""


class Condition(Model, kw_only=True):
    """One condition as callers send it: `{"fieldName": "id", "operate": "eq", "value": 5}`; all must hold."""

    field_name: str = field(name="fieldName")
    operate: str | None = None
    value: Any = None


class DataDownload(Model, kw_only=True):
    file_name: str = field(name="fileName")
    """Name found in the record."""
    model_id: str = field(name="modelId")
    """Data model id, for example iot_park_pass_record."""
    attr_name: str = field(name="attrName")
    """File field that held the name."""
    scope_id: str | None = field(default=None, name="scopeId")
    """Isolation id: the community's projectId. Not needed with a cloudToken."""
    app_id: str | None = field(default=None, name="appId")
    """Application id; not needed when an appKey calls."""


class DownloadSource(Model, kw_only=True):
    url: str
    """GET it within an hour."""


class DataInsert(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """Data model id, for example iot_park_pass_record."""
    properties: dict[str, Any] | str
    """Values by field. A Date is ms, `yyyy-MM-dd HH:mm:ss` (Asia/Shanghai) or ISO 8601."""
    scope_id: str | None = field(default=None, name="scopeId")
    """Isolation id: the community's projectId. Not needed with a cloudToken."""
    app_id: str | None = field(default=None, name="appId")
    """Application id; not needed when an appKey calls."""
    version: str | None = None
    """Model version; without it the newest that knows the fields."""


class DataQuery(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """Data model id, for example iot_park_pass_record."""
    return_fields: list[str] | str | None = field(default=None, name="returnFields")
    """Fields wanted; "*" or nothing: all. id and scope_id always come."""
    conditions: list[Condition] | str | None = None
    """All must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier."""
    order_by: Any = field(default=None, name="orderBy")
    """{"asc": false, "orderByFields": ["gmt_create"]}; without it newest first."""
    page_num: int | None = field(default=None, name="pageNum")
    """Page from 1 (also pageNo)."""
    page_no: int | None = field(default=None, name="pageNo")
    page_size: int | None = field(default=None, name="pageSize")
    """Rows a page, 1 to 100; default 20."""
    scope_id: str | None = field(default=None, name="scopeId")
    """Isolation id: the community's projectId. Not needed with a cloudToken."""
    app_id: str | None = field(default=None, name="appId")
    """Application id; not needed when an appKey calls."""


class DataPage(Model, kw_only=True):
    """Rows that met the conditions. Shape of the public data-model guide; the manual prints none."""

    count: int
    """Rows that meet the conditions, on all pages."""
    has_next: bool = field(name="hasNext")
    items: list[dict[str, Any]]
    """Rows; a Date is ms since the epoch."""
    page_num: int = field(name="pageNum")
    page_size: int = field(name="pageSize")


class DataUpdate(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """Data model id, for example iot_park_pass_record."""
    properties: dict[str, Any] | str
    """New values by field; null clears one."""
    conditions: list[Condition] | str | None = None
    """All must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier."""
    scope_id: str | None = field(default=None, name="scopeId")
    """Isolation id: the community's projectId. Not needed with a cloudToken."""
    app_id: str | None = field(default=None, name="appId")
    """Application id; not needed when an appKey calls."""


class DataUpload(Model, kw_only=True):
    model_id: str = field(name="modelId")
    """Data model id, for example iot_park_pass_record."""
    attr_name: str = field(name="attrName")
    """File field of the model, for example plateNumberImage."""
    file_type: str | None = field(default=None, name="fileType")
    """Ending or media type, for example jpg."""
    file_size: int | None = field(default=None, name="fileSize")
    """Bytes; at most 10 MiB."""
    version: str | None = None
    """Model version; without it the newest that knows the fields."""
    properties: Any = None
    """appId and version of the calling app; not used."""
    scope_id: str | None = field(default=None, name="scopeId")
    """Isolation id: the community's projectId. Not needed with a cloudToken."""
    app_id: str | None = field(default=None, name="appId")
    """Application id; not needed when an appKey calls."""


class UploadTarget(Model, kw_only=True):
    file_name: str = field(name="fileName")
    """Name to put into the field."""
    url: str
    """PUT the raw bytes here, within an hour."""

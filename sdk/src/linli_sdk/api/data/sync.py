"""The methods of `data`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.data import contracts
from linli_sdk.api.data.models import (
    Condition,
    DataDelete,
    DataDownload,
    DataInsert,
    DataPage,
    DataQuery,
    DataUpdate,
    DataUpload,
    DownloadSource,
    UploadTarget,
)
from linli_sdk.service import Service


class Data(Service):
    """The 8 methods of service `data`, as a key is granted it."""

    def delete(
        self,
        *,
        model_id: str,
        conditions: list[Condition] | str | None = None,
        scope_id: str | None = None,
        app_id: str | None = None,
    ) -> int:
        """Delete records / 删除数据

        `/data/model/data/delete` 0.0.2.

        Delete every row that meets all conditions; answers how many rows there were.

        Args:
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            conditions: 须全部满足。operate：eq、neq、lt、lteq、mt、mteq、bt、in、nin、nul、nnul、like；fieldName：模型字段，或 id、scope_id、gmt_create、gmt_modified、creator、modifier / all must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls

        Codes of its own: 460.
        """
        return self._call(
            contracts.DELETE,
            DataDelete(model_id=model_id, conditions=conditions, scope_id=scope_id, app_id=app_id),
        )

    def download(
        self,
        *,
        file_name: str,
        model_id: str,
        attr_name: str,
        scope_id: str | None = None,
        app_id: str | None = None,
    ) -> DownloadSource:
        """Get the URL to download a file from / 获取文件下载地址

        `/data/model/data/download` 0.0.1.

        A signed URL for the file that a record names.

        Args:
            file_name: 数据中的文件名称 / name found in the record
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            attr_name: 该名称所在的文件字段 / file field that held the name
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls
        """
        return self._call(
            contracts.DOWNLOAD,
            DataDownload(
                file_name=file_name, model_id=model_id, attr_name=attr_name, scope_id=scope_id, app_id=app_id
            ),
        )

    def insert(
        self,
        *,
        model_id: str,
        properties: dict[str, Any] | str,
        scope_id: str | None = None,
        app_id: str | None = None,
        version: str | None = None,
    ) -> int:
        """Insert a record / 新增数据

        `/data/model/data/insert` 0.0.3.

        Insert one row of a data model; answers its id. Subscribers are told after the commit.

        Args:
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            properties: 各字段的值；时间为毫秒、`yyyy-MM-dd HH:mm:ss`（北京时间）或 ISO 8601 / values by field. A Date is ms, `yyyy-MM-dd HH:mm:ss` (Asia/Shanghai) or ISO 8601
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls
            version: 模型版本；不填取含所给字段的最新版本 / model version; without it the newest that knows the fields
        """
        return self._call(
            contracts.INSERT,
            DataInsert(
                model_id=model_id, properties=properties, scope_id=scope_id, app_id=app_id, version=version
            ),
        )

    def insert_v1_0(
        self,
        *,
        model_id: str,
        properties: dict[str, Any] | str,
        scope_id: str | None = None,
        app_id: str | None = None,
        version: str | None = None,
    ) -> int:
        """Insert a record (edge app) / 数据添加（边缘应用）

        `/data/model/data/insert` 1.0, legacy.

        Insert one row of a data model; answers its id. Subscribers are told after the commit.

        Args:
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            properties: 各字段的值；时间为毫秒、`yyyy-MM-dd HH:mm:ss`（北京时间）或 ISO 8601 / values by field. A Date is ms, `yyyy-MM-dd HH:mm:ss` (Asia/Shanghai) or ISO 8601
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls
            version: 模型版本；不填取含所给字段的最新版本 / model version; without it the newest that knows the fields
        """
        return self._call(
            contracts.INSERT_V1_0,
            DataInsert(
                model_id=model_id, properties=properties, scope_id=scope_id, app_id=app_id, version=version
            ),
        )

    def insert_v1_0_0(
        self,
        *,
        model_id: str,
        properties: dict[str, Any] | str,
        scope_id: str | None = None,
        app_id: str | None = None,
        version: str | None = None,
    ) -> int:
        """Insert a record (edge app) / 数据添加（边缘应用）

        `/data/model/data/insert` 1.0.0, legacy.

        Insert one row of a data model; answers its id. Subscribers are told after the commit.

        Args:
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            properties: 各字段的值；时间为毫秒、`yyyy-MM-dd HH:mm:ss`（北京时间）或 ISO 8601 / values by field. A Date is ms, `yyyy-MM-dd HH:mm:ss` (Asia/Shanghai) or ISO 8601
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls
            version: 模型版本；不填取含所给字段的最新版本 / model version; without it the newest that knows the fields
        """
        return self._call(
            contracts.INSERT_V1_0_0,
            DataInsert(
                model_id=model_id, properties=properties, scope_id=scope_id, app_id=app_id, version=version
            ),
        )

    def query(
        self,
        *,
        model_id: str,
        return_fields: list[str] | str | None = None,
        conditions: list[Condition] | str | None = None,
        order_by: Any = None,
        page_num: int | None = None,
        page_no: int | None = None,
        page_size: int | None = None,
        scope_id: str | None = None,
        app_id: str | None = None,
    ) -> DataPage:
        """Query records / 查询数据

        `/data/model/data/query` 0.0.3.

        Rows of a data model that meet all conditions, newest first, a page at a time.

        Args:
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            return_fields: 返回的字段；"*" 或不填为全部，始终含 id 和 scope_id / fields wanted; "*" or nothing: all. id and scope_id always come
            conditions: 须全部满足。operate：eq、neq、lt、lteq、mt、mteq、bt、in、nin、nul、nnul、like；fieldName：模型字段，或 id、scope_id、gmt_create、gmt_modified、creator、modifier / all must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier
            order_by: {"asc": false, "orderByFields": ["gmt_create"]}；不填则最新的在前 / {"asc": false, "orderByFields": ["gmt_create"]}; without it newest first
            page_num: 页码，从 1 起（也可用 pageNo） / page from 1 (also pageNo)
            page_size: 每页行数，1 至 100，默认 20 / rows a page, 1 to 100; default 20
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls
        """
        return self._call(
            contracts.QUERY,
            DataQuery(
                model_id=model_id,
                return_fields=return_fields,
                conditions=conditions,
                order_by=order_by,
                page_num=page_num,
                page_no=page_no,
                page_size=page_size,
                scope_id=scope_id,
                app_id=app_id,
            ),
        )

    def update(
        self,
        *,
        model_id: str,
        properties: dict[str, Any] | str,
        conditions: list[Condition] | str | None = None,
        scope_id: str | None = None,
        app_id: str | None = None,
    ) -> int:
        """Change records / 修改数据

        `/data/model/data/update` 0.0.2.

        Set fields in every row that meets all conditions; answers how many rows there were.

        Args:
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            properties: 各字段的新值；null 为清空 / new values by field; null clears one
            conditions: 须全部满足。operate：eq、neq、lt、lteq、mt、mteq、bt、in、nin、nul、nnul、like；fieldName：模型字段，或 id、scope_id、gmt_create、gmt_modified、creator、modifier / all must hold. operate: eq neq lt lteq mt mteq bt in nin nul nnul like; fieldName: a field of the model, or id, scope_id, gmt_create, gmt_modified, creator, modifier
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls

        Codes of its own: 460.
        """
        return self._call(
            contracts.UPDATE,
            DataUpdate(
                model_id=model_id,
                properties=properties,
                conditions=conditions,
                scope_id=scope_id,
                app_id=app_id,
            ),
        )

    def upload(
        self,
        *,
        model_id: str,
        attr_name: str,
        file_type: str | None = None,
        file_size: int | None = None,
        version: str | None = None,
        properties: Any = None,
        scope_id: str | None = None,
        app_id: str | None = None,
    ) -> UploadTarget:
        """Reserve a file name and get the URL to upload to / 获取文件上传地址

        `/data/model/data/upload` 0.0.1.

        Reserve a name for a file field. PUT the raw bytes to `url`, then insert the row with `fileName`.

        Args:
            model_id: 数据模型 id，例如 iot_park_pass_record / data model id, for example iot_park_pass_record
            attr_name: 模型的文件字段，例如 plateNumberImage / file field of the model, for example plateNumberImage
            file_type: 扩展名或媒体类型，例如 jpg / ending or media type, for example jpg
            file_size: 字节数，最多 10 MiB / bytes; at most 10 MiB
            version: 模型版本；不填取含所给字段的最新版本 / model version; without it the newest that knows the fields
            properties: 调用应用的 appId 和版本；不使用 / appId and version of the calling app; not used
            scope_id: 隔离 id，即小区的 projectId；带 cloudToken 时不需要 / isolation id: the community's projectId. Not needed with a cloudToken
            app_id: 应用 id；用 AppKey 调用时不需要 / application id; not needed when an appKey calls
        """
        return self._call(
            contracts.UPLOAD,
            DataUpload(
                model_id=model_id,
                attr_name=attr_name,
                file_type=file_type,
                file_size=file_size,
                version=version,
                properties=properties,
                scope_id=scope_id,
                app_id=app_id,
            ),
        )

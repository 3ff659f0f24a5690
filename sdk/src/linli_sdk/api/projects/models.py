"""What the methods of `projects` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class ProjectNamed(Model, kw_only=True):
    project_id: str = field(name="projectId")
    """项目 id / project id"""


class DefaultApp(Model, kw_only=True):
    default_app_key: str = field(name="defaultAppKey")
    """AppKey"""
    default_app_secret: str = field(name="defaultAppSecret")
    """AppSecret"""


class ProjectCreate(Model, kw_only=True):
    name: str
    """项目名称，租户内唯一，最多 64 字 / name, unique in the tenant"""
    client_name: str = field(name="clientName")
    """客户名称，最多 64 字 / name of the client"""
    description: str | None = None
    """描述 / description"""
    start_time: int = field(name="startTime")
    """开始时间，毫秒 / start, ms"""
    end_time: int = field(name="endTime")
    """结束时间，毫秒，晚于开始 / end, ms, after the start"""
    solution_uuid: str | None = field(default=None, name="solutionUuid")
    """解决方案 uuid / solution"""
    solution_version_uuid: str | None = field(default=None, name="solutionVersionUuid")
    """解决方案版本 uuid / its version"""
    cover_url: list[str] | None = field(default=None, name="coverUrl")
    """封面图地址，最多 20 / pictures, at most 20"""
    contract_url: list[str] | None = field(default=None, name="contractUrl")
    """合同地址，最多 20 / contracts, at most 20"""


class ProjectWhole(Model, kw_only=True):
    project_id: str = field(name="projectId")
    """项目 id / project id"""
    name: str
    """项目名称 / name"""
    client_name: str = field(name="clientName")
    """客户名称 / name of the client"""
    description: str
    """描述 / description"""
    start_time: int | None = field(name="startTime")
    """开始时间，毫秒 / start, ms"""
    end_time: int | None = field(name="endTime")
    """结束时间，毫秒 / end, ms"""
    default_app_uuid: str = field(name="defaultAppUuid")
    """默认应用 uuid / uuid of the default app"""
    default_app_key: str | None = field(name="defaultAppKey")
    """默认应用 AppKey / its AppKey"""
    root_space_id: str | None = field(name="rootSpaceId")
    """根空间 id / id of the root space"""
    cover_url: list[str] = field(name="coverUrl")
    """封面图地址 / pictures"""
    contract_url: list[str] = field(name="contractUrl")
    """合同地址 / contracts"""
    cluster_id_list: list[str] = field(name="clusterIdList")
    """项目关联的主机组（集群）id / box groups (clusters) of the project"""


class PageAsked(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，1 到 100 / rows a page, 1 to 100"""


class ProjectDetailRows(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码 / page"""
    page_size: int = field(name="pageSize")
    """每页数量 / rows a page"""
    total: int
    """总数 / records in all"""
    data_list: list[ProjectDetail] = field(name="dataList")
    """记录 / rows"""


class ProjectDetail(Model, kw_only=True):
    """Times are null and texts empty for a project that was made without them."""

    project_id: str = field(name="projectId")
    """项目 id / project id"""
    name: str
    """项目名称 / name"""
    client_name: str = field(name="clientName")
    """客户名称 / name of the client"""
    description: str
    """描述 / description"""
    start_time: int | None = field(name="startTime")
    """开始时间，毫秒 / start, ms"""
    end_time: int | None = field(name="endTime")
    """结束时间，毫秒 / end, ms"""
    default_app_uuid: str = field(name="defaultAppUuid")
    """默认应用 uuid / uuid of the default app"""
    default_app_key: str | None = field(name="defaultAppKey")
    """默认应用 AppKey / its AppKey"""
    root_space_id: str | None = field(name="rootSpaceId")
    """根空间 id / id of the root space"""
    cover_url: list[str] = field(name="coverUrl")
    """封面图地址 / pictures"""
    contract_url: list[str] = field(name="contractUrl")
    """合同地址 / contracts"""


class SolutionInfoRows(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码 / page"""
    page_size: int = field(name="pageSize")
    """每页数量 / rows a page"""
    total: int
    """总数 / records in all"""
    data_list: list[SolutionInfo] = field(name="dataList")
    """记录 / rows"""


class SolutionInfo(Model, kw_only=True):
    solution_uuid: str = field(name="solutionUuid")
    """解决方案 uuid / uuid"""
    solution_code: str = field(name="solutionCode")
    """编码 / code"""
    solution_name: str = field(name="solutionName")
    """名称 / name"""
    solution_desc: str = field(name="solutionDesc")
    """描述 / description"""
    solution_status: str = field(name="solutionStatus")
    """状态 / state"""
    version_code: str = field(name="versionCode")
    """版本号 / version"""
    version_uuid: str = field(name="versionUuid")
    """版本 uuid / uuid of the version"""

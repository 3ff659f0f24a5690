"""The methods of `projects` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.projects import contracts
from linli_sdk.api.projects.models import (
    DefaultApp,
    PageAsked,
    ProjectCreate,
    ProjectDetailRows,
    ProjectNamed,
    ProjectWhole,
    SolutionInfoRows,
)
from linli_sdk.service import AsyncService


class AsyncProjects(AsyncService):
    """The 5 methods of service `project`, as a key is granted it."""

    async def get_default_app(self, *, project_id: str) -> DefaultApp:
        """Get the key and secret of a project's default app / 查询项目默认应用appSecret

        `/open/project/defaultapp/get` 1.0.0.

        Of the caller's project, or one made with its keys. Each time is noted.

        Args:
            project_id: 项目 id / project id
        """
        return await self._call(contracts.GET_DEFAULT_APP, ProjectNamed(project_id=project_id))

    async def create_project(
        self,
        *,
        name: str,
        client_name: str,
        start_time: int,
        end_time: int,
        description: str | None = None,
        solution_uuid: str | None = None,
        solution_version_uuid: str | None = None,
        cover_url: list[str] | None = None,
        contract_url: list[str] | None = None,
    ) -> str:
        """Create a project / 新建项目

        `/open/project/univisal/create` 1.0.0.

        The new project's id. It has a root space and a default app; the caller's project sees it from now on.

        Args:
            name: 项目名称，租户内唯一，最多 64 字 / name, unique in the tenant
            client_name: 客户名称，最多 64 字 / name of the client
            start_time: 开始时间，毫秒 / start, ms
            end_time: 结束时间，毫秒，晚于开始 / end, ms, after the start
            description: 描述 / description
            solution_uuid: 解决方案 uuid / solution
            solution_version_uuid: 解决方案版本 uuid / its version
            cover_url: 封面图地址，最多 20 / pictures, at most 20
            contract_url: 合同地址，最多 20 / contracts, at most 20
        """
        return await self._call(
            contracts.CREATE_PROJECT,
            ProjectCreate(
                name=name,
                client_name=client_name,
                start_time=start_time,
                end_time=end_time,
                description=description,
                solution_uuid=solution_uuid,
                solution_version_uuid=solution_version_uuid,
                cover_url=cover_url,
                contract_url=contract_url,
            ),
        )

    async def get_project(self, *, project_id: str) -> ProjectWhole:
        """Get a project / 查询项目详情

        `/open/project/univisal/get` 1.0.0.

        With the edge clusters that are associated with the project.

        Args:
            project_id: 项目 id / project id
        """
        return await self._call(contracts.GET_PROJECT, ProjectNamed(project_id=project_id))

    async def query_projects(self, *, page_no: int, page_size: int) -> ProjectDetailRows:
        """Page through projects / 分页查询项目列表

        `/open/project/univisal/query` 1.0.0.

        The caller's project and those made with its keys, the newest first.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，1 到 100 / rows a page, 1 to 100
        """
        return await self._call(contracts.QUERY_PROJECTS, PageAsked(page_no=page_no, page_size=page_size))

    async def query_solutions(self, *, page_no: int, page_size: int) -> SolutionInfoRows:
        """Page through solutions / 分页查询解决方案

        `/open/solution/basicinfo/query` 1.0.0.

        The solutions for projects here.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，1 到 100 / rows a page, 1 to 100
        """
        return await self._call(contracts.QUERY_SOLUTIONS, PageAsked(page_no=page_no, page_size=page_size))

"""Open API: projects, their default app, solutions. Spec D 3.3 API-17..API-21; the path word is `univisal`."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.projects import queries
from linli.domains.projects.ports import Clusters
from linli.domains.projects.queries import Project
from linli.domains.projects.service import projects as service
from linli.domains.projects.service.projects import ProjectFacts, default_app_uuid
from linli.domains.projects.solutions import offered
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings, Solution
from linli.kernel.tenancy import ProjectNameTaken
from linli.openapi.registry import Call, Contract, method

SERVICE = "project"


class ProjectCreate(msgspec.Struct, rename="camel", kw_only=True):
    name: Annotated[str, Meta(description="项目名称，租户内唯一，最多 64 字 / name, unique in the tenant")]
    client_name: Annotated[str, Meta(description="客户名称，最多 64 字 / name of the client")]
    description: Annotated[str | None, Meta(description="描述 / description")] = None
    start_time: Annotated[int, Meta(description="开始时间，毫秒 / start, ms")]
    end_time: Annotated[int, Meta(description="结束时间，毫秒，晚于开始 / end, ms, after the start")]
    solution_uuid: Annotated[str | None, Meta(description="解决方案 uuid / solution")] = None
    solution_version_uuid: Annotated[str | None, Meta(description="解决方案版本 uuid / its version")] = None
    cover_url: Annotated[list[str] | None, Meta(description="封面图地址，最多 20 / pictures, at most 20")] = (
        None
    )
    contract_url: Annotated[
        list[str] | None, Meta(description="合同地址，最多 20 / contracts, at most 20")
    ] = None


@method(
    "/open/project/univisal/create",
    "1.0.0",
    service=SERVICE,
    token="none",
    raises=(BadInput, ProjectNameTaken),
    title="新建项目",
    title_en="Create a project",
    contract=Contract(source="spec D 3.3 API-17"),
)
async def create_project(data: ProjectCreate, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> str:
    """The new project's id. It has a root space and a default app; the caller's project sees it from now on."""
    for field, value in (
        ("solutionUuid", data.solution_uuid),
        ("solutionVersionUuid", data.solution_version_uuid),
    ):
        if value is not None and len(value) > 64:
            raise BadInput(field=field, rule="too_long", limit=64)
    facts = ProjectFacts(
        client_name=data.client_name,
        description=data.description or "",
        start_ms=data.start_time,
        end_ms=data.end_time,
        cover_urls=data.cover_url or (),
        contract_urls=data.contract_url or (),
    )
    return await service.create_project(
        scope,
        tx,
        new=service.NewProject(
            name=data.name,
            facts=facts,
            solution_uuid=data.solution_uuid or "",
            solution_version_uuid=data.solution_version_uuid or "",
        ),
        ids=ids,
        secrets=secrets,
    )


class ProjectDetail(msgspec.Struct, rename="camel", kw_only=True):
    """Times are null and texts empty for a project that was made without them."""

    project_id: Annotated[str, Meta(description="项目 id / project id")]
    name: Annotated[str, Meta(description="项目名称 / name")]
    client_name: Annotated[str, Meta(description="客户名称 / name of the client")]
    description: Annotated[str, Meta(description="描述 / description")]
    start_time: Annotated[int | None, Meta(description="开始时间，毫秒 / start, ms")]
    end_time: Annotated[int | None, Meta(description="结束时间，毫秒 / end, ms")]
    default_app_uuid: Annotated[str, Meta(description="默认应用 uuid / uuid of the default app")]
    default_app_key: Annotated[str | None, Meta(description="默认应用 AppKey / its AppKey")]
    root_space_id: Annotated[str | None, Meta(description="根空间 id / id of the root space")]
    cover_url: Annotated[list[str], Meta(description="封面图地址 / pictures")]
    contract_url: Annotated[list[str], Meta(description="合同地址 / contracts")]

    @staticmethod
    def of(row: Project) -> "ProjectDetail":
        return ProjectDetail(**_facts(row))


class ProjectWhole(ProjectDetail, rename="camel", kw_only=True):
    cluster_id_list: Annotated[
        list[str], Meta(description="项目关联的主机组（集群）id / box groups (clusters) of the project")
    ]


def _facts(row: Project) -> dict[str, Any]:
    return {
        "project_id": row.project_id,
        "name": row.name,
        "client_name": row.client_name,
        "description": row.description,
        "start_time": row.start_ms,
        "end_time": row.end_ms,
        "default_app_uuid": default_app_uuid(row.project_id),
        "default_app_key": row.default_app_key,
        "root_space_id": None if row.root_space_id is None else str(row.root_space_id),
        "cover_url": row.cover_urls,
        "contract_url": row.contract_urls,
    }


class PageAsked(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，1 到 100 / rows a page, 1 to 100")]

    @property
    def checked(self) -> PageRequest:
        return PageRequest.of(self.page_no, self.page_size)


class Rows[R](msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码 / page")]
    page_size: Annotated[int, Meta(description="每页数量 / rows a page")]
    total: Annotated[int, Meta(description="总数 / records in all")]
    data_list: Annotated[list[R], Meta(description="记录 / rows")]


@method(
    "/open/project/univisal/query",
    "1.0.0",
    service=SERVICE,
    token="none",
    raises=(BadInput,),
    title="分页查询项目列表",
    title_en="Page through projects",
    contract=Contract(source="spec D 3.3 API-18"),
)
async def query_projects(data: PageAsked, scope: Scope, db: Database) -> Rows[ProjectDetail]:
    """The caller's project and those made with its keys, the newest first."""
    page = await queries.list_projects(scope, db, page=data.checked)
    return Rows(page.page_no, page.page_size, page.total, [ProjectDetail.of(row) for row in page.data])


class ProjectNamed(msgspec.Struct, rename="camel"):
    project_id: Annotated[str, Meta(description="项目 id / project id")]


@method(
    "/open/project/univisal/get",
    "1.0.0",
    service=SERVICE,
    token="none",
    raises=(NotFound,),
    title="查询项目详情",
    title_en="Get a project",
    contract=Contract(source="spec D 3.3 API-19"),
)
async def get_project(data: ProjectNamed, scope: Scope, db: Database, clusters: Clusters) -> ProjectWhole:
    """With the edge clusters that are associated with the project."""
    row = await queries.get_project(scope, db, project_id=data.project_id)
    cluster_ids = await clusters.of_project(Scope.system(row.tenant_id, "projects"), db, row.project_id)
    return ProjectWhole(**_facts(row), cluster_id_list=[str(cluster_id) for cluster_id in cluster_ids])


class SolutionInfo(msgspec.Struct, rename="camel", kw_only=True):
    solution_uuid: Annotated[str, Meta(description="解决方案 uuid / uuid")]
    solution_code: Annotated[str, Meta(description="编码 / code")]
    solution_name: Annotated[str, Meta(description="名称 / name")]
    solution_desc: Annotated[str, Meta(description="描述 / description")]
    solution_status: Annotated[str, Meta(description="状态 / state")]
    version_code: Annotated[str, Meta(description="版本号 / version")]
    version_uuid: Annotated[str, Meta(description="版本 uuid / uuid of the version")]

    @staticmethod
    def of(solution: Solution) -> "SolutionInfo":
        return SolutionInfo(
            solution_uuid=solution.uuid,
            solution_code=solution.code,
            solution_name=solution.name,
            solution_desc=solution.description,
            solution_status=solution.status,
            version_code=solution.version_code,
            version_uuid=solution.version_uuid,
        )


@method(
    "/open/solution/basicinfo/query",
    "1.0.0",
    service=SERVICE,
    token="none",
    raises=(BadInput,),
    title="分页查询解决方案",
    title_en="Page through solutions",
    contract=Contract(source="spec D 3.3 API-20"),
)
async def query_solutions(data: PageAsked, settings: Settings) -> Rows[SolutionInfo]:
    """The solutions for projects here."""
    page, solutions = data.checked, offered(settings)
    shown = solutions[page.offset : page.offset + page.page_size]
    return Rows(
        page.page_no, page.page_size, len(solutions), [SolutionInfo.of(solution) for solution in shown]
    )


class DefaultApp(msgspec.Struct, rename="camel"):
    default_app_key: Annotated[str, Meta(description="AppKey")]
    default_app_secret: Annotated[str, Meta(description="AppSecret")]


@method(
    "/open/project/defaultapp/get",
    "1.0.0",
    service=SERVICE,
    token="none",
    raises=(NotFound,),
    title="查询项目默认应用appSecret",
    title_en="Get the key and secret of a project's default app",
    contract=Contract(source="spec D 3.3 API-21"),
)
async def get_default_app(
    data: ProjectNamed, scope: Scope, tx: Tx, call: Call, ids: Ids, secrets: Secrets
) -> DefaultApp:
    """Of the caller's project, or one made with its keys. Each time is noted."""
    default_app = await service.read_default_app(
        scope, tx, project_id=data.project_id, ids=ids, secrets=secrets, request_id=call.request_id
    )
    return DefaultApp(default_app.app_key, default_app.app_secret)

"""Open API: find a place, apply for a community, follow the review. Spec B §3.4, A003-A007."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities as queries
from linli.domains.communities.queries import pois
from linli.domains.communities.rows import APPROVED, REJECTED, UNDER_REVIEW, Community
from linli.domains.communities.service import applications
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method


class PoiQuery(msgspec.Struct, rename="camel"):
    keywords: Annotated[str, Meta(description="关键字 / keyword")]
    city: Annotated[str, Meta(description="城市 / city")]
    citylimit: Annotated[bool | None, Meta(description="仅返回该城市数据 / only data of that city")] = None
    page_size: Annotated[int | None, Meta(description="每页数量，默认 20 / rows per page, default 20")] = None
    page_no: Annotated[int | None, Meta(description="页码，默认 1 / page, default 1")] = None


@method(
    "/solution/community/paas/poid/query",
    "1.0.1",
    service="community",
    token="optional",
    raises=(BadInput,),
    title="获取POID列表",
    title_en="Search POI ids",
    contract=Contract(source="spec B 3.4 A003"),
)
async def query_pois(data: PoiQuery, db: Database) -> list[dict[str, Any]]:
    """POI objects as the map provider spells them; `id` is the poid. The city's own come first."""
    return await find_pois(data, db)


async def find_pois(data: PoiQuery, db: Database) -> list[dict[str, Any]]:
    if not data.keywords.strip():
        raise BadInput(field="keywords", rule="blank")
    page = PageRequest.of(data.page_no, data.page_size)
    matches = await pois.search(
        db, keywords=data.keywords, city=data.city, only_city=bool(data.citylimit), page=page
    )
    return matches.data


class CommunityQuery(msgspec.Struct, rename="camel"):
    project_id: Annotated[str | None, Meta(description="项目 id / project id")] = None
    apply_status: Annotated[
        int | None,
        Meta(description="审批状态：1 审批中 2 已审批 3 拒绝 / 1 under review, 2 approved, 3 rejected"),
    ] = None
    page_size: Annotated[int | None, Meta(description="每页数量，默认 20 / page size, default 20")] = None
    page_no: Annotated[int | None, Meta(description="页码，默认 1 / page, default 1")] = None


class CommunityInfo(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]
    name: Annotated[str, Meta(description="小区名称 / name")]
    apply_status: Annotated[int, Meta(description="审批状态 / review state")]
    project_id: Annotated[str | None, Meta(description="小区的项目 id / project id of the community")]
    gmt_create: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]
    poi_code: Annotated[str, Meta(description="poid")]


@method(
    "/solution/community/paas/community/query",
    "1.0.2",
    service="community",
    token="optional",
    raises=(BadInput,),
    title="获取小区列表",
    title_en="List communities",
    contract=Contract(source="spec B 3.4 A004"),
)
async def query_communities(
    data: CommunityQuery, call: Call, scope: Scope, db: Database
) -> list[CommunityInfo]:
    """Communities that the caller may use and its own applications, newest first."""
    return await find_communities(data, call, scope, db)


async def find_communities(
    data: CommunityQuery, call: Call, scope: Scope, db: Database
) -> list[CommunityInfo]:
    if data.apply_status not in (None, UNDER_REVIEW, APPROVED, REJECTED):
        raise BadInput(field="applyStatus", rule="one_of", allowed="1, 2, 3")
    page = await queries.page(
        scope,
        db,
        PageRequest.of(data.page_no, data.page_size),
        project_id=data.project_id,
        apply_status=data.apply_status,
        community_id=call.community_id,
    )
    return [
        CommunityInfo(row.community_id, row.name, row.apply_status, row.scope_id, row.created_ms, row.poid)
        for row in page.data
    ]


class CommunityApply(msgspec.Struct, rename="camel"):
    poid: Annotated[str, Meta(description="地点 id（poid） / POI id")]
    name: Annotated[str, Meta(description="小区名称 / community name")]
    address: Annotated[str, Meta(description="地址 / address")]
    service_start_time: Annotated[str, Meta(description="服务开始日期 / service start, yyyy-MM-dd")]
    service_end_time: Annotated[str, Meta(description="服务结束日期 / service end, yyyy-MM-dd")]
    certificate_upload_id: Annotated[
        str, Meta(description="证明文件 uploadId（bizCode=COMMUNITY_FILE） / uploadId of the certificate")
    ]
    certificate_upload_id2: Annotated[
        str | None, msgspec.Meta(description="第二个证明文件 / second certificate")
    ] = msgspec.field(default=None, name="certificateUploadId2")
    certificate_upload_id3: Annotated[
        str | None, msgspec.Meta(description="第三个证明文件 / third certificate")
    ] = msgspec.field(default=None, name="certificateUploadId3")


class CommunityApplied(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]


@method(
    "/solution/community/paas/community/apply",
    "1.0.3",
    service="community",
    token="none",
    raises=(BadInput,),
    title="创建小区【需审核】",
    title_en="Apply for a new community (reviewed)",
    contract=Contract(source="spec B 3.4 A005"),
)
async def apply_for_community(data: CommunityApply, scope: Scope, tx: Tx, clock: Clock) -> CommunityApplied:
    """The community is under review until the platform's operator decides; only then tokens and spaces can be had."""
    proofs = (
        ("certificateUploadId", data.certificate_upload_id),
        ("certificateUploadId2", data.certificate_upload_id2),
        ("certificateUploadId3", data.certificate_upload_id3),
    )
    application = applications.Application(
        poid=data.poid,
        name=data.name,
        address=data.address,
        service_start=data.service_start_time,
        service_end=data.service_end_time,
        certificates=[(field, upload_id) for field, upload_id in proofs if upload_id],
    )
    if not data.certificate_upload_id:
        raise BadInput(field="certificateUploadId", rule="blank")
    return CommunityApplied(
        await applications.apply(scope, tx, application=application, now_ms=clock.now_ms())
    )


class CommunityNamed(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]


@method(
    "/solution/community/paas/community/delete",
    "1.0.1",
    service="community",
    token="none",
    raises=(NotFound, applications.OnlyRejectedDeleted),
    title="删除小区",
    title_en="Delete a community whose application failed",
    contract=Contract(source="spec B 3.4 A006"),
)
async def delete_community(data: CommunityNamed, scope: Scope, tx: Tx) -> None:
    """Only an application that was refused; a community in management stays."""
    await applications.remove(scope, tx, community_id=data.community_id)


class CommunityDetail(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]
    name: Annotated[str, Meta(description="小区名称 / name")]
    apply_status: Annotated[int, Meta(description="审批状态：1 审批中 2 已审批 3 拒绝 / review state")]
    address: Annotated[str, Meta(description="地址 / address")]
    service_start_time: Annotated[str, Meta(description="服务开始日期 / service start, yyyy-MM-dd")]
    service_end_time: Annotated[str, Meta(description="服务结束日期 / service end, yyyy-MM-dd")]
    poi_code: Annotated[str, Meta(description="poid")]
    space_id: Annotated[str | None, Meta(description="小区根空间 id / root space id")]
    project_id: Annotated[str | None, Meta(description="小区的项目 id / project id of the community")]
    gmt_create: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]
    gmt_modified: Annotated[int, Meta(description="修改时间，毫秒 / changed, ms")]

    @staticmethod
    def of(row: Community) -> "CommunityDetail":
        return CommunityDetail(
            community_id=row.community_id,
            name=row.name,
            apply_status=row.apply_status,
            address=row.address,
            service_start_time=row.service_start,
            service_end_time=row.service_end,
            poi_code=row.poid,
            space_id=None if row.root_space_id is None else str(row.root_space_id),
            project_id=row.scope_id,
            gmt_create=row.created_ms,
            gmt_modified=row.changed_ms,
        )


@method(
    "/solution/community/paas/community/detail/get",
    "1.0.3",
    service="community",
    token="none",
    raises=(NotFound,),
    title="查询小区信息【包括审核状态】",
    title_en="Read a community with its review state",
    contract=Contract(source="spec B 3.4 A007"),
)
async def get_community(data: CommunityNamed, scope: Scope, db: Database) -> CommunityDetail:
    """One community; root space and project id are there once it is approved."""
    return await read_community(data, scope, db)


async def read_community(data: CommunityNamed, scope: Scope, db: Database) -> CommunityDetail:
    return CommunityDetail.of(await queries.community(scope, db, data.community_id))

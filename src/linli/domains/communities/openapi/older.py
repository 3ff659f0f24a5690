"""Open API: versions of the 2.5.3 manual that stay callable beside the newer ones. Spec B §3.22."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.communities.openapi import communities as newer
from linli.domains.communities.service import applications, uploads
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method


@method(
    "/solution/community/paas/poid/query",
    "1.0.0",
    service="community",
    token="optional",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(BadInput,),
    title="获取POID列表（旧版）",
    title_en="Search POI ids (older version)",
)
async def query_pois_older(data: newer.PoiQuery, db: Database) -> list[dict[str, Any]]:
    """As 1.0.1."""
    return await newer.find_pois(data, db)


class CommunityApplyOlder(msgspec.Struct, rename="camel"):
    poid: Annotated[str, Meta(description="地点 id（poid） / POI id")]
    name: Annotated[str, Meta(description="小区名称 / community name")]
    address: Annotated[str, Meta(description="地址 / address")]
    service_start_time: Annotated[str, Meta(description="服务开始日期 / service start, yyyy-MM-dd")]
    service_end_time: Annotated[str, Meta(description="服务结束日期 / service end, yyyy-MM-dd")]
    certificate: Annotated[
        str,
        Meta(description="证明图片地址或 ossKey / address or key of the uploaded picture of the certificate"),
    ]


@method(
    "/solution/community/paas/community/apply",
    "1.0.0",
    service="community",
    token="none",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(BadInput, NotFound),
    title="创建小区【需审核】（旧版）",
    title_en="Apply for a new community (older version)",
)
async def apply_older(
    data: CommunityApplyOlder,
    scope: Scope,
    db: Database,
    ids: Ids,
    clock: Clock,
    place: uploads.UploadPlace,
) -> newer.CommunityApplied:
    """The certificate is a picture that was uploaded with a ticket: its key, or its address here. Others' pages are not
    fetched."""
    key = data.certificate.strip().partition("://")[2] or data.certificate.strip()
    key = key.removeprefix(place.host).lstrip("/").partition("?")[0]
    try:
        proof = await uploads.save(
            scope,
            db,
            place.store,
            tmp_key=key,
            biz_code=uploads.COMMUNITY_FILE,
            community_id=None,
            ids=ids,
            now_ms=clock.now_ms(),
        )
    except BadInput as error:
        raise BadInput(**{"rule": "unknown", **error.facts, "field": "certificate"}) from error
    application = applications.Application(
        poid=data.poid,
        name=data.name,
        address=data.address,
        service_start=data.service_start_time,
        service_end=data.service_end_time,
        certificates=[("certificate", proof.upload_id)],
    )

    async def work(tx: Tx) -> newer.CommunityApplied:
        return newer.CommunityApplied(
            await applications.apply(scope, tx, application=application, now_ms=clock.now_ms())
        )

    return await db.run(work)


@method(
    "/solution/community/paas/community/query",
    "1.0.0",
    service="community",
    token="optional",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(BadInput,),
    title="获取小区列表（旧版）",
    title_en="List communities (older version)",
)
async def query_communities_older(
    data: newer.CommunityQuery, call: Call, scope: Scope, db: Database
) -> list[newer.CommunityInfo]:
    """As 1.0.2."""
    return await newer.find_communities(data, call, scope, db)


@method(
    "/solution/community/paas/community/detail/get",
    "1.0.0",
    service="community",
    token="none",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound,),
    title="查询小区信息（旧版）",
    title_en="Read a community (older version)",
)
async def get_community_older(
    data: newer.CommunityNamed, scope: Scope, db: Database
) -> newer.CommunityDetail:
    """As 1.0.3."""
    return await newer.read_community(data, scope, db)

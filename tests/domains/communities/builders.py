"""Small worlds for tests of communities."""

from typing import NamedTuple

from linli.domains.communities.models import uploads
from linli.domains.communities.rows import Community
from linli.domains.communities.service import applications, pois, spaces
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets

POI_CSV = """id,name,cityname,adname,pname,address,location,type
B023B19DJA,桂花城紫云苑5幢,杭州市,西湖区,浙江省,紫荆花路69号,"120.091789,30.281922",地名地址信息;门牌信息;楼栋号
B0FFF0EG44,九龙站宾馆,香港,油尖旺区,香港特别行政区,金龙楼(九龙城道),"114.17,22.30",住宿服务
B000000001,桂花城,杭州市,西湖区,浙江省,紫荆花路1号,"120.09,30.28",商务住宅;住宅区
"""


class World(NamedTuple):
    app: Scope
    """The project of the first tenant, as the gateway builds its scope, with what it was granted."""
    community: Community
    operator: Scope
    tenant: Scope


def application(**changes: object) -> applications.Application:
    values: dict[str, object] = {
        "poid": "B0FFF0EG44",
        "name": "九龙站宾馆",
        "address": "金龙楼(九龙城道)",
        "service_start": "2020-06-18",
        "service_end": "2036-07-18",
        "certificates": [("certificateUploadId", "proof")],
    }
    return applications.Application(**(values | changes))  # type: ignore[arg-type]


async def add_upload(
    scope: Scope,
    tx: Tx,
    upload_id: str,
    *,
    biz_code: str = "COMMUNITY_FILE",
    size: int = 20_000,
    side: int = 200,
) -> None:
    row = {
        "upload_id": upload_id,
        "tenant_id": scope.tenant,
        "project_id": scope.project_id,
        "community_id": None,
        "biz_code": biz_code,
        "tmp_key": f"tmp/{upload_id}",
        "object_key": f"{scope.tenant}/community_file/{upload_id}.jpg",
        "content_type": "image/jpeg",
        "size": size,
        "width": side,
        "height": side,
        "created_ms": 1,
    }
    await tx.insert(uploads, row)


async def make_project(db: Database, ids: Ids, name: str) -> Scope:
    """A new tenant with a project and key; the scope that the key has."""
    async with db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name=name, ids=ids)
        tenant = Scope(tenant_id, Caller("staff", "1"))
        project_id = await tenancy.create_project(tenant, tx, name="门禁集成", ids=ids)
        key, _ = await tenancy.create_app_key(
            tenant, tx, project_id=project_id, ids=ids, secrets=Secrets.random()
        )
    row = await tenancy.find_app_key(db, key)
    assert row is not None
    return await tenancy.app_scope(db, row)


async def fresh(db: Database, app: Scope) -> Scope:
    """The scope of the project after a grant."""
    row = await tenancy.find_app_key(db, app.caller.id)
    assert row is not None
    return await tenancy.app_scope(db, row)


async def make_world(db: Database, clock: ManualClock, ids: Ids, *, name: str = "绿城物业") -> World:
    """A tenant whose project has one approved community."""
    app = await make_project(db, ids, name)
    operator = Scope(None, Caller("operator", "root"))
    now_ms = clock.now_ms()
    async with db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        await add_upload(app, tx, f"proof-{app.tenant}")
        proofs = [("certificateUploadId", f"proof-{app.tenant}")]
        community_id = await applications.apply(
            app, tx, application=application(certificates=proofs), now_ms=now_ms
        )
        community = await applications.approve(
            operator, tx, community_id=community_id, reviewer="root", ids=ids, now_ms=now_ms
        )
    return World(await fresh(db, app), community, operator, Scope(app.tenant, Caller("staff", "1")))


async def make_space(
    db: Database,
    scope: Scope,
    ids: Ids,
    parent: int | None,
    kind: str,
    name: str,
    direction: int | None = None,
) -> int:
    assert parent is not None
    async with db.begin() as tx:
        return await spaces.create(
            scope, tx, parent_id=parent, kind=kind, name=name, direction=direction, ids=ids, now_ms=1
        )


async def approve_new(owner: Scope, tx: Tx, *, name: str, ids: Ids, now_ms: int) -> int:
    """A community of the tenant in management, in no project."""
    upload_id = f"proof {name}"
    await add_upload(owner, tx, upload_id)
    said = application(name=name, service_end="2036-01-01", certificates=[("certificates", upload_id)])
    number = await applications.apply(owner, tx, application=said, now_ms=now_ms)
    await applications.approve(owner, tx, community_id=number, reviewer="root", ids=ids, now_ms=now_ms)
    return number

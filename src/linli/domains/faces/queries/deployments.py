"""Reads of groups deployed to devices, with progress."""

from typing import Literal, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.delivery import queries as deliveries
from linli.delivery.schemas import DesiredFilter
from linli.domains.faces.kinds import FACE
from linli.domains.faces.models import deployments
from linli.domains.faces.queries.images import images_of_persons
from linli.domains.faces.rows import Deployment
from linli.domains.people.queries import persons
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_d = deployments.c
_listed = (
    in_scope(deployments),
    or_(bindparam("community_id", type_=INT) == 0, _d.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("iot_id") == "", _d.iot_id == bindparam("iot_id")),
    or_(bindparam("group_id") == "", _d.user_group_id == bindparam("group_id")),
)
_list = Query(
    select(deployments)
    .where(*_listed)
    .order_by(_d.deployed_ms.desc(), _d.iot_id, _d.user_group_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Deployment,
)
_count = Query(select(func.count()).select_from(deployments).where(*_listed))
_by_device_and_group = Query(
    select(deployments).where(
        in_scope(deployments), _d.iot_id == bindparam("iot_id"), _d.user_group_id == bindparam("group_id")
    ),
    Deployment,
)
_live = Query(
    select(deployments).where(
        in_scope(deployments),
        _d.live == 1,
        or_(
            bindparam("community_id", type_=INT) == 0, _d.community_id == bindparam("community_id", type_=INT)
        ),
        or_(bindparam("iot_id") == "", _d.iot_id == bindparam("iot_id")),
    ),
    Deployment,
)
PARTIAL = frozenset(("needManual",))


class Progress(NamedTuple):
    status: Literal["SUCCESS", "DEPLOYING", "FAILED", "UNDEPLOYED"]
    schedule: int
    """0 to 100."""


async def list_deployments(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    community_id: int | None = None,
    iot_id: str = "",
    group_id: str = "",
) -> Page[Deployment]:
    """Newest deployment first."""
    binds = {"community_id": community_id or 0, "iot_id": iot_id, "group_id": group_id}
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def find_deployment(scope: Scope, db: Reader, *, iot_id: str, group_id: str) -> Deployment | None:
    return await _by_device_and_group.one(db, scope, iot_id=iot_id, group_id=group_id)


async def live_deployments(
    scope: Scope, db: Reader, *, community_id: int = 0, iot_id: str = ""
) -> list[Deployment]:
    return await _live.all(db, scope, community_id=community_id, iot_id=iot_id)


async def progress(scope: Scope, db: Reader, deployment: Deployment) -> Progress:
    """Number of the group's faces that the device has confirmed."""
    if not deployment.live:
        return Progress("UNDEPLOYED", 100)
    faces = await faces_of_group(scope, db, deployment.user_group_id)
    if not faces:
        return Progress("SUCCESS", 100)
    loaded = failed = 0
    for number in range(1, 1_000):
        wanted = DesiredFilter(device=deployment.iot_id, kinds=(FACE,))
        page = await deliveries.list_rows(scope, db, wanted=wanted, page=PageRequest(number, 1000))
        loaded += sum(row.credential in faces and row.status == "transferred" for row in page.data)
        failed += sum(row.credential in faces and row.status in PARTIAL for row in page.data)
        if number * 1000 >= page.total:
            break
    if loaded == len(faces):
        return Progress("SUCCESS", 100)
    done = loaded + failed == len(faces)
    return Progress("FAILED" if done else "DEPLOYING", loaded * 100 // len(faces))


async def faces_of_group(scope: Scope, db: Reader, group_id: str) -> set[str]:
    """faceIds of the members that have a picture."""
    members = await persons.members_of(scope, db, group_id)
    persons_by_id = await persons.persons_by_id(scope, db, list(members))
    pictures = await images_of_persons(scope, db, [person.identity_id for person in persons_by_id.values()])
    return {image.face_id for some in pictures.values() for image in some if image.user_type == "IDENTITY"}

"""Deploy user groups' faces to devices. A deployment follows the members of its group (spec B A085 to A087)."""

from collections.abc import Sequence

from linli.delivery import service as delivery
from linli.delivery.schemas import Grant, GrantRow, Target
from linli.domains.access.errors import DoorUnknown
from linli.domains.faces.kinds import FACE, body_of
from linli.domains.faces.models import deployments
from linli.domains.faces.queries import deployments as queries
from linli.domains.faces.queries.images import consents_of, images_of_persons
from linli.domains.faces.rows import Deployment, Image
from linli.domains.faces.service import consents
from linli.domains.faces.service.permissions import FaceDevice, face_devices
from linli.domains.people.queries import persons
from linli.kernel.clock import Clock
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.things.queries.devices import find_devices

FACE_GROUP = "face_group"
"""Target type of grants on the faces of a group; the target is `<iotId>/<userGroupId>`."""
MOST_GROUPS = 16


async def deploy(scope: Scope, tx: Tx, *, iot_id: str, group_id: str, now_ms: int) -> None:
    """Deploy a group's faces to a device. A second call only sets the time of deployment.

    Raises DoorUnknown, NotFound (the group), BadInput: no face device, or another community's.
    """
    group = await persons.group(scope, tx, group_id)
    device = await _device(scope, tx, iot_id)
    if device.community_id != group.community_id:
        raise NotFound(what="userGroup", id=group_id)
    deployment = await queries.find_deployment(scope, tx, iot_id=iot_id, group_id=group_id)
    live = await queries.live_deployments(scope, tx, iot_id=iot_id)
    if (deployment is None or not deployment.live) and len(live) >= MOST_GROUPS:
        raise BadInput(field="userGroupId", rule="too_many_items", limit=MOST_GROUPS)
    row = Deployment(iot_id, group_id, scope.tenant, group.community_id, 1, now_ms, now_ms)
    await tx.upsert(
        deployments,
        [row._asdict()],
        keys=("iot_id", "user_group_id"),
        update=("live", "community_id", "deployed_ms", "changed_ms"),
    )
    await delivery.grant(scope, tx, _wish(row), now_ms=now_ms)
    await _look_again(scope, tx, iot_id)


async def undeploy(scope: Scope, tx: Tx, *, iot_id: str, group_id: str, now_ms: int) -> None:
    """Withdraw a group's faces from a device. Raises NotFound."""
    deployment = await queries.find_deployment(scope, tx, iot_id=iot_id, group_id=group_id)
    if deployment is None:
        raise NotFound(what="deployment", id=group_id)
    if deployment.live:
        await end(scope, tx, deployment, now_ms=now_ms)


async def end(scope: Scope, tx: Tx, row: Deployment, *, now_ms: int) -> None:
    over = row._replace(live=0, changed_ms=now_ms)
    await tx.upsert(
        deployments, [over._asdict()], keys=("iot_id", "user_group_id"), update=("live", "changed_ms")
    )
    await delivery.revoke(scope, tx, _wish(row), now_ms=now_ms, reason="undeployed")
    await _look_again(scope, tx, row.iot_id)


async def _look_again(scope: Scope, tx: Tx, iot_id: str) -> None:
    """Update faces of members of several groups: the list of their groups on the device has changed."""
    for row in await queries.live_deployments(scope, tx, iot_id=iot_id):
        await delivery.expand_scope(tx, target_type=FACE_GROUP, target=_target(row))


async def follow(scope: Scope, tx: Tx, *, community_id: int) -> None:
    """Update a community's deployments: a group's members or a member's face have changed."""
    for row in await queries.live_deployments(scope, tx, community_id=community_id):
        await delivery.expand_scope(tx, target_type=FACE_GROUP, target=_target(row))


class GroupFaces:
    """Expander: the group's members with a picture, each with all of its groups on the device."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, scope: Scope, db: Reader, grants: Sequence[GrantRow]) -> dict[int, list[Target]]:
        now = self._clock.now_ms()
        return {grant.id: await _members(scope, db, grant, now) for grant in grants}


async def _members(scope: Scope, db: Reader, grant: GrantRow, now_ms: int) -> list[Target]:
    iot_id, _, group_id = grant.target.partition("/")
    group_ids = {row.user_group_id for row in await queries.live_deployments(scope, db, iot_id=iot_id)}
    try:
        ids = list(await persons.members_of(scope, db, group_id))
    except NotFound:
        return []
    persons_by_id = await persons.persons_by_id(scope, db, ids)
    groups = await persons.groups_of(scope, db, list(persons_by_id))
    pictures = await images_of_persons(scope, db, [person.identity_id for person in persons_by_id.values()])
    ends = await ends_of(scope, db, [image for some in pictures.values() for image in some])
    targets = []
    zone = await zone_of(db, grant.community_id)
    for person in persons_by_id.values():
        for image in pictures.get(person.identity_id, ()):
            if image.user_type != "IDENTITY":
                continue
            if (ends[image.id] or now_ms + 1) <= now_ms:
                continue
            mine = sorted(
                group_of_person.user_group_id
                for group_of_person in groups.get(person.id, ())
                if group_of_person.user_group_id in group_ids
            )
            targets.append(
                Target(iot_id, image.face_id, person.identity_id, body_of(image, zone, tuple(mine)))
            )
    return targets


async def ends_of(scope: Scope, db: Reader, pictures: list[Image]) -> dict[int, int | None]:
    """Image id → when the face must be off every device."""
    consents_by_image = await consents_of(db, image_ids=[image.id for image in pictures])
    return {image.id: consents.window_end(image, consents_by_image.get(image.id)) for image in pictures}


async def _device(scope: Scope, tx: Tx, iot_id: str) -> FaceDevice:
    devices_by_id = await face_devices(scope, tx, iot_ids=[iot_id])
    if iot_id not in devices_by_id:
        if not await find_devices(scope, tx, iot_ids=[iot_id]):
            raise DoorUnknown(iot_id)
        raise BadInput(field="iotId", rule="no_face_device")
    return devices_by_id[iot_id]


def _target(row: Deployment) -> str:
    return f"{row.iot_id}/{row.user_group_id}"


def _wish(row: Deployment) -> Grant:
    return Grant(
        community_id=row.community_id,
        source=f"group:{row.user_group_id}",
        kind=FACE,
        target_type=FACE_GROUP,
        target=_target(row),
    )

"""Reactions of faces: to pictures of persons, to persons who leave, to devices that are removed, to passes at doors."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import batched

from linli.delivery import queries as deliveries
from linli.delivery import service as delivery
from linli.delivery.schemas import Grant
from linli.domains.access.events import DoorServiceSwitched
from linli.domains.communities.service import uploads
from linli.domains.faces.kinds import FACE, SOURCE
from linli.domains.faces.queries import deployments as deployment_queries
from linli.domains.faces.queries import images as queries
from linli.domains.faces.queries import staff as staff_queries
from linli.domains.faces.rows import Image
from linli.domains.faces.service import erasures, groups, homes, images, permissions, staff
from linli.domains.faces.service.consents import Attest
from linli.domains.faces.service.images import ImageWish, PictureKey, RenewFace
from linli.domains.faces.service.pictures import Picture
from linli.domains.faces.service.users import IDENTITY, User
from linli.domains.people.events import (
    EmployeesLeft,
    FaceChanged,
    ResidentsMovedIn,
    ResidentsMovedOut,
    UserChanged,
    UsersErased,
)
from linli.domains.people.queries import persons as people
from linli.domains.people.queries import residents
from linli.kernel import telemetry
from linli.kernel.db import Database, Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.things.events import DeviceDeleted, DeviceMoved

CHUNK = 50
log = telemetry.logger(__name__)


class FaceHandlers:
    """*After* handlers and outbox jobs. Each is idempotent and reads the present state when it runs."""

    def __init__(self, db: Database, objects: ObjectStore, ids: Ids) -> None:
        self._db = db
        self._objects = objects
        self._ids = ids

    async def face_changed(self, event: FaceChanged) -> None:
        """Save a picture that came with a person (spec B 3.7, 3.8, 3.11), in the name of the caller who sent it."""
        scope = Scope.system(event.tenant_id, "faces")
        try:
            person = await people.person(scope, self._db, event.identity_id)
        except NotFound:
            return  # erased since: UsersErased sees to it
        image = await queries.image_of_user(
            scope, self._db, owner="", user_type=IDENTITY, user_id=person.identity_id
        )
        if not person.face_upload_id:
            if image is not None and image.live and image.source == "people":
                await self._erase(scope, image, "deleted")
            return
        upload = await uploads.find(scope, self._db, person.face_upload_id)
        if upload is None:
            return
        try:
            content = await self._objects.get(upload.object_key)
        except NotFound:
            log.warning("the picture %s of %s is gone", upload.upload_id, person.identity_id)
            return
        if image is not None and image.live and image.face_id == person.face_id:
            return
        picture = Picture(content, "", hashlib.md5(content, usedforsecurity=False).hexdigest())
        user = User("", IDENTITY, person.identity_id, person.identity_id, person.name)
        wish = ImageWish(
            source="people",
            community_id=upload.community_id,
            face_id=person.face_id,
            mobile=person.phone or "",
        )
        await self._db.run(
            lambda tx: images.save_image(
                scope,
                tx,
                user=user,
                wish=wish,
                stored=images.StoredPicture(object_key=upload.object_key, picture=picture),
                attest=Attest(how="project_attested", text_version="agreement"),
                ids=self._ids,
                now_ms=self._db.clock.now_ms(),
            )
        )

    async def renew(self, job: RenewFace) -> None:
        """Deliver a saved picture to the devices that have the user's face by a grant of its own or of a group."""
        scope = Scope.system(job.tenant_id, "faces")

        async def work(tx: Tx) -> None:
            image = await queries.image_by_id(scope, tx, job.image_id)
            if image is None or not image.live:
                return
            await permissions.renew(
                tx, image=image, old_face_id=job.old_face_id or image.face_id, now_ms=tx.db.clock.now_ms()
            )
            await homes.follow(scope, tx, image=image, now_ms=tx.db.clock.now_ms())
            await staff.follow(scope, tx, image=image, now_ms=tx.db.clock.now_ms())
            if image.user_type == IDENTITY:
                for community_id in await images.communities_of(scope, tx, image):
                    await groups.follow(scope, tx, community_id=community_id)

        await self._db.run(work)

    async def drop_picture(self, job: PictureKey) -> None:
        """Outbox job: delete the bytes of a picture that is not used any more."""
        await self._objects.delete(job.key)
        if job.erasure_id:
            await self._db.run(
                lambda tx: erasures.picture_dropped(
                    tx, erasure_id=job.erasure_id, now_ms=self._db.clock.now_ms()
                )
            )

    async def user_changed(self, tx: Tx, event: UserChanged) -> None:
        """Inline: somebody joined or left a group, or became a person of a community."""
        scope = Scope.system(event.tenant_id, "faces")
        await groups.follow(scope, tx, community_id=event.community_id)
        if event.type != "insert":
            return
        images_by_person = await queries.images_of_persons(scope, tx, event.ids)
        for some in images_by_person.values():
            for image in some:
                await images.put_templates(scope, tx, image, now_ms=tx.db.clock.now_ms())

    async def residents_moved_in(self, event: ResidentsMovedIn) -> None:
        """Let residents' faces open the doors of their building, as their keys do."""
        await self._follow_homes(event.tenant_id, [tie.identity_id for tie in event.ties])

    async def service_switched(self, event: DoorServiceSwitched) -> None:
        """The community's doors got a provider, or lost it."""
        scope = Scope.system(event.tenant_id, "faces")
        faces = await queries.persons_with_faces(scope, self._db, community_id=event.community_id)
        await self._follow_homes(event.tenant_id, faces)

    async def _follow_homes(self, tenant_id: str, identity_ids: Iterable[str]) -> None:
        scope = Scope.system(tenant_id, "faces")
        for chunk in batched(dict.fromkeys(identity_ids), CHUNK, strict=False):
            await self._db.run(partial(_follow_homes_of, scope, chunk))

    async def residents_moved_out(self, event: ResidentsMovedOut) -> None:
        """Withdraw faces of persons who neither live nor work in the community any more. Erase the picture of a person of
        no community of the tenant."""
        gone = dict.fromkeys(tie.identity_id for tie in event.ties)
        await self._leave(event.tenant_id, event.community_id, gone, "moved_out")

    async def employees_left(self, event: EmployeesLeft) -> None:
        """End staff faces of employees who left, even if their log-in still has rights."""
        scope = Scope.system(event.tenant_id, "faces")
        for identity_id in event.identity_ids:
            await self._db.run(
                partial(
                    staff.leave,
                    scope,
                    community_id=event.community_id,
                    identity_id=identity_id,
                    reason="left",
                    now_ms=self._db.clock.now_ms(),
                )
            )
        await self._leave(event.tenant_id, event.community_id, event.identity_ids, "left")

    async def users_erased(self, event: UsersErased) -> None:
        """A person was erased: for the whole tenant, everything; for one community, its devices."""
        await self._leave(
            event.tenant_id, event.community_id, event.identity_ids, "erased", whole=event.whole
        )

    async def _leave(
        self,
        tenant_id: str,
        community_id: int,
        identity_ids: Iterable[str],
        reason: str,
        *,
        whole: bool = False,
    ) -> None:
        scope = Scope.system(tenant_id, "faces")
        for identity_id in identity_ids:
            pictures = (await queries.images_of_persons(scope, self._db, [identity_id])).get(identity_id, [])
            for image in pictures:
                if whole or not await self._belongs_elsewhere(scope, image, community_id, reason):
                    await self._erase(scope, image, reason)

    async def _belongs_elsewhere(self, scope: Scope, image: Image, community_id: int, reason: str) -> bool:
        """Whether the picture is still needed elsewhere. If so only the community drops it."""
        works = await staff_queries.communities_of_staff(scope, self._db, identity_id=image.identity_id)
        if reason != "erased" and (
            community_id in works
            or await residents.belongs(
                scope, self._db, community_id=community_id, identity_id=image.identity_id
            )
        ):
            return True
        others = await people.communities_of(scope, self._db, identity_id=image.identity_id)
        for other in sorted((others | works) - {community_id}):
            if other in works or await residents.belongs(
                scope, self._db, community_id=other, identity_id=image.identity_id
            ):
                await self._leave_devices(scope, image, community_id, reason)
                return True
        return False

    async def _leave_devices(self, scope: Scope, image: Image, community_id: int, reason: str) -> None:
        now = self._db.clock.now_ms()

        async def work(tx: Tx) -> None:
            await staff.leave(
                scope, tx, community_id=community_id, identity_id=image.identity_id, reason=reason, now_ms=now
            )
            rows = await deliveries.live_grants_of.all(
                tx, scope, source=SOURCE, kind=FACE, credential=image.face_id
            )
            for row in rows:
                if row.community_id == community_id:
                    wish = Grant(
                        community_id=community_id,
                        source=SOURCE,
                        kind=FACE,
                        subject=row.subject,
                        credential=row.credential,
                        target=row.target,
                    )
                    await delivery.revoke(scope, tx, wish, now_ms=now, reason=reason)
            await images.leave_community(scope, tx, image, community_id=community_id, now_ms=now)

        await self._db.run(work)

    async def _erase(self, scope: Scope, image: Image, reason: str) -> None:
        async def work(tx: Tx) -> None:
            now = await queries.image_by_id(scope, tx, image.id)
            if now is not None and now.live:
                await erasures.erase(scope, tx, image=now, reason=reason, now_ms=tx.db.clock.now_ms())

        await self._db.run(work)

    async def device_moved(self, event: DeviceMoved) -> None:
        """Withdraw a community's faces from a device that left it."""
        if event.community_before is not None and event.community_before != event.community_id:
            await self._device_gone(event.tenant_id, event.iot_id, event.community_before)

    async def device_deleted(self, event: DeviceDeleted) -> None:
        """Note in erasures that a deleted device will not confirm."""
        await self._device_gone(event.tenant_id, event.iot_id, None)
        await self._db.run(
            lambda tx: erasures.device_gone(
                tx, tenant_id=event.tenant_id, iot_id=event.iot_id, now_ms=tx.db.clock.now_ms()
            )
        )

    async def _device_gone(self, tenant_id: str, iot_id: str, community_id: int | None) -> None:
        scope, now = Scope.system(tenant_id, "faces"), self._db.clock.now_ms()

        async def work(tx: Tx) -> None:
            for row in await deployment_queries.live_deployments(
                scope, tx, iot_id=iot_id, community_id=community_id or 0
            ):
                await groups.end(scope, tx, row, now_ms=now)

        await self._db.run(work)
        ended = 1
        while ended:
            ended = await self._db.run(
                partial(
                    delivery.revoke_device,
                    scope,
                    kind=FACE,
                    device=iot_id,
                    community_id=community_id,
                    now_ms=now,
                    reason="device_left",
                )
            )

    async def expire_due(self) -> int:
        """Erase pictures whose time or consent is over. Returns how many. Faces of staff follow their rights."""
        total = 0
        while due := await queries.due_images.all(self._db, now=self._db.clock.now_ms()):
            for image in due:
                await self._erase(Scope.system(image.tenant_id, "faces"), image, "expired")
            total += len(due)
        await staff.look_at_rights(self._db, now_ms=self._db.clock.now_ms())
        return total


async def _follow_homes_of(scope: Scope, identity_ids: Sequence[str], tx: Tx) -> None:
    images_by_person = await queries.images_of_persons(scope, tx, list(identity_ids))
    for some in images_by_person.values():
        for image in some:
            await homes.follow(scope, tx, image=image, now_ms=tx.db.clock.now_ms())

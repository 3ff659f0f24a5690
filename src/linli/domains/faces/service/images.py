"""Save and replace pictures of users, and deliver them again (spec E C1)."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam

from linli.domains.faces.events import PictureChanged
from linli.domains.faces.models import images
from linli.domains.faces.queries import images as queries
from linli.domains.faces.queries import staff
from linli.domains.faces.rows import Image
from linli.domains.faces.service import consents, enrolment
from linli.domains.faces.service.consents import Attest
from linli.domains.faces.service.pictures import Picture
from linli.domains.faces.service.users import User
from linli.domains.people.queries import persons as people
from linli.domains.people.schemas import Profile
from linli.domains.people.service import persons as person_service
from linli.kernel import outbox
from linli.kernel.db import INT, Reader, Tx, update_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.vision.looks import Look

RENEW = "faces.renew"
DROP_PICTURE = "faces.drop_picture"
MAX_EXT, MAX_NAME, MAX_MOBILE = 1024, 64, 20
POLICIES = ("PERMISSION", "DENY")

_set = update_of(
    images,
    (
        "identity_id",
        "community_id",
        "face_id",
        "object_key",
        "md5",
        "size",
        "source",
        "user_name",
        "face_ext",
        "user_ext",
        "user_role",
        "mobile",
        "policy",
        "expires_ms",
        "live",
        "changed_ms",
    ),
    images.c.id == bindparam("image", type_=INT),
    unscoped="the row was found by its user, whom the caller was allowed",
)


class RenewFace(msgspec.Struct, frozen=True):
    """Outbox payload: deliver a changed picture to the devices that have it."""

    tenant_id: str
    image_id: int
    old_face_id: str = ""
    """The former faceId, where the new picture has another one."""


class PictureKey(msgspec.Struct, frozen=True):
    """Outbox payload: bytes of a picture that is not used any more."""

    tenant_id: str
    key: str
    erasure_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageWish:
    """Fields of a picture besides its bytes."""

    source: str
    user_name: str = ""
    face_ext: str = ""
    user_ext: str = ""
    user_role: int | None = None
    mobile: str = ""
    policy: str = "PERMISSION"
    expires_ms: int | None = None
    community_id: int | None = None
    face_id: str = ""
    """Given if `people` made it (`persons.face_id`). Otherwise the user's, or a new one."""


def check(wish: ImageWish, *, now_ms: int) -> None:
    """Raises BadInput naming the wire field."""
    for field, text, limit in (
        ("faceExtInfo", wish.face_ext, MAX_EXT),
        ("userExtInfo", wish.user_ext, MAX_EXT),
        ("userName", wish.user_name, MAX_NAME),
        ("mobile", wish.mobile, MAX_MOBILE),
    ):
        if len(text) > limit:
            raise BadInput(field=field, rule="too_long", limit=limit)
    if wish.policy not in POLICIES:
        raise BadInput(field="policy", rule="one_of", allowed=", ".join(POLICIES))
    if wish.expires_ms is not None and wish.expires_ms <= now_ms:
        raise BadInput(field="expiredTime", rule="after", other="now")
    if wish.user_role is not None and not -(2**31) <= wish.user_role < 2**31:
        raise BadInput(field="userRole", rule="range", low=-(2**31), high=2**31 - 1)


def new_key(scope: Scope, picture: Picture, ids: Ids) -> str:
    """A key for a picture in the object store that cannot be guessed."""
    return f"{scope.tenant}/faces/{ids.hex(32)}.{picture.suffix}"


async def store(scope: Scope, objects: ObjectStore, picture: Picture, ids: Ids) -> str:
    """Store the bytes, before the transaction that refers to them."""
    key = new_key(scope, picture, ids)
    await objects.put(key, picture.content)
    return key


class StoredPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture whose bytes are in the store."""

    object_key: str
    picture: Picture
    look: Look | None = None


async def save_image(
    scope: Scope,
    tx: Tx,
    *,
    user: User,
    wish: ImageWish,
    stored: StoredPicture,
    attest: Attest,
    ids: Ids,
    now_ms: int,
) -> Image:
    """Save or replace a user's picture. Devices with the old picture get the new one after the commit.

    The user's faceId stays. The consent of `attest` is recorded. Raises BadInput.
    """
    check(wish, now_ms=now_ms)
    image = await queries.image_of_user(
        scope, tx, owner=user.owner, user_type=user.user_type, user_id=user.user_id
    )
    face_id = wish.face_id or (image.face_id if image else ids.face_id())
    row = Image(
        id=image.id if image else 0,
        tenant_id=scope.tenant,
        owner=user.owner,
        user_type=user.user_type,
        user_id=user.user_id,
        identity_id=user.identity_id,
        community_id=wish.community_id
        if wish.community_id is not None
        else image.community_id
        if image
        else None,
        face_id=face_id,
        object_key=stored.object_key,
        md5=stored.picture.md5,
        size=len(stored.picture.content),
        source=wish.source,
        user_name=wish.user_name or user.name[:MAX_NAME],
        face_ext=wish.face_ext,
        user_ext=wish.user_ext,
        user_role=wish.user_role,
        mobile=wish.mobile,
        policy=wish.policy,
        expires_ms=wish.expires_ms,
        live=1,
        created_ms=image.created_ms if image else now_ms,
        changed_ms=now_ms,
    )
    row = await _write(tx, row, image)
    if image is not None:
        await _leave_old(scope, tx, image, row, now_ms)
    await consents.attested(scope, tx, image=row, attest=attest, now_ms=now_ms)
    await put_templates(scope, tx, row, now_ms=now_ms, look=stored.look)
    if wish.source != "people":
        await tell_person(scope, tx, row)
    old = image.face_id if image is not None and image.face_id != row.face_id else ""
    if row.identity_id and (old or image is None or not image.live):
        await emit(tx, PictureChanged(row.tenant_id, row.identity_id, row.face_id, live=True))
    await outbox.add(tx, RENEW, RenewFace(row.tenant_id, row.id, old), key=f"face:{row.id}")
    return row


async def put_templates(
    scope: Scope, tx: Tx, image: Image, *, now_ms: int, look: Look | None = None, also: int | None = None
) -> None:
    """Let the person's communities, and `also`, recognise the face."""
    communities = await communities_of(scope, tx, image)
    if also is not None:
        communities.add(also)
    for community_id in sorted(communities):
        await enrolment.put(
            Scope.system(image.tenant_id, "faces"),
            tx,
            community_id=community_id,
            face_id=image.face_id,
            identity_id=image.identity_id or image.user_id,
            object_key=image.object_key,
            now_ms=now_ms,
            look=look,
        )


async def communities_of(scope: Scope, tx: Reader, image: Image) -> set[int]:
    """Communities of the picture's user: the person's, the one it was saved for, and where they work."""
    communities = {image.community_id} if image.community_id is not None else set()
    if image.identity_id:
        communities |= await staff.communities_of_staff(
            Scope.system(image.tenant_id, "faces"), tx, identity_id=image.identity_id
        )
        communities |= await people.communities_of(
            Scope.system(image.tenant_id, "faces"), tx, identity_id=image.identity_id
        )
    return communities


async def blank(scope: Scope, tx: Tx, image: Image, *, now_ms: int) -> Image:
    """Clear an image row except for its ids. The erasure that calls this deletes the object."""
    empty = image._replace(
        object_key="", md5="", size=0, user_name="", face_ext="", user_ext="", user_role=None, mobile="",
        expires_ms=None, live=0, changed_ms=now_ms,
    )  # fmt: skip
    await _set.run(tx, image=empty.id, **empty._asdict())
    if image.identity_id and image.live:
        await emit(tx, PictureChanged(image.tenant_id, image.identity_id, image.face_id, live=False))
    return empty


async def forget_person_face(scope: Scope, tx: Tx, image: Image, *, now_ms: int) -> None:
    """Remove picture and faceId of an erased face from the person."""
    if image.user_type != "IDENTITY":
        return
    try:
        person = await people.person(scope, tx, image.user_id)
    except NotFound:
        return
    if person.face_upload_id:
        await person_service.change(
            scope,
            tx,
            identity_id=image.user_id,
            profile=Profile(),
            now_ms=now_ms,
            cleared=("face_upload_id",),
        )
    elif person.face_id:
        await person_service.note_face(scope, tx, identity_id=image.user_id, face_id="")


async def forget_pictures_of(scope: Scope, tx: Tx, *, identity_id: str, now_ms: int) -> None:
    """Delete the person's upload as well, if its picture waits or was refused."""
    person = await people.person(scope, tx, identity_id)
    if person.face_upload_id:
        await person_service.change(
            scope, tx, identity_id=identity_id, profile=Profile(), now_ms=now_ms, cleared=("face_upload_id",)
        )


async def leave_community(scope: Scope, tx: Tx, image: Image, *, community_id: int, now_ms: int) -> None:
    """Drop the face in one community."""
    whole = Scope.system(image.tenant_id, "faces")
    await enrolment.drop(whole, tx, face_id=image.face_id, now_ms=now_ms, community_ids=(community_id,))


async def tell_person(scope: Scope, tx: Tx, image: Image) -> None:
    """Store the faceId with the person, if the picture did not come with the person."""
    if image.user_type == "IDENTITY":
        await person_service.note_face(scope, tx, identity_id=image.user_id, face_id=image.face_id)


async def _leave_old(scope: Scope, tx: Tx, old: Image, new: Image, now_ms: int) -> None:
    if old.face_id != new.face_id:
        await enrolment.drop(Scope.system(old.tenant_id, "faces"), tx, face_id=old.face_id, now_ms=now_ms)
    if old.object_key and old.object_key != new.object_key and old.source != "people":
        await outbox.add(tx, DROP_PICTURE, PictureKey(old.tenant_id, old.object_key))


async def _write(tx: Tx, row: Image, image: Image | None) -> Image:
    if image is not None:
        await _set.run(tx, image=row.id, **row._asdict())
        return row
    columns = row._asdict()
    del columns["id"]
    new_id = await tx.insert(images, columns)
    assert new_id is not None
    return row._replace(id=new_id)


async def image_of(scope: Scope, tx: Tx, *, user: User) -> Image:
    """The live picture of a user. Raises NotFound."""
    image = await queries.image_of_user(
        scope, tx, owner=user.owner, user_type=user.user_type, user_id=user.user_id
    )
    if image is None or not image.live:
        raise NotFound(what="facePicture", id=user.user_id)
    return image

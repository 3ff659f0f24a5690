"""Open API: pictures of faces (spec E C1 to C3), and a user's pictures deleted (B A033). Times are texts at UTC+8."""

import base64
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.access.errors import PersonUnknown
from linli.domains.access.times import read_time, write_time
from linli.domains.faces.errors import FacesBusy, FacesOff
from linli.domains.faces.queries import images as queries
from linli.domains.faces.service import erasures, images, person_faces
from linli.domains.faces.service.consents import Attest
from linli.domains.faces.service.images import ImageWish
from linli.domains.faces.service.inspection import look
from linli.domains.faces.service.pictures import Fetcher, from_base64
from linli.domains.faces.service.search import FaceSearch
from linli.domains.faces.service.users import user_of
from linli.domains.people.queries import persons as people
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.openapi.registry import Call, Contract, method
from linli.vision.looks import Look

URL_SECONDS = 3600
_USER_TYPE = "用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id"
_USER_ID = "用户 id / user id"


class ImageSave(msgspec.Struct, rename="camel"):
    user_type: Annotated[str, Meta(description=_USER_TYPE)]
    user_id: Annotated[str, Meta(description=_USER_ID)]
    image_url: Annotated[
        str | None, Meta(description="图片地址，与 imageBase64 二选一，同时给出时以它为准 / address, wins")
    ] = None
    image_base64: Annotated[str | None, Meta(description="图片 base64 / the picture itself")] = None
    face_ext_info: Annotated[
        str | None, Meta(description="同步到设备的扩展信息，最多 1024 个字符 / goes to devices")
    ] = None
    user_name: Annotated[str | None, Meta(description="姓名，最多 64 个字符 / name")] = None
    expired_time: Annotated[str | None, Meta(description="有效期 yyyy-MM-dd HH:mm:ss / valid until")] = None
    user_ext_info: Annotated[
        str | None, Meta(description="云端扩展信息，随通行记录推送，最多 1024 个字符 / comes with records")
    ] = None
    user_role: Annotated[int | None, Meta(description="用户角色 / role")] = None
    mobile: Annotated[str | None, Meta(description="手机号 / mobile number")] = None
    policy: Annotated[
        str | None, Meta(description="识别后的动作：PERMISSION 放行（默认）、DENY 拒绝 / what a match means")
    ] = None


class ImageSaved(msgspec.Struct, rename="camel"):
    """Beyond the source, which answers with the envelope alone."""

    verdict: Annotated[
        Literal["good", "poor", "unchecked"],
        Meta(description="good 合格；poor 已保存但不能识别；unchecked 未检测 / not looked at"),
    ]
    reasons: Annotated[
        list[str], Meta(description="不合格原因：count, size, pose, blur, light / why it is poor")
    ]
    note: Annotated[str, Meta(description="以文字说明 / in words")]


class ImageNamed(msgspec.Struct, rename="camel"):
    user_type: Annotated[str, Meta(description=_USER_TYPE)]
    user_id: Annotated[str, Meta(description=_USER_ID)]


class ImageGet(msgspec.Struct, rename="camel"):
    user_type: Annotated[str, Meta(description=_USER_TYPE)]
    user_id: Annotated[str, Meta(description=_USER_ID)]
    image_format: Annotated[str | None, Meta(description="URL（默认）或 BASE64 / how the picture comes")] = (
        None
    )


class ImageTold(msgspec.Struct, rename="camel"):
    image_url: Annotated[str | None, Meta(description="图片地址 / address of the picture")]
    image_base64: Annotated[str | None, Meta(description="图片 base64 / the picture itself")]
    face_id: Annotated[str, Meta(description="人脸 id / face id")]
    user_id: Annotated[str, Meta(description=_USER_ID)]
    user_type: Annotated[str, Meta(description=_USER_TYPE)]
    user_name: Annotated[str | None, Meta(description="姓名 / name")]
    expire_time: Annotated[str | None, Meta(description="有效期 / valid until")]
    policy: Annotated[Literal["PERMISSION", "DENY"], Meta(description="识别后的动作 / what a match means")]


@method(
    "/face/paas/image/save",
    "1.2.0",
    service="face",
    token="optional",
    raises=(PersonUnknown, BadInput),
    title="保存人脸图片",
    title_en="Save a face picture",
    contract=Contract(source="spec E C1"),
)
async def save_image(
    data: ImageSave,
    call: Call,
    scope: Scope,
    db: Database,
    ids: Ids,
    clock: Clock,
    objects: ObjectStore,
    fetcher: Fetcher,
    search: FaceSearch,
) -> ImageSaved:
    """Save or replace; devices that hold the old picture get the new one. The project attests the user's consent.

    A poor picture is saved all the same, since a door may judge otherwise; the answer says so, and says when no engine
    has looked at it.
    """
    now_ms = clock.now_ms()
    zone = "" if call.community_id is None else await zone_of(db, call.community_id)
    wish = ImageWish(
        source="api",
        user_name=data.user_name or "",
        face_ext=data.face_ext_info or "",
        user_ext=data.user_ext_info or "",
        user_role=data.user_role,
        mobile=data.mobile or "",
        policy=data.policy or "PERMISSION",
        expires_ms=read_time(data.expired_time, "expiredTime", zone) if data.expired_time else None,
        community_id=call.community_id,
    )
    images.check(wish, now_ms=now_ms)
    # Asked before anything is fetched or stored for a user who is not the caller's.
    await user_of(scope, db, user_type=data.user_type, user_id=data.user_id)
    if data.image_url:
        picture = await fetcher.get(data.image_url, field="imageUrl")
    elif data.image_base64:
        picture = from_base64(data.image_base64, field="imageBase64")
    else:
        raise BadInput(field="imageUrl", rule="required")
    seen = await _seen(search, picture.content)
    key = await images.store(scope, objects, picture, ids)

    async def work(tx: Tx) -> None:
        user = await user_of(scope, tx, user_type=data.user_type, user_id=data.user_id)
        await images.save_image(
            scope,
            tx,
            user=user,
            wish=wish,
            stored=images.StoredPicture(object_key=key, picture=picture, look=seen),
            attest=Attest(how="project_attested", text_version="agreement"),
            ids=ids,
            now_ms=now_ms,
        )

    await db.run(work)
    if seen is None:
        return ImageSaved("unchecked", [], i18n.text("faces.saved.unchecked", scope.language))
    verdict: Literal["good", "poor"] = "good" if seen.good else "poor"
    texts = [i18n.text(f"faces.saved.{verdict}", scope.language), *person_faces.words(seen, scope.language)]
    return ImageSaved(verdict, list(seen.reasons), " ".join(texts))


async def _seen(search: FaceSearch, picture: bytes) -> Look | None:
    """The engine's view of the picture; None if it is off, busy, or cannot read a format that doors may read."""
    try:
        return await look(search.engine, picture, field="imageUrl")
    except (FacesOff, FacesBusy, BadInput):
        return None


@method(
    "/face/paas/image/delete",
    "1.2.0",
    service="face",
    token="optional",
    raises=(PersonUnknown, BadInput, NotFound),
    title="删除人脸图片",
    title_en="Delete a face picture",
    contract=Contract(source="spec E C2"),
)
async def delete_image(data: ImageNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The picture, its template and every device's copy go."""
    user = await user_of(scope, tx, user_type=data.user_type, user_id=data.user_id)
    image = await images.image_of(scope, tx, user=user)
    await erasures.erase(scope, tx, image=image, reason="deleted", now_ms=clock.now_ms())


@method(
    "/face/paas/image/get",
    "1.2.0",
    service="face",
    token="optional",
    raises=(PersonUnknown, BadInput, NotFound),
    title="获取人脸图片",
    title_en="Get a face picture",
    contract=Contract(source="spec E C3"),
)
async def get_image(data: ImageGet, scope: Scope, db: Database, objects: ObjectStore) -> ImageTold:
    """By an address that works for an hour, or as base64."""
    wanted = data.image_format or "URL"
    if wanted not in ("URL", "BASE64"):
        raise BadInput(field="imageFormat", rule="one_of", allowed="URL, BASE64")
    user = await user_of(scope, db, user_type=data.user_type, user_id=data.user_id)
    image = await queries.image_of_user(
        scope, db, owner=user.owner, user_type=user.user_type, user_id=user.user_id
    )
    if image is None or not image.live:
        raise NotFound(what="facePicture", id=data.user_id)
    url = objects.url(image.object_key, expires_s=URL_SECONDS) if wanted == "URL" else None
    text = base64.b64encode(await objects.get(image.object_key)).decode() if wanted == "BASE64" else None
    zone = "" if image.community_id is None else await zone_of(db, image.community_id)
    expires = write_time(image.expires_ms, zone) if image.expires_ms is not None else None
    return ImageTold(
        image_url=url,
        image_base64=text,
        face_id=image.face_id,
        user_id=image.user_id,
        user_type=image.user_type,
        user_name=image.user_name or None,
        expire_time=expires,
        policy="DENY" if image.policy == "DENY" else "PERMISSION",
    )


class UserFaces(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user")]


@method(
    "/solution/community/paas/user/face/delete",
    "1.0.0",
    service="community",
    raises=(NotFound,),
    title="删除用户人脸",
    title_en="Delete all face pictures of a user",
    contract=Contract(source="spec B A033"),
)
async def delete_user_faces(data: UserFaces, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Deletes them no matter who handed them in. A user without any picture is left unchanged."""
    person = await people.person(scope, tx, data.identity_id)
    now_ms = clock.now_ms()
    images_by_person = await queries.images_of_persons(scope, tx, [person.identity_id])
    for image in images_by_person.get(person.identity_id, ()):
        await erasures.erase(scope, tx, image=image, reason="deleted", now_ms=now_ms)
    await images.forget_pictures_of(scope, tx, identity_id=person.identity_id, now_ms=now_ms)

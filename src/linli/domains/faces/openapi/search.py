"""Open API: does a picture do, and whose face is it. Spec B §3.6 A021, §3.7 A028."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.service import uploads
from linli.domains.faces.errors import FacesBusy, FacesOff
from linli.domains.faces.service import acceptance
from linli.domains.faces.service.search import FaceSearch
from linli.domains.people.ports import FaceUploads
from linli.domains.people.queries import persons as people
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method


class FaceImageCheck(msgspec.Struct, rename="camel"):
    width: Annotated[int, Meta(description="宽度，像素，不超过 800 / width in pixels, at most 800")]
    height: Annotated[int, Meta(description="高度，像素，不超过 800 / height in pixels, at most 800")]
    url: Annotated[str, Meta(description="图片的 OSS 地址或 key / OSS address or key of the picture")]


@method(
    "/solution/community/faceimage/check",
    "1.0.1",
    service="user",
    raises=(BadInput, FacesOff, FacesBusy),
    title="检测智能识别图片质量",
    title_en="Check a face picture",
    contract=Contract(source="spec B 3.6 A021"),
)
async def check_face_image(
    data: FaceImageCheck, scope: Scope, db: Database, objects: ObjectStore, search: FaceSearch
) -> None:
    """Code 200 says that the picture does. JPG of 10 KB to 1 MB and at most 800 x 800, exactly one face, frontal, sharp,
    well lit, and more than a quarter of the picture; the message names the first rule that is broken.
    """
    for field, side in (("width", data.width), ("height", data.height)):
        if not 1 <= side <= uploads.FACE_SIDE:
            raise BadInput(field=field, rule="range", low=1, high=uploads.FACE_SIDE)
    picture = await _picture_at(scope, db, objects, data.url)
    await acceptance.check(search.engine, picture, field="url")


async def _picture_at(scope: Scope, db: Database, objects: ObjectStore, url: str) -> bytes:
    """A picture of ours by its signed address, or by its key where the caller may use it. Raises BadInput."""
    if not url.strip():
        raise BadInput(field="url", rule="blank")
    if not url.startswith(f"{objects.base_url}/files/"):
        return await uploads.content_of(scope, db, objects, url, field="url")
    key = objects.key_of(url) or ""
    try:
        objects.check(key, url.partition("?")[2], "GET")
        return await objects.get(key, limit=uploads.FACE_BYTES_MAX * 4)
    except LinliError:
        raise BadInput(field="url", rule="unknown") from None


class UserByImage(msgspec.Struct, rename="camel"):
    oss_file_key: Annotated[str, Meta(description="人脸图片的 OSS key / OSS key of a face picture")]


class GroupOfUser(msgspec.Struct, rename="camel"):
    user_group_id: Annotated[str, Meta(description="用户组 id / group id")]
    user_group_name: Annotated[str, Meta(description="用户组名称 / group name")]
    user_group_type: Annotated[
        str,
        Meta(
            description="RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / "
            "RESIDENT, VISITOR, PROPERTY, BLACKLIST"
        ),
    ]


class UserFound(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]
    face_id: Annotated[str, Meta(description="人脸 id / face id")]
    user_name: Annotated[str, Meta(description="姓名 / name")]
    face_image_url: Annotated[str | None, Meta(description="图片地址 / picture address")]
    id_no: Annotated[str | None, Meta(description="身份证号 / ID-card number")]
    user_groups: Annotated[list[GroupOfUser], Meta(description="所属用户组 / groups of the user")]
    age: Annotated[int | None, Meta(description="年龄 / age")]
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")]
    mobile: Annotated[str | None, Meta(description="手机号 / phone")]


@method(
    "/solution/community/paas/user/getbyimage",
    "1.0.1",
    service="user",
    raises=(BadInput, FacesOff, FacesBusy),
    title="智能识别图片查询用户信息",
    title_en="Find users by a face picture",
    contract=Contract(source="spec B 3.7 A028"),
)
async def find_users_by_image(
    data: UserByImage,
    call: Call,
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    search: FaceSearch,
    faces: FaceUploads,
) -> list[UserFound]:
    """Users of the community whose face it is, likeliest first: one when it is certain, several when a person must look,
    none for a stranger.
    """
    assert call.community_id is not None  # token="required"
    if not data.oss_file_key.strip():
        raise BadInput(field="ossFileKey", rule="blank")
    picture = await uploads.content_of(scope, db, objects, data.oss_file_key, field="ossFileKey")
    decision = await search.who_is(scope, community_id=call.community_id, picture=picture, field="ossFileKey")
    likely = decision.candidates[:1] if decision.verdict == "match" else decision.candidates
    persons = []
    for candidate in likely:
        try:
            persons.append((candidate.face_id, await people.person(scope, db, candidate.identity_id)))
        except NotFound:
            continue  # a face of nobody that this community knows
    groups = await people.groups_of(scope, db, [person.id for _, person in persons])
    pictures = [person.face_upload_id for _, person in persons if person.face_upload_id]
    urls = await faces.face_urls(scope, db, pictures)
    return [
        UserFound(
            identity_id=person.identity_id,
            face_id=face_id,
            user_name=person.name,
            face_image_url=urls.get(person.face_upload_id),
            id_no=person.id_no or None,
            user_groups=[
                GroupOfUser(row.user_group_id, row.name, row.type) for row in groups.get(person.id, [])
            ],
            age=person.age,
            sex=person.sex,
            mobile=person.phone,
        )
        for face_id, person in persons
    ]

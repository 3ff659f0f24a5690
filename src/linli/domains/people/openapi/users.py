"""Open API: users. Spec B §3.7, A026, A027, A029, A030, A034; older versions §3.22."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import person_rules as rules
from linli.domains.people.openapi.groups import GROUP_TYPES
from linli.domains.people.ports import FaceUploads
from linli.domains.people.queries import persons as queries
from linli.domains.people.queries import users as user_queries
from linli.domains.people.rows import GroupOfPerson, Person, PersonOfCommunity
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import erasure, persons, users
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method


class UserAdd(msgspec.Struct, rename="camel"):
    user_group_id: Annotated[str, Meta(description="用户组 id / group id")]
    user_name: Annotated[str, Meta(description="姓名，最长 12 位，字母、数字、中文 / at most 12 characters")]
    mobile: Annotated[str, Meta(description="手机号 / phone")]
    id_no: Annotated[str | None, Meta(description="身份证号 / ID-card number")] = None
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")] = None
    age: Annotated[int | None, Meta(description="年龄 / age")] = None
    face_img_upload_id: Annotated[
        str | None, Meta(description="人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture")
    ] = None


class UserAdded(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]
    face_id: Annotated[str | None, Meta(description="人脸 id / face id")]


_USER_WIRE = {
    "name": "userName",
    "phone": "mobile",
    "id_no": "idNo",
    "face_upload_id": "faceImgUploadId",
}


@method(
    "/solution/community/paas/user/add",
    "1.0.2",
    service="user",
    raises=(NotFound, BadInput, persons.PhoneTaken),
    title="添加用户",
    title_en="Add a user to a group",
    contract=Contract(source="spec B 3.7 A029"),
)
async def add_user(
    data: UserAdd, scope: Scope, tx: Tx, ids: Ids, clock: Clock, faces: FaceUploads
) -> UserAdded:
    """A phone that is known already means the same user, if the name is the same."""
    return await _added(data, data.face_img_upload_id, scope, tx, ids, clock, faces)


async def _added(
    data: "UserAdd | OldUserAdd",
    upload_id: str | None,
    scope: Scope,
    tx: Tx,
    ids: Ids,
    clock: Clock,
    faces: FaceUploads,
    wire: dict[str, str] = _USER_WIRE,
) -> UserAdded:
    if not data.mobile.strip():
        raise BadInput(field="mobile", rule="blank")
    profile = checked(
        Profile(
            name=data.user_name,
            phone=data.mobile,
            id_no=data.id_no,
            sex=data.sex,
            age=data.age,
            face_upload_id=upload_id,
        ),
        wire=wire,
        name_max=users.NAME_MAX,
    )
    users.check_name(profile.name or "", field="userName")
    if profile.face_upload_id:
        await faces.check_face(scope, tx, profile.face_upload_id, field=wire["face_upload_id"])
    person = await users.add(
        scope, tx, group_id=data.user_group_id, profile=profile, ids=ids, now_ms=clock.now_ms()
    )
    return UserAdded(person.identity_id, person.face_id or None)


class OldUserAdd(msgspec.Struct, rename="camel"):
    user_group_id: Annotated[str, Meta(description="用户组 id / group id")]
    user_name: Annotated[str, Meta(description="姓名，最长 12 位，字母、数字、中文 / at most 12 characters")]
    mobile: Annotated[str, Meta(description="手机号 / phone")]
    id_no: Annotated[str | None, Meta(description="身份证号 / ID-card number")] = None
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")] = None
    age: Annotated[int | None, Meta(description="年龄 / age")] = None
    face_image_url: Annotated[
        str | None, Meta(description="人脸图片的 ossKey（临时区） / key of the uploaded picture")
    ] = None


@method(
    "/solution/community/paas/user/add",
    "1.0.0",
    service="user",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, BadInput, persons.PhoneTaken),
    title="添加用户",
    title_en="Add a user to a group (old version)",
)
async def add_user_1_0_0(
    data: OldUserAdd, call: Call, scope: Scope, db: Database, ids: Ids, clock: Clock, faces: FaceUploads
) -> UserAdded:
    """The key of an uploaded picture goes straight in; it is kept as file/save would keep it."""
    assert call.community_id is not None  # token="required"
    wire = {**_USER_WIRE, "face_upload_id": "faceImageUrl"}
    upload_id = None
    if data.face_image_url:
        await queries.group(scope, db, data.user_group_id)  # before the picture is taken
        upload_id = await faces.keep_face(
            scope, db, data.face_image_url, community_id=call.community_id, field="faceImageUrl", ids=ids,
            now_ms=clock.now_ms(),
        )  # fmt: skip
    return await db.run(lambda tx: _added(data, upload_id, scope, tx, ids, clock, faces, wire))


class UserUpdate(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]
    user_name: Annotated[str | None, Meta(description="姓名，最长 12 位 / name, at most 12 characters")] = (
        None
    )
    id_no: Annotated[str | None, Meta(description="身份证号 / ID-card number")] = None
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")] = None
    age: Annotated[int | None, Meta(description="年龄 / age")] = None
    face_img_upload_id: Annotated[
        str | None, Meta(description="人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture")
    ] = None


@method(
    "/solution/community/paas/user/update",
    "1.0.2",
    service="user",
    raises=(NotFound, BadInput),
    title="修改用户",
    title_en="Change a user",
    contract=Contract(source="spec B 3.7 A030"),
)
async def update_user(data: UserUpdate, scope: Scope, tx: Tx, clock: Clock, faces: FaceUploads) -> None:
    """Absent fields stay. The phone cannot be changed here."""
    profile = checked(
        Profile(
            name=data.user_name or None,
            id_no=data.id_no,
            sex=data.sex,
            age=data.age,
            face_upload_id=data.face_img_upload_id,
        ),
        wire=_USER_WIRE,
        name_max=users.NAME_MAX,
    )
    if profile.name is not None:
        users.check_name(profile.name, field="userName")
    if profile.face_upload_id:
        await faces.check_face(scope, tx, profile.face_upload_id, field="faceImgUploadId")
    await persons.change(scope, tx, identity_id=data.identity_id, profile=profile, now_ms=clock.now_ms())


class UserDelete(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]


@method(
    "/solution/community/paas/user/delete",
    "1.0.0",
    service="user",
    raises=(NotFound,),
    title="删除用户",
    title_en="Erase a user",
    contract=Contract(source="spec B 3.7 A034"),
)
async def delete_user(data: UserDelete, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Everything tied to the user ends and is erased; only the identityId is kept.

    Communities of others that know the same person keep what is theirs.
    """
    assert call.community_id is not None  # token="required"
    await erasure.erase(
        scope, tx, community_id=call.community_id, identity_id=data.identity_id, now_ms=clock.now_ms()
    )


class OrderBy(msgspec.Struct, rename="camel"):
    column_name: Annotated[str, Meta(description="gmt_create 或 gmt_modified / gmt_create or gmt_modified")]
    direction: Annotated[str, Meta(description="只支持 desc / desc alone")]


def by_change(order: OrderBy | None) -> bool:
    """Whether rows come by change instead of creation, newest first. Raises BadInput."""
    if order is None:
        return False
    column = order.column_name.lower()
    if column not in ("gmt_create", "gmt_modified"):
        raise BadInput(field="orderBy.columnName", rule="one_of", allowed="gmt_create, gmt_modified")
    if order.direction.lower() != "desc":
        raise BadInput(field="orderBy.direction", rule="one_of", allowed="desc")
    return column == "gmt_modified"


class UserQuery(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    user_group_id: Annotated[str | None, Meta(description="用户组 id / group id")] = None
    user_name: Annotated[str | None, Meta(description="姓名 / name")] = None
    mobile: Annotated[str | None, Meta(description="手机号 / phone")] = None
    modified_start: Annotated[int | None, Meta(description="修改时间起，毫秒，含 / changed from, ms")] = None
    modified_end: Annotated[int | None, Meta(description="修改时间止，毫秒，含 / changed to, ms")] = None
    order_by: Annotated[OrderBy | None, Meta(description="排序，默认 gmt_create 倒序 / sort rule")] = None


class GroupBrief(msgspec.Struct, rename="camel"):
    user_group_id: Annotated[str, Meta(description="用户组 id / group id")]
    user_group_name: Annotated[str, Meta(description="用户组名称 / group name")]
    user_group_type: Annotated[str, Meta(description=GROUP_TYPES)]


class UserInfo(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]
    face_id: Annotated[str | None, Meta(description="人脸 id / face id")]
    user_name: Annotated[str, Meta(description="姓名 / name")]
    face_image_url: Annotated[str | None, Meta(description="图片地址 / picture address")]
    id_no: Annotated[str | None, Meta(description="身份证号 / ID-card number")]
    user_groups: Annotated[list[GroupBrief], Meta(description="所属用户组 / groups of the user")]
    age: Annotated[int | None, Meta(description="年龄 / age")]
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")]
    mobile: Annotated[str | None, Meta(description="手机号 / phone")]


class UserRow(UserInfo, rename="camel"):
    gmt_create: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]
    gmt_modified: Annotated[int, Meta(description="修改时间，毫秒 / changed, ms")]
    nationality: Annotated[str | None, Meta(description="国家（地区） / country or region")]
    ext: Annotated[str | None, Meta(description="自定义字段，JSON 文本 / custom fields, JSON text")]


def _user(person: Person, groups: list[GroupOfPerson], urls: dict[str, str]) -> UserInfo:
    return UserInfo(
        person.identity_id,
        person.face_id or None,
        person.name,
        urls.get(person.face_upload_id),
        person.id_no or None,
        [GroupBrief(row.user_group_id, row.name, row.type) for row in groups],
        person.age,
        person.sex,
        person.phone,
    )


async def _rows(
    scope: Scope, db: Reader, faces: FaceUploads, person_of_communities: list[PersonOfCommunity]
) -> list[UserRow]:
    groups = await queries.groups_of(scope, db, [row.person.id for row in person_of_communities])
    pictures = [row.person.face_upload_id for row in person_of_communities if row.person.face_upload_id]
    urls = await faces.face_urls(scope, db, pictures)
    return [
        UserRow(
            **msgspec.structs.asdict(_user(row.person, groups.get(row.person.id, []), urls)),
            gmt_create=row.created_ms,
            gmt_modified=row.changed_ms,
            nationality=row.person.nationality or None,
            ext=row.person.ext or None,
        )
        for row in person_of_communities
    ]


@method(
    "/solution/community/paas/user/query",
    "1.0.5",
    service="user",
    raises=(BadInput,),
    title="结构化查询用户信息",
    title_en="Query users",
    contract=Contract(source="spec B 3.7 A026"),
)
async def query_users(
    data: UserQuery, call: Call, scope: Scope, db: Database, faces: FaceUploads
) -> list[UserRow]:
    """Users of the community, newest first."""
    assert call.community_id is not None  # token="required"
    page = await user_queries.page(
        scope,
        db,
        call.community_id,
        PageRequest.of(data.page_no, data.page_size),
        where=user_queries.UserConditions(
            group_id=data.user_group_id or None,
            name=data.user_name or None,
            exactly={"phone": rules.clean_phone(data.mobile)} if data.mobile else None,
            since_ms=data.modified_start,
            until_ms=data.modified_end,
        ),
        by_change=by_change(data.order_by),
    )
    return await _rows(scope, db, faces, page.data)


class OldUserQuery(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    identity_id: Annotated[str | None, Meta(description="用户 id / user id")] = None
    face_id: Annotated[str | None, Meta(description="人脸 id / face id")] = None
    user_name: Annotated[str | None, Meta(description="姓名 / name")] = None
    face_image_url: Annotated[str | None, Meta(description="图片 key / key of the picture")] = None
    id_no: Annotated[str | None, Meta(description="身份证号 / ID-card number")] = None
    age: Annotated[int | None, Meta(description="年龄 / age")] = None
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")] = None
    mobile: Annotated[str | None, Meta(description="手机号 / phone")] = None


@method(
    "/solution/community/paas/user/query",
    "1.0.0",
    service="user",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, BadInput),
    title="小区用户查询",
    title_en="Query users of a community (old version)",
)
async def query_users_1_0_0(
    data: OldUserQuery, call: Call, scope: Scope, db: Database, faces: FaceUploads
) -> list[UserRow]:
    """Every value given must fit. A picture is found by the key that its user was added with."""
    if data.community_id != call.community_id:
        raise NotFound(what="community", id=data.community_id)
    conditions: dict[str, str | int | None] = {
        "identity_id": data.identity_id,
        "face_id": data.face_id,
        "id_no": rules.clean_id_number(data.id_no) if data.id_no else None,
        "phone": rules.clean_phone(data.mobile) if data.mobile else None,
        "age": data.age,
        "sex": data.sex,
    }
    if data.face_image_url:
        conditions["upload_id"] = await faces.upload_of_key(scope, db, data.face_image_url) or "-"
    page = await user_queries.page(
        scope,
        db,
        data.community_id,
        PageRequest.of(data.page_no, data.page_size),
        where=user_queries.UserConditions(
            name=data.user_name or None,
            exactly={name: None if value == "" else value for name, value in conditions.items()},
        ),
    )
    return await _rows(scope, db, faces, page.data)


class UserGet(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str | None, Meta(description="用户 id，faceId 为空时必填 / user id")] = None
    face_id: Annotated[str | None, Meta(description="人脸 id，identityId 为空时必填 / face id")] = None


@method(
    "/solution/community/paas/user/get",
    "1.0.2",
    service="user",
    raises=(NotFound, BadInput),
    title="查询用户信息",
    title_en="Read a user",
    contract=Contract(source="spec B 3.7 A027"),
)
async def get_user(data: UserGet, scope: Scope, db: Database, faces: FaceUploads) -> UserInfo:
    """By user id or by face id; where both are given, both must be of one user."""
    if not data.identity_id and not data.face_id:
        raise BadInput(field="identityId", rule="required")
    if data.identity_id:
        person = await queries.person(scope, db, data.identity_id)
        if data.face_id and person.face_id != data.face_id:
            raise NotFound(what="face", id=data.face_id)
    else:
        person = await queries.person_of_face(scope, db, data.face_id or "")
    groups = await queries.groups_of(scope, db, [person.id])
    urls = await faces.face_urls(scope, db, [person.face_upload_id] if person.face_upload_id else [])
    return _user(person, groups.get(person.id, []), urls)

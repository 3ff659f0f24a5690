"""Open API: user groups and users. Spec B §3.7, A025-A027 and A029."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import person_rules as rules
from linli.domains.people.ports import FaceUploads
from linli.domains.people.queries import persons as queries
from linli.domains.people.schemas import GroupOfPerson, Person, Profile, checked
from linli.domains.people.service import persons, users
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, method

_GROUP_TYPES = "RESIDENT 居民, VISITOR 访客, PROPERTY 物业, BLACKLIST 黑名单"


class GroupQuery(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    user_group_name: Annotated[str | None, Meta(description="用户组名称 / group name")] = None


class GroupInfo(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]
    user_group_id: Annotated[str, Meta(description="用户组 id / group id")]
    user_group_type: Annotated[str, Meta(description=_GROUP_TYPES)]
    user_group_name: Annotated[str, Meta(description="用户组名称 / group name")]
    is_default: Annotated[int, Meta(description="1 系统创建 0 用户创建 / 1 made by the system, 0 by a user")]


@method(
    "/solution/community/paas/user/group/query",
    "1.0.1",
    service="user",
    raises=(BadInput,),
    title="查询用户组",
    title_en="List user groups",
    source="spec B 3.7 A025",
)
async def query_groups(data: GroupQuery, call: Call, scope: Scope, db: Database) -> list[GroupInfo]:
    """The four default groups (业主, 物业, 访客, 黑名单) come first."""
    assert call.community_id is not None  # token="required"
    page = PageRequest.of(data.page_no, data.page_size)
    found = await queries.groups(scope, db, call.community_id, name=data.user_group_name or "")
    return [
        GroupInfo(row.community_id, row.user_group_id, row.type, row.name, row.is_default)
        for row in found[page.offset : page.offset + page.page_size]
    ]


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
    source="spec B 3.7 A029",
)
async def add_user(
    data: UserAdd, scope: Scope, tx: Tx, ids: Ids, clock: Clock, faces: FaceUploads
) -> UserAdded:
    """A phone that is known already means the same user, if the name is the same."""
    if not data.mobile.strip():
        raise BadInput(field="mobile", rule="blank")
    profile = checked(
        Profile(
            name=data.user_name,
            phone=data.mobile,
            id_no=data.id_no,
            sex=data.sex,
            age=data.age,
            face_upload_id=data.face_img_upload_id,
        ),
        wire=_USER_WIRE,
        name_max=users.NAME_MAX,
    )
    users.check_name(profile.name or "", field="userName")
    if profile.face_upload_id:
        await faces.check_face(scope, tx, profile.face_upload_id, field="faceImgUploadId")
    person = await users.add(
        scope, tx, group_id=data.user_group_id, profile=profile, ids=ids, now_ms=clock.now_ms()
    )
    return UserAdded(person.identity_id, None)


class OrderBy(msgspec.Struct, rename="camel"):
    column_name: Annotated[str, Meta(description="gmt_create 或 gmt_modified / gmt_create or gmt_modified")]
    direction: Annotated[str, Meta(description="desc")]


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
    user_group_type: Annotated[str, Meta(description=_GROUP_TYPES)]


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


def _user(person: Person, groups: list[GroupOfPerson]) -> UserInfo:
    return UserInfo(
        person.identity_id,
        None,
        person.name,
        None,
        person.id_no or None,
        [GroupBrief(row.user_group_id, row.name, row.type) for row in groups],
        person.age,
        person.sex,
        person.phone,
    )


@method(
    "/solution/community/paas/user/query",
    "1.0.5",
    service="user",
    raises=(BadInput,),
    title="结构化查询用户信息",
    title_en="Query users",
    source="spec B 3.7 A026",
)
async def query_users(data: UserQuery, call: Call, scope: Scope, db: Database) -> list[UserRow]:
    """Users of the community, newest first."""
    assert call.community_id is not None  # token="required"
    page = await queries.users(
        scope,
        db,
        call.community_id,
        PageRequest.of(data.page_no, data.page_size),
        group_id=data.user_group_id or None,
        name=data.user_name or None,
        phone=rules.clean_phone(data.mobile) if data.mobile else None,
        since_ms=data.modified_start,
        until_ms=data.modified_end,
        by_change=by_change(data.order_by),
    )
    groups = await queries.groups_of(scope, db, [row.person.id for row in page.data])
    return [
        UserRow(
            **msgspec.structs.asdict(_user(row.person, groups.get(row.person.id, []))),
            gmt_create=row.created_ms,
            gmt_modified=row.changed_ms,
            nationality=row.person.nationality or None,
            ext=row.person.ext or None,
        )
        for row in page.data
    ]


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
    source="spec B 3.7 A027",
)
async def get_user(data: UserGet, scope: Scope, db: Database) -> UserInfo:
    """By user id; a face id finds nobody until faces are enrolled."""
    if not data.identity_id:
        if not data.face_id:
            raise BadInput(field="identityId", rule="required")
        raise NotFound(what="face", id=data.face_id)
    person = await queries.person(scope, db, data.identity_id)
    groups = await queries.groups_of(scope, db, [person.id])
    return _user(person, groups.get(person.id, []))

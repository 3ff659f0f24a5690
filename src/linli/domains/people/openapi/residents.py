"""Open API: residents of houses. Spec B §3.8, A035-A039."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import form_rules
from linli.domains.people import person_rules as rules
from linli.domains.people.openapi.users import OrderBy, by_change
from linli.domains.people.ports import FaceUploads, Houses
from linli.domains.people.queries import forms
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries import residents as queries
from linli.domains.people.rows import Member
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import persons, residents
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method

_MEMBER_TYPES = (
    "1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, "
    "4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"
)
_STATUSES = "1 已认证 2 待审核 3 未通过 4 已迁出 / 1 certified, 2 under review, 3 refused, 4 moved out"
type HouseId = Annotated[str | int, Meta(description="房屋空间 id / house space id")]


def _house_number(value: str | int) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what="house", id=text[:64])
    return int(text)


def _same_community(call: Call, community_id: str | int | None) -> int:
    """The community of the token. Raises NotFound when a parameter contradicts it (spec B §3.2)."""
    assert call.community_id is not None  # token="required"
    if community_id not in (None, "", call.community_id, str(call.community_id)):
        raise NotFound(what="community", id=str(community_id)[:64])
    return call.community_id


class MemberSave(msgspec.Struct, rename="camel"):
    house_space_id: HouseId
    community_id: Annotated[int | None, Meta(description="小区 id / community id")] = None
    identity_id: Annotated[
        str | None, Meta(description="成员 id，有值时为修改 / member; its presence makes the call an update")
    ] = None
    type: Annotated[int | None, Meta(description=_MEMBER_TYPES)] = None
    name: Annotated[str | None, Meta(description="姓名，新增必填，不可修改 / name; required on create")] = (
        None
    )
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")] = None
    id_num: Annotated[str | None, Meta(description="身份证号 / ID-card number")] = None
    phone_num: Annotated[str | None, Meta(description="手机号，仅新增 / phone, create only")] = None
    face_img_upload_id: Annotated[str | None, Meta(description="人脸图片 uploadId / face picture")] = None
    age: Annotated[int | None, Meta(description="年龄 / age")] = None
    degree: Annotated[int | None, Meta(description="学历 0-9 / degree")] = None
    health: Annotated[str | None, Meta(description="健康状况 / health")] = None
    marriage: Annotated[int | None, Meta(description="0 未婚 1 已婚 2 离异 / marriage")] = None
    politics: Annotated[int | None, Meta(description="政治面貌 0-5 / politics")] = None
    company: Annotated[str | None, Meta(description="工作单位 / employer")] = None
    registry: Annotated[str | None, Meta(description="籍贯 / native place")] = None
    residence_address: Annotated[str | None, Meta(description="户籍所在地 / registered residence")] = None
    registry_code: Annotated[str | None, Meta(description="籍贯编码 / native place code")] = None
    residence_address_code: Annotated[str | None, Meta(description="户籍编码 / residence code")] = None
    nationality: Annotated[str | None, Meta(description="国家（地区） / country or region")] = None
    ext: Annotated[str | None, Meta(description="自定义字段，JSON 文本 / custom fields, JSON text")] = None


class MemberSaved(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]


_WIRE = {
    "name": "name",
    "phone": "phoneNum",
    "id_no": "idNum",
    "registry_code": "registryCode",
    "residence_address": "residenceAddress",
    "residence_address_code": "residenceAddressCode",
    "face_upload_id": "faceImgUploadId",
}
_SAME = (
    "name", "sex", "age", "degree", "health", "marriage", "politics", "company", "registry", "registry_code",
    "residence_address", "residence_address_code", "nationality", "ext",
)  # fmt: skip


def _profile(data: MemberSave) -> Profile:
    given = {name: getattr(data, name) for name in _SAME}
    return checked(
        Profile(**given, phone=data.phone_num, id_no=data.id_num, face_upload_id=data.face_img_upload_id),
        wire=_WIRE,
    )


@method(
    "/solution/community/paas/house/member/save",
    "1.0.5",
    service="household",
    raises=(NotFound, BadInput, persons.PhoneTaken, persons.NameFixed, residents.AlreadyMember),
    title="新增/修改房屋成员",
    title_en="Add or update a house member",
    contract=Contract(source="spec B 3.8 A035"),
)
async def save_member(
    data: MemberSave,
    call: Call,
    scope: Scope,
    tx: Tx,
    ids: Ids,
    clock: Clock,
    houses: Houses,
    faces: FaceUploads,
) -> MemberSaved:
    """Without identityId a new member, who joins the group 业主; with it an update, which keeps name and sex."""
    community_id = _same_community(call, data.community_id)
    house_id = _house_number(data.house_space_id)
    profile = _profile(data)
    form = await forms.form(scope, tx, community_id)
    form_rules.check(form, profile.values(), wire=_WIRE, creating=not data.identity_id)
    if profile.face_upload_id:
        await faces.check_face(scope, tx, profile.face_upload_id, field="faceImgUploadId")
    if data.identity_id:
        await residents.change_member(
            scope,
            tx,
            house_id=house_id,
            identity_id=data.identity_id,
            profile=msgspec.structs.replace(profile, phone=None),
            type=data.type,
            now_ms=clock.now_ms(),
        )
        return MemberSaved(data.identity_id)
    if profile.name is None:
        raise BadInput(field="name", rule="required")
    if data.type is None:
        raise BadInput(field="type", rule="required")
    identity_id = await residents.move_in(
        scope, tx, houses, house_id=house_id, profile=profile, type=data.type, ids=ids, now_ms=clock.now_ms()
    )
    return MemberSaved(identity_id)


class MemberDelete(msgspec.Struct, rename="camel"):
    house_space_id: HouseId
    identity_id: Annotated[str, Meta(description="成员 id / member")]


@method(
    "/solution/community/paas/house/member/delete",
    "2.0.0",
    service="household",
    raises=(NotFound,),
    title="删除房屋成员",
    title_en="Remove a house member",
    contract=Contract(source="spec B 3.8 A036"),
)
async def delete_member(data: MemberDelete, scope: Scope, tx: Tx, clock: Clock) -> None:
    """An app acts as the property and may remove any member. The member's rights from the house end."""
    await residents.move_out(
        scope,
        tx,
        house_id=_house_number(data.house_space_id),
        identity_id=data.identity_id,
        now_ms=clock.now_ms(),
    )


class MemberList(msgspec.Struct, rename="camel"):
    house_space_id: HouseId
    identity_id: Annotated[str | None, Meta(description="用户 id / user id")] = None
    community_id: Annotated[str | int | None, Meta(description="小区 id / community id")] = None
    types: Annotated[list[int] | None, Meta(description=_MEMBER_TYPES)] = None


class ResidentInfo(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]
    type: Annotated[int, Meta(description=_MEMBER_TYPES)]
    user_name: Annotated[str, Meta(description="姓名 / name")]
    sex: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")]
    id_no: Annotated[str | None, Meta(description="身份证号 / ID-card number")]
    mobile: Annotated[str | None, Meta(description="手机号 / phone")]
    face_image_url: Annotated[str | None, Meta(description="人脸图片 OSS key / key of the face picture")]
    source: Annotated[str, Meta(description="QRCODE 扫码, INPUT 录入 / how the record arose")]
    age: Annotated[int | None, Meta(description="年龄 / age")]
    degree: Annotated[int | None, Meta(description="学历 0-9 / degree")]
    health: Annotated[str | None, Meta(description="健康状况 / health")]
    marriage: Annotated[int | None, Meta(description="0 未婚 1 已婚 2 离异 / marriage")]
    politics: Annotated[int | None, Meta(description="政治面貌 0-5 / politics")]
    company: Annotated[str | None, Meta(description="工作单位 / employer")]
    registry: Annotated[str | None, Meta(description="籍贯 / native place")]
    residence_address: Annotated[str | None, Meta(description="户籍所在地 / registered residence")]
    registry_code: Annotated[str | None, Meta(description="籍贯编码 / native place code")]
    residence_address_code: Annotated[str | None, Meta(description="户籍编码 / residence code")]
    nationality: Annotated[str | None, Meta(description="国家（地区） / country or region")]
    ext: Annotated[str | None, Meta(description="自定义字段，JSON 文本 / custom fields, JSON text")]


async def _keys(scope: Scope, db: Reader, faces: FaceUploads, rows: list[Member]) -> dict[str, str]:
    return await faces.face_keys(scope, db, [row.face_upload_id for row in rows if row.face_upload_id])


def _common(row: Member, keys: dict[str, str]) -> dict[str, object]:
    return {
        "identity_id": row.identity_id,
        "type": row.type,
        "user_name": row.name,
        "sex": row.sex,
        "id_no": row.id_no or None,
        "mobile": row.phone,
        "face_image_url": keys.get(row.face_upload_id),
        "source": row.source,
        "age": row.age,
        "degree": row.degree,
        "health": row.health or None,
        "marriage": row.marriage,
        "politics": row.politics,
        "company": row.company or None,
        "registry": row.registry or None,
        "residence_address": row.residence_address or None,
        "registry_code": row.registry_code or None,
        "residence_address_code": row.residence_address_code or None,
        "nationality": row.nationality or None,
        "ext": row.ext or None,
    }


class MemberInfo(ResidentInfo, rename="camel"):
    alipay_uid: Annotated[
        str | None, Meta(description="支付宝用户 id，自建平台为空 / empty when self-hosted")
    ]
    approve_comment: Annotated[str | None, Meta(description="审核意见 / reason of rejection")]
    status: Annotated[int, Meta(description=_STATUSES)]


@method(
    "/solution/community/paas/house/member/list",
    "3.0.3",
    service="household",
    raises=(NotFound, BadInput),
    title="查询房屋成员",
    title_en="List the members of a house",
    contract=Contract(source="spec B 3.8 A037"),
)
async def list_members(
    data: MemberList, call: Call, scope: Scope, db: Database, houses: Houses, faces: FaceUploads
) -> list[MemberInfo]:
    """Residents who live there, wait for review or were refused; not residents who moved out."""
    _same_community(call, data.community_id)
    house_id = _house_number(data.house_space_id)
    await houses.community_of_house(scope, db, house_id)
    rows = [
        row
        for row in await queries.of_house(scope, db, house_id)
        if (not data.identity_id or row.identity_id == data.identity_id)
        and (not data.types or row.type in data.types)
    ]
    keys = await _keys(scope, db, faces, rows)
    return [
        MemberInfo(
            **_common(row, keys),  # type: ignore[arg-type]
            alipay_uid=None,
            approve_comment=row.approve_comment or None,
            status=row.status,
        )
        for row in rows
    ]


class HouseholdQuery(msgspec.Struct, rename="camel"):
    community_id: Annotated[int | None, Meta(description="小区 id / community id")] = None
    house_space_id: Annotated[str | int | None, Meta(description="房屋空间 id / house space")] = None
    mobile: Annotated[str | None, Meta(description="手机号 / phone")] = None
    type: Annotated[int | None, Meta(description=_MEMBER_TYPES)] = None
    user_name: Annotated[str | None, Meta(description="姓名 / name")] = None
    modified_start: Annotated[int | None, Meta(description="修改时间起，毫秒，含 / changed from, ms")] = None
    modified_end: Annotated[int | None, Meta(description="修改时间止，毫秒，含 / changed to, ms")] = None
    order_by: Annotated[OrderBy | None, Meta(description="排序，默认 gmt_create 倒序 / sort rule")] = None
    page_no: Annotated[int | None, Meta(description="页码，默认 1 / page, default 1")] = None
    page_size: Annotated[int | None, Meta(description="每页数量，默认 20 / page size, default 20")] = None


class HouseholdRow(ResidentInfo, rename="camel"):
    gmt_create: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]
    gmt_modified: Annotated[int, Meta(description="修改时间，毫秒 / changed, ms")]


class HouseholdPage(msgspec.Struct, rename="camel"):
    total: Annotated[int, Meta(description="总数 / total rows")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    data: list[HouseholdRow]


@method(
    "/solution/community/paas/household/query",
    "1.0.5",
    service="household",
    raises=(NotFound, BadInput),
    title="查询住户列表",
    title_en="Query residents",
    contract=Contract(source="spec B 3.8 A038"),
)
async def query_residents(
    data: HouseholdQuery, call: Call, scope: Scope, db: Database, faces: FaceUploads
) -> HouseholdPage:
    """The present residents of the community, one row for each of their houses, newest first."""
    page = await queries.page(
        scope,
        db,
        _same_community(call, data.community_id),
        PageRequest.of(data.page_no, data.page_size),
        where=queries.ResidentConditions(
            house_id=None if data.house_space_id in (None, "") else _house_number(data.house_space_id or ""),
            type=data.type,
            phone=rules.clean_phone(data.mobile) if data.mobile else None,
            name=data.user_name or None,
            since_ms=data.modified_start,
            until_ms=data.modified_end,
        ),
        order="changed" if by_change(data.order_by) else "created",
    )
    keys = await _keys(scope, db, faces, page.data)
    rows = [
        HouseholdRow(**_common(row, keys), gmt_create=row.created_ms, gmt_modified=row.changed_ms)  # type: ignore[arg-type]
        for row in page.data
    ]
    return HouseholdPage(page.total, page.page_no, page.page_size, rows)


class HousesOfUser(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user id")]


class HouseOfUser(msgspec.Struct, rename="camel"):
    community_space_id: Annotated[str, Meta(description="小区根空间 id / root space id of the community")]
    house_space_id: Annotated[str, Meta(description="房屋空间 id / house space id")]
    community_id: Annotated[str, Meta(description="小区 id / community id")]


@method(
    "/solution/community/paas/household/house/list",
    "1.0.0",
    service="household",
    raises=(NotFound,),
    title="查询用户的房屋列表",
    title_en="List the houses of a user",
    contract=Contract(source="spec B 3.8 A039"),
)
async def list_houses_of_user(
    data: HousesOfUser, scope: Scope, db: Database, houses: Houses
) -> list[HouseOfUser]:
    """The houses in which the user lives now."""
    person = await person_queries.person(scope, db, data.identity_id)
    homes = await queries.houses_of(scope, db, person.id)
    roots = await houses.root_space_ids(scope, db, sorted({home.community_id for home in homes}))
    return [
        HouseOfUser(str(roots[home.community_id]), str(home.house_id), str(home.community_id))
        for home in homes
        if home.community_id in roots
    ]

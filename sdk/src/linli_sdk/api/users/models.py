"""What the methods of `users` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class FaceImageCheck(Model, kw_only=True):
    width: int
    """宽度，像素，不超过 800 / width in pixels, at most 800"""
    height: int
    """高度，像素，不超过 800 / height in pixels, at most 800"""
    url: str
    """图片的 OSS 地址或 key / OSS address or key of the picture"""


class AuthList(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    app_key: str = field(name="appKey")
    """应用的 appKey / appKey of the app"""


class CommunityAuth(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""
    action_codes: list[str] = field(name="actionCodes")
    """权限点 MANAGE, USE / permission points"""


class PermQuery(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    app_id: str = field(name="appId")
    """应用的 appId / appId of the app"""


class AppPermission(Model, kw_only=True):
    action_codes: list[ActionCode] = field(name="actionCodes")
    """权限点 / permission points"""


class ActionCode(Model, kw_only=True):
    action_code: str = field(name="actionCode")
    """MANAGE 或 USE / MANAGE or USE"""


class OldUserAdd(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""
    user_name: str = field(name="userName")
    """姓名，最长 12 位，字母、数字、中文 / at most 12 characters"""
    mobile: str
    """手机号 / phone"""
    id_no: str | None = field(default=None, name="idNo")
    """身份证号 / ID-card number"""
    sex: int | None = None
    """1 男 2 女 / 1 male, 2 female"""
    age: int | None = None
    """年龄 / age"""
    face_image_url: str | None = field(default=None, name="faceImageUrl")
    """人脸图片的 ossKey（临时区） / key of the uploaded picture"""


class UserAdded(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    face_id: str | None = field(name="faceId")
    """人脸 id / face id"""


class UserAdd(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""
    user_name: str = field(name="userName")
    """姓名，最长 12 位，字母、数字、中文 / at most 12 characters"""
    mobile: str
    """手机号 / phone"""
    id_no: str | None = field(default=None, name="idNo")
    """身份证号 / ID-card number"""
    sex: int | None = None
    """1 男 2 女 / 1 male, 2 female"""
    age: int | None = None
    """年龄 / age"""
    face_img_upload_id: str | None = field(default=None, name="faceImgUploadId")
    """人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture"""


class UserDelete(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""


class UserGet(Model, kw_only=True):
    identity_id: str | None = field(default=None, name="identityId")
    """用户 id，faceId 为空时必填 / user id"""
    face_id: str | None = field(default=None, name="faceId")
    """人脸 id，identityId 为空时必填 / face id"""


class UserInfo(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    face_id: str | None = field(name="faceId")
    """人脸 id / face id"""
    user_name: str = field(name="userName")
    """姓名 / name"""
    face_image_url: str | None = field(name="faceImageUrl")
    """图片地址 / picture address"""
    id_no: str | None = field(name="idNo")
    """身份证号 / ID-card number"""
    user_groups: list[GroupBrief] = field(name="userGroups")
    """所属用户组 / groups of the user"""
    age: int | None
    """年龄 / age"""
    sex: int | None
    """1 男 2 女 / 1 male, 2 female"""
    mobile: str | None
    """手机号 / phone"""


class GroupBrief(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""
    user_group_name: str = field(name="userGroupName")
    """用户组名称 / group name"""
    user_group_type: str = field(name="userGroupType")
    """RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST"""


class UserByImage(Model, kw_only=True):
    oss_file_key: str = field(name="ossFileKey")
    """人脸图片的 OSS key / OSS key of a face picture"""


class UserFound(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    face_id: str = field(name="faceId")
    """人脸 id / face id"""
    user_name: str = field(name="userName")
    """姓名 / name"""
    face_image_url: str | None = field(name="faceImageUrl")
    """图片地址 / picture address"""
    id_no: str | None = field(name="idNo")
    """身份证号 / ID-card number"""
    user_groups: list[GroupOfUser] = field(name="userGroups")
    """所属用户组 / groups of the user"""
    age: int | None
    """年龄 / age"""
    sex: int | None
    """1 男 2 女 / 1 male, 2 female"""
    mobile: str | None
    """手机号 / phone"""


class GroupOfUser(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""
    user_group_name: str = field(name="userGroupName")
    """用户组名称 / group name"""
    user_group_type: str = field(name="userGroupType")
    """RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST"""


class OldGroupAdd(Model, kw_only=True):
    user_group_name: str = field(name="userGroupName")
    """用户组名称，最长 64 / group name, at most 64"""
    user_group_type: str = field(name="userGroupType")
    """RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST"""
    community_id: int = field(name="communityId")
    """小区 id / community id"""


class GroupAdd(Model, kw_only=True):
    user_group_name: str = field(name="userGroupName")
    """用户组名称，最长 64 / group name, at most 64"""
    user_group_type: str = field(name="userGroupType")
    """RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST"""


class GroupAdded(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""


class GroupDelete(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""


class GroupMember(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""
    identity_id: str = field(name="identityId")
    """用户 id / user id"""


class GroupQuery(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    user_group_name: str | None = field(default=None, name="userGroupName")
    """用户组名称 / group name"""


class GroupInfo(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""
    user_group_type: str = field(name="userGroupType")
    """RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST"""
    user_group_name: str = field(name="userGroupName")
    """用户组名称 / group name"""
    is_default: int = field(name="isDefault")
    """1 系统创建 0 用户创建 / 1 made by the system, 0 by a user"""


class GroupUpdate(Model, kw_only=True):
    user_group_id: str = field(name="userGroupId")
    """用户组 id / group id"""
    user_group_name: str = field(name="userGroupName")
    """用户组名称，最长 64 / group name, at most 64"""


class OldUserQuery(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    identity_id: str | None = field(default=None, name="identityId")
    """用户 id / user id"""
    face_id: str | None = field(default=None, name="faceId")
    """人脸 id / face id"""
    user_name: str | None = field(default=None, name="userName")
    """姓名 / name"""
    face_image_url: str | None = field(default=None, name="faceImageUrl")
    """图片 key / key of the picture"""
    id_no: str | None = field(default=None, name="idNo")
    """身份证号 / ID-card number"""
    age: int | None = None
    """年龄 / age"""
    sex: int | None = None
    """1 男 2 女 / 1 male, 2 female"""
    mobile: str | None = None
    """手机号 / phone"""


class UserRow(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    face_id: str | None = field(name="faceId")
    """人脸 id / face id"""
    user_name: str = field(name="userName")
    """姓名 / name"""
    face_image_url: str | None = field(name="faceImageUrl")
    """图片地址 / picture address"""
    id_no: str | None = field(name="idNo")
    """身份证号 / ID-card number"""
    user_groups: list[GroupBrief] = field(name="userGroups")
    """所属用户组 / groups of the user"""
    age: int | None
    """年龄 / age"""
    sex: int | None
    """1 男 2 女 / 1 male, 2 female"""
    mobile: str | None
    """手机号 / phone"""
    gmt_create: int = field(name="gmtCreate")
    """创建时间，毫秒 / created, ms"""
    gmt_modified: int = field(name="gmtModified")
    """修改时间，毫秒 / changed, ms"""
    nationality: str | None
    """国家（地区） / country or region"""
    ext: str | None
    """自定义字段，JSON 文本 / custom fields, JSON text"""


class UserQuery(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    user_group_id: str | None = field(default=None, name="userGroupId")
    """用户组 id / group id"""
    user_name: str | None = field(default=None, name="userName")
    """姓名 / name"""
    mobile: str | None = None
    """手机号 / phone"""
    modified_start: int | None = field(default=None, name="modifiedStart")
    """修改时间起，毫秒，含 / changed from, ms"""
    modified_end: int | None = field(default=None, name="modifiedEnd")
    """修改时间止，毫秒，含 / changed to, ms"""
    order_by: OrderBy | None = field(default=None, name="orderBy")
    """排序，默认 gmt_create 倒序 / sort rule"""


class OrderBy(Model, kw_only=True):
    column_name: str = field(name="columnName")
    """gmt_create 或 gmt_modified / gmt_create or gmt_modified"""
    direction: str
    """只支持 desc / desc alone"""


class UserUpdate(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    user_name: str | None = field(default=None, name="userName")
    """姓名，最长 12 位 / name, at most 12 characters"""
    id_no: str | None = field(default=None, name="idNo")
    """身份证号 / ID-card number"""
    sex: int | None = None
    """1 男 2 女 / 1 male, 2 female"""
    age: int | None = None
    """年龄 / age"""
    face_img_upload_id: str | None = field(default=None, name="faceImgUploadId")
    """人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture"""

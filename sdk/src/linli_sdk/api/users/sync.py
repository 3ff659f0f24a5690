"""The methods of `users`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.users import contracts
from linli_sdk.api.users.models import (
    AppPermission,
    AuthList,
    CommunityAuth,
    FaceImageCheck,
    GroupAdd,
    GroupAdded,
    GroupDelete,
    GroupInfo,
    GroupMember,
    GroupQuery,
    GroupUpdate,
    OldGroupAdd,
    OldUserAdd,
    OldUserQuery,
    OrderBy,
    PermQuery,
    UserAdd,
    UserAdded,
    UserByImage,
    UserDelete,
    UserFound,
    UserGet,
    UserInfo,
    UserQuery,
    UserRow,
    UserUpdate,
)
from linli_sdk.service import Service


class Users(Service):
    """The 22 methods of service `user`, as a key is granted it."""

    def check_face_image(self, *, width: int, height: int, url: str) -> None:
        """Check a face picture / 检测智能识别图片质量

        `/solution/community/faceimage/check` 1.0.1. Needs a community: `client.at(community_id)`.

        Code 200 says that the picture does. JPG of 10 KB to 1 MB and at most 800 x 800, exactly one face, frontal, sharp,
        well lit, and more than a quarter of the picture; the message names the first rule that is broken.

        Args:
            width: 宽度，像素，不超过 800 / width in pixels, at most 800
            height: 高度，像素，不超过 800 / height in pixels, at most 800
            url: 图片的 OSS 地址或 key / OSS address or key of the picture

        Codes of its own: 20004.
        """
        return self._call(contracts.CHECK_FACE_IMAGE, FaceImageCheck(width=width, height=height, url=url))

    def list_community_auth(self, *, identity_id: str, app_key: str) -> list[CommunityAuth]:
        """A user's permission points of an app in every community / 获取用户在每个小区的应用权限列表

        `/solution/community/paas/app/community/auth/list` 1.0.0. Needs a community: `client.at(community_id)`.

        In every community of the calling app, not only the cloudToken's. Communities without any are left out.

        Args:
            identity_id: 用户 id / user id
            app_key: 应用的 appKey / appKey of the app
        """
        return self._call(contracts.LIST_COMMUNITY_AUTH, AuthList(identity_id=identity_id, app_key=app_key))

    def query_app_permissions(self, *, identity_id: str, app_id: str) -> list[AppPermission]:
        """A user's permission points of an app / 获取用户的应用权限列表

        `/solution/community/paas/app/perm/query` 1.0.0. Needs a community: `client.at(community_id)`.

        In the community of the cloudToken; empty when there are none.

        Args:
            identity_id: 用户 id / user id
            app_id: 应用的 appId / appId of the app
        """
        return self._call(contracts.QUERY_APP_PERMISSIONS, PermQuery(identity_id=identity_id, app_id=app_id))

    def add_user_1_0_0(
        self,
        *,
        user_group_id: str,
        user_name: str,
        mobile: str,
        id_no: str | None = None,
        sex: int | None = None,
        age: int | None = None,
        face_image_url: str | None = None,
    ) -> UserAdded:
        """Add a user to a group (old version) / 添加用户

        `/solution/community/paas/user/add` 1.0.0, legacy. Needs a community: `client.at(community_id)`.

        The key of an uploaded picture goes straight in; it is kept as file/save would keep it.

        Args:
            user_group_id: 用户组 id / group id
            user_name: 姓名，最长 12 位，字母、数字、中文 / at most 12 characters
            mobile: 手机号 / phone
            id_no: 身份证号 / ID-card number
            sex: 1 男 2 女 / 1 male, 2 female
            age: 年龄 / age
            face_image_url: 人脸图片的 ossKey（临时区） / key of the uploaded picture
        """
        return self._call(
            contracts.ADD_USER_1_0_0,
            OldUserAdd(
                user_group_id=user_group_id,
                user_name=user_name,
                mobile=mobile,
                id_no=id_no,
                sex=sex,
                age=age,
                face_image_url=face_image_url,
            ),
        )

    def add_user(
        self,
        *,
        user_group_id: str,
        user_name: str,
        mobile: str,
        id_no: str | None = None,
        sex: int | None = None,
        age: int | None = None,
        face_img_upload_id: str | None = None,
    ) -> UserAdded:
        """Add a user to a group / 添加用户

        `/solution/community/paas/user/add` 1.0.2. Needs a community: `client.at(community_id)`.

        A phone that is known already means the same user, if the name is the same.

        Args:
            user_group_id: 用户组 id / group id
            user_name: 姓名，最长 12 位，字母、数字、中文 / at most 12 characters
            mobile: 手机号 / phone
            id_no: 身份证号 / ID-card number
            sex: 1 男 2 女 / 1 male, 2 female
            age: 年龄 / age
            face_img_upload_id: 人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture
        """
        return self._call(
            contracts.ADD_USER,
            UserAdd(
                user_group_id=user_group_id,
                user_name=user_name,
                mobile=mobile,
                id_no=id_no,
                sex=sex,
                age=age,
                face_img_upload_id=face_img_upload_id,
            ),
        )

    def delete_user(self, *, identity_id: str) -> None:
        """Erase a user / 删除用户

        `/solution/community/paas/user/delete` 1.0.0. Needs a community: `client.at(community_id)`.

        Everything tied to the user ends and is erased; only the identityId is kept.

        Communities of others that know the same person keep what is theirs.

        Args:
            identity_id: 用户 id / user id
        """
        return self._call(contracts.DELETE_USER, UserDelete(identity_id=identity_id))

    def get_user(self, *, identity_id: str | None = None, face_id: str | None = None) -> UserInfo:
        """Read a user / 查询用户信息

        `/solution/community/paas/user/get` 1.0.2. Needs a community: `client.at(community_id)`.

        By user id or by face id; where both are given, both must be of one user.

        Args:
            identity_id: 用户 id，faceId 为空时必填 / user id
            face_id: 人脸 id，identityId 为空时必填 / face id
        """
        return self._call(contracts.GET_USER, UserGet(identity_id=identity_id, face_id=face_id))

    def find_users_by_image(self, *, oss_file_key: str) -> list[UserFound]:
        """Find users by a face picture / 智能识别图片查询用户信息

        `/solution/community/paas/user/getbyimage` 1.0.1. Needs a community: `client.at(community_id)`.

        Users of the community whose face it is, likeliest first: one when it is certain, several when a person must look,
        none for a stranger.

        Args:
            oss_file_key: 人脸图片的 OSS key / OSS key of a face picture

        Codes of its own: 20004.
        """
        return self._call(contracts.FIND_USERS_BY_IMAGE, UserByImage(oss_file_key=oss_file_key))

    def add_group_1_0_0(self, *, user_group_name: str, user_group_type: str, community_id: int) -> str:
        """Create a user group (old version) / 新建用户组

        `/solution/community/paas/user/group/add` 1.0.0, legacy. Needs a community: `client.at(community_id)`.

        `data` is the id itself.

        Args:
            user_group_name: 用户组名称，最长 64 / group name, at most 64
            user_group_type: RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST
            community_id: 小区 id / community id
        """
        return self._call(
            contracts.ADD_GROUP_1_0_0,
            OldGroupAdd(
                user_group_name=user_group_name, user_group_type=user_group_type, community_id=community_id
            ),
        )

    def add_group(self, *, user_group_name: str, user_group_type: str) -> GroupAdded:
        """Create a user group / 新建用户组

        `/solution/community/paas/user/group/add` 1.0.1. Needs a community: `client.at(community_id)`.

        A group of one of the four types, beside the four that every community has.

        Args:
            user_group_name: 用户组名称，最长 64 / group name, at most 64
            user_group_type: RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST
        """
        return self._call(
            contracts.ADD_GROUP, GroupAdd(user_group_name=user_group_name, user_group_type=user_group_type)
        )

    def delete_group_v1_0_0(self, *, user_group_id: str) -> None:
        """Delete a user group (old version) / 删除用户组

        `/solution/community/paas/user/group/delete` 1.0.0, legacy. Needs a community: `client.at(community_id)`.

        Its members stay users of the community. The four default groups cannot be deleted.

        Args:
            user_group_id: 用户组 id / group id
        """
        return self._call(contracts.DELETE_GROUP_V1_0_0, GroupDelete(user_group_id=user_group_id))

    def delete_group(self, *, user_group_id: str) -> None:
        """Delete a user group / 删除用户组

        `/solution/community/paas/user/group/delete` 1.0.1. Needs a community: `client.at(community_id)`.

        Its members stay users of the community. The four default groups cannot be deleted.

        Args:
            user_group_id: 用户组 id / group id
        """
        return self._call(contracts.DELETE_GROUP, GroupDelete(user_group_id=user_group_id))

    def add_group_member_v1_0_0(self, *, user_group_id: str, identity_id: str) -> None:
        """Put a user into a group (old version) / 用户组添加用户

        `/solution/community/paas/user/group/member/add` 1.0.0, legacy. Needs a community: `client.at(community_id)`.

        Twice changes nothing.

        Args:
            user_group_id: 用户组 id / group id
            identity_id: 用户 id / user id
        """
        return self._call(
            contracts.ADD_GROUP_MEMBER_V1_0_0,
            GroupMember(user_group_id=user_group_id, identity_id=identity_id),
        )

    def add_group_member(self, *, user_group_id: str, identity_id: str) -> None:
        """Put a user into a group / 用户组添加用户

        `/solution/community/paas/user/group/member/add` 1.0.1. Needs a community: `client.at(community_id)`.

        Twice changes nothing.

        Args:
            user_group_id: 用户组 id / group id
            identity_id: 用户 id / user id
        """
        return self._call(
            contracts.ADD_GROUP_MEMBER, GroupMember(user_group_id=user_group_id, identity_id=identity_id)
        )

    def delete_group_member(self, *, user_group_id: str, identity_id: str) -> None:
        """Take a user out of a group / 用户组删除用户

        `/solution/community/paas/user/group/member/delete` 1.0.1. Needs a community: `client.at(community_id)`.

        Nothing happens when the user is not in the group.

        Args:
            user_group_id: 用户组 id / group id
            identity_id: 用户 id / user id
        """
        return self._call(
            contracts.DELETE_GROUP_MEMBER, GroupMember(user_group_id=user_group_id, identity_id=identity_id)
        )

    def query_groups_v1_0_0(
        self, *, page_no: int, page_size: int, user_group_name: str | None = None
    ) -> list[GroupInfo]:
        """List user groups (old version) / 查询用户组

        `/solution/community/paas/user/group/query` 1.0.0, legacy. Needs a community: `client.at(community_id)`.

        The four default groups (业主, 物业, 访客, 黑名单) come first.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            user_group_name: 用户组名称 / group name
        """
        return self._call(
            contracts.QUERY_GROUPS_V1_0_0,
            GroupQuery(page_no=page_no, page_size=page_size, user_group_name=user_group_name),
        )

    def query_groups(
        self, *, page_no: int, page_size: int, user_group_name: str | None = None
    ) -> list[GroupInfo]:
        """List user groups / 查询用户组

        `/solution/community/paas/user/group/query` 1.0.1. Needs a community: `client.at(community_id)`.

        The four default groups (业主, 物业, 访客, 黑名单) come first.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            user_group_name: 用户组名称 / group name
        """
        return self._call(
            contracts.QUERY_GROUPS,
            GroupQuery(page_no=page_no, page_size=page_size, user_group_name=user_group_name),
        )

    def update_group_v1_0_0(self, *, user_group_id: str, user_group_name: str) -> None:
        """Rename a user group (old version) / 更新用户组

        `/solution/community/paas/user/group/update` 1.0.0, legacy. Needs a community: `client.at(community_id)`.

        The four default groups keep their names.

        Args:
            user_group_id: 用户组 id / group id
            user_group_name: 用户组名称，最长 64 / group name, at most 64
        """
        return self._call(
            contracts.UPDATE_GROUP_V1_0_0,
            GroupUpdate(user_group_id=user_group_id, user_group_name=user_group_name),
        )

    def update_group(self, *, user_group_id: str, user_group_name: str) -> None:
        """Rename a user group / 更新用户组

        `/solution/community/paas/user/group/update` 1.0.1. Needs a community: `client.at(community_id)`.

        The four default groups keep their names.

        Args:
            user_group_id: 用户组 id / group id
            user_group_name: 用户组名称，最长 64 / group name, at most 64
        """
        return self._call(
            contracts.UPDATE_GROUP, GroupUpdate(user_group_id=user_group_id, user_group_name=user_group_name)
        )

    def query_users_1_0_0(
        self,
        *,
        community_id: int,
        page_no: int,
        page_size: int,
        identity_id: str | None = None,
        face_id: str | None = None,
        user_name: str | None = None,
        face_image_url: str | None = None,
        id_no: str | None = None,
        age: int | None = None,
        sex: int | None = None,
        mobile: str | None = None,
    ) -> list[UserRow]:
        """Query users of a community (old version) / 小区用户查询

        `/solution/community/paas/user/query` 1.0.0, legacy. Needs a community: `client.at(community_id)`.

        Every value given must fit. A picture is found by the key that its user was added with.

        Args:
            community_id: 小区 id / community id
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            identity_id: 用户 id / user id
            face_id: 人脸 id / face id
            user_name: 姓名 / name
            face_image_url: 图片 key / key of the picture
            id_no: 身份证号 / ID-card number
            age: 年龄 / age
            sex: 1 男 2 女 / 1 male, 2 female
            mobile: 手机号 / phone
        """
        return self._call(
            contracts.QUERY_USERS_1_0_0,
            OldUserQuery(
                community_id=community_id,
                page_no=page_no,
                page_size=page_size,
                identity_id=identity_id,
                face_id=face_id,
                user_name=user_name,
                face_image_url=face_image_url,
                id_no=id_no,
                age=age,
                sex=sex,
                mobile=mobile,
            ),
        )

    def query_users(
        self,
        *,
        page_no: int,
        page_size: int,
        user_group_id: str | None = None,
        user_name: str | None = None,
        mobile: str | None = None,
        modified_start: int | None = None,
        modified_end: int | None = None,
        order_by: OrderBy | None = None,
    ) -> list[UserRow]:
        """Query users / 结构化查询用户信息

        `/solution/community/paas/user/query` 1.0.5. Needs a community: `client.at(community_id)`.

        Users of the community, newest first.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            user_group_id: 用户组 id / group id
            user_name: 姓名 / name
            mobile: 手机号 / phone
            modified_start: 修改时间起，毫秒，含 / changed from, ms
            modified_end: 修改时间止，毫秒，含 / changed to, ms
            order_by: 排序，默认 gmt_create 倒序 / sort rule
        """
        return self._call(
            contracts.QUERY_USERS,
            UserQuery(
                page_no=page_no,
                page_size=page_size,
                user_group_id=user_group_id,
                user_name=user_name,
                mobile=mobile,
                modified_start=modified_start,
                modified_end=modified_end,
                order_by=order_by,
            ),
        )

    def update_user(
        self,
        *,
        identity_id: str,
        user_name: str | None = None,
        id_no: str | None = None,
        sex: int | None = None,
        age: int | None = None,
        face_img_upload_id: str | None = None,
    ) -> None:
        """Change a user / 修改用户

        `/solution/community/paas/user/update` 1.0.2. Needs a community: `client.at(community_id)`.

        Absent fields stay. The phone cannot be changed here.

        Args:
            identity_id: 用户 id / user id
            user_name: 姓名，最长 12 位 / name, at most 12 characters
            id_no: 身份证号 / ID-card number
            sex: 1 男 2 女 / 1 male, 2 female
            age: 年龄 / age
            face_img_upload_id: 人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture
        """
        return self._call(
            contracts.UPDATE_USER,
            UserUpdate(
                identity_id=identity_id,
                user_name=user_name,
                id_no=id_no,
                sex=sex,
                age=age,
                face_img_upload_id=face_img_upload_id,
            ),
        )

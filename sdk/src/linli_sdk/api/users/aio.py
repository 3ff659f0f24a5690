"""The methods of `users` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.users import contracts
from linli_sdk.api.users.models import (
    GroupInfo,
    GroupQuery,
    OrderBy,
    UserAdd,
    UserAdded,
    UserGet,
    UserInfo,
    UserQuery,
    UserRow,
)
from linli_sdk.service import AsyncService


class AsyncUsers(AsyncService):
    """The 4 methods of service `user`, as a key is granted it."""

    async def add_user(
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
        return await self._call(
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

    async def get_user(self, *, identity_id: str | None = None, face_id: str | None = None) -> UserInfo:
        """Read a user / 查询用户信息

        `/solution/community/paas/user/get` 1.0.2. Needs a community: `client.at(community_id)`.

        By user id; a face id finds nobody until faces are enrolled.

        Args:
            identity_id: 用户 id，faceId 为空时必填 / user id
            face_id: 人脸 id，identityId 为空时必填 / face id
        """
        return await self._call(contracts.GET_USER, UserGet(identity_id=identity_id, face_id=face_id))

    async def query_groups(
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
        return await self._call(
            contracts.QUERY_GROUPS,
            GroupQuery(page_no=page_no, page_size=page_size, user_group_name=user_group_name),
        )

    async def query_users(
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
        return await self._call(
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

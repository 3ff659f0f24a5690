"""The methods of `face`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.face import contracts
from linli_sdk.api.face.models import (
    FaceOnDevicePage,
    FacesOnDevices,
    ImageGet,
    ImageNamed,
    ImageSave,
    ImageSaved,
    ImageTold,
    Quality,
    QualityQuery,
    StatusOfDevice,
    StatusOfUser,
    Trace,
    TraceQuery,
    UserStatus,
)
from linli_sdk.service import Service


class Face(Service):
    """The 11 methods of service `face`, as a key is granted it."""

    def delete_image(self, *, user_type: str, user_id: str) -> None:
        """Delete a face picture / 删除人脸图片

        `/face/paas/image/delete` 1.2.0.

        The picture, its template and every device's copy go.

        Args:
            user_type: 用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id
            user_id: 用户 id / user id

        Codes of its own: 403.
        """
        return self._call(contracts.DELETE_IMAGE, ImageNamed(user_type=user_type, user_id=user_id))

    def get_image(self, *, user_type: str, user_id: str, image_format: str | None = None) -> ImageTold:
        """Get a face picture / 获取人脸图片

        `/face/paas/image/get` 1.2.0.

        By an address that works for an hour, or as base64.

        Args:
            user_type: 用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id
            user_id: 用户 id / user id
            image_format: URL（默认）或 BASE64 / how the picture comes

        Codes of its own: 403.
        """
        return self._call(
            contracts.GET_IMAGE, ImageGet(user_type=user_type, user_id=user_id, image_format=image_format)
        )

    def save_image(
        self,
        *,
        user_type: str,
        user_id: str,
        image_url: str | None = None,
        image_base64: str | None = None,
        face_ext_info: str | None = None,
        user_name: str | None = None,
        expired_time: str | None = None,
        user_ext_info: str | None = None,
        user_role: int | None = None,
        mobile: str | None = None,
        policy: str | None = None,
    ) -> ImageSaved:
        """Save a face picture / 保存人脸图片

        `/face/paas/image/save` 1.2.0.

        Save or replace; devices that hold the old picture get the new one. The project attests the user's consent.

        A poor picture is saved all the same, since a door may judge otherwise; the answer says so, and says when no engine
        has looked at it.

        Args:
            user_type: 用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id
            user_id: 用户 id / user id
            image_url: 图片地址，与 imageBase64 二选一，同时给出时以它为准 / address, wins
            image_base64: 图片 base64 / the picture itself
            face_ext_info: 同步到设备的扩展信息，最多 1024 个字符 / goes to devices
            user_name: 姓名，最多 64 个字符 / name
            expired_time: 有效期 yyyy-MM-dd HH:mm:ss / valid until
            user_ext_info: 云端扩展信息，随通行记录推送，最多 1024 个字符 / comes with records
            user_role: 用户角色 / role
            mobile: 手机号 / mobile number
            policy: 识别后的动作：PERMISSION 放行（默认）、DENY 拒绝 / what a match means

        Codes of its own: 403.
        """
        return self._call(
            contracts.SAVE_IMAGE,
            ImageSave(
                user_type=user_type,
                user_id=user_id,
                image_url=image_url,
                image_base64=image_base64,
                face_ext_info=face_ext_info,
                user_name=user_name,
                expired_time=expired_time,
                user_ext_info=user_ext_info,
                user_role=user_role,
                mobile=mobile,
                policy=policy,
            ),
        )

    def add_permissions_v1_0_0(
        self, *, user_type: str, user_id_list: list[str], scope_type: str, scope_id_list: list[str]
    ) -> None:
        """Have devices hold faces (1.0.0) / 增加人脸权限（1.0.0）

        `/face/paas/permission/add` 1.0.0, legacy.

        Accepts the job; how far it gets is told by querybyuser, querybydevice and FACE_SYNC_STATUS.

        Args:
            user_type: 用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id
            user_id_list: 用户 id，最多 10 个 / users, at most 10
            scope_type: IOT_ID 设备，SPACE_ID 空间下全部人脸设备 / devices, or every face device of spaces
            scope_id_list: 设备或空间 id，最多 10 个 / at most 10

        Codes of its own: 403.
        """
        return self._call(
            contracts.ADD_PERMISSIONS_V1_0_0,
            FacesOnDevices(
                user_type=user_type,
                user_id_list=user_id_list,
                scope_type=scope_type,
                scope_id_list=scope_id_list,
            ),
        )

    def add_permissions(
        self, *, user_type: str, user_id_list: list[str], scope_type: str, scope_id_list: list[str]
    ) -> None:
        """Have devices hold faces / 增加人脸权限

        `/face/paas/permission/add` 1.2.0.

        Accepts the job; how far it gets is told by querybyuser, querybydevice and FACE_SYNC_STATUS.

        Args:
            user_type: 用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id
            user_id_list: 用户 id，最多 10 个 / users, at most 10
            scope_type: IOT_ID 设备，SPACE_ID 空间下全部人脸设备 / devices, or every face device of spaces
            scope_id_list: 设备或空间 id，最多 10 个 / at most 10

        Codes of its own: 403.
        """
        return self._call(
            contracts.ADD_PERMISSIONS,
            FacesOnDevices(
                user_type=user_type,
                user_id_list=user_id_list,
                scope_type=scope_type,
                scope_id_list=scope_id_list,
            ),
        )

    def delete_permissions_v1_0_0(
        self, *, user_type: str, user_id_list: list[str], scope_type: str, scope_id_list: list[str]
    ) -> None:
        """Take faces off devices (1.0.0) / 删除人脸权限（1.0.0）

        `/face/paas/permission/delete` 1.0.0, legacy.

        The stored pictures stay.

        Args:
            user_type: 用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id
            user_id_list: 用户 id，最多 10 个 / users, at most 10
            scope_type: IOT_ID 设备，SPACE_ID 空间下全部人脸设备 / devices, or every face device of spaces
            scope_id_list: 设备或空间 id，最多 10 个 / at most 10

        Codes of its own: 403.
        """
        return self._call(
            contracts.DELETE_PERMISSIONS_V1_0_0,
            FacesOnDevices(
                user_type=user_type,
                user_id_list=user_id_list,
                scope_type=scope_type,
                scope_id_list=scope_id_list,
            ),
        )

    def delete_permissions(
        self, *, user_type: str, user_id_list: list[str], scope_type: str, scope_id_list: list[str]
    ) -> None:
        """Take faces off devices / 删除人脸权限

        `/face/paas/permission/delete` 1.2.0.

        The stored pictures stay.

        Args:
            user_type: 用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id
            user_id_list: 用户 id，最多 10 个 / users, at most 10
            scope_type: IOT_ID 设备，SPACE_ID 空间下全部人脸设备 / devices, or every face device of spaces
            scope_id_list: 设备或空间 id，最多 10 个 / at most 10

        Codes of its own: 403.
        """
        return self._call(
            contracts.DELETE_PERMISSIONS,
            FacesOnDevices(
                user_type=user_type,
                user_id_list=user_id_list,
                scope_type=scope_type,
                scope_id_list=scope_id_list,
            ),
        )

    def query_by_device(
        self,
        *,
        iot_id: str,
        page_no: int | None = None,
        page_size: int | None = None,
        status_list: list[str] | None = None,
    ) -> FaceOnDevicePage:
        """Page through the faces of a device / 根据设备查询人脸权限

        `/face/paas/permission/querybydevice` 1.0.4.

        Args:
            iot_id: 设备 / device
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size
            status_list: 只查这些状态 / only these statuses

        Codes of its own: 403.
        """
        return self._call(
            contracts.QUERY_BY_DEVICE,
            StatusOfDevice(iot_id=iot_id, page_no=page_no, page_size=page_size, status_list=status_list),
        )

    def query_by_user(
        self,
        *,
        user_type: str,
        user_id: str,
        device_list_page_no: int | None = None,
        device_list_page_size: int | None = None,
        status_list: list[str] | None = None,
    ) -> UserStatus:
        """How far a user's face has got / 查询用户的人脸权限状态

        `/face/paas/permission/querybyuser` 1.0.4.

        Args:
            user_type: 用户类型 / kind of user id
            user_id: 用户 id / user
            device_list_page_no: 页码，从 1 起 / page, from 1
            device_list_page_size: 每页数量，最多 100 / page size
            status_list: 只查这些状态 / only these statuses

        Codes of its own: 403.
        """
        return self._call(
            contracts.QUERY_BY_USER,
            StatusOfUser(
                user_type=user_type,
                user_id=user_id,
                device_list_page_no=device_list_page_no,
                device_list_page_size=device_list_page_size,
                status_list=status_list,
            ),
        )

    def assess_quality(self, *, face_url: str, provider: str) -> Quality:
        """Assess a face picture / 人脸质量评估

        `/face/quality/query` 1.0.0.

        Every face of the picture, largest first, with box, probability, pose and five points. Nothing is judged or kept;
        `/solution/community/faceimage/check` says whether a picture does.

        Gender, age, expression and glasses are not assessed: these four lists are empty, never guessed, also where faces
        are found. A client that reads them by face must look at their length first. One engine stands behind all providers.

        Args:
            face_url: 人脸图片的 HTTP 地址 / HTTP address of the picture
            provider: 算法提供方：Alipay, IoT, Damo / algorithm provider

        Codes of its own: 20004.
        """
        return self._call(contracts.ASSESS_QUALITY, QualityQuery(face_url=face_url, provider=provider))

    def query_trace(self, *, start_tm: int, end_tm: int, face_id: str) -> Trace:
        """Where a face was seen / 人行轨迹检索

        `/home/face/user/trace/query` 1.0.0.

        At most 100,000 points, the most recent ones.

        Args:
            start_tm: 开始时间，毫秒 / from, ms
            end_tm: 结束时间，毫秒 / to, ms
            face_id: 人脸 id，可以是陌生人的 / face, perhaps a stranger's
        """
        return self._call(
            contracts.QUERY_TRACE, TraceQuery(start_tm=start_tm, end_tm=end_tm, face_id=face_id)
        )

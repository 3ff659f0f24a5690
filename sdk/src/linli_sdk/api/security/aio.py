"""The methods of `security` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.security import contracts
from linli_sdk.api.security.models import (
    FaceCreateData,
    FaceCreateParams,
    FaceGroupCreateData,
    FaceGroupCreateParams,
    FaceGroupDetailData,
    FaceGroupDetailParams,
    FaceGroupModifyParams,
    FaceGroupRemoveParams,
    FaceModifyParams,
    FaceRemoveParams,
    FaceSearchData,
    FaceSearchParams,
    GetAlarmRuleDataItem,
    GetAlarmRuleParams,
    GetAllFaceGroupData,
    GetAllFaceGroupParams,
    GetPicCaptureTaskData,
    GetPicCaptureTaskParams,
    GetPicRecordData,
    GetPicRecordParams,
    RemoveCaptureTaskParams,
    ScenePicRecordUploadParams,
    SetAlarmRuleParams,
    SetAlarmRuleParamsAlarmRuleItem,
    SetPicCaptureTaskParams,
    SetPicCaptureTaskParamsCaptureWeekDayItem,
    SetPicCaptureTaskParamsDeviceListItem,
)
from linli_sdk.service import AsyncService


class AsyncSecurity(AsyncService):
    """The 16 methods of service `smartSecurityService`, as a key is granted it."""

    async def face_create(
        self,
        *,
        product_key: str,
        device_name: str,
        group_id: str,
        face_pic_url: str,
        name: str | None = None,
        ext_info: str | None = None,
        face_pic_type: str | None = None,
    ) -> FaceCreateData:
        """Add face / 新增人脸

        `/smartSecurityService/faceCreate` 1.0.0.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_CREATE,
            FaceCreateParams(
                product_key=product_key,
                device_name=device_name,
                group_id=group_id,
                face_pic_url=face_pic_url,
                name=name,
                ext_info=ext_info,
                face_pic_type=face_pic_type,
            ),
        )

    async def face_group_create(
        self,
        *,
        product_key: str,
        device_name: str,
        group_name: str,
        group_type: int | None = None,
        ext_info: str | None = None,
    ) -> FaceGroupCreateData:
        """Create face library / 新增人脸库

        `/smartSecurityService/faceGroupCreate` 1.0.0.

        Smart security service

        Args:
            group_type: 1 黑名单, 2 白名单, 3 员工, 4 访客, 100 其他 / 1 blacklist, 2 whitelist, 3 staff, 4 visitor, 100 other

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_GROUP_CREATE,
            FaceGroupCreateParams(
                product_key=product_key,
                device_name=device_name,
                group_name=group_name,
                group_type=group_type,
                ext_info=ext_info,
            ),
        )

    async def face_group_detail(
        self, *, product_key: str, device_name: str, group_id: str
    ) -> FaceGroupDetailData:
        """Get face library / 查询人脸库

        `/smartSecurityService/faceGroupDetail` 1.0.0.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_GROUP_DETAIL,
            FaceGroupDetailParams(product_key=product_key, device_name=device_name, group_id=group_id),
        )

    async def face_group_modify(
        self,
        *,
        product_key: str,
        device_name: str,
        group_id: str,
        group_name: str,
        group_type: int | None = None,
        ext_info: str | None = None,
    ) -> Any:
        """Change face library / 修改人脸库

        `/smartSecurityService/faceGroupModify` 1.0.0.

        Smart security service

        Args:
            group_type: 1 黑名单, 2 白名单, 3 员工, 4 访客, 100 其他 / 1 blacklist, 2 whitelist, 3 staff, 4 visitor, 100 other

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_GROUP_MODIFY,
            FaceGroupModifyParams(
                product_key=product_key,
                device_name=device_name,
                group_id=group_id,
                group_name=group_name,
                group_type=group_type,
                ext_info=ext_info,
            ),
        )

    async def face_group_remove(self, *, product_key: str, device_name: str, group_id: str) -> Any:
        """Delete face library / 删除人脸库

        `/smartSecurityService/faceGroupRemove` 1.0.0.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_GROUP_REMOVE,
            FaceGroupRemoveParams(product_key=product_key, device_name=device_name, group_id=group_id),
        )

    async def face_modify(
        self,
        *,
        product_key: str,
        device_name: str,
        group_id: str,
        face_id: str,
        face_pic_url: str | None = None,
        name: str | None = None,
        ext_info: str | None = None,
        face_pic_type: str | None = None,
    ) -> Any:
        """Change face / 修改人脸

        `/smartSecurityService/faceModify` 1.0.0.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_MODIFY,
            FaceModifyParams(
                product_key=product_key,
                device_name=device_name,
                group_id=group_id,
                face_id=face_id,
                face_pic_url=face_pic_url,
                name=name,
                ext_info=ext_info,
                face_pic_type=face_pic_type,
            ),
        )

    async def face_remove(self, *, product_key: str, device_name: str, group_id: str, face_id: str) -> Any:
        """Delete face / 删除人脸

        `/smartSecurityService/faceRemove` 1.0.0.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_REMOVE,
            FaceRemoveParams(
                product_key=product_key, device_name=device_name, group_id=group_id, face_id=face_id
            ),
        )

    async def face_search(
        self,
        *,
        product_key: str,
        device_name: str,
        group_id: str,
        name: str | None = None,
        ext_info: str | None = None,
        page_no: int | None = None,
        page_size: int | None = None,
        get_count: int | None = None,
    ) -> FaceSearchData:
        """Search faces / 搜索人脸

        `/smartSecurityService/faceSearch` 1.0.0.

        Smart security service

        Args:
            get_count: pageSize 的旧名 / Older name of pageSize

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.FACE_SEARCH,
            FaceSearchParams(
                product_key=product_key,
                device_name=device_name,
                group_id=group_id,
                name=name,
                ext_info=ext_info,
                page_no=page_no,
                page_size=page_size,
                get_count=get_count,
            ),
        )

    async def get_alarm_rule(
        self, *, product_key: str, device_name: str, event_type: int
    ) -> list[GetAlarmRuleDataItem] | GetAlarmRuleDataItem:
        """Get arming rule / 获取布防规则

        `/smartSecurityService/getAlarmRule` 1.0.0.

        Smart security service

        Args:
            event_type: 事件类型 (1 人员识别, 2 区域入侵, 3 电动车进电梯, 4 垃圾桶满溢, 5 高空抛物, 6 消防通道占用, 7 温度异常, 8 人体测温, 9 测温规则, 10 电动车进出单元门, 11 违停, 12 徘徊, 13 摔倒, 100 其他, 1000 起为自定义) / Kind (1 person, 2 intrusion, 3 e-bike in a lift, 4 bin overflow, 5 thrown object, 6 fire lane, 7 temperature, 8 body temperature, 9 temperature rule, 10 e-bike at a unit door, 11 parking, 12 loitering, 13 fall, 100 other, own ones from 1000)

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.GET_ALARM_RULE,
            GetAlarmRuleParams(product_key=product_key, device_name=device_name, event_type=event_type),
        )

    async def get_all_face_group(self, *, product_key: str, device_name: str) -> GetAllFaceGroupData:
        """List face libraries / 查询所有人脸库

        `/smartSecurityService/getAllFaceGroup` 1.0.0.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.GET_ALL_FACE_GROUP,
            GetAllFaceGroupParams(product_key=product_key, device_name=device_name),
        )

    async def get_pic_capture_task(self, *, task_id: str) -> GetPicCaptureTaskData:
        """Get snapshot plan / 获取抓图计划

        `/smartSecurityService/getPicCaptureTask` 1.0.1.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(contracts.GET_PIC_CAPTURE_TASK, GetPicCaptureTaskParams(task_id=task_id))

    async def get_pic_record(
        self,
        *,
        pic_base64: str,
        pic_type: str,
        record_limit: int,
        start_time: int,
        end_time: int,
        min_similarity: float,
        max_similarity: float,
        page_no: int | None = None,
        page_size: int | None = None,
    ) -> GetPicRecordData:
        """Search captured faces by picture / 抓拍记录查询

        `/smartSecurityService/getPicRecord` 1.0.1.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.GET_PIC_RECORD,
            GetPicRecordParams(
                pic_base64=pic_base64,
                pic_type=pic_type,
                record_limit=record_limit,
                start_time=start_time,
                end_time=end_time,
                min_similarity=min_similarity,
                max_similarity=max_similarity,
                page_no=page_no,
                page_size=page_size,
            ),
        )

    async def remove_capture_task(self, *, task_id: str) -> Any:
        """Delete snapshot plan / 删除抓图计划

        `/smartSecurityService/removeCaptureTask` 1.0.1.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(contracts.REMOVE_CAPTURE_TASK, RemoveCaptureTaskParams(task_id=task_id))

    async def scene_pic_record_upload(self, *, scene_pic_id: str, upload_url: str) -> Any:
        """Fetch scene picture of a capture record / 抓拍记录场景图获取

        `/smartSecurityService/scenePicRecordUpload` 1.0.1.

        Smart security service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.SCENE_PIC_RECORD_UPLOAD,
            ScenePicRecordUploadParams(scene_pic_id=scene_pic_id, upload_url=upload_url),
        )

    async def set_alarm_rule(
        self,
        *,
        product_key: str,
        device_name: str,
        event_type: int,
        alarm_rule: list[SetAlarmRuleParamsAlarmRuleItem] | SetAlarmRuleParamsAlarmRuleItem,
    ) -> Any:
        """Set arming rule / 设置布防规则

        `/smartSecurityService/setAlarmRule` 1.0.0.

        Smart security service

        Args:
            event_type: 事件类型 (1 人员识别, 2 区域入侵, 3 电动车进电梯, 4 垃圾桶满溢, 5 高空抛物, 6 消防通道占用, 7 温度异常, 8 人体测温, 9 测温规则, 10 电动车进出单元门, 11 违停, 12 徘徊, 13 摔倒, 100 其他, 1000 起为自定义) / Kind (1 person, 2 intrusion, 3 e-bike in a lift, 4 bin overflow, 5 thrown object, 6 fire lane, 7 temperature, 8 body temperature, 9 temperature rule, 10 e-bike at a unit door, 11 parking, 12 loitering, 13 fall, 100 other, own ones from 1000)

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.SET_ALARM_RULE,
            SetAlarmRuleParams(
                product_key=product_key, device_name=device_name, event_type=event_type, alarm_rule=alarm_rule
            ),
        )

    async def set_pic_capture_task(
        self,
        *,
        task_id: str,
        device_list: list[SetPicCaptureTaskParamsDeviceListItem] | SetPicCaptureTaskParamsDeviceListItem,
        start_date: str,
        end_date: str,
        status: int,
        capture_week_day: list[SetPicCaptureTaskParamsCaptureWeekDayItem]
        | SetPicCaptureTaskParamsCaptureWeekDayItem
        | None = None,
        cron: list[Any] | None = None,
        ext_info: str | None = None,
    ) -> Any:
        """Set snapshot plan / 设置抓图计划

        `/smartSecurityService/setPicCaptureTask` 1.0.3.

        Smart security service

        Args:
            status: 1 启用, 0 停用 / 1 enabled, 0 disabled

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.SET_PIC_CAPTURE_TASK,
            SetPicCaptureTaskParams(
                task_id=task_id,
                device_list=device_list,
                start_date=start_date,
                end_date=end_date,
                status=status,
                capture_week_day=capture_week_day,
                cron=cron,
                ext_info=ext_info,
            ),
        )

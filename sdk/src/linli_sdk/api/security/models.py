"""What the methods of `security` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from msgspec import field

from linli_sdk.methods import Model


class FaceCreateParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_id: str = field(name="groupId")
    face_pic_url: str = field(name="facePicUrl")
    name: str | None = None
    ext_info: str | None = field(default=None, name="extInfo")
    face_pic_type: str | None = field(default=None, name="facePicType")


class FaceCreateData(Model, kw_only=True):
    face_id: str | None = field(default=None, name="faceId")


class FaceGroupCreateParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_name: str = field(name="groupName")
    group_type: int | None = field(default=None, name="groupType")
    """1 黑名单, 2 白名单, 3 员工, 4 访客, 100 其他 / 1 blacklist, 2 whitelist, 3 staff, 4 visitor, 100 other"""
    ext_info: str | None = field(default=None, name="extInfo")


class FaceGroupCreateData(Model, kw_only=True):
    group_id: str | None = field(default=None, name="groupId")


class FaceGroupDetailParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_id: str = field(name="groupId")


class FaceGroupDetailData(Model, kw_only=True):
    group_id: str | None = field(default=None, name="groupId")
    group_name: str | None = field(default=None, name="groupName")
    group_face_num: int | None = field(default=None, name="groupFaceNum")
    ext_info: str | None = field(default=None, name="extInfo")


class FaceGroupModifyParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_id: str = field(name="groupId")
    group_name: str = field(name="groupName")
    group_type: int | None = field(default=None, name="groupType")
    """1 黑名单, 2 白名单, 3 员工, 4 访客, 100 其他 / 1 blacklist, 2 whitelist, 3 staff, 4 visitor, 100 other"""
    ext_info: str | None = field(default=None, name="extInfo")


class FaceGroupRemoveParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_id: str = field(name="groupId")


class FaceModifyParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_id: str = field(name="groupId")
    face_id: str = field(name="faceId")
    face_pic_url: str | None = field(default=None, name="facePicUrl")
    name: str | None = None
    ext_info: str | None = field(default=None, name="extInfo")
    face_pic_type: str | None = field(default=None, name="facePicType")


class FaceRemoveParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_id: str = field(name="groupId")
    face_id: str = field(name="faceId")


class FaceSearchParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    group_id: str = field(name="groupId")
    name: str | None = None
    ext_info: str | None = field(default=None, name="extInfo")
    page_no: int | None = field(default=None, name="pageNo")
    page_size: int | None = field(default=None, name="pageSize")
    get_count: int | None = field(default=None, name="getCount")
    """pageSize 的旧名 / Older name of pageSize"""


class FaceSearchData(Model, kw_only=True):
    faces: list[FaceSearchDataFacesItem] | FaceSearchDataFacesItem | None = None


class FaceSearchDataFacesItem(Model, kw_only=True):
    group_id: str | None = field(default=None, name="groupId")
    group_name: str | None = field(default=None, name="groupName")
    face_id: str | None = field(default=None, name="faceId")
    name: str | None = None
    face_pic_base64: str | None = field(default=None, name="facePicBase64")
    face_pic_type: str | None = field(default=None, name="facePicType")
    ext_info: str | None = field(default=None, name="extInfo")


class GetAlarmRuleParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    event_type: int = field(name="eventType")
    """事件类型 (1 人员识别, 2 区域入侵, 3 电动车进电梯, 4 垃圾桶满溢, 5 高空抛物, 6 消防通道占用, 7 温度异常, 8 人体测温, 9 测温规则, 10 电动车进出单元门, 11 违停, 12 徘徊, 13 摔倒, 100 其他, 1000 起为自定义) / Kind (1 person, 2 intrusion, 3 e-bike in a lift, 4 bin overflow, 5 thrown object, 6 fire lane, 7 temperature, 8 body temperature, 9 temperature rule, 10 e-bike at a unit door, 11 parking, 12 loitering, 13 fall, 100 other, own ones from 1000)"""


class GetAlarmRuleDataItem(Model, kw_only=True):
    week_day: str | None = field(default=None, name="weekDay")
    time_slot: list[GetAlarmRuleDataItemTimeSlotItem] | GetAlarmRuleDataItemTimeSlotItem | None = field(
        default=None, name="timeSlot"
    )
    bind_group: list[GetAlarmRuleDataItemBindGroupItem] | GetAlarmRuleDataItemBindGroupItem | None = field(
        default=None, name="bindGroup"
    )
    ext_info: str | None = field(default=None, name="extInfo")


class GetAlarmRuleDataItemTimeSlotItem(Model, kw_only=True):
    time: str | None = None
    interval: int | None = None
    time_ext_info: str | None = field(default=None, name="timeExtInfo")


class GetAlarmRuleDataItemBindGroupItem(Model, kw_only=True):
    group_id: str | None = field(default=None, name="groupId")


class GetAllFaceGroupParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")


class GetAllFaceGroupData(Model, kw_only=True):
    groups: list[GetAllFaceGroupDataGroupsItem] | GetAllFaceGroupDataGroupsItem | None = None


class GetAllFaceGroupDataGroupsItem(Model, kw_only=True):
    group_id: str | None = field(default=None, name="groupId")
    group_name: str | None = field(default=None, name="groupName")
    group_face_num: int | None = field(default=None, name="groupFaceNum")
    ext_info: str | None = field(default=None, name="extInfo")


class GetPicCaptureTaskParams(Model, kw_only=True):
    task_id: str = field(name="taskId")


class GetPicCaptureTaskData(Model, kw_only=True):
    device_list: list[GetPicCaptureTaskDataDeviceListItem] | GetPicCaptureTaskDataDeviceListItem | None = (
        field(default=None, name="deviceList")
    )
    start_date: str | None = field(default=None, name="startDate")
    end_date: str | None = field(default=None, name="endDate")
    capture_week_day: (
        list[GetPicCaptureTaskDataCaptureWeekDayItem] | GetPicCaptureTaskDataCaptureWeekDayItem | None
    ) = field(default=None, name="captureWeekDay")
    cron: list[Any] | None = None
    status: int | None = None
    """1 启用, 0 停用 / 1 enabled, 0 disabled"""
    ext_info: str | None = field(default=None, name="extInfo")


class GetPicCaptureTaskDataDeviceListItem(Model, kw_only=True):
    product_key: str | None = field(default=None, name="productKey")
    device_name: str | None = field(default=None, name="deviceName")


class GetPicCaptureTaskDataCaptureWeekDayItem(Model, kw_only=True):
    week_day: str | None = field(default=None, name="weekDay")
    capture_time: list[Any] | None = field(default=None, name="captureTime")


class GetPicRecordParams(Model, kw_only=True):
    pic_base64: str = field(name="picBase64")
    pic_type: str = field(name="picType")
    record_limit: int = field(name="recordLimit")
    start_time: int = field(name="startTime")
    end_time: int = field(name="endTime")
    min_similarity: float = field(name="minSimilarity")
    max_similarity: float = field(name="maxSimilarity")
    page_no: int | None = field(default=None, name="pageNo")
    page_size: int | None = field(default=None, name="pageSize")


class GetPicRecordData(Model, kw_only=True):
    record_list: list[GetPicRecordDataRecordListItem] | GetPicRecordDataRecordListItem | None = field(
        default=None, name="recordList"
    )


class GetPicRecordDataRecordListItem(Model, kw_only=True):
    product_key: str | None = field(default=None, name="productKey")
    device_name: str | None = field(default=None, name="deviceName")
    small_pic_base64: str | None = field(default=None, name="smallPicBase64")
    small_pic_type: str | None = field(default=None, name="smallPicType")
    scene_pic_id: str | None = field(default=None, name="scenePicId")
    similarity: float | None = None
    capture_time: int | None = field(default=None, name="captureTime")
    extinfo: list[Any] | None = None


class RemoveCaptureTaskParams(Model, kw_only=True):
    task_id: str = field(name="taskId")


class ScenePicRecordUploadParams(Model, kw_only=True):
    scene_pic_id: str = field(name="scenePicId")
    upload_url: str = field(name="uploadUrl")


class SetAlarmRuleParams(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")
    event_type: int = field(name="eventType")
    """事件类型 (1 人员识别, 2 区域入侵, 3 电动车进电梯, 4 垃圾桶满溢, 5 高空抛物, 6 消防通道占用, 7 温度异常, 8 人体测温, 9 测温规则, 10 电动车进出单元门, 11 违停, 12 徘徊, 13 摔倒, 100 其他, 1000 起为自定义) / Kind (1 person, 2 intrusion, 3 e-bike in a lift, 4 bin overflow, 5 thrown object, 6 fire lane, 7 temperature, 8 body temperature, 9 temperature rule, 10 e-bike at a unit door, 11 parking, 12 loitering, 13 fall, 100 other, own ones from 1000)"""
    alarm_rule: list[SetAlarmRuleParamsAlarmRuleItem] | SetAlarmRuleParamsAlarmRuleItem = field(
        name="alarmRule"
    )


class SetAlarmRuleParamsAlarmRuleItem(Model, kw_only=True):
    week_day: str = field(name="weekDay")
    time_slot: (
        list[SetAlarmRuleParamsAlarmRuleItemTimeSlotItem] | SetAlarmRuleParamsAlarmRuleItemTimeSlotItem
    ) = field(name="timeSlot")
    bind_group: (
        list[SetAlarmRuleParamsAlarmRuleItemBindGroupItem]
        | SetAlarmRuleParamsAlarmRuleItemBindGroupItem
        | None
    ) = field(default=None, name="bindGroup")
    ext_info: str | None = field(default=None, name="extInfo")


class SetAlarmRuleParamsAlarmRuleItemTimeSlotItem(Model, kw_only=True):
    time: str
    interval: int
    time_ext_info: str | None = field(default=None, name="timeExtInfo")


class SetAlarmRuleParamsAlarmRuleItemBindGroupItem(Model, kw_only=True):
    group_id: str = field(name="groupId")


class SetPicCaptureTaskParams(Model, kw_only=True):
    task_id: str = field(name="taskId")
    device_list: list[SetPicCaptureTaskParamsDeviceListItem] | SetPicCaptureTaskParamsDeviceListItem = field(
        name="deviceList"
    )
    start_date: str = field(name="startDate")
    end_date: str = field(name="endDate")
    capture_week_day: (
        list[SetPicCaptureTaskParamsCaptureWeekDayItem] | SetPicCaptureTaskParamsCaptureWeekDayItem | None
    ) = field(default=None, name="captureWeekDay")
    cron: list[Any] | None = None
    status: int
    """1 启用, 0 停用 / 1 enabled, 0 disabled"""
    ext_info: str | None = field(default=None, name="extInfo")


class SetPicCaptureTaskParamsDeviceListItem(Model, kw_only=True):
    product_key: str = field(name="productKey")
    device_name: str = field(name="deviceName")


class SetPicCaptureTaskParamsCaptureWeekDayItem(Model, kw_only=True):
    week_day: str = field(name="weekDay")
    capture_time: Any = field(name="captureTime")
    """时间，["hh:mm"] 或 "hh:mm,hh:mm" / Times, ["hh:mm"] or "hh:mm,hh:mm" """

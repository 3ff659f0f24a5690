"""Path, version and result of each method of `security`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.security.models import (
    FaceCreateData,
    FaceGroupCreateData,
    FaceGroupDetailData,
    FaceSearchData,
    GetAlarmRuleDataItem,
    GetAllFaceGroupData,
    GetPicCaptureTaskData,
    GetPicRecordData,
)
from linli_sdk.methods import Method

FACE_CREATE: Method[FaceCreateData] = Method(
    "/smartSecurityService/faceCreate", "1.0.0", token="none", result=FaceCreateData
)
FACE_GROUP_CREATE: Method[FaceGroupCreateData] = Method(
    "/smartSecurityService/faceGroupCreate", "1.0.0", token="none", result=FaceGroupCreateData
)
FACE_GROUP_DETAIL: Method[FaceGroupDetailData] = Method(
    "/smartSecurityService/faceGroupDetail", "1.0.0", token="none", result=FaceGroupDetailData, reads=True
)
FACE_GROUP_MODIFY: Method[Any] = Method(
    "/smartSecurityService/faceGroupModify", "1.0.0", token="none", result=Any
)
FACE_GROUP_REMOVE: Method[Any] = Method(
    "/smartSecurityService/faceGroupRemove", "1.0.0", token="none", result=Any
)
FACE_MODIFY: Method[Any] = Method("/smartSecurityService/faceModify", "1.0.0", token="none", result=Any)
FACE_REMOVE: Method[Any] = Method("/smartSecurityService/faceRemove", "1.0.0", token="none", result=Any)
FACE_SEARCH: Method[FaceSearchData] = Method(
    "/smartSecurityService/faceSearch", "1.0.0", token="none", result=FaceSearchData, reads=True
)
GET_ALARM_RULE: Method[list[GetAlarmRuleDataItem] | GetAlarmRuleDataItem] = Method(
    "/smartSecurityService/getAlarmRule",
    "1.0.0",
    token="none",
    result=list[GetAlarmRuleDataItem] | GetAlarmRuleDataItem,
)
GET_ALL_FACE_GROUP: Method[GetAllFaceGroupData] = Method(
    "/smartSecurityService/getAllFaceGroup", "1.0.0", token="none", result=GetAllFaceGroupData
)
GET_PIC_CAPTURE_TASK: Method[GetPicCaptureTaskData] = Method(
    "/smartSecurityService/getPicCaptureTask", "1.0.1", token="none", result=GetPicCaptureTaskData
)
GET_PIC_RECORD: Method[GetPicRecordData] = Method(
    "/smartSecurityService/getPicRecord", "1.0.1", token="none", result=GetPicRecordData
)
REMOVE_CAPTURE_TASK: Method[Any] = Method(
    "/smartSecurityService/removeCaptureTask", "1.0.1", token="none", result=Any
)
SCENE_PIC_RECORD_UPLOAD: Method[Any] = Method(
    "/smartSecurityService/scenePicRecordUpload", "1.0.1", token="none", result=Any
)
SET_ALARM_RULE: Method[Any] = Method("/smartSecurityService/setAlarmRule", "1.0.0", token="none", result=Any)
SET_PIC_CAPTURE_TASK: Method[Any] = Method(
    "/smartSecurityService/setPicCaptureTask", "1.0.3", token="none", result=Any
)

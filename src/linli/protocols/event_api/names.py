"""The calls by name: who serves them, how they are sent, and what the cloud calls the same."""

from typing import Final, NamedTuple

PORT: Final = 5080
APP: Final = "/edgeSecurityEvent/"
ADAPTER: Final = "/edgeEventAdapter/"

MANUFACTURES: Final[dict[str, tuple[str, str]]] = {
    "DH": ("大华", "Dahua"),
    "HIK": ("海康威视", "Hikvision"),
    "UNIVIEW": ("宇视", "Uniview"),
    "TIANDY": ("天地伟业", "Tiandy"),
}


class Call(NamedTuple):
    """`cloud`: the method of `smartSecurityService`; empty where the cloud has none."""

    name: str
    verb: str
    cloud: str = ""


CALLS: Final[dict[str, Call]] = {
    call.name: call
    for call in (
        Call("deviceManage/configChange", "POST"),
        Call("deviceManage/getStatus", "GET"),
        Call("face/createGroup", "POST", "faceGroupCreate"),
        Call("face/removeGroup", "POST", "faceGroupRemove"),
        Call("face/modifyGroup", "POST", "faceGroupModify"),
        Call("face/getGroupDetail", "GET", "faceGroupDetail"),
        Call("face/getAllGroups", "GET", "getAllFaceGroup"),
        Call("face/create", "POST", "faceCreate"),
        Call("face/remove", "POST", "faceRemove"),
        Call("face/modify", "POST", "faceModify"),
        Call("face/search", "GET", "faceSearch"),
        Call("alarmDeploy/setRule", "POST", "setAlarmRule"),
        Call("alarmDeploy/getRule", "GET", "getAlarmRule"),
        Call("capture/setTask", "POST", "setPicCaptureTask"),
        Call("capture/getTask", "GET", "getPicCaptureTask"),
        Call("capture/deleteTask", "POST", "removeCaptureTask"),
        Call("record/get", "GET", "getPicRecord"),
        Call("record/scenePicUpload", "POST", "scenePicRecordUpload"),
        Call("record/getAll", "GET"),
    )
}
"""The 19 calls of an adapter (spec H 3.5.3 to 3.5.16)."""

"""The interfaces of the protocol as a table: path, server, request and answer. Source: spec G 3.1-3.5.

32 of the source, and three that it names without a form (spec G 3.9); their form is ours.
"""

from enum import Enum
from typing import Final, NamedTuple

from linli.protocols.door_http.messages import connection, elevators, faces, intercom, permissions, rules
from linli.protocols.door_http.messages.base import RULE_VERSION, Answer, Request, Versioned
from linli.protocols.door_http.messages.connection import Connect

type Ask = Connect | Request | Versioned

PHOTO_BYTES: Final = 1024 * 1024
VERSIONS: Final = (RULE_VERSION,)


class Server(Enum):
    """The answering side."""

    BOX = "box"
    DOOR = "door"
    BOTH = "both"


class Interface(NamedTuple):
    path: str
    title: str
    """As the source names it."""
    server: Server
    ask: type[Ask]
    answer: type[Answer] = Answer
    form: bool = False
    """multipart/form-data instead of JSON."""
    timeout_s: float = 5.0
    """How long the caller waits."""


_B, _D = Server.BOX, Server.DOOR

_ALL = (
    Interface("/connect", "建立连接", Server.BOTH, Connect, connection.ConnectAnswer),
    Interface("/keepalive", "心跳保活", Server.BOTH, connection.Keepalive),
    Interface("/remoteOpen", "远程开门", _D, connection.RemoteOpen),
    Interface("/alarmEvent", "报警事件", _B, connection.AlarmEvent),
    Interface("/setKeepOpen", "设置常开状态", _D, connection.SetKeepOpen),
    Interface("/getKeepOpen", "查询常开状态", _D, connection.GetKeepOpen, connection.KeepOpenAnswer),
    Interface("/setTempCheckRule", "设置测温规则", _D, connection.SetTemperatureRule),
    Interface("/recognize", "人脸识别", _B, faces.Recognize, faces.RecognizeAnswer, True, 10.0),
    Interface("/faceAC/syncFaces", "同步人脸信息", _D, faces.SyncFaces, timeout_s=10.0),
    Interface(
        "/faceAC/queryFaces", "查询设备上人脸库信息", _D, faces.QueryFaces, faces.QueryFacesAnswer,
        timeout_s=10.0,
    ),
    Interface("/faceAC/passEvent", "人脸通行事件", _B, faces.FacePass, faces.FacePassAnswer, True),
    Interface("/qrcode", "二维码识别", _B, permissions.QrCode, permissions.QrAnswer),
    Interface("/cardAC/syncPermissions", "同步卡权限", _D, permissions.SyncPermissions),
    Interface("/cardAC/passEvent", "刷卡通行事件", _B, permissions.CardPass),
    Interface("/bleAC/syncPermissions", "同步蓝牙权限", _D, permissions.SyncPermissions),
    Interface("/bleAC/passEvent", "蓝牙通行事件", _B, permissions.CardPass),
    Interface("/visualIntercom/syncSipNumber", "颁发门禁机SIP Number", _D, intercom.SyncSipNumber),
    Interface("/visualIntercom/getGroupId", "获取groupID", _B, intercom.GetGroupId, intercom.GroupAnswer),
    Interface("/visualIntercom/checkPhoneNumber", "验证手机号", _B, intercom.CheckPhoneNumber),
    Interface("/visualIntercom/verifyPhoneResult", "手机号校验结果", _D, intercom.VerifyPhoneResult),
    Interface("/visualIntercom/reportOpenDoor", "上报开门事件", _B, intercom.ReportOpenDoor),
    Interface("/elevator/reportRunState", "上报电梯运行状态", _B, elevators.ReportRunState),
    Interface("/elevator/getRunState", "查询电梯运行状态", _D, elevators.GetRunState, elevators.RunStateAnswer),
    Interface("/elevator/releaseFloors", "释放受控楼层", _D, elevators.ReleaseFloors),
    Interface("/elevator/activateFloor", "点亮目标楼层", _D, elevators.ActivateFloor),
    Interface("/elevator/call", "呼叫电梯", _D, elevators.CallElevator),
    Interface("/elevator/info/get", "获取电梯信息", _D, elevators.GetInfo, elevators.InfoAnswer),
    Interface("/elevator/rule/sync", "同步用户电梯规则", _D, rules.SyncRules, timeout_s=10.0),
    Interface("/elevator/rule/get", "获取用户电梯规则", _D, rules.GetRules, rules.RulesAnswer),
    Interface("/elevator/rule/report", "上报人梯联动事件", _B, rules.ReportRule),
    Interface("/elevator/rule/setAvailability", "设置人梯联动开关", _D, rules.SetAvailability),
    Interface(
        "/elevator/rule/getAvailability", "获取人梯联动开关状态", _D, rules.GetAvailability,
        rules.AvailabilityAnswer,
    ),
)  # fmt: skip

OURS = (
    Interface("/faceAC/getPhoto", "获取人脸库照片", _B, faces.GetPhoto, faces.GetPhotoAnswer),
    Interface(
        "/cardAC/queryPermissions",
        "查询设备上的卡权限信息",
        _D,
        permissions.QueryPermissions,
        permissions.QueryPermissionsAnswer,
        timeout_s=10.0,
    ),
    Interface("/cardAC/reportPermissions", "上报设备上的卡权限信息", _B, permissions.ReportPermissions),
)

INTERFACES: Final = {interface.path: interface for interface in (*_ALL, *OURS)}
SOURCE_INTERFACES: Final = tuple(interface.path for interface in _ALL)
"""The 32 of the source."""


def served_by(server: Server) -> dict[str, Interface]:
    return {
        path: interface for path, interface in INTERFACES.items() if interface.server in (server, Server.BOTH)
    }

"""The built-in library against what the specification prints."""

from collections import Counter

import pytest

from linli.things.catalogue.library import CAPABILITIES, built_in
from linli.tsl import ThingModel

PRINTED = {
    "car": "barke lprc screen",
    "people": "qrcode rsa_qrcode face temp_face bluetooth video card elevator elevators aio elc",
    "security": "perimeter nnvr invr frnvr ipcamera tptzcamera frcamera pmcamera",
    "eba": "flowmeter powermeter pressure liquid temhum waterlog temper rcii light spf gd",
    "indoor": "vibrator water smoke gas magnetic infrared SOS_button",
}


def model(path: str) -> ThingModel:
    found = built_in()[path].model
    assert found is not None
    return found


def test_the_tree_has_the_printed_codes() -> None:
    found: dict[str, list[str]] = {}
    for path in built_in():
        group, _, rest = path.partition("/")
        if group == "community" and "/" in rest:
            found.setdefault(rest.split("/")[0], []).append(rest.split("/")[1])
    assert found == {category: codes.split() for category, codes in PRINTED.items()}
    assert sum(len(codes) for category, codes in found.items() if category != "indoor") == 33


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("community/people/qrcode", "智慧社区/人员通行/二维码门禁"),
        ("community/car/lprc", "智慧社区/车辆通行/车牌识别摄像头"),
        ("life/home/camera", "智能生活/家居安防/摄像头"),
        ("life/home/nvr", "智能生活/家居安防/网络硬盘录像机"),
        ("edge/camera", "边缘计算/摄像头边缘节点"),
    ],
)
def test_names_follow_the_levels(path: str, name: str) -> None:
    assert built_in()[path].name == name


def test_every_model_says_something() -> None:
    for path, category in built_in().items():
        assert category.english, path
        if category.model is not None:
            assert category.model.properties or category.model.events, path
    repeated = Counter(category.name for category in built_in().values())
    assert [name for name, count in repeated.items() if count > 1] == []


@pytest.mark.parametrize(
    ("path", "properties", "events", "services"),
    [
        ("people/qrcode", {"RSAPublicKey"}, {"passEvent"}, {"syncPermissions", "remoteOpen"}),
        ("people/face", {"RSAPublicKey"}, {"passEvent"}, {"syncPermissions", "remoteOpen", "SyncFaceData"}),
        ("people/aio", {"ExtInfo"}, {"doorOpenEvent", "OssStsTokenRequest"},
         {"querySipNumber", "SyncSipNumber", "SyncGroupIdAndRoomId", "SendOssStsToken"}),
        ("people/elevators", set(), set(), {
            "CloudCallElevator", "QueryElevatorStatus", "QueryElevatorInfo", "SetElevatorRuleState",
            "GetElevatorRuleState"}),
        ("car/barke", {"GateState", "VehicleState"}, {"AbnormalOpenGate"}, {"OperatGate"}),
        ("car/lprc", {"LedRowNumber", "LedNoticeMode", "IsSurportQrCode", "Volume", "Brightness"},
         {"IntelligentAlarm"},
         {"AddVehicleIOfPermission", "GetVehiclePermission", "GetPermissionDownloadProgress", "NoticeBroadcast",
          "NoticeDisplay", "DefaultDisplay", "AddLedData", "QrCodeDisplay", "TriggerRecognition"}),
        ("security/perimeter", set(), {"channelAlarm", "alarmRemove"},
         {"clearAlarm", "channelOperation", "channelListQuery", "channelStatusQuery"}),
        ("indoor/smoke", {"AlertState"}, {"Alarm"}, set()),
    ],
)  # fmt: skip
def test_printed_identifiers_are_there(
    path: str, properties: set[str], events: set[str], services: set[str]
) -> None:
    found = model(f"community/{path}")
    assert properties <= found.property_by_id.keys()
    assert events <= found.event_by_id.keys()
    assert services <= found.service_by_id.keys()


def test_arming_is_numbered_as_each_document_has_it() -> None:
    """Indoors 1 is disarmed, at the perimeter host 1 is armed."""
    indoor = model("community/indoor/gas").property_by_id["AlertState"].type
    assert dict(indoor.items) == {0: "未知", 1: "撤防", 2: "布防"}  # type: ignore[union-attr]
    operation = model("community/security/perimeter").service_by_id["channelOperation"].input[1].type
    assert dict(operation.items) == {0: "未知", 1: "布防", 2: "撤防"}  # type: ignore[union-attr]
    assert "AlertState" not in model("community/indoor/SOS_button").property_by_id


def test_gateways_are_marked() -> None:
    assert [path for path, one in built_in().items() if one.gateway] == [
        "community/people/elevators", "edge/camera", "edge/analysis",
    ]  # fmt: skip
    assert len(CAPABILITIES) == 8

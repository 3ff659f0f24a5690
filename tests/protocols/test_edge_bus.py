"""The edge bus call for lists of sub-devices: topics, requests, replies as spec D 4.1 has them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols import edge_bus, mqtt
from linli.protocols.edge_bus import BadRequest, ListedDevice, ListedGateway, Question


@pytest.mark.parametrize(
    ("topic", "question", "reply"),
    [
        (
            "203700001/request/linkedge/getDeviceList",
            Question("203700001", None),
            "linkedge/response/203700001/getDeviceList",
        ),
        (
            "app/request/linkedge/a1Gw/gw.01/getDeviceList",
            Question("app", ("a1Gw", "gw.01")),
            "linkedge/response/app/a1Gw/gw.01/getDeviceList",
        ),
    ],
)
def test_topics(topic: str, question: Question, reply: str) -> None:
    assert edge_bus.read_topic(topic) == question
    assert question.reply_topic == reply
    assert any(mqtt.matches(rule, topic) for rule in edge_bus.requests_of(question.source))
    assert mqtt.matches(edge_bus.replies_to(question.source), reply)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "app/request/linkedge",
        "app/request/linkedge/a1Gw/getDeviceList",
        "app/request/linkedge//gw/getDeviceList",
        "app/request/linkedge/a/b/c/getDeviceList",
        "app/request/linkedge/getDeviceLists",
        "/request/linkedge/getDeviceList",
        "app/response/linkedge/getDeviceList",
    ],
)
def test_other_topics(topic: str) -> None:
    assert edge_bus.read_topic(topic) is None


def test_requests() -> None:
    read = edge_bus.read_request(b'{"requestId":"1","timestamp":1700000000000,"timeout":120,"version":"1.0"}')
    assert (read.request_id, read.timestamp, read.timeout) == ("1", 1700000000000, 120)
    assert edge_bus.read_request(b'{"requestId":"1","more":[]}').timeout == 4


@pytest.mark.parametrize(
    ("payload", "request_id"),
    [
        (b"", ""),
        (b"[]", ""),
        (b"{}", ""),
        (b'{"requestId":""}', ""),
        (b'{"requestId":7}', ""),
        (b'{"requestId":"7","timeout":0}', "7"),
        (b'{"requestId":"7","timeout":121}', "7"),
        (b'{"requestId":"7","timeout":"4"}', "7"),
    ],
)
def test_bad_requests_tell_whose_they_were(payload: bytes, request_id: str) -> None:
    with pytest.raises(BadRequest) as refused:
        edge_bus.read_request(payload)
    assert refused.value.request_id == request_id


@given(st.binary(max_size=64))
def test_whatever_comes(payload: bytes) -> None:
    try:
        edge_bus.read_request(payload)
    except BadRequest as refused:
        failed = edge_bus.failure(refused.request_id, edge_bus.BAD_REQUEST, str(refused), now_ms=1)
        assert msgspec.json.decode(failed)["code"] == 460


def test_replies() -> None:
    device = ListedDevice(
        product_key="a1Sub", device_name="sub_01", nick_name="大堂", local_online=True, cloud_online=False,
        activation="activated", tags={"floor": "3"},
    )  # fmt: skip
    told = {
        "productKey": "a1Sub", "deviceName": "sub_01", "localOnline": "true", "cloudOnline": "false",
        "activationState": "activated",
    }  # fmt: skip
    tags = [{"key": "floor", "value": "3"}]
    head = {"requestId": "9", "timestamp": 5, "version": "1.0", "code": 0, "message": "success"}
    assert msgspec.json.decode(edge_bus.gateway_reply("9", [device], now_ms=5)) == head | {
        "params": [told | {"tag": tags}]
    }
    gateways = [
        ListedGateway(product_key="a1Gw", device_name="gw-01", devices=[device]),
        ListedGateway(product_key="a1Gw", device_name="gw-02", code=500, message="disabled"),
    ]
    assert msgspec.json.decode(edge_bus.group_reply("9", gateways, now_ms=5)) == head | {
        "params": [
            {
                "gwProductKey": "a1Gw", "gwDeviceName": "gw-01", "code": 0, "message": "success",
                "deviceList": [told | {"nickName": "大堂", "tags": tags}],
            },
            {
                "gwProductKey": "a1Gw", "gwDeviceName": "gw-02", "code": 500, "message": "disabled",
                "deviceList": [],
            },
        ]
    }  # fmt: skip

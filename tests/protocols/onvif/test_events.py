"""Pull points and what they tell: topics as cameras write them, addresses kept as they came, hostile answers bounded."""

import pytest

from linli.protocols import onvif
from linli.protocols.onvif import OnvifBroken, events
from linli.protocols.onvif.events import COVERED, LINE_CROSSED, MOTION, Notice

MESSAGE = (
    "<wsnt:NotificationMessage><wsnt:Topic>{topic}</wsnt:Topic><wsnt:Message><tt:Message {how}>"
    "<tt:Source>{source}</tt:Source><tt:Data>{data}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>"
)
DEEP = "<wsa:ReferenceParameters><tt:A><tt:B/></tt:A></wsa:ReferenceParameters>"


def item(name: str, value: str) -> str:
    return f'<tt:SimpleItem Name="{name}" Value="{value}"/>'


def told(
    topic: str, data: str, *, how: str = 'PropertyOperation="Changed"', source: str = ""
) -> list[Notice]:
    text = MESSAGE.format(topic=topic, data=data, how=how, source=source)
    answer = onvif.envelope(f"<tev:PullMessagesResponse>{text}</tev:PullMessagesResponse>")
    return list(events.notices(onvif.body_of(answer)))


@pytest.mark.parametrize(
    ("topic", "data", "kind", "on"),
    [
        ("tns1:RuleEngine/CellMotionDetector/Motion", item("IsMotion", "true"), MOTION, True),
        ("tns1:RuleEngine/CellMotionDetector/Motion", item("IsMotion", "false"), MOTION, False),
        ("tns1:VideoSource/MotionAlarm", item("State", "1"), MOTION, True),
        ("tns1:VideoSource/tnsaxis:GlobalSceneChange/ImagingService", item("State", "true"), COVERED, True),
        ("tns1:RuleEngine/TamperDetector/Tamper", item("IsTamper", "0"), COVERED, False),
        ("tns1:Device/tns1:HardwareFailure/StorageFailure", item("Failed", "true"), events.DISK, True),
    ],
)
def test_topics_as_cameras_write_them(topic: str, data: str, kind: events.Kind, on: bool) -> None:
    (notice,) = told(topic, data, source=item("VideoSourceConfigurationToken", "VSC_2"))
    assert (notice.kind, notice.on, notice.momentary, notice.source) == (kind, on, False, "VSC_2")
    assert ":" not in notice.topic


def test_a_moment_has_no_state_and_what_is_not_understood_is_left_out() -> None:
    (crossed,) = told("tns1:RuleEngine/LineDetector/Crossed", item("ObjectId", "0"), how="")
    assert (crossed.kind, crossed.on, crossed.momentary) == (LINE_CROSSED, True, True)
    assert told("tns1:RecordingConfig/JobState", item("State", "true")) == []
    assert told("tns1:VideoSource/MotionAlarmish", item("State", "true")) == []
    assert (
        told("tns1:VideoSource/MotionAlarm", item("State", "true"), how='PropertyOperation="Deleted"') == []
    )
    (first,) = told(
        "tns1:VideoSource/MotionAlarm", item("State", "true"), how='PropertyOperation="Initialized"'
    )
    assert first.first


def answer_with(reference: str) -> onvif.Node:
    body = f"<tev:CreatePullPointSubscriptionResponse>{reference}</tev:CreatePullPointSubscriptionResponse>"
    return onvif.body_of(onvif.envelope(body))


def test_references_go_back_as_they_came_and_no_further() -> None:
    own = '<a:SubscriptionId xmlns:a="http://a.test/&quot;&amp;">1 &lt; 2</a:SubscriptionId>'
    given = f"<wsa:Address>http://10.0.0.9/sub?x=1</wsa:Address><wsa:ReferenceParameters>{own}</wsa:ReferenceParameters>"
    point = events.pull_point(answer_with(f"<tev:SubscriptionReference>{given}</tev:SubscriptionReference>"))
    sent = onvif.envelope(events.pull(), events.addressed(point, "PullMessages"))
    envelope, action = onvif.action_of(sent)
    back = envelope.child("Header", "SubscriptionId")
    assert back is not None
    assert (back.space, back.text, action.name) == ('http://a.test/"&', "1 < 2", "PullMessages")
    assert envelope.words("Header", "To") == "http://10.0.0.9/sub?x=1"
    for hostile in (
        "",
        "<tev:SubscriptionReference/>",
        f"<tev:SubscriptionReference><wsa:Address>{'x' * 2000}</wsa:Address></tev:SubscriptionReference>",
        f"<tev:SubscriptionReference><wsa:Address>http://a</wsa:Address>{DEEP}</tev:SubscriptionReference>",
    ):
        with pytest.raises(OnvifBroken):
            events.pull_point(answer_with(hostile))

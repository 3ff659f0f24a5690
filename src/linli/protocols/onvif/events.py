"""What a camera tells of by itself, fetched at a pull point. Sources: ONVIF Core 22.06 9; Imaging, Analytics and Device
event topics; WS-BaseNotification 1.3; WS-Addressing 1.0.

Kinds are those of GB/T 28181 (method, type), so that one thing has one name whatever a camera speaks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from linli.protocols.onvif.soap import EVENTS, NOTICES, OnvifBroken, escaped, request
from linli.protocols.onvif.tree import Node

NOTICES_MOST: Final = 64
"""Of one answer; a camera keeps the others."""
KEPT_S: Final = 60
"""A pull point that nobody asks lives so long."""
PULL_S: Final = 20
"""A camera holds its answer so long, until there is something to tell."""
_NAME: Final = 128
_REFERENCES_MOST: Final = 8


class Kind(NamedTuple):
    """AlarmMethod and AlarmType of GB/T 28181."""

    method: int
    type: int


MOTION: Final = Kind(5, 2)
LINE_CROSSED: Final = Kind(5, 5)
INTRUSION: Final = Kind(5, 6)
LOITERING: Final = Kind(5, 8)
PICTURE: Final = Kind(5, 11)
COVERED: Final = Kind(5, 13)
DEVICE_ALARM: Final = Kind(2, 0)
"""An input of the camera: a door contact, a smoke detector."""
NO_VIDEO: Final = Kind(2, 1)
HOT: Final = Kind(2, 4)
DISK: Final = Kind(6, 1)
FAN: Final = Kind(6, 2)

_TOPICS: Final[dict[str, Kind]] = {
    "VideoSource/MotionAlarm": MOTION,
    "RuleEngine/CellMotionDetector/Motion": MOTION,
    "RuleEngine/MotionRegionDetector/Motion": MOTION,
    "RuleEngine/LineDetector/Crossed": LINE_CROSSED,
    "RuleEngine/FieldDetector/ObjectsInside": INTRUSION,
    "RuleEngine/LoiteringDetector/ObjectIsLoitering": LOITERING,
    "RuleEngine/TamperDetector/Tamper": COVERED,
    "VideoSource/GlobalSceneChange": COVERED,
    "VideoSource/ImageTooDark": PICTURE,
    "VideoSource/ImageTooBright": PICTURE,
    "VideoSource/ImageTooBlurry": PICTURE,
    "VideoSource/SignalLoss": NO_VIDEO,
    "VideoSource/VideoLoss": NO_VIDEO,
    "VideoAnalytics/VideoLoss": NO_VIDEO,
    "Device/Trigger/DigitalInput": DEVICE_ALARM,
    "Device/HardwareFailure/StorageFailure": DISK,
    "Device/HardwareFailure/FanFailure": FAN,
    "Device/HardwareFailure/TemperatureCritical": HOT,
}
"""By topic without prefixes; topics below one, such as those of an imaging service, are of it."""
_SOURCES: Final = (
    "VideoSourceConfigurationToken",
    "VideoSourceToken",
    "VideoSource",
    "Source",
    "VideoSourceConfiguration",
)
_NO: Final = frozenset(("false", "0", "inactive", "off"))


@dataclass(frozen=True, slots=True)
class PullPoint:
    """Where notifications are fetched. `references` are sent back as they came: some cameras know it by them alone."""

    address: str
    references: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """`source`: token of the video source or of its configuration; empty: of the device. `on`: it begins, or is so;
    False: it ended. `first`: how it was when the subscription began."""

    topic: str
    kind: Kind
    source: str
    on: bool
    momentary: bool
    first: bool


def create() -> str:
    return request(
        EVENTS,
        "CreatePullPointSubscription",
        f"<tev:InitialTerminationTime>PT{KEPT_S}S</tev:InitialTerminationTime>",
    )


def pull(seconds: int = PULL_S) -> str:
    return request(
        EVENTS,
        "PullMessages",
        f"<tev:Timeout>PT{seconds}S</tev:Timeout><tev:MessageLimit>{NOTICES_MOST}</tev:MessageLimit>",
    )


def renew() -> str:
    return request(NOTICES, "Renew", f"<wsnt:TerminationTime>PT{KEPT_S}S</wsnt:TerminationTime>")


def unsubscribe() -> str:
    return request(NOTICES, "Unsubscribe")


_ACTIONS: Final = {
    "PullMessages": f"{EVENTS}/PullPointSubscription/PullMessagesRequest",
    "Renew": "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest",
    "Unsubscribe": "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest",
}


def addressed(point: PullPoint, operation: str) -> str:
    """Headers of a question to a pull point."""
    own = "".join(_written(node) for node in point.references)
    return f"<wsa:Action>{_ACTIONS[operation]}</wsa:Action><wsa:To>{escaped(point.address)}</wsa:To>{own}"


def pull_point(answer: Node) -> PullPoint:
    """Of CreatePullPointSubscription. Raises OnvifBroken."""
    reference = answer.child("SubscriptionReference")
    address = reference.words("Address") if reference is not None else ""
    if reference is None or not address or len(address) > 1024:
        raise OnvifBroken("no address of a subscription")
    parameters = reference.child("ReferenceParameters")
    rows = parameters.children[:_REFERENCES_MOST] if parameters is not None else []
    if any(row.children or len(row.text) > 1024 for row in rows):
        raise OnvifBroken("a reference of a subscription")
    return PullPoint(address, tuple(rows))


def notices(answer: Node) -> Iterator[Notice]:
    """Of PullMessages: what has a meaning here, in its order."""
    for each in answer.all("NotificationMessage")[: NOTICES_MOST * 4]:
        topic = _plain(each.words("Topic"))
        kind = next(
            (kind for name, kind in _TOPICS.items() if topic == name or topic.startswith(f"{name}/")), None
        )
        message = each.child("Message", "Message") or each.child("Message")
        if kind is None or message is None:
            continue
        operation = message.attributes.get("PropertyOperation", "")
        if operation == "Deleted":
            continue
        source, data = _items(message.child("Source")), _items(message.child("Data"))
        state = next(iter(_states(data)), None)
        yield Notice(
            topic=topic,
            kind=kind,
            source=next((source[name] for name in _SOURCES if name in source), ""),
            on=state is None or state.lower() not in _NO,
            momentary=state is None,
            first=operation == "Initialized",
        )


def _plain(topic: str) -> str:
    """`tns1:RuleEngine/tnsacme:LineDetector/Crossed` without its prefixes."""
    return "/".join(part.rpartition(":")[2] for part in topic[:512].split("/"))


def _items(part: Node | None) -> dict[str, str]:
    rows = part.all("SimpleItem")[:32] if part is not None else []
    return {
        row.attributes.get("Name", "")[:_NAME]: row.attributes.get("Value", "")[:_NAME].strip()
        for row in rows
    }


def _states(data: dict[str, str]) -> Iterator[str]:
    """Of a condition that lasts: the values that say whether it does. A crossing has an object and no state."""
    for name, value in data.items():
        if name in ("State", "LogicalState", "Failed", "Critical") or (
            name.startswith("Is") and len(name) > 2
        ):
            yield value


def _written(node: Node) -> str:
    space = escaped(node.space).replace('"', "&quot;")
    return f'<r:{node.name} xmlns:r="{space}" wsa:IsReferenceParameter="true">{escaped(node.text)}</r:{node.name}>'

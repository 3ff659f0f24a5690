"""Who may publish and subscribe to what.

A device speaks for itself, a gateway also for the sub-devices logged in through it; an app has the
filters its principal carries. A refused filter gets SUBACK 0x80. A refused publish is acknowledged
and dropped (MQTT-3.3.5-2 leaves only that or closing; closing would throw out a gateway that is one
message early), told on `/ext/error/…`, counted, and closes the connection once it is a habit.
"""

from linli.protocols import mqtt
from linli.protocols.linkkit.topics import UplinkKind, UplinkTopic, parse_uplink, topic_owner
from linli.things.mqtt.ports import AppPrincipal
from linli.things.mqtt.session import Session

DENIED = -1

AFTER_LEAVING = frozenset({UplinkKind.DISABLE_REPLY, UplinkKind.ENABLE_REPLY, UplinkKind.DELETE_REPLY})
"""A gateway's answers for a sub-device that was just cut off from it: dropped without a word, no fault of the client."""


def publishing(session: Session, topic: str) -> tuple[UplinkTopic, int]:
    """The parsed topic and the number of the device it speaks for; DENIED instead of the number if it may not."""
    principal = session.principal
    if isinstance(principal, AppPrincipal):
        allowed = any(mqtt.matches(rule, topic) for rule in principal.may_publish)
        return UplinkTopic(UplinkKind.OTHER, "", "", topic), 0 if allowed else DENIED
    parsed = parse_uplink(topic)
    if parsed is None:
        return UplinkTopic(UplinkKind.OTHER, "", "", topic), DENIED
    owner = (parsed.product_key, parsed.device_name)
    if owner == session.key:
        return parsed, session.device_no
    return parsed, session.subs.get(owner, DENIED)


def may_subscribe(session: Session, text: str) -> bool:
    principal = session.principal
    if isinstance(principal, AppPrincipal):
        return any(mqtt.covers(rule, text) for rule in principal.may_subscribe)
    owner = topic_owner(text)
    return owner is not None and (owner == session.key or owner in session.subs)

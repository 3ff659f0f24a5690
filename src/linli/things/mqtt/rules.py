"""The rules for publishing and subscribing.

A device speaks for itself, a gateway also for the sub-devices logged in through it; an app has the
filters its principal carries, its own topics `/app/{appKey}/user/…`, and the user topics of the devices it
sees; a guest (`ports.Guests`) has the filters alone. A refused filter gets SUBACK 0x80 (MQTT 5: 0x87). A refused
publish is acknowledged and dropped, in MQTT 5 with its reason (MQTT-3.3.5-2 of 3.1.1 leaves only that or closing;
closing would throw out a gateway that is one message early), told on `/ext/error/…`, counted, and closes the
connection once it is a habit.

Only user topics reach other clients, may be retained, and are shared among a group (ADR 0020).
"""

from typing import NamedTuple

from linli.protocols import mqtt
from linli.protocols.linkkit.topics import (
    SYSTEM_ROOTS,
    UplinkKind,
    UplinkTopic,
    parse_uplink,
    topic_owner,
)
from linli.things.mqtt.principals import APP_PRODUCT, AppPrincipal
from linli.things.mqtt.session import Session
from linli.things.mqtt.store import Key

DENIED = -1

AFTER_LEAVING = frozenset({UplinkKind.DISABLE_REPLY, UplinkKind.ENABLE_REPLY, UplinkKind.DELETE_REPLY})
"""A gateway's answers for a sub-device that was just cut off from it: dropped without a word, no fault of the client."""


class Right(NamedTuple):
    """The meaning of a publish on a topic."""

    topic: UplinkTopic
    device_no: int
    """Number of the device it speaks for; 0 for apps, DENIED where it may not."""
    unusual: bool
    """Not simply an uplink: refused, or passed on to others."""


def publishing(session: Session, topic: str) -> Right:
    """The device for which a publish on `topic` speaks."""
    principal = session.principal
    parsed = parse_uplink(topic)
    if isinstance(principal, AppPrincipal):
        if parsed is not None and parsed.kind is UplinkKind.USER and _sees(principal, parsed):
            return Right(parsed, 0, True)
        allowed = any(mqtt.matches(rule, topic) for rule in principal.may_publish)
        return Right(UplinkTopic(UplinkKind.OTHER, "", "", topic), 0 if allowed else DENIED, not allowed)
    if parsed is None:
        return Right(UplinkTopic(UplinkKind.OTHER, "", "", topic), DENIED, True)
    owner = (parsed.product_key, parsed.device_name)
    device_no = session.device_no if owner == session.key else session.subs.get(owner, DENIED)
    return Right(parsed, device_no, device_no < 0 or parsed.kind is UplinkKind.USER)


def may_subscribe(session: Session, text: str) -> bool:
    share = mqtt.split_share(text)
    inner = text if share is None else share[1]
    principal = session.principal
    owner = user_owner(inner)
    if isinstance(principal, AppPrincipal):
        if any(mqtt.covers(rule, inner) for rule in principal.may_subscribe):
            return True
        if owner is None or principal.is_guest:
            return False
        # Under `+` each message is judged when it comes.
        return owner[1] == "+" or owner == (APP_PRODUCT, principal.app_key) or principal.sees(*owner)
    owner = topic_owner(inner)
    return owner is not None and (owner == session.key or owner in session.subs)


def user_owner(text: str) -> Key | None:
    """(product key, device name or `+`) of a filter within user topics, `/{pk}/{dn}/user/…`; None for others."""
    levels = text.split("/")
    if len(levels) < 5 or levels[0] or levels[3] != "user" or levels[1] in SYSTEM_ROOTS:
        return None
    if any(mark in levels[1] for mark in "+#") or not levels[1] or not levels[2]:
        return None
    return levels[1], levels[2]


def may_get(session: Session, owner: Key) -> bool:
    """Whether a message on a user topic of `owner` may be passed on to this session."""
    principal = session.principal
    if isinstance(principal, AppPrincipal):
        own = owner == (APP_PRODUCT, principal.app_key)
        return not principal.is_guest and (own or principal.sees(*owner))
    return owner == session.key or owner in session.subs


def _sees(principal: AppPrincipal, topic: UplinkTopic) -> bool:
    if principal.is_guest:
        return False
    if topic.product_key == APP_PRODUCT:
        return topic.device_name == principal.app_key
    return principal.sees(topic.product_key, topic.device_name)

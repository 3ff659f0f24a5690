"""The kinds of notifications, and how long each is of use."""

from typing import Final, Literal, NamedTuple

import msgspec

from linli.domains.people.rights import Right

type Front = Literal["resident", "console"]
RESIDENT: Final = "resident"
CONSOLE: Final = "console"
PUSH, SMS = "push", "sms"
CHANNELS: Final = (PUSH, SMS)
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS


class Kind(NamedTuple):
    """One kind of news. Its texts are `notify.<name>.title` and `.body`."""

    name: str
    front: Front
    lives_ms: int
    """How long the message is of use. It is dropped where quiet hours last longer."""
    usual: tuple[str, ...] = (PUSH,)
    """Channels of an account that made no choice."""
    urgency: Literal["low", "normal", "high"] = "normal"
    right: Right | None = None
    """Staff with this right in the community get it."""


KINDS: Final = (
    Kind("call_rings", RESIDENT, 60_000, urgency="high"),
    Kind("call_missed", RESIDENT, _DAY_MS),
    Kind("auto_open", RESIDENT, _HOUR_MS),
    Kind("visitor_arrived", RESIDENT, _HOUR_MS, urgency="high"),
    Kind("visitor_asks", RESIDENT, _HOUR_MS, urgency="high"),
    Kind("review_decided", RESIDENT, 3 * _DAY_MS),
    Kind("notice_published", RESIDENT, 3 * _DAY_MS, urgency="low"),
    Kind("data_decided", RESIDENT, 7 * _DAY_MS),
    Kind("review_waiting", CONSOLE, _DAY_MS, right=Right.RESIDENTS_MANAGE),
    Kind("visitor_waiting", CONSOLE, _HOUR_MS, urgency="high", right=Right.VISITORS_MANAGE),
    Kind("deletion_waiting", CONSOLE, 3 * _DAY_MS, right=Right.RESIDENTS_MANAGE),
    Kind("deletion_due", CONSOLE, _DAY_MS, right=Right.RESIDENTS_MANAGE),
    Kind("door_attacked", CONSOLE, _DAY_MS, urgency="high", right=Right.DEVICES_SEE),
    Kind("door_alarm", CONSOLE, _HOUR_MS, urgency="high", right=Right.DEVICES_SEE),
    Kind("camera_picture", CONSOLE, _DAY_MS, right=Right.DEVICES_SEE),
    Kind("service_ending", CONSOLE, 3 * _DAY_MS, usual=(PUSH, SMS), right=Right.ORGANISATION_MANAGE),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}


class Endpoint(msgspec.Struct, frozen=True):
    """Where a browser is reached and how a message for it is encrypted."""

    url: str
    p256dh: str
    auth: str


class PushJob(msgspec.Struct, frozen=True):
    """One message for one browser."""

    subscription_id: int
    title: str
    body: str
    path: str
    """Page of the front's phone web that the notification opens."""
    tag: str
    """A later message with the same tag takes the place of this one."""
    urgency: str
    expires_ms: int
    tries: int = 0


def of_front(front: str) -> list[Kind]:
    return [kind for kind in KINDS if kind.front == front]

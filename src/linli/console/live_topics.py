"""The topics of the live stream, and the right that each asks for: that of the list whose rows it carries."""

from collections.abc import Collection
from typing import Final

from linli.domains.people.rights import Right, Rights
from linli.kernel.scope import Scope

PASS: Final = "pass"
"""Somebody passed a door, or was refused (`access`)."""
DEVICE: Final = "device"
"""A device came online or went offline (`things`)."""
DELIVERY: Final = "delivery"
"""A desired state changed on its way to a device (`delivery`)."""
MESSAGE: Final = "message"
"""A device's message, as the inbox took it (`things`)."""
FIRMWARE: Final = "firmware"
"""A campaign or one of its devices went a step (`things.ota`)."""
CONFIG: Final = "config"
"""A push of a configuration went a step (`things.configs`)."""
VISIT: Final = "visit"
"""A visit was asked for, decided, or its visitor came or left (`visitors`)."""
EDGE: Final = "edge"
"""A box, a component, a deployment or a replacement went a step (`boxes`)."""
ATTACK: Final = "attack"
"""Somebody guesses PINs at a door, or forges its calls (`access`)."""

ALARM: Final = "alarm"
"""A door raised an alarm, or said that one is over (`access`)."""
SECURITY: Final = "security"
"""A camera raised an alarm, or a person said what it was (`security`)."""

RIGHTS: Final[dict[str, Right]] = {
    PASS: Right.DEVICES_SEE,
    DEVICE: Right.DEVICES_SEE,
    DELIVERY: Right.DEVICES_SEE,
    MESSAGE: Right.DEVICES_SEE,
    FIRMWARE: Right.DEVICES_SEE,
    CONFIG: Right.DEVICES_SEE,
    VISIT: Right.VISITORS_SEE,
    EDGE: Right.DEVICES_SEE,
    ATTACK: Right.DEVICES_SEE,
    ALARM: Right.DEVICES_SEE,
    SECURITY: Right.DEVICES_SEE,
}
TOPICS: Final = frozenset(RIGHTS)


def scopes_of(
    rights: Rights, tenant_id: str, topics: Collection[str], *, community_id: int | None, language: str
) -> dict[str, Scope]:
    """The part of each topic that an account may hear, within a community if it is given.

    Raises Forbidden if it lacks the right for one of the topics, NotFound for a community that it may not see.
    """
    scopes = {
        topic: rights.scope_with(RIGHTS[topic], tenant_id, language=language) for topic in sorted(topics)
    }
    if community_id is None:
        return scopes
    return {topic: scope.narrowed(community_id) for topic, scope in scopes.items()}

"""The topics of the live stream."""

from typing import Final

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
"""A box, a component, a deployment or a replacement went a step (`appliances`)."""

TOPICS: Final = frozenset({EDGE, VISIT, FIRMWARE, CONFIG, PASS, DEVICE, DELIVERY, MESSAGE})

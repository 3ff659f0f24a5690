"""The behaviour of each simulated device: its posts, their interval, and its answers to calls."""

from typing import Final

from linli.domains.sandbox.facts import CARD
from linli.rules import PassCode
from linli.things.debugging.simulated_values import Range
from linli.things.debugging.simulation_rows import Act, Settings

EVERY_S: Final = 20

_PASSED: Final = {
    "code": int(PassCode.SUCCESS),
    "message": PassCode.SUCCESS.message,
    "type": "tradCard",
    "content": CARD,
    "extInfo": "{}",
}
BEHAVIOUR: Final[dict[str, Settings]] = {
    "door": Settings(
        interval_s=EVERY_S * 3,
        properties=["DoorState", "OpenSeconds", "PermissionCount"],
        ranges={"OpenSeconds": Range(3, 10), "PermissionCount": Range(0, 20)},
        reactions={
            "remoteOpen": [Act("property", values={"DoorState": 1}), Act("event", "passEvent", _PASSED)]
        },
    ),
    "lift": Settings(
        interval_s=EVERY_S, properties=["Floor", "CarStatus", "CarDirection"], ranges={"Floor": Range(1, 18)}
    ),
    "meter": Settings(
        interval_s=EVERY_S,
        properties=["Power", "Energy", "VoltageA"],
        ranges={"Power": Range(2, 40), "Energy": Range(12_000, 13_000), "VoltageA": Range(218, 232)},
    ),
    "thermometer": Settings(
        interval_s=EVERY_S, properties=["Temperature"], ranges={"Temperature": Range(18, 29)}
    ),
    "smoke": Settings(interval_s=EVERY_S * 6, properties=["AlertState"]),
}

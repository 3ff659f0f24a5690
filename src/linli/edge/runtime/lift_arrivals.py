"""What becomes of a call that a lift took, where its driver sees its cars: came, did not come, cannot be true."""

import asyncio
from typing import NamedTuple

from linli.edge.framework import ServiceUnknown
from linli.edge.runtime.lift_floors import Lifts, filled
from linli.kernel.errors import LinliError
from linli.rules import lifts

NOT_SEEN = "called; the box stopped before the car was seen to come"


class Called(NamedTuple):
    """A call that a lift took. `car`: empty where the lift does not say which."""

    car: str
    floor: str
    at_ms: int


def refusal(error: LinliError, not_reached: int) -> tuple[int, str]:
    """(code, words) of a call that failed: the device's own where it answered."""
    return int(error.facts.get("device_code") or not_reached), str(error.facts.get("why") or error)


async def outcome(callers: Lifts, lift: str, called: Called, message: str) -> tuple[int, str]:
    """(code, words) once it is known; at once (0, `message`) of a lift that does not see its cars."""
    asked = filled({"ElevatorID": called.car, "StartFloor": called.floor})
    try:
        answer = await callers.call(lift, lifts.AWAIT, asked)
    except ServiceUnknown:
        return 0, message
    except LinliError as error:
        return refusal(error, -1)
    except asyncio.CancelledError:  # the box stops: what is known is told, and nothing is waited for any more
        return 0, NOT_SEEN
    return int(answer.get("code", 0)), str(answer.get("message", message))

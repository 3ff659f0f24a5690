"""Why a person did something, in their words."""

from typing import Final

from linli.kernel.errors import BadInput

LONGEST_REASON: Final = 200


def checked_reason(reason: str) -> str:
    """Raises BadInput."""
    reason = reason.strip()
    if not reason:
        raise BadInput(field="reason", rule="blank")
    if len(reason) > LONGEST_REASON:
        raise BadInput(field="reason", rule="too_long", limit=LONGEST_REASON)
    return reason

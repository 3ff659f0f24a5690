"""What can go wrong between two seats."""

from linli.kernel.errors import Conflict


class LaneClaimed(Conflict):
    """Another seat sees to the lane."""

    code = "parking.lane_claimed"

    def __init__(self, person: str) -> None:
        super().__init__(person=person)


class ClaimOver(Conflict):
    """The lane is not the caller's any more: time ran out, the barrier opened, or another seat took it over."""

    code = "parking.claim_over"

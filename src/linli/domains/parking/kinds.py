"""What parking delivers to lane cameras: one kind of row for each kind of right. The credential is the cleaned plate."""

from typing import Final

VEHICLE, WHITE, BLACK = "lane.vehicle", "lane.white", "lane.black"
KIND_OF: Final = {"ordinary": VEHICLE, "whitelist": WHITE, "blacklist": BLACK}
"""Kind of a right → kind of its desired rows."""
SPACE_LANES: Final = "parking_space"
"""Target type of grants that hold on every lane under a space; the target is `<community>:<space>`."""
SOURCE: Final = "parking"


def target_of(community_id: int, space_id: int) -> str:
    """The target of a grant on the lanes under a space."""
    return f"{community_id}:{space_id}"

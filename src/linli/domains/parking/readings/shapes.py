"""What pages get of a reading."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.parking.reading_rows import Outcome, PlateReading

_OUTCOMES: Final[tuple[Outcome, ...]] = ("read", "hint", "none", "agrees", "differs")


class LaneReading(msgspec.Struct, rename="camel", frozen=True):
    """What was read for one pass."""

    pass_id: str
    at_ms: Annotated[int, Meta(description="UTC ms")]
    outcome: Annotated[
        Outcome,
        Meta(
            description="read: the camera read no plate, and the pass went on with this one; hint: for a person; none: "
            "no plate was seen; agrees, differs: with what the camera read."
        ),
    ]
    plate: str
    confidence: Annotated[float, Meta(description="0 to 1")]


def reading_row(row: PlateReading) -> LaneReading:
    outcome: Outcome = next(outcome for outcome in _OUTCOMES if outcome == row.outcome)
    return LaneReading(str(row.pass_id), row.made_ms, outcome, row.plate, row.confidence)

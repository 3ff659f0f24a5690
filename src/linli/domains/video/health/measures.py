"""What is wrong with a camera beside its picture: its clock, and minutes that its plan lacks."""

from typing import Final

from linli.domains.video.doctor.steps import Check
from linli.domains.video.health_rows import Verdict
from linli.domains.video.queries import recording
from linli.domains.video.recording_rows import ERASED, PLAN
from linli.kernel.db import Reader
from linli.kernel.scope import Scope

_DAY_MS: Final = 86_400_000
_LEAST_LOST_MS: Final = 10 * 60_000
_LEAST_SHARE: Final = 0.02


def clock_verdict(check: Check) -> Verdict | None:
    """None: it is right, or nobody knows."""
    if check.cause != "clock_off":
        return None
    return Verdict("clock", 99, {"seconds": check.facts["seconds"]})


async def lost_verdict(scope: Scope, db: Reader, iot_id: str, now_ms: int) -> Verdict | None:
    """Of the last 24 hours: minutes in which its plan wanted a recording and there was none."""
    plan = await recording.plan_of(scope, db, iot_id)
    if plan is None or plan.mode != PLAN:
        return None
    begin_ms = now_ms - _DAY_MS
    lost = sum(
        min(gap.end_ms or now_ms, now_ms) - max(gap.begin_ms, begin_ms)
        for gap in await recording.gaps(scope, db, iot_id, begin_ms, now_ms)
        if gap.cause != ERASED
    )
    there = sum(
        min(file.end_ms, now_ms) - max(file.begin_ms, begin_ms)
        for file in await recording.segments(scope, db, iot_id, begin_ms, now_ms)
    )
    share = lost / max(1, lost + there)
    if lost < _LEAST_LOST_MS or share < _LEAST_SHARE:
        return None
    return Verdict("lost", 99, {"minutes": lost // 60_000, "share": round(share * 100)})

"""An account's choices: kinds, channels, and quiet hours."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from linli.domains.notifications import queries
from linli.domains.notifications.kinds import CHANNELS, of_front
from linli.domains.notifications.models import notification_settings
from linli.domains.notifications.queries import Choices
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput

DAY_MINUTES: Final = 24 * 60


async def write(
    tx: Tx,
    *,
    account_id: int,
    front: str,
    chosen: dict[str, list[str]],
    quiet_from: int | None,
    quiet_to: int | None,
    language: str,
    now_ms: int,
) -> None:
    """Store an account's choices. Kinds that are not named keep theirs. Raises BadInput."""
    names = {kind.name for kind in of_front(front)}
    for name, channels in chosen.items():
        if name not in names:
            raise BadInput(field="kinds", rule="one_of", allowed=", ".join(sorted(names)))
        for channel in channels:
            if channel not in CHANNELS:
                raise BadInput(field=f"kinds.{name}", rule="one_of", allowed=", ".join(CHANNELS))
    if (quiet_from is None) != (quiet_to is None):
        raise BadInput(field="quietTo" if quiet_to is None else "quietFrom", rule="required")
    for field, minute in (("quietFrom", quiet_from), ("quietTo", quiet_to)):
        if minute is not None and not 0 <= minute < DAY_MINUTES:
            raise BadInput(field=field, rule="range", low=0, high=DAY_MINUTES - 1)
    if quiet_from is not None and quiet_from == quiet_to:
        raise BadInput(field="quietTo", rule="differs", other="quietFrom")
    choices = (await queries.choices(tx, [account_id], front))[account_id]
    kept = queries.current_kinds(choices.chosen) | {
        name: sorted(set(channels)) for name, channels in chosen.items()
    }
    row = {
        "account_id": account_id,
        "front": front,
        "choices": msgspec.json.encode(kept).decode(),
        "quiet_from": -1 if quiet_from is None else quiet_from,
        "quiet_to": -1 if quiet_to is None else quiet_to,
        "language": language,
        "changed_ms": now_ms,
    }
    await tx.upsert(
        notification_settings,
        [row],
        keys=("account_id", "front"),
        update=("choices", "quiet_from", "quiet_to", "language", "changed_ms"),
    )


def quiet_until(choices: Choices, now_ms: int, zone: str) -> int:
    """When the present quiet hours end, in UTC ms; 0 outside quiet hours. Hours are those of the zone."""
    if choices.quiet_from < 0 or choices.quiet_to < 0:
        return 0
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    minute = now.hour * 60 + now.minute
    if choices.quiet_from < choices.quiet_to:
        quiet = choices.quiet_from <= minute < choices.quiet_to
    else:
        quiet = minute >= choices.quiet_from or minute < choices.quiet_to
    if not quiet:
        return 0
    ahead = (choices.quiet_to - minute) % DAY_MINUTES
    start = now_ms - now.second * 1000 - now_ms % 1000
    return start + ahead * 60_000

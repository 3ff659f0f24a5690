"""How hard the PINs of a door are to guess, and whether somebody guesses: a part of the door's page."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.queries.credentials import lengths as lengths_of_pins
from linli.domains.access.queries.guessing import guesses_at
from linli.domains.access.rows import Door
from linli.domains.access.service.guessing import guesses_now
from linli.domains.access.service.kinds import PIN
from linli.kernel import i18n
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.rules.pins import SHORTEST, digits_needed, years_to_guess


class DoorPins(msgspec.Struct, rename="camel", frozen=True):
    """How hard the PINs of a door are to guess, and whether somebody guesses."""

    holders: Annotated[
        int, Meta(description="PINs in use in the community: its doors take them from one list.")
    ]
    digits_needed: int
    too_short: Annotated[int, Meta(description="PINs with fewer digits.")]
    too_short_text: Annotated[str, Meta(description="What that means and what to do; empty: none is.")]
    guesses: Annotated[int, Meta(description="Wrong PINs of the series that runs; 0: nobody guesses.")]
    guessed_since_ms: int | None
    guessed_last_ms: int | None
    guessed_text: Annotated[str, Meta(description="What that means and what to do; empty: nobody guesses.")]


async def door_pins(scope: Scope, db: Reader, door: Door, *, has_any: bool, now_ms: int) -> DoorPins | None:
    """None of a door that has no PINs and where nobody tries any."""
    lengths = await lengths_of_pins(scope, db, community_id=door.community_id, kind=PIN)
    holders = sum(lengths.values())
    needed = digits_needed(holders)
    short = sum(count for digits, count in lengths.items() if (digits or SHORTEST) < needed)
    pin_guesses = await guesses_at(scope, db, community_id=door.community_id, iot_id=door.iot_id)
    guesses = guesses_now(pin_guesses, now_ms)
    if not guesses and not has_any:
        return None
    facts: dict[str, object] = {
        "holders": holders,
        "needed": needed,
        "short": short,
        "count": guesses,
        "months": max(round(12 * years_to_guess(SHORTEST, holders)), 1),
    }
    return DoorPins(
        holders=holders,
        digits_needed=needed,
        too_short=short,
        too_short_text=i18n.text("door_pins.short", scope.language, **facts) if short else "",
        guesses=guesses,
        guessed_since_ms=pin_guesses.first_ms if pin_guesses is not None and guesses else None,
        guessed_last_ms=pin_guesses.last_ms if pin_guesses is not None and guesses else None,
        guessed_text=i18n.text("door_pins.guessed", scope.language, **facts) if guesses else "",
    )

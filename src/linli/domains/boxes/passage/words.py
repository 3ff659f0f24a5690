"""What boxes and lifts say of a call, in the reader's language. On the wire and in records their own words stay."""

import re
from typing import Final, Literal, NamedTuple

from linli.kernel.i18n import text
from linli.rules.lift_states import of_code

type Cause = Literal[
    "", "ended", "not_told", "no_floors", "not_seen", "not_called", "offline", "no_answer", "not_come", "lies", "busy",
    "no_home", "late", "unsure", "refused",
]  # fmt: skip
_KNOWN: Final[tuple[tuple[str, Cause], ...]] = (
    (r"the right ended before the lift was called", "ended"),
    (r"the lift keeps this rule itself and did not tell of it", "not_told"),
    (r"the box was down, and it is too late to call the lift", "late"),
    (r"the box went down while it called the lift; it does not call again", "unsure"),
    (r"called; no floors are known of this person", "no_floors"),
    (r"called; the box stopped before the car was seen to come", "not_seen"),
    (r"not called: the lift is .+", "not_called"),
    (r"Device .+ is offline|The device .+ is offline; nothing was sent\.", "offline"),
    (r"There was no answer in time\.|send to device fail(: .+)?", "no_answer"),
    (r"\S+: no answer within .+|\S+ cannot be reached", "no_answer"),
    (r"Modbus exception (?P<number>\d+) \(.+\) at (?P<point>.+)", "refused"),
    (r"The device .+ did not answer within .+ s; whether it acted is unknown\.", "no_answer"),
    (r"the car took the call and did not come to (?P<floor>.+); it says (?P<at>.+)", "not_come"),
    (r"the car tells of a floor that its map lacks: number (?P<number>.+)", "lies"),
    (r"the car says that it stands at (?P<floor>.+), and .+", "lies"),
    (r"too many calls wait for this lift", "busy"),
    (r"no floor to send it to is known", "no_home"),
)
_PATTERNS: Final = tuple((re.compile(pattern), cause) for pattern, cause in _KNOWN)


class Reason(NamedTuple):
    """`cause`: why, where it is one that a person can mend; empty: the lift's own words."""

    words: str
    cause: Cause = ""


def in_words(message: str, language: str, *, code: int = 0) -> Reason:
    """A message that is not ours stays as the lift said it."""
    for pattern, cause in _PATTERNS:
        if (match := pattern.fullmatch(message)) is None:
            continue
        state = of_code(code) or "out_of_service"
        facts = {**match.groupdict(), "state": text(f"lift_state.{state}", language)}
        return Reason(text(f"lift_run.{cause}", language, **facts), cause)
    return Reason("" if message == "success" else message)

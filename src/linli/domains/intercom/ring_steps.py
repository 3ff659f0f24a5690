"""Why a home does not ring at a door: the way of a call, step by step, and which step does not hold."""

from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from linli.calls.rows import OFF, VIDEO
from linli.domains.intercom.room_numbers import Form, keyed

type StepCode = Literal[
    "service", "able", "account", "account_delivered", "door_logged_in", "box", "room", "rooms_delivered", "members",
    "phones", "quiet", "permission",
]  # fmt: skip
type StepState = Literal["ok", "bad", "waiting", "unknown"]

_DELIVERED: Final = "transferred"
_UNDER_WAY: Final = ("toBeTransferred", "transferring")


class RingStep(msgspec.Struct, rename="camel", frozen=True):
    """One step of the way. `waiting`: under way; `unknown`: it cannot be told here."""

    code: StepCode
    state: StepState
    detail: Annotated[
        str,
        Meta(
            description="The room; how many members; how many of them are logged in; why a delivery failed."
        ),
    ] = ""
    status: Annotated[str, Meta(description="Wire status of a delivery.")] = ""


class Brought(NamedTuple):
    """How far a delivery to the door got."""

    status: str
    """Wire status; empty: nothing was to be delivered."""
    reason: str


class RingFacts(NamedTuple):
    """What is known of a door and a room of it."""

    service_runs: bool
    able: bool
    """The device's thing model has the intercom's services."""
    has_account: bool
    here: bool
    """The account is one of this server, which therefore knows log-ins."""
    account: Brought
    logged_in: bool
    room_key: str
    """Empty: the door does not have the room."""
    form: Form
    rooms: Brought
    members: int
    phones: int
    """Of the members, how many are logged in."""
    quiet: str = ""
    """rules.quiet: how the home is not to be disturbed now; empty: it may be."""
    indoor: str = VIDEO
    """rows.PERMISSIONS: how its terminals may talk with doors, and its members' phones."""
    mobile: str = VIDEO
    box: str = ""
    """The box at which the door logs in and that rings the site's phones, by its name; empty: the door comes here."""
    box_lives: bool = False


def steps_of(facts: RingFacts) -> list[RingStep]:
    """In the order of the call. What hangs on a step that is missing is left out."""
    steps = [
        RingStep("service", "ok" if facts.service_runs else "bad"),
        RingStep("able", "ok" if facts.able else "bad"),
    ]
    if facts.able:
        steps += _account_steps(facts)
        steps += _room_steps(facts)
    return steps


def _account_steps(facts: RingFacts) -> list[RingStep]:
    if not facts.has_account:
        return [RingStep("account", "bad")]
    logged_in: StepState = "unknown" if not facts.here else "ok" if facts.logged_in else "bad"
    return [
        RingStep("account", "ok"),
        _delivered("account_delivered", facts.account),
        RingStep("door_logged_in", logged_in),
        *([RingStep("box", "ok" if facts.box_lives else "bad", facts.box)] if facts.box else []),
    ]


def _room_steps(facts: RingFacts) -> list[RingStep]:
    if not facts.room_key:
        return [RingStep("room", "bad")]
    steps = [RingStep("room", "ok" if keyed(facts.room_key, facts.form) else "bad", facts.room_key)]
    if facts.rooms.status or facts.form is not Form.WHOLE:  # behind a box a door may ask at each call instead
        steps.append(_delivered("rooms_delivered", facts.rooms))
    steps.append(RingStep("members", "ok" if facts.members else "bad", str(facts.members)))
    if facts.members:
        steps.append(RingStep("phones", "ok" if facts.phones else "bad", f"{facts.phones}/{facts.members}"))
        steps.append(RingStep("quiet", "waiting" if facts.quiet else "ok", facts.quiet))
        steps.append(_permission(facts))
    return steps


def _permission(facts: RingFacts) -> RingStep:
    """What is less than the picture is told, though the home rings."""
    given = {facts.indoor, facts.mobile}
    if given == {VIDEO}:
        return RingStep("permission", "ok")
    return RingStep("permission", "bad" if given == {OFF} else "waiting", f"{facts.indoor}/{facts.mobile}")


def _delivered(code: StepCode, brought: Brought) -> RingStep:
    if brought.status == _DELIVERED:
        return RingStep(code, "ok", status=brought.status)
    state: StepState = "waiting" if brought.status in _UNDER_WAY else "bad"
    return RingStep(code, state, brought.reason, brought.status)

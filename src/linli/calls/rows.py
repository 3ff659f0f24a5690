"""What calls are made of: accounts, where their phones are, how calls end, and who is named by what number."""

from typing import Final, NamedTuple

APP: Final = 0
DOOR_STATION: Final = 1
KINDS: Final = (APP, DOOR_STATION)
TO_NUMBER: Final = 0
TO_GROUP: Final = 1
RINGS, TALKS, OVER = 0, 1, 2
ANSWERED, MISSED, GIVEN_UP, REFUSED, BUSY, UNREACHABLE, CUT, LET_IN = OUTCOMES = (
    "answered", "missed", "given_up", "refused", "busy", "unreachable", "cut", "let_in",
)  # fmt: skip
"""How a call ended: taken; nobody answered; the caller hung up first; declined; all phones in use; no phone logged in;
the server ended while they talked; the home opens by itself now."""
RINGING, ELSEWHERE, NO_PHONE, IN_QUIET, NOT_ALLOWED = "rings", "elsewhere", "none", "quiet", "not_allowed"
PASSED: Final = "passed"
"""Of a step of a call: who had it passed it on; the step after it says to whom."""
RECORDED: Final = "recorded"
"""Of a step of a call, besides how calls end: rings now; taken at another step; there is no such phone; it was not to be
disturbed; its phones may not talk with doors; the visitor could leave a message."""
VIDEO, VOICE, OFF = PERMISSIONS = ("video", "voice", "off")
"""How a home's phones may talk with doors: with the picture, by voice alone, or not at all. Source: spec C014."""
ASKED: Final = "asked"
"""Of an opening that nobody answered yet."""
UNANSWERED: Final = (MISSED, GIVEN_UP, BUSY, UNREACHABLE)
"""Calls that a home missed. A declined one was noticed by somebody."""


TELEPHONE: Final = "tel:"
"""How a telephone that a call reaches by the line is named: with the person whose it is, never with its number."""


def telephone_of(identity_id: str) -> str:
    return f"{TELEPHONE}{identity_id}"


def person_of_telephone(number: str) -> str:
    """The person whose telephone this is; empty: it is none."""
    return number.removeprefix(TELEPHONE) if number.startswith(TELEPHONE) else ""


STAFF: Final = "staff-"
DESKS: Final = "desks-"


def staff_number(account_id: str) -> str:
    """How a member of staff who answers by a page is named among phones."""
    return f"{STAFF}{account_id}"


def staff_of(number: str) -> str:
    """The account of the member of staff whose page this is; empty: it is none."""
    return number.removeprefix(STAFF) if number.startswith(STAFF) else ""


def desk_pages(community_id: int) -> str:
    """How all guard desks of a community that are pages are named among phones."""
    return f"{DESKS}{community_id}"


def community_of_desks(number: str) -> int | None:
    """None: these are no desks that are pages."""
    return int(number.removeprefix(DESKS)) if number.startswith(DESKS) else None


MAILBOX: Final = "mailbox-"


def mailbox_of_house(space_id: int) -> str:
    """How what takes a home's messages is named among phones."""
    return f"{MAILBOX}{space_id}"


def takes_messages(number: str) -> bool:
    return number.startswith(MAILBOX)


class Account(NamedTuple):
    number: str
    tenant_id: str
    project_id: str
    kind: int
    password: str
    """Sealed."""
    created_ms: int
    changed_ms: int


class Binding(NamedTuple):
    number: str
    tenant_id: str
    project_id: str
    contact: str
    transport: str
    host: str
    port: int
    call_id: str
    cseq: int
    agent: str
    registered_ms: int
    expires_ms: int


class Opening(NamedTuple):
    """A phone asked to open the door of its call."""

    id: int
    call_id: int
    tenant_id: str
    community_id: int | None
    iot_id: str
    number: str
    identity_id: str
    way: str
    result: str
    asked_ms: int
    answered_ms: int


class CallStep(NamedTuple):
    """Whom a call tried."""

    call_id: int
    place: int
    tenant_id: str
    community_id: int
    step: str
    phones: int
    result: str
    number: str
    started_ms: int
    ended_ms: int


class Rung(NamedTuple):
    """One step of a call."""

    step: str
    numbers: tuple[str, ...]
    """Empty: there is no such phone."""
    wait_s: float
    """After which the next one rings as well."""
    why: str = ""
    """Without numbers: why it is not rung; empty: there is no such phone."""
    silent: frozenset[str] = frozenset()
    """Of the numbers, those that ring without a sound."""
    voice: frozenset[str] = frozenset()
    """Of the numbers, those that get no picture."""


BELL: Final = "bell-"


def bell_number(bell_id: int) -> str:
    """How visitors' phones at an entrance's doorbell are named among phones."""
    return f"{BELL}{bell_id}"


def bell_of(number: str) -> int | None:
    """None: it is no doorbell."""
    return int(number.removeprefix(BELL)) if number.startswith(BELL) else None

"""Calls as browsers answer them: what the routes ask of the call engine, and why it cannot."""

from typing import Literal, NamedTuple, Protocol

from linli.calls.rows import Account
from linli.domains.intercom.guard_desks import GuardDesks
from linli.domains.intercom.rows import DoorNumber
from linli.kernel.errors import Conflict, TooMany, Unavailable
from linli.kernel.scope import Scope


class PagesOff(Unavailable):
    """Browsers take no calls here: SIP, media or a package is off."""

    code = "intercom.pages_off"


class CallOver(Conflict):
    """Nobody rings or talks any more."""

    code = "intercom.call_over"


class TakenElsewhere(Conflict):
    """Another phone or page has the call."""

    code = "intercom.taken_elsewhere"


class InOtherProcess(Unavailable):
    """Another process of the platform has the call; its pages cannot be served from here."""

    code = "intercom.in_other_process"


class NotAtDesk(Conflict):
    """The page is none of the community's guard desks: its line is not open."""

    code = "intercom.not_at_desk"


class CannotSee(Conflict):
    """The call's description fits no browser, or the browser's answer not the call."""

    code = "intercom.cannot_see"


class PagePlace(NamedTuple):
    """Where the asking browser is, behind proxies of the platform."""

    address: str


class Joined(NamedTuple):
    offer: str
    state: str
    """rings or talks."""


class AtTerminal(NamedTuple):
    """A call at a terminal."""

    talks: bool
    silent: bool
    """It is to ring without a sound."""


type DeskState = Literal["rings", "talks", "held", "passes"]


class AtDesk(NamedTuple):
    """A call at guard desks."""

    state: DeskState
    number: str = ""
    """Whose page has it, or passed it on; empty: nobody's."""
    held_ms: int = 0
    to: str = ""
    """To whose pages it is passed; empty: to all, or away from the desks."""
    page: str = ""
    """Which of that person's pages has it, or passed it on."""


class DeskOfPages(Protocol):
    """The calls of a process. A page is known by the account it came with and the name that it gave itself."""

    def holds(self, call_id: int) -> bool: ...

    def join(self, call_id: int, number: str, page: str, host: str) -> Joined:
        """Ring at this page too, or give the offer again. Raises CallOver, TakenElsewhere, CannotSee."""
        ...

    def see(self, call_id: int, number: str, page: str, description: bytes) -> None:
        """The page's answer to the offer. Raises CallOver, TakenElsewhere, CannotSee."""
        ...

    def take(self, call_id: int, number: str, page: str) -> None:
        """Raises CallOver, TakenElsewhere, CannotSee."""
        ...

    def decline(self, call_id: int, number: str, page: str) -> None:
        """Raises CallOver, TakenElsewhere."""
        ...

    def hang_up(self, call_id: int, number: str, page: str) -> None:
        """Raises CallOver, TakenElsewhere."""
        ...

    async def open(self, call_id: int, number: str, language: str) -> tuple[bool, str]:
        """Open the door of the call; whether it was told to, and the result in words. Raises CallOver."""
        ...

    def at_desks(self, community_id: int) -> dict[int, AtDesk]:
        """Calls that ring at a community's desks, or that one of them has or passed on."""
        ...

    def at_terminal(self, number: str) -> dict[int, AtTerminal]:
        """Calls that ring at a terminal's pages, or that one of them has."""
        ...

    def decline_at_desk(self, call_id: int, community_id: int, number: str, page: str) -> None:
        """For this desk; once no desk would take it, it rings at none. Raises CallOver."""
        ...


class PassedOn(Conflict):
    """The call is being passed on already."""

    code = "intercom.passed_on"


class PassedOften(Conflict):
    """The call was passed on too often."""

    code = "intercom.passed_often"


class NobodyThere(Conflict):
    """No phone and no page is there that could ring."""

    code = "intercom.nobody_there"


class PassTo(NamedTuple):
    """To whom a desk passes a call."""

    step: str
    """As the call's course names it."""
    community_id: int
    seat: str = ""
    """The number of the member of staff at the other desk; empty: to phones."""
    numbers: tuple[str, ...] = ()
    house_id: int | None = None
    """Whose these phones are."""
    voice: frozenset[str] = frozenset()
    """Of the numbers, those that get no picture."""


class DeskOfPassing(Protocol):
    """Calls that a desk holds and passes on. What a page does with a call it did not take: CallOver, TakenElsewhere."""

    def hold(self, call_id: int, number: str, page: str) -> None:
        """Raises CallOver, TakenElsewhere, PassedOn."""
        ...

    def resume(self, call_id: int, number: str, page: str) -> None:
        """Talk again, also with one that was passed on and that nobody took yet. Raises CallOver, TakenElsewhere."""
        ...

    def hold_others(self, call_id: int, number: str, page: str) -> None:
        """The page talks in this call now: whoever else it talked with is held."""
        ...

    async def pass_on(self, call_id: int, number: str, page: str, to: PassTo, *, within: Scope) -> None:
        """Raises CallOver, TakenElsewhere, PassedOn, PassedOften, NobodyThere."""
        ...


class DoorBusy(Conflict):
    """Somebody talks at the door, or too many look through its camera."""

    code = "intercom.door_busy"


class DoorAway(Unavailable):
    """The door does not answer."""

    code = "intercom.door_away"


class VoiceTaken(Conflict):
    """Another page talks through the door."""

    code = "intercom.voice_taken"


class BellBusy(TooMany):
    """Too many visitors ring at this doorbell, or from this network, at once or one after the other."""

    code = "intercom.bell_busy"


class DeskOfViews(Protocol):
    """Who looks through doors' cameras, by the door's number."""

    async def watch(self, door: str, number: str, page: str, host: str, *, terminal: bool = False) -> str:
        """What the browser is offered; asked again, it is offered anew. `terminal`: of whom one looks at a time.

        Raises DoorBusy, DoorAway, CannotSee.
        """
        ...

    def see(self, door: str, number: str, page: str, description: bytes) -> None:
        """Raises CallOver, CannotSee."""
        ...

    def talk(self, door: str, number: str, page: str, *, on: bool) -> None:
        """One at a time. Raises CallOver, VoiceTaken."""
        ...

    def leave(self, door: str, number: str, page: str) -> None: ...


class DeskOfLooks(Protocol):
    """Looks of guard desks through doors, each with its trace; one of a page at a time."""

    async def look(self, door: DoorNumber, number: str, page: str, host: str) -> str:
        """What the browser is offered; asked again, it is offered anew.

        Raises DoorBusy, DoorAway, CannotSee, NotAtDesk.
        """
        ...

    def see(self, door: DoorNumber, number: str, page: str, description: bytes) -> None:
        """Raises CallOver, CannotSee."""
        ...

    def talk(self, door: DoorNumber, number: str, page: str, *, on: bool) -> None:
        """One at a time. Raises CallOver, VoiceTaken."""
        ...

    def leave(self, door: DoorNumber, number: str, page: str) -> None: ...


class Dialling(NamedTuple):
    """How far a call is that a terminal makes."""

    state: Literal["calls", "rings", "taken", "talks", "over"]
    """taken: somebody has it, and the page is to join."""
    page: str
    status: int
    """Of `over`: why, as SIP says it."""
    talked: bool = False


class DeskOfDials(Protocol):
    """Calls that terminals' pages make, by the terminal's number: one each."""

    def call(self, number: str, target: str, page: str) -> None:
        """Nothing happens while another one of its calls goes on."""
        ...

    def now(self, number: str) -> Dialling | None: ...

    def join(self, number: str, page: str, host: str) -> str:
        """What the browser is offered. Raises CallOver, CannotSee."""
        ...

    def hear(self, number: str, page: str, description: bytes) -> None:
        """The browser's answer: both hear each other. Raises CallOver, CannotSee."""
        ...

    def hang_up(self, number: str, page: str) -> None:
        """Raises CallOver."""
        ...


class Ringing(NamedTuple):
    """A visitor's phone that rings a home."""

    bell_id: int
    page: str
    """The name that the browser gave itself: one call each."""
    network: str
    """Who counts as one caller."""
    host: str
    caller: Account | None
    """None: nobody is rung, which the visitor does not learn."""
    target: str


class VisitorState(NamedTuple):
    state: Literal["rings", "talks", "over"]
    why: Literal["", "nobody", "ended"] = ""
    """Of `over`."""
    opened: bool = False
    """The entrance's door opened."""


class DeskOfBells(Protocol):
    """Calls of visitors' phones, by doorbell and page."""

    def check_room(self, network: str, bell_id: int) -> None:
        """Whether one more may ring. Raises BellBusy."""
        ...

    def ring(self, wish: Ringing) -> bytes:
        """What the browser is offered; it rings once that is answered. Raises BellBusy, CannotSee."""
        ...

    def answer(self, bell_id: int, page: str, description: bytes) -> None:
        """Raises CallOver, CannotSee."""
        ...

    def now(self, bell_id: int, page: str) -> VisitorState | None: ...

    def hang_up(self, bell_id: int, page: str) -> None: ...


class Answering:
    """Of one process. Without a desk browsers take no calls."""

    def __init__(self) -> None:
        self.desk: DeskOfPages | None = None
        self._passing: DeskOfPassing | None = None
        self.guard_desks = GuardDesks()
        self.terminals = GuardDesks()
        """Their pages, each at its terminal's number."""
        self._views: DeskOfViews | None = None
        self._dials: DeskOfDials | None = None
        self._looks: DeskOfLooks | None = None
        self.bells: DeskOfBells | None = None
        """Where visitors' phones ring homes; None: browsers are not served here."""

    @property
    def passing(self) -> DeskOfPassing:
        """Raises PagesOff."""
        if self._passing is None:
            raise PagesOff()
        return self._passing

    @property
    def dials(self) -> DeskOfDials:
        """Raises PagesOff."""
        if self._dials is None:
            raise PagesOff()
        return self._dials

    @property
    def looks(self) -> DeskOfLooks:
        """Raises PagesOff."""
        if self._looks is None:
            raise PagesOff()
        return self._looks

    @property
    def views(self) -> DeskOfViews:
        """Raises PagesOff."""
        if self._views is None:
            raise PagesOff()
        return self._views

    def open(
        self,
        desk: DeskOfPages,
        views: DeskOfViews,
        dials: DeskOfDials | None = None,
        passing: DeskOfPassing | None = None,
        looks: DeskOfLooks | None = None,
    ) -> None:
        """From now on browsers take calls."""
        self.desk, self._views, self._dials = desk, views, dials
        self._passing, self._looks = passing, looks

    @property
    def on(self) -> bool:
        return self.desk is not None

    def at(self, call_id: int) -> DeskOfPages:
        """Raises PagesOff, InOtherProcess."""
        if self.desk is None:
            raise PagesOff()
        if not self.desk.holds(call_id):
            raise InOtherProcess()
        return self.desk

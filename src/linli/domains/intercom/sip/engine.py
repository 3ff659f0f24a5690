"""What one call needs of the engine that holds all of them."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from linli.domains.intercom.rows import Binding
from linli.domains.intercom.sip.exchange import Exchange
from linli.domains.intercom.sip.flows import Flow
from linli.domains.intercom.sip.lines import Lines
from linli.domains.intercom.sip.log import CallLog
from linli.domains.intercom.sip.media import Media
from linli.domains.intercom.sip.sides import Side


class Target(NamedTuple):
    """What was dialled."""

    call_id: int
    """Of the record of this call."""
    phones: list[tuple[Binding, Flow]]
    is_door: bool


class Engine[Call](Protocol):
    """All calls of a process, as one of them sees it."""

    token: Callable[[int], str]
    allow: str
    ring_s: float
    talk_s: float
    view_s: float
    unlock_s: float
    exchange: Exchange
    lines: Lines
    log: CallLog
    media: Media

    def contact(self, flow: Flow) -> str: ...

    def keep(self, side: Side, call: Call) -> None: ...

    def forget(self, call: Call) -> None: ...

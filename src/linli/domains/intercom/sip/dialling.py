"""From an INVITE whose caller is known to the phones that ring for it."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Final

from linli.calls.calls import CallEngine
from linli.calls.engine import Target
from linli.calls.ladder import Ladder, Phones
from linli.calls.page_phone import TRANSPORT
from linli.calls.rows import (
    BUSY,
    DOOR_STATION,
    GIVEN_UP,
    LET_IN,
    NO_PHONE,
    OFF,
    TO_GROUP,
    TO_NUMBER,
    UNREACHABLE,
    Account,
    Binding,
    community_of_desks,
    person_of_telephone,
    takes_messages,
)
from linli.domains.intercom.queries.openings import desks_dialled
from linli.domains.intercom.queries.permissions import limited
from linli.domains.intercom.rows import CallRow
from linli.domains.intercom.service.auto_open import let_in
from linli.domains.intercom.service.ladder import plan_of
from linli.domains.intercom.sip import phones
from linli.domains.intercom.sip.log import CallLog
from linli.domains.intercom.sip.mailbox import Mailbox
from linli.domains.intercom.sip.page_calls import PageCalls
from linli.domains.intercom.sip.telephones import Telephones
from linli.domains.intercom.sip.web_views import WebViews
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.sip.exchange import Incoming
from linli.kernel.sip.flows import Flow
from linli.protocols import sip
from linli.protocols.edge_link import REF

MOST_REF: Final = 32


class Dialling:
    """Of one process. `flow_of`: the way to a phone, if this process has one; `later`: works on a call after a wait."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        calls: CallEngine,
        log: CallLog,
        telephones: Telephones,
        *,
        flow_of: Callable[[Binding], Flow | None],
        later: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._calls = calls
        self._log = log
        self._telephones = telephones
        self._flow_of = flow_of
        self._later = later
        self.pages: PageCalls | None = None
        """Where browsers take calls."""
        self.views: WebViews | None = None
        self.mailbox: Mailbox | None = None
        """Where visitors may leave messages."""

    async def call(self, caller: Account, incoming: Incoming) -> None:
        """Ring what was dialled, or say why not. Raises Malformed."""
        request = incoming.request
        number = request.uri.user or ""
        now_ms = self._clock.now_ms()
        dialled = await phones.dial(self._db, caller, number, now_ms)
        ours = incoming.flow.transport == TRANSPORT
        telephone = None if dialled.exists or ours else await self._telephones.dial(caller, number)
        is_door = dialled.kind == DOOR_STATION
        allowed = not is_door or await self._log.openings.may_view(caller, number)
        if incoming.answered:
            return  # the caller gave up meanwhile
        if telephone is not None:
            number = telephone.number
            if telephone.status:
                incoming.answer(telephone.status, telephone.words)
                return
        if not allowed:
            incoming.answer(403)
            return
        if is_door and self.views is not None and await self.views.took(caller, number, incoming):
            return
        if refusal := self._calls.may_begin(caller):
            incoming.answer(refusal)
            return
        if words := self._calls.media.unfit(request):
            incoming.answer(488, warning=words)
            return
        target_type = TO_GROUP if dialled.is_group else TO_NUMBER
        row = await self._log.begin(caller, number, target_type, _ref_of(request))
        try:
            outcome = await self._ring(caller, incoming, dialled, row)
        except sip.Malformed:
            self._log.ended(row.id, UNREACHABLE)
            raise
        if outcome:
            self._log.ended(row.id, outcome)

    async def _ring(self, caller: Account, incoming: Incoming, dialled: phones.Dialled, row: CallRow) -> str:
        """Ring what can be rung; how the call ended, if it did at once. Raises Malformed."""
        if await let_in(self._db, self._log.openings, row):
            self._log.opened(row.id)
            incoming.answer(480)
            return LET_IN
        is_door = dialled.kind == DOOR_STATION
        terminal = is_door and await self._log.openings.is_terminal(caller.number)
        view = self._calls.view_of(row.target) if is_door and incoming.flow.transport != TRANSPORT else None
        if view is not None:
            if refusal := await view.viewers.admit(caller, incoming, row.id, terminal=terminal):
                if not incoming.answered:
                    incoming.answer(refusal)
                return BUSY if refusal == 486 else GIVEN_UP if refusal == 487 else UNREACHABLE
            return ""
        plan = await plan_of(self._db, row)
        ladder, voice = None, frozenset[str]()
        if plan.rungs:
            reach = functools.partial(self.reach, caller, row.id, of=_box_of(incoming))
            ladder = Ladder(row, plan.rungs, reach, self._log, self._clock, self._later)
            reached, why, voice = await ladder.climb(), ladder.why, ladder.voice
        elif person_of_telephone(row.target):
            reached, why = await self._telephones.reach(row.tenant_id, [row.target])
        else:
            desks = await desks_dialled(self._db, row)
            bound = dialled.phones or await phones.find_bindings(
                self._db, caller, desks, self._clock.now_ms()
            )
            rung = [row.target, *(binding.number for binding in bound)]
            limits = await limited(self._db, rung) if caller.kind == DOOR_STATION else {}
            voice = frozenset(limits)
            reached, why = self._free(
                [each for each in bound if limits.get(each.number) != OFF], _box_of(incoming)
            )
            waiting = (row.target, *desks)
            reached += self._waiting(tuple(each for each in waiting if limits.get(each) != OFF))
        if incoming.answered:
            if ladder is not None:
                ladder.ended(GIVEN_UP)
            return GIVEN_UP  # meanwhile
        if not reached:
            incoming.answer(486 if why == BUSY else 480)
            return BUSY if why == BUSY else UNREACHABLE
        limit_s = (plan.view_s or self._calls.view_s) if is_door else (plan.talk_s or self._calls.talk_s)
        target = Target(row.id, reached, is_door, limit_s, ladder, terminal, voice)
        self._calls.begin(caller, incoming, target)
        return ""

    async def reach(
        self, caller: Account, call_id: int, numbers: tuple[str, ...], *, of: Flow | None = None
    ) -> tuple[Phones, str]:
        """The phones of a step that can be rung now; and if there are none, why. The family's step has the group, too:
        its pages may come while it rings. `of`: the way by which the call came, which is not rung."""
        if any(map(takes_messages, numbers)):
            taking = self.mailbox.phone(numbers[0], call_id) if self.mailbox is not None else []
            return taking, NO_PHONE
        if any(map(person_of_telephone, numbers)):
            return await self._telephones.reach(caller.tenant_id, numbers)
        bound = await phones.find_bindings(self._db, caller, numbers, self._clock.now_ms())
        reached, why = self._free(bound, of)
        reached += self._waiting(numbers)
        return reached, NO_PHONE if len(numbers) == 1 and community_of_desks(numbers[0]) else why

    def _waiting(self, numbers: tuple[str, ...]) -> Phones:
        """What rings for pages that nobody opened yet."""
        return self.pages.waiting(numbers) if self.pages is not None else []

    def _free(self, bindings: list[Binding], of: Flow | None) -> tuple[Phones, str]:
        free = [binding for binding in bindings if self._calls.lines.reachable(binding.number)]
        reached = self._reached(free, of)
        return reached, "" if reached else BUSY if bindings and not free else UNREACHABLE

    def _reached(self, bindings: list[Binding], of: Flow | None) -> Phones:
        """The phones that this process can send to. A box rings its own for a call that comes from it."""
        ways = ((binding, self._flow_of(binding)) for binding in bindings)
        return [(binding, flow) for binding, flow in ways if flow is not None and flow is not of]


def _ref_of(request: sip.Request) -> str:
    """The id of a call at the box that it comes from; empty: it comes from none."""
    ref = request.get(REF) or ""
    return ref if ref.isascii() and ref.isdigit() and len(ref) <= MOST_REF else ""


def _box_of(incoming: Incoming) -> Flow | None:
    """The way to the box that a call comes from, and so to its phones; None: it comes from none."""
    return incoming.flow if _ref_of(incoming.request) else None

"""The box's end of the helper: the network is changed by another process, which is root."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from linli.edge.services.network import orders
from linli.edge.services.network.hand import Diff, Hand, Now, OwnHand, may_use
from linli.edge.services.network.helper import SOCKET
from linli.edge.services.network.install import NetworkFiles, NetworkRefused, NothingToUndo
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.orders import ANSWER, ANSWER_BYTES, Answer, Ask, Lines, Order
from linli.edge.services.network.plan import Plan
from linli.edge.services.network.trial import LinkOutcome, Trial, TrialRuns, answer_of
from linli.kernel.telemetry import logger

log = logger(__name__)

STARTS_S: Final = 30.0
"""The helper may have to be started first."""
COMMANDS_S: Final = 200.0
"""Its commands may take a minute each, to bring a change into force and to take it back."""


class HelpedHand:
    """`cloud`: its address; empty before activation."""

    def __init__(self, cloud: str, *, place: Path = SOCKET, ask: Callable[[str], str] = answer_of) -> None:
        self._cloud = cloud
        self._place = place
        self._ask = ask

    @property
    def present(self) -> bool:
        return may_use(self._place)

    def look(self) -> Now:
        answer = self._only(orders.Look())
        assert isinstance(answer, orders.Seen)
        return answer.now

    def check(self, plan: Plan) -> list[Diff]:
        answer = self._only(orders.Check(plan))
        assert isinstance(answer, orders.Differs)
        return answer.changes

    def apply(self, plan: Plan) -> list[str]:
        return self._names(self._only(orders.Apply(plan)))

    def undo(self) -> list[str]:
        return self._names(self._only(orders.Undo()))

    def try_out(self, plan: Plan) -> list[str]:
        end, lines = self._ordered(orders.TryOut(plan, active=bool(self._cloud)))
        try:
            names = self._names(self._answer(lines, STARTS_S))
        except BaseException:
            end.close()
            raise
        threading.Thread(target=self._see_out, args=(end, lines), name="network-trial", daemon=True).start()
        return names

    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome:
        order = orders.Link(link, fresh=fresh, active=bool(self._cloud))
        try:
            answer = self._only(order, wait_s=COMMANDS_S)
        except TrialRuns:
            return LinkOutcome("on_trial")
        except (NetworkRefused, OSError) as error:
            return LinkOutcome("not_written", str(error)[:500])
        assert isinstance(answer, orders.Linked)
        return answer.outcome

    def _only(self, order: Order, *, wait_s: float = STARTS_S) -> Answer:
        end, lines = self._ordered(order)
        with end:
            return self._answer(lines, wait_s)

    def _ordered(self, order: Order) -> tuple[socket.socket, Lines]:
        """Raises OSError."""
        end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            end.settimeout(STARTS_S)
            end.connect(str(self._place))
            lines = Lines(end, ANSWER_BYTES)
            lines.write(order)
        except BaseException:
            end.close()
            raise
        return end, lines

    def _answer(self, lines: Lines, wait_s: float) -> Answer:
        """The next one; what the helper asks meanwhile is answered. Raises what `Hand` says."""
        while True:
            try:
                answer: Answer = ANSWER.decode(lines.read(wait_s))
            except (EOFError, msgspec.MsgspecError, orders.TooLong) as error:
                raise ConnectionError(f"the helper of the network does not answer: {error}") from None
            if isinstance(answer, Ask):
                lines.write(orders.Reached(self._ask(self._cloud)[:500]))
            elif isinstance(answer, orders.Refused):
                _raise(answer)
            else:
                return answer

    def _see_out(self, end: socket.socket, lines: Lines) -> None:
        try:
            with end:
                self._answer(lines, COMMANDS_S)
        except (OSError, TrialRuns, NetworkRefused, NothingToUndo) as error:
            log.error("the network's trial was left to the helper: %s", error)

    def _names(self, answer: Answer) -> list[str]:
        assert isinstance(answer, orders.Wrote)
        return answer.names


def hand_of(files: NetworkFiles, trial: Trial | None, helped: HelpedHand | None) -> Hand:
    """The helper where this process may not write itself, and there is one."""
    if helped is not None and not files.writable and helped.present:
        return helped
    return OwnHand(files, trial)


class ModemWriter:
    """Whose hand it is, is looked at each time: the helper may be installed later."""

    def __init__(self, files: NetworkFiles, trial: Trial, helped: HelpedHand | None) -> None:
        self._files = files
        self._trial = trial
        self._helped = helped

    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome:
        return hand_of(self._files, self._trial, self._helped).link(link, fresh=fresh)

    def stop(self) -> None:
        """A trial that goes on is left to the next start."""
        self._trial.stop()


def _raise(refused: orders.Refused) -> None:
    match refused.code:
        case "faulty":
            raise NetworkRefused(refused.faults)
        case "on_trial":
            raise TrialRuns
        case "nothing_to_undo":
            raise NothingToUndo
        case _:
            raise OSError(refused.why or refused.code)

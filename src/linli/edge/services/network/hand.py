"""Who changes the network for the box's page and its modem: this process, where it may, or the helper, which is root."""

import os
from pathlib import Path
from typing import Final, Protocol

import msgspec

from linli.edge.services.network.install import Change, NetworkFiles
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.plan import Card, Plan
from linli.edge.services.network.trial import LinkOutcome, Trial, TrialRecord

ANSWERED_S: Final = 1.0
"""The page gets its answer before its address may go."""


class CardNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    card: Card
    default_route: bool
    routes: list[str]


class Now(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the network is configured, and whether it can be changed."""

    cards: list[CardNow]
    undoable: int
    present: bool
    writable: bool
    can_try: bool
    trial: TrialRecord | None


class Diff(msgspec.Struct, frozen=True):
    """What becomes of a file; what looks like a secret is not shown."""

    name: str
    diff: str

    @classmethod
    def of(cls, change: Change) -> "Diff":
        return cls(change.name, change.diff())


class NoTrial(Exception):
    """This is not the box's own network: nothing is tried."""


class Hand(Protocol):
    """All block, and raise OSError beside what is said."""

    def look(self) -> Now: ...

    def check(self, plan: Plan) -> list[Diff]:
        """Raises NetworkRefused."""
        ...

    def apply(self, plan: Plan) -> list[str]:
        """The names of the files. Raises NetworkRefused, TrialRuns."""
        ...

    def try_out(self, plan: Plan) -> list[str]:
        """Write it, and bring it into force once this is answered. Raises NetworkRefused, TrialRuns, NoTrial."""
        ...

    def undo(self) -> list[str]:
        """Raises NothingToUndo, TrialRuns."""
        ...

    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome: ...


class OwnHand:
    """With this process's own rights. `trial`: of changes of the page; None: nothing is tried."""

    def __init__(self, files: NetworkFiles, trial: Trial | None) -> None:
        self._files = files
        self._trial = trial

    def look(self) -> Now:
        return Now(
            cards=[
                CardNow(card=card, default_route=default, routes=routes)
                for card, default, routes in self._files.cards()
            ],
            undoable=self._files.undoable,
            present=self._files.present,
            writable=self._files.writable,
            can_try=self._trial is not None,
            trial=self._trial.record if self._trial is not None else None,
        )

    def check(self, plan: Plan) -> list[Diff]:
        return [Diff.of(change) for change in self._files.changes(plan)]

    def apply(self, plan: Plan) -> list[str]:
        self._refuse_while_on()
        return [change.name for change in self._files.apply(plan)]

    def try_out(self, plan: Plan) -> list[str]:
        if self._trial is None:
            raise NoTrial
        changes = self._trial.begin(plan)
        if changes:
            self._trial.aside(self._trial.go_on, after_s=ANSWERED_S)
        return [change.name for change in changes]

    def undo(self) -> list[str]:
        self._refuse_while_on()
        return self._files.undo()

    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome:
        if self._trial is None:
            raise NoTrial
        return self._trial.link(link, fresh=fresh)

    def _refuse_while_on(self) -> None:
        if self._trial is not None:
            self._trial.refuse_while_on()


def may_use(socket: Path) -> bool:
    return socket.exists() and os.access(socket, os.W_OK)

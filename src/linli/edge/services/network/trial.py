"""A network change on trial: applied at once, and undone if the box does not reach the cloud in time.

`trial.json` beside the undo steps has the current step, synced before each step. So a box that loses power or is killed
continues at its next start: a change that was not yet checked is undone, a change under check is checked again. A trial
has `trial.lock` while a process works on it.
"""

import contextlib
import fcntl
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import httpx
import msgspec
from msgspec import Meta

from linli.edge.cloud import load_identity
from linli.edge.services.network.install import (
    Change,
    NetworkFiles,
    NetworkRefused,
    NothingToUndo,
    Wanted,
    replace_file,
)
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.style import Command
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger

log = logger(__name__)

SECONDS: Final = 60.0
"""How long the cloud is asked for."""
PAUSE_S: Final = 1.0
ASK_S: Final = 5.0
COMMAND_S: Final = 60.0
LOCK_S: Final = 5.0
"""For whoever ended a trial, as its mark says, to let go of it."""
_DETAIL: Final = 500

type Subject = Literal["plan", "modem"]
type State = Literal["writing", "bringing", "asking", "taking_back", "kept", "untried", "taken_back"]
type Reason = Literal["", "no_cloud", "command", "broken_off", "stopped"]
ENDED: Final = ("kept", "untried", "taken_back")


class LinkOutcome(NamedTuple):
    """What became of a modem's link; without a reason it is in force. `detail` is in a program's words."""

    reason: Literal["", "on_trial", "not_written", "no_cloud"] = ""
    detail: str = ""


class TrialRuns(Exception):
    """A change is on trial: another must wait, and so must its undoing."""


class TrialRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The last trial. `writing`, `bringing` (into force) and `asking` go on; `untried`: there is no cloud to ask."""

    state: State
    step: Annotated[int, Meta(ge=1)]
    """Number of the undo step."""
    style: str
    cards: list[Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$")]]
    subject: Subject = "plan"
    """A modem's link changes by itself: once it is kept, nobody undoes it."""
    source: str = ""
    """Static address that the outside card must have before the cloud is asked; empty: any."""
    seconds: float = SECONDS
    until_ms: int = 0
    """When asking ends, UTC; 0: it has not begun."""
    ended_ms: int = 0
    reason: Reason = ""
    """Why it was taken back, or is being."""
    detail: str = ""
    """In the words of the program or library at fault."""

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class Trial:
    """Blocks: call it in a thread. `ask`: an empty text when the cloud answers at this address, else why not."""

    def __init__(
        self,
        home: Path,
        files: NetworkFiles,
        clock: Clock,
        *,
        ask: Callable[[str], str] | None = None,
        cloud: Callable[[], str] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """`cloud`: its address, empty before activation; by default of the identity in `home`."""
        self._home = home
        self._cloud = cloud or self._own_cloud
        self._files = files
        self._clock = clock
        self._ask = ask or answer_of
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = -1

    @property
    def record(self) -> TrialRecord | None:
        """The last one; None: there was none, or it may not be read."""
        try:
            return msgspec.json.decode(self._place("trial.json").read_bytes(), type=TrialRecord)
        except (OSError, msgspec.MsgspecError):
            return None

    @property
    def unfinished(self) -> bool:
        record = self.record
        return record is not None and not record.ended

    def refuse_while_on(self) -> None:
        """Raises TrialRuns."""
        if self.unfinished:
            raise TrialRuns

    def begin(self, wanted: Wanted) -> list[Change]:
        """Write it, with its mark first; `go_on` must follow where something changes.

        Raises TrialRuns, NetworkRefused, OSError.
        """
        self._take_lock()
        try:
            self.refuse_while_on()
            changes = self._files.changes(wanted)
            if not changes:
                self._give_lock()
                return []
            style = self._files.style
            record = TrialRecord(
                state="writing",
                step=self._files.remember(changes),
                style=style.name if style is not None else "",
                cards=_cards(wanted),
                subject="modem" if isinstance(wanted, ModemLink) else "plan",
                source=wanted.address if isinstance(wanted, ModemLink) else wanted.outside.address,
                seconds=self._seconds,
            )
            self._keep(record)
            try:
                self._files.put(changes)
            except OSError as error:
                self._take_back(record, "broken_off", str(error))
                raise
            self._keep(record, state="bringing")
        except BaseException:
            self._give_lock()
            raise
        return changes

    def go_on(self) -> TrialRecord | None:
        """Bring it into force, ask, keep or take back. When stopped meanwhile, the next start goes on. Raises OSError."""
        try:
            record = self.record
            if record is None or record.ended:
                return record
            why = self._run(record.cards)
            if why:
                return self._take_back(record, "command", why)
            return self._try(record)
        finally:
            self._give_lock()

    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome:
        """Write a modem's link and try it. `fresh`: the modem connected just now, so that a card with the same file
        as before needs its addresses anew.
        """
        try:
            if not self.begin(link):
                why = self._run(_cards(link)) if fresh else ""
                return LinkOutcome("not_written", why) if why else LinkOutcome()
            record = self.go_on()
        except TrialRuns:
            return LinkOutcome("on_trial")
        except (NetworkRefused, OSError) as error:
            return LinkOutcome("not_written", str(error)[:_DETAIL])
        if record is None or record.state in ("kept", "untried"):
            return LinkOutcome()
        if not record.ended:
            return LinkOutcome("on_trial")
        return LinkOutcome("no_cloud" if record.reason == "no_cloud" else "not_written", record.detail)

    def resume(self) -> TrialRecord | None:
        """After a start: go on with what was broken off. None: there is nothing. Raises TrialRuns, OSError."""
        if not self.unfinished:
            return None
        self._take_lock()
        try:
            record = self.record
            if record is None or record.ended:
                return record
            if self._files.style is None or record.style != self._files.style.name:
                raise FileNotFoundError(f"the trial was of {record.style}, which this system no longer has")
            if record.state == "taking_back":
                return self._take_back(record, record.reason, record.detail)
            if record.state == "asking":
                return self._try(record)
            return self._take_back(record, "broken_off", "")
        finally:
            self._give_lock()

    def take_back(self, reason: Reason) -> TrialRecord | None:
        """End it now. Raises OSError."""
        record = self.record
        return None if record is None or record.ended else self._take_back(record, reason, "")

    # beside the box

    def aside(self, work: Callable[[], object], *, after_s: float = 0.0) -> None:
        """Do `go_on` or `resume` in a thread that does not hold the box up when it stops."""
        self._thread = threading.Thread(
            target=self._aside, args=(work, after_s), name="network-trial", daemon=True
        )
        self._thread.start()

    def wait(self) -> None:
        """Until what was begun aside has ended."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """A trial that goes on is left to the next start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(ASK_S)

    def _aside(self, work: Callable[[], object], after_s: float) -> None:
        self._stop.wait(after_s)
        try:
            work()
        except TrialRuns:
            log.info("another process goes on with the network's trial")
        except OSError as error:
            log.error("the network's trial cannot go on: %s", error)

    # steps

    def _run(self, cards: list[str]) -> str:
        """An empty text when all commands did, else what went wrong."""
        style = self._files.style
        for command in style.commands(cards) if style is not None else ():
            why = _ran(command)
            if why and not command.may_fail:
                return f"{' '.join(command.words)}: {why}"[:_DETAIL]
        return ""

    def _try(self, record: TrialRecord) -> TrialRecord:
        cloud = self._cloud()
        if not cloud:
            return self._kept(record, "untried")
        until = self._clock.steady_ms() + round(record.seconds * 1000)
        until_ms = self._clock.now_ms() + round(record.seconds * 1000)
        record = self._keep(record, state="asking", until_ms=until_ms)
        while not self._stop.wait(PAUSE_S):  # at once the old address may still answer
            why = _absent(record.source) or self._ask(cloud)
            if not why:
                return self._kept(record, "kept")
            if self._clock.steady_ms() >= until:
                return self._take_back(record, "no_cloud", why)
        return record

    def _take_back(self, record: TrialRecord, reason: Reason, detail: str) -> TrialRecord:
        record = self._keep(record, state="taking_back", reason=reason, detail=detail[:_DETAIL])
        with contextlib.suppress(NothingToUndo):  # it was taken back already, and the power went then
            self._files.undo(record.step)
        if why := self._run(record.cards):
            record = msgspec.structs.replace(record, detail=f"{detail}; {why}".lstrip("; ")[:_DETAIL])
        return self._keep(record, state="taken_back", ended_ms=self._clock.now_ms())

    def _kept(self, record: TrialRecord, state: State) -> TrialRecord:
        record = self._keep(record, state=state, ended_ms=self._clock.now_ms())
        if record.subject == "modem":
            self._files.forget(record.step)
        return record

    def _keep(self, record: TrialRecord, **changes: object) -> TrialRecord:
        record = msgspec.structs.replace(record, **changes)
        replace_file(self._place("trial.json"), msgspec.json.encode(record), mode=0o644)
        return record

    def _own_cloud(self) -> str:
        try:
            identity = load_identity(self._home)
        except (ValueError, OSError):
            return ""
        return "" if identity is None else identity.activated.cloud.base_url.rstrip("/")

    def _place(self, name: str) -> Path:
        return self._files.undo_folder / name

    def _take_lock(self) -> None:
        place = self._place("trial.lock")
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(place, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        ends = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if self.unfinished or time.monotonic() > ends:
                    os.close(handle)
                    raise TrialRuns from None
                time.sleep(0.02)
        self._lock = handle

    def _give_lock(self) -> None:
        handle, self._lock = self._lock, -1
        if handle >= 0:
            os.close(handle)


def _cards(wanted: Wanted) -> list[str]:
    """Those that are brought into force anew. One that is no way out any more may be gone from the machine."""
    if isinstance(wanted, ModemLink):
        return [] if wanted.method == "none" else [wanted.device]
    return [card.device for card in (wanted.outside, wanted.inside) if card and card.method != "cellular"]


def answer_of(cloud: str) -> str:
    """Ask the cloud by a new connection, with the trust that the box has in it. Empty: it answers."""
    verify = cloud.startswith("https:")
    try:
        with httpx.Client(timeout=ASK_S, trust_env=False, follow_redirects=False, verify=verify) as client:
            answer = client.get(f"{cloud}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return "" if answer.is_success else f"HTTP {answer.status_code}"


def _absent(address: str) -> str:
    """Empty when this machine has the address."""
    if address:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            try:
                asked.bind((address, 0))
            except OSError:
                return f"the card does not have {address} yet"
    return ""


def _ran(command: Command) -> str:
    try:
        done = subprocess.run(
            command.words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_S,
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    return lines or f"exit code {done.returncode}"

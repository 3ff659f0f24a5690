"""The helper: changes the network as root for a box that runs without that right. `linli edge network helper`.

It takes typed orders of one user over a Unix socket, known by the kernel's word (SO_PEERCRED, unix(7)); an order names
cards and addresses, never a file or a command. It reaches no network: whether the cloud answers it asks the box.
"""

import os
import pwd
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from linli.edge.services.network import orders
from linli.edge.services.network.hand import ANSWERED_S, Diff, OwnHand
from linli.edge.services.network.install import NetworkFiles, NetworkRefused, NothingToUndo
from linli.edge.services.network.orders import ORDER, REACHED, Answer, Lines, Refused
from linli.edge.services.network.trial import SECONDS, Trial, TrialRuns
from linli.kernel.clock import SystemClock
from linli.kernel.telemetry import logger

log = logger(__name__)

SOCKET: Final = Path("/run/linli-edge-network.sock")
USER: Final = "linli-edge"
FIRST_LINE_S: Final = 5.0
ASKED_S: Final = 15.0
"""For the box to say whether the cloud answers: longer than it asks."""
AT_ONCE: Final = 4
IDLE_S: Final = 60.0
"""Then it ends; systemd starts it again at the next connection."""
_CREDENTIALS: Final = struct.Struct("3i")
_ACTIVE: Final = "the box's"
"""In the place of the cloud's address, which the helper does not know."""


class Helper:
    """`files`: of the system's network, with undo steps that only root may write."""

    def __init__(
        self,
        files: NetworkFiles,
        *,
        uid: int,
        seconds: float = SECONDS,
        clock: SystemClock | None = None,
    ) -> None:
        self._files = files
        self._uid = uid
        self._seconds = seconds
        self._clock = clock or SystemClock()
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._running = 0
        self._count = threading.Lock()

    def serve(self, listener: socket.socket, *, idle_s: float = IDLE_S) -> None:
        """Until nobody came for so long; 0: for ever. What another one left on trial is taken back. Raises OSError."""
        left = self._trial(lambda cloud: "the box that tried it is gone", active=True)
        left.aside(left.resume)
        ends = time.monotonic() + idle_s
        listener.settimeout(min(idle_s, 1.0) if idle_s else None)
        while True:
            try:
                end, _ = listener.accept()
            except TimeoutError:
                if self._running or left.unfinished:
                    ends = time.monotonic() + idle_s
                elif time.monotonic() >= ends:
                    return
                continue
            ends = time.monotonic() + idle_s
            if not self._room.acquire(blocking=False):
                end.close()
                continue
            with self._count:
                self._running += 1
            threading.Thread(target=self._attend, args=(end,), daemon=True).start()

    def _attend(self, end: socket.socket) -> None:
        try:
            with end:
                self._hear(end)
        except (OSError, EOFError) as error:
            log.info("a connection of the network's helper ended: %s", error)
        finally:
            with self._count:
                self._running -= 1
            self._room.release()

    def _hear(self, end: socket.socket) -> None:
        pid, uid, _ = _CREDENTIALS.unpack(
            end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        )
        if uid not in (self._uid, 0):
            log.warning("user %d (process %d) may not change the network", uid, pid)
            return
        lines = Lines(end, orders.LINE_BYTES)
        try:
            order = ORDER.decode(lines.read(FIRST_LINE_S))
        except (orders.TooLong, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            lines.write(Refused("not_understood", str(error)[:200]))
            return
        lines.write(self._answered(order, lines))

    def _answered(self, order: orders.Order, lines: Lines) -> Answer:
        active = isinstance(order, orders.TryOut | orders.Link) and order.active
        trial = self._trial(_asker(lines), active=active)
        try:
            return self._done(order, trial, lines)
        except NetworkRefused as refused:
            return Refused("faulty", faults=refused.faults)
        except TrialRuns:
            return Refused("on_trial")
        except NothingToUndo:
            return Refused("nothing_to_undo")
        except OSError as error:
            return Refused("failed", str(error)[:500])

    def _trial(self, ask: Callable[[str], str], *, active: bool) -> Trial:
        return Trial(
            self._files.undo_folder,
            self._files,
            self._clock,
            ask=ask,
            cloud=lambda: _ACTIVE if active else "",
            seconds=self._seconds,
        )

    def _done(self, order: orders.Order, trial: Trial, lines: Lines) -> Answer:
        hand = OwnHand(self._files, trial)
        match order:
            case orders.Look():
                return orders.Seen(hand.look())
            case orders.Check(plan):
                return orders.Differs([Diff.of(change) for change in self._files.changes(plan)])
            case orders.Apply(plan):
                return orders.Wrote(hand.apply(plan))
            case orders.Undo():
                return orders.Wrote(hand.undo())
            case orders.Link(link, fresh):
                return orders.Linked(trial.link(link, fresh=fresh))
            case orders.TryOut(plan):
                changes = trial.begin(plan)
                try:
                    lines.write(orders.Wrote([change.name for change in changes]))
                finally:
                    if changes:
                        trial.aside(trial.go_on, after_s=ANSWERED_S)
                        trial.wait()
                return orders.Ended()


def _asker(lines: Lines) -> Callable[[str], str]:
    """Whether the cloud answers, by the box's word. A box that is gone or talks nonsense has not reached it."""

    def ask(cloud: str) -> str:
        try:
            lines.write(orders.Ask())
            return REACHED.decode(lines.read(ASKED_S)).why
        except (OSError, EOFError, ValueError) as error:
            return f"the box does not say whether the cloud answers: {error}"[:500]

    return ask


def listening(place: Path, uid: int) -> socket.socket:
    """The socket that systemd hands over (sd_listen_fds(3)), else a new one that this user may use. Raises OSError."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=3)
    aside = place.with_name(f"{place.name}.new")
    aside.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(os.fspath(aside))
    finally:
        os.umask(before)
    os.chown(aside, uid, -1)
    listener.listen(AT_ONCE)
    aside.replace(place)  # whoever sees it is heard
    return listener


def uid_of(user: str) -> int:
    """Raises KeyError."""
    return int(user) if user.isdecimal() else pwd.getpwnam(user).pw_uid

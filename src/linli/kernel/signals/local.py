"""The interface of all kinds of signals, and the whole implementation for an installation of one process."""

from collections.abc import Callable
from typing import Final, Protocol

from linli.kernel import telemetry

log = telemetry.logger(__name__)

MOST_BYTES: Final = 7_900
"""Bytes of a payload in UTF-8: PostgreSQL's limit less the sender's name."""

type Heard = Callable[[str], object]
"""Gets the payload. Must not block; its exceptions are logged."""
type Missed = Callable[[], object]


class SignalTooLong(ValueError):
    """Signals carry ids; whatever is longer belongs into the database."""


class Unit(Protocol):
    """A unit of work (`db.Tx`)."""

    def after_commit(self, callback: Callable[[], object]) -> None: ...


class _Listener:
    __slots__ = ("heard", "missed", "others_only")

    def __init__(self, heard: Heard, missed: Missed | None, others_only: bool) -> None:
        self.heard = heard
        self.missed = missed
        self.others_only = others_only


class Signals:
    """One object a process and database (`Database.signals`). For the event loop's thread."""

    reaches_others = False
    """Whether there can be other processes."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[_Listener]] = {}

    def listen(
        self, channel: str, heard: Heard, *, missed: Missed | None = None, others_only: bool = False
    ) -> Callable[[], None]:
        """Have `heard(payload)` called for each signal on `channel`; call what is returned to stop.

        `missed()`: signals of other processes may have been lost (the database was away): look at the tables again.
        `others_only`: this process's own signals are not for this listener. Signals sent in time order by one process
        arrive in that order; those of this process arrive at once, inside `publish`.
        """
        listener = _Listener(heard, missed, others_only)
        self._listeners.setdefault(channel, []).append(listener)
        self._listening(channel)

        def stop() -> None:
            listeners = self._listeners.get(channel, [])
            if listener in listeners:
                listeners.remove(listener)

        return stop

    def publish(self, channel: str, payload: str = "") -> None:
        """Tell every listener. To be called once what it is about is committed: see `publish_after`.

        Never fails for others' sake: while the database is away signals wait, and listeners are told that they missed
        some when too many did. Equal signals sent in one moment may arrive as one. Raises SignalTooLong.
        """
        self._send(channel, payload)
        for listener in list(self._listeners.get(channel, ())):
            if not listener.others_only:
                _call(listener.heard, payload)

    def publish_after(self, tx: Unit, channel: str, payload: str = "") -> None:
        """`publish` once `tx` is durable; never when it rolls back."""
        tx.after_commit(lambda: self.publish(channel, payload))

    async def ready(self) -> None:
        """Return once other processes' signals on all channels listened to so far are heard.

        To load a table and follow it by signals: listen first, wait for this, then load.
        """

    async def close(self) -> None:
        """Send what waits and hear nothing more."""

    # for the other kind

    def _listening(self, channel: str) -> None:
        """A channel has a listener."""

    def _send(self, channel: str, payload: str) -> None:
        """To other processes."""

    def _hear(self, channel: str, payload: str) -> None:
        """From another process."""
        for listener in list(self._listeners.get(channel, ())):
            _call(listener.heard, payload)

    def _lost(self, channels: "list[str] | None" = None) -> None:
        """Others' signals may be lost: on all channels, or on these."""
        for channel in list(self._listeners) if channels is None else channels:
            for listener in list(self._listeners.get(channel, ())):
                if listener.missed is not None:
                    _call(listener.missed)


def _call[**P](heard: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    try:
        heard(*args, **kwargs)
    except Exception:
        log.exception("a listener to signals failed")

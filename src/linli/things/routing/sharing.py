"""Shared subscriptions over all fronts: a message goes to one member of a group, at any front.

Each front tells the others how many members of each group it has. The front that receives a message chooses among all.
These reports can be lost: a front that may have missed one asks, and all report again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count

import msgspec

from linli.kernel import telemetry
from linli.kernel.processes import Mail, Processes
from linli.kernel.signals import MOST_BYTES, Signals
from linli.protocols.mqtt import FilterTrie
from linli.things.mqtt.message import Message
from linli.things.mqtt.other_fronts import Room, Shared

log = telemetry.logger(__name__)

CHANNEL = "shares"


class _Notice(msgspec.Struct, array_like=True):
    """A front's report: one group, or (None) a request for all reports."""

    front: str
    shared: Shared | None = None
    room: Room = Room(0, 0)


class _Handed(msgspec.Struct, array_like=True):
    message: Message
    shared: Shared
    tried: list[str]


_notice_decoder = msgspec.json.Decoder(_Notice)


type Share = Callable[[Message, Shared, frozenset[str]], object]
"""Gives a message to one of a group; the names are those of fronts that it has been at."""


class Sharing:
    """Implements `mqtt.others.SharedElsewhere`; `deliver_to` sets the receiver of messages from other fronts."""

    def __init__(self, signals: Signals, processes: Processes, mail: Mail) -> None:
        self._signals = signals
        self._processes = processes
        self._me = processes.name
        self._mail = mail
        self._here: dict[Shared, Room] = {}
        self._there: dict[str, dict[Shared, Room]] = {}
        """By front."""
        self._wanted: FilterTrie[Counter[Shared]] = FilterTrie()
        """By filter: at how many other fronts each group has members."""
        self._changed: dict[Shared, None] = {}
        self._turn = count()
        self._stop_listening: Callable[[], None] = lambda: None

    def deliver_to(self, share: Share) -> None:
        """Before `start`."""
        self._mail.on(
            "share", _Handed, lambda handed: share(handed.message, handed.shared, frozenset(handed.tried))
        )

    def start(self) -> None:
        self._stop_listening = self._signals.listen(CHANNEL, self._heard, missed=self._ask, others_only=True)
        self._ask()

    def stop(self) -> None:
        self._stop_listening()

    # for the front

    def changed(self, shared: Shared, here: Room) -> None:
        if not any(here):
            self._here.pop(shared, None)
        else:
            self._here[shared] = here
        if not self._changed:
            asyncio.get_running_loop().call_soon(self._tell)
        self._changed[shared] = None

    def matching(self, topic: str) -> Iterator[Shared]:
        for groups in self._wanted.match(topic):
            yield from groups

    def choose(self, shared: Shared, here: Room, tried: frozenset[str]) -> str:
        if tried and any(here):
            return ""  # it has been sent around enough
        rooms = {"": here} | {
            front: rooms[shared]
            for front, rooms in self._there.items()
            if shared in rooms and front not in tried and self._processes.alive(front)
        }
        for kind in (0, 1):
            members = [front for front, room in rooms.items() for _ in range(room[kind])]
            if members:
                return members[next(self._turn) % len(members)]
        return ""

    def hand(
        self,
        front: str,
        message: Message,
        shared: Shared,
        tried: frozenset[str],
        *,
        back: Callable[[frozenset[str]], object],
    ) -> None:
        been = tried | {front, self._me}
        handed = _Handed(message, shared, [*tried, self._me])

        def not_sent() -> None:
            back(been)

        self._mail.send(front, "share", handed, lost=not_sent)

    # the reports of fronts

    def _tell(self) -> None:
        changed, self._changed = self._changed, {}
        self._say(changed)

    def _say(self, these: Iterable[Shared]) -> None:
        for shared in these:
            text = msgspec.json.encode(_Notice(self._me, shared, self._here.get(shared, Room(0, 0))))
            if len(text) > MOST_BYTES:
                log.warning("a shared subscription of %s is too long to be shared among fronts", shared.whose)
            else:
                self._signals.publish(CHANNEL, text.decode())

    def _ask(self) -> None:
        self._signals.publish(CHANNEL, msgspec.json.encode(_Notice(self._me)).decode())

    def _heard(self, payload: str) -> None:
        notice = _notice_decoder.decode(payload)
        shared = notice.shared
        if shared is None:
            self._say(list(self._here))
            return
        self._learn(notice.front, shared, notice.room)

    def _learn(self, front: str, shared: Shared, room: Room) -> None:
        rooms = self._there.setdefault(front, {})
        groups = self._wanted.get(shared.inner)
        if groups is None:
            groups = self._wanted[shared.inner] = Counter()
        groups[shared] += any(room) - (shared in rooms)
        if any(room):
            rooms[shared] = room
        else:
            rooms.pop(shared, None)
        if not groups[shared]:
            del groups[shared]
        if not groups:
            self._wanted.pop(shared.inner)

    def forget_dead(self) -> None:
        """Now and then: fronts that are no more, and with them their members."""
        for front in [name for name in self._there if not self._processes.alive(name)]:
            for shared in list(self._there[front]):
                self._learn(front, shared, Room(0, 0))
            del self._there[front]

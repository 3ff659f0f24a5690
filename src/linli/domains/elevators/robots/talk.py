"""What one robot says and hears, alike over every carrier: requests carried out, states told, floods and keys watched."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Protocol

import msgspec

from linli.domains.elevators.robots import queries, rmf, service, sessions, states
from linli.domains.elevators.robots.rows import Robot
from linli.domains.elevators.robots.sessions import Wish
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.rounds import end_tasks
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger

log = logger(__name__)

MOST_MESSAGE: Final = 4096
MOST_WAITING: Final = 32
"""Messages of one robot that wait to be read."""
MOST_LINES: Final = 2
"""At a time for one robot, whatever carries them: another one ends the oldest."""
A_SECOND: Final = 5
"""Messages of one robot; what is more is refused, and `TOLERATED` refusals end the line."""
TOLERATED: Final = 50
LOOK_SECONDS: Final = 1.0
ALIVE_MS: Final = 5_000
"""States are sent again after this time though nothing changed."""
SEEN_MS: Final = 60_000

type Done = Callable[[], None]
"""Called once a message was carried out, refused, or given up."""


class End(Enum):
    """Why we end a line."""

    KEY_UNKNOWN = "key_unknown"
    """No robot has this key any more."""
    TOO_MUCH = "too_much"
    """More than a robot may say, or longer."""
    DISPLACED = "displaced"
    """By a newer line of the same robot."""
    FAILED = "failed"
    STOPPED = "stopped"


class Carrier(Protocol):
    """A robot's connection."""

    def wants(self, topic: str) -> bool:
        """Whether it asked for `rmf.STATES` or `rmf.SESSIONS`."""
        ...

    def read(self, data: bytes) -> tuple[str, bytes | msgspec.Raw | None]:
        """(its own name of what it said, what it asks of a lift); None: nothing.

        Raises MsgspecError, UnknownOperation.
        """
        ...

    def tell(self, topic: str, message: Any) -> None: ...

    def refuse(self, asked: str, code: str, text: str, field: str = "") -> None: ...

    def end(self, why: End) -> None: ...


class UnknownOperation(Exception):
    """What the robot said is nothing that there is. `args[0]`: its own name of it."""


class Talks:
    """The robots of this process."""

    def __init__(self, db: Database, ids: Ids, clock: Clock) -> None:
        self.db = db
        self.ids = ids
        self.clock = clock
        self._of_robot: dict[int, deque[Talk]] = {}
        self._all: set[Talk] = set()

    def opened(self, talk: "Talk") -> None:
        self._all.add(talk)

    def began(self, talk: "Talk", robot_id: int) -> None:
        own = self._of_robot.setdefault(robot_id, deque())
        own.append(talk)
        while len(own) > MOST_LINES:
            own.popleft().end(End.DISPLACED)

    def over(self, talk: "Talk") -> None:
        self._all.discard(talk)
        for robot_id, own in list(self._of_robot.items()):
            if talk in own:
                own.remove(talk)
            if not own:
                del self._of_robot[robot_id]

    async def stop(self) -> None:
        for talk in list(self._all):
            talk.end(End.STOPPED)
            await talk.finish()


class Talk:
    """From the first byte of a connection to its end. `start` it, give it what is `heard`, `stop` it."""

    def __init__(self, talks: Talks, carrier: Carrier, key_hash: str) -> None:
        self._talks = talks
        self._carrier = carrier
        self._key_hash = key_hash
        self._heard: asyncio.Queue[tuple[bytes, Done]] = asyncio.Queue(MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._told: dict[str, tuple[Any, int]] = {}
        self._times: deque[float] = deque(maxlen=A_SECOND)
        self._refused = 0
        self._seen_ms = 0
        self._is_over = False

    def start(self) -> None:
        self._talks.opened(self)
        self._tasks.append(asyncio.get_running_loop().create_task(self._run(), name="robot"))

    def heard(self, data: bytes, done: Done = lambda: None) -> None:
        now = asyncio.get_running_loop().time()
        full = len(self._times) == A_SECOND and now - self._times[0] < 1
        if self._is_over or full or self._heard.full() or len(data) > MOST_MESSAGE:
            done()
            self._too_much("too_long" if len(data) > MOST_MESSAGE else "too_many")
            return
        self._times.append(now)
        self._heard.put_nowait((data, done))

    def _too_much(self, code: str) -> None:
        if self._is_over:
            return
        self._refused += 1
        if self._refused > TOLERATED:
            self.end(End.TOO_MUCH)
            return
        limit = f"{A_SECOND} messages a second" if code == "too_many" else f"{MOST_MESSAGE} bytes"
        self._carrier.refuse("", code, f"more than {limit}")

    def end(self, why: End) -> None:
        """From our side."""
        self._carrier.end(why)
        self.stop()

    def stop(self) -> None:
        """The connection is over, or soon will be."""
        self._is_over = True
        self._talks.over(self)
        for task in self._tasks:
            task.cancel()
        while not self._heard.empty():
            self._heard.get_nowait()[1]()

    async def finish(self) -> None:
        await end_tasks(*self._tasks)

    async def _run(self) -> None:
        try:
            robot = await self._robot()
            if robot is None:
                self._carrier.end(End.KEY_UNKNOWN)
                return
            self._talks.began(self, robot.robot_id)
            self._tasks.append(asyncio.get_running_loop().create_task(self._listen(), name="robot hears"))
            while robot is not None:
                await self._tell(robot)
                await asyncio.sleep(LOOK_SECONDS)
                robot = await self._robot()
            self._carrier.end(End.KEY_UNKNOWN)
        except Exception:
            log.exception("a robot's line ends")
            self._carrier.end(End.FAILED)
        finally:
            self._talks.over(self)

    async def _robot(self) -> Robot | None:
        return await queries.robot_of_key(self._talks.db, self._key_hash)

    async def _listen(self) -> None:
        while True:
            data, done = await self._heard.get()
            try:
                await self._do(data)
            except Exception:
                log.exception("a robot's message was not carried out")
                self._carrier.refuse("", "failed", "it did not work; try again")
            finally:
                done()

    async def _do(self, data: bytes) -> None:
        asked = ""
        try:
            asked, wish = self._carrier.read(data)
            if wish is not None:
                await self._ask(msgspec.json.decode(wish, type=rmf.LiftRequest))
        except UnknownOperation as unknown:
            self._carrier.refuse(unknown.args[0], "unknown", "no such operation or topic")
            return
        except msgspec.MsgspecError as error:
            self._carrier.refuse(asked, "bad_input", str(error)[:200])
            return
        except LinliError as error:
            self._carrier.refuse(asked, error.code, error.text("en"), error.field or "")
        robot = await self._robot()
        if robot is not None:
            await self._tell(robot)

    async def _ask(self, message: rmf.LiftRequest) -> None:
        robot = await self._robot()
        if robot is None:
            self._carrier.end(End.KEY_UNKNOWN)
            return
        now_ms = self._talks.clock.now_ms()
        wish = Wish(
            message.lift_name,
            message.session_id,
            message.destination_floor,
            message.request_time.ms,
            ends=message.request_type == rmf.END_SESSION,
            load_kg=message.load_kg,
            hold_s=message.hold_seconds,
        )
        scope = Scope.system(robot.tenant_id, "elevators")

        async def work(tx: Tx) -> None:
            await sessions.request(scope, tx, robot=robot, wish=wish, ids=self._talks.ids, now_ms=now_ms)

        await self._talks.db.run(work)

    async def _tell(self, robot: Robot) -> None:
        """What changed, to who asked for it."""
        db, now_ms = self._talks.db, self._talks.clock.now_ms()
        scope = Scope.system(robot.tenant_id, "elevators")
        if now_ms - self._seen_ms > SEEN_MS:
            self._seen_ms = now_ms
            await db.run(lambda tx: service.seen(scope, tx, robot_id=robot.robot_id, now_ms=now_ms))
        if self._listens_to(rmf.STATES):
            for state in await states.lift_states(scope, db, robot, now_ms=now_ms):
                still = msgspec.structs.replace(state, lift_time=rmf.Time())
                self._tell_once(f"{rmf.STATES} {state.lift_name}", rmf.STATES, still, state, now_ms)
        if self._listens_to(rmf.SESSIONS):
            session = await states.session_state(scope, db, robot)
            if session is not None:
                self._tell_once(rmf.SESSIONS, rmf.SESSIONS, session, session, now_ms)

    def _listens_to(self, topic: str) -> bool:
        """Who asks for it anew hears all of it at once."""
        wanted = self._carrier.wants(topic)
        if not wanted:
            self._told = {name: message for name, message in self._told.items() if not name.startswith(topic)}
        return wanted

    def _tell_once(self, name: str, topic: str, still: Any, message: Any, now_ms: int) -> None:
        before = self._told.get(name)
        if before is not None and before[0] == still and 0 <= now_ms - before[1] < ALIVE_MS:
            return
        self._told[name] = (still, now_ms)
        self._carrier.tell(topic, message)

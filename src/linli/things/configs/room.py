"""The parts of the room, for the composing function."""

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.things.configs.pushing import PUSH, ConfigRequests, Pusher, PushStep
from linli.things.inbox.requests import Requests
from linli.things.mqtt.ports import Publisher


class Configs:
    """Remote configuration, for one process."""

    def __init__(self, db: Database, publisher: Publisher, objects: ObjectStore, clock: Clock) -> None:
        self._pusher = Pusher(db, publisher, objects, clock)
        self._requests = ConfigRequests(objects)

    def register(self, *, requests: Requests, work: Jobs) -> None:
        self._requests.register(requests)
        work.on(PUSH, PushStep, self._pusher.step)

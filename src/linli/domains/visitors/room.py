"""The parts of this room that the composing function registers and mounts."""

from linli.domains.access.events import DoorRegistered, PassRecorded
from linli.domains.access.service.keys import DoorKeys
from linli.domains.people.events import ResidentsMovedOut, UsersErased
from linli.domains.visitors.events import VisitChanged
from linli.domains.visitors.handlers import VisitorHandlers
from linli.domains.visitors.pages.public import VisitorPages
from linli.domains.visitors.ports import VisitorLifts
from linli.domains.visitors.service.links import PassLinks
from linli.domains.visitors.service.passes import Passes
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import Callers
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.sms import SmsSender


class VisitorsRoom:
    """`register` before anything starts; `pages` is mounted at `/v` (passes) and `/r` (posters)."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        keys: DoorKeys,
        links: PassLinks,
        sender: SmsSender,
        *,
        callers: Callers,
        lifts: VisitorLifts | None = None,
    ) -> None:
        """`lifts`: what calls a lift down for a visitor; None: nothing does."""
        self._db = db
        self.links = links
        self.passes = Passes(db, clock, ids, keys, links, sender)
        self.pages = VisitorPages(db, clock, ids, links, self.passes, callers, lifts)

    def register(self, jobs: Jobs) -> None:
        self.passes.register(jobs)
        react = VisitorHandlers(self._db, self.passes)
        handlers = self._db.handlers
        handlers.inline(PassRecorded, react.passed)
        handlers.inline(VisitChanged, react.changed)
        handlers.after(VisitChanged, self.passes.follow, name="visitors.pass")
        handlers.after(DoorRegistered, react.door_registered, name="visitors.new_door")
        handlers.after(ResidentsMovedOut, react.moved_out, name="visitors.host_left")
        handlers.after(UsersErased, react.erased, name="visitors.erased")

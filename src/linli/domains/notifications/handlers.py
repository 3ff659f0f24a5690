"""Events of other rooms, turned into messages to people after the commit."""

from linli.calls.rows import RINGS, UNANSWERED
from linli.domains.access.events import DoorAlarmed, DoorAttacked
from linli.domains.access.queries.doors import find_door
from linli.domains.access.service.alarms import (
    BOX_OFFLINE,
    FEVER,
    FORCED,
    HELD_OPEN,
    LOT_SILENT,
    OF_CAMERA_PICTURES,
    TAMPER,
    TRAPPED,
)
from linli.domains.access.times import write_time
from linli.domains.communities.events import CommunityServiceEnding
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.rows import Community
from linli.domains.intercom.events import AutoOpenMoved, CallMoved
from linli.domains.intercom.queries.calls import find_call
from linli.domains.intercom.queries.doorbells import bell_names
from linli.domains.intercom.queries.messages import messages_of_calls
from linli.domains.intercom.service.quiet import quiet_for
from linli.domains.intercom.site.queries import waits_for_box
from linli.domains.notices import queries as notices
from linli.domains.notices.events import NoticeChanged
from linli.domains.notices.schemas import PHONES
from linli.domains.notifications import queries
from linli.domains.notifications.kinds import BY_NAME, SMS
from linli.domains.notifications.service.notify import News, Telling
from linli.domains.people.events import ResidentRegistered, ResidentReviewed
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import persons, residence
from linli.domains.people.service.holders import holders
from linli.domains.privacy.events import DeletionAsked, DeletionDecided, DeletionDue
from linli.domains.visitors import queries as visits
from linli.domains.visitors.events import VisitChanged
from linli.domains.visitors.rows import ARRIVED, ASKED
from linli.kernel.db import Database, Tx
from linli.kernel.errors import NotFound
from linli.kernel.handlers import Handlers
from linli.kernel.scope import Scope

WHO = "notifications"
IN_WORDS = frozenset((FORCED, TAMPER, HELD_OPEN, FEVER, TRAPPED, BOX_OFFLINE, LOT_SILENT))
"""Kinds of alarms with a notice of their own."""


class NewsHandlers:
    """Handlers that run after the commit. A message that is sent twice shows once: its tag replaces the first one."""

    def __init__(self, db: Database, telling: Telling) -> None:
        self._db = db
        self._telling = telling

    def register(self, handlers: Handlers[Tx]) -> None:
        handlers.after(NoticeChanged, self.notice, name=f"{WHO}.notice")
        handlers.after(ResidentReviewed, self.reviewed, name=f"{WHO}.reviewed")
        handlers.after(ResidentRegistered, self.registered, name=f"{WHO}.registered")
        handlers.after(VisitChanged, self.visit, name=f"{WHO}.visit")
        handlers.after(DeletionAsked, self.deletion_asked, name=f"{WHO}.deletion_asked")
        handlers.after(DeletionDue, self.deletion_due, name=f"{WHO}.deletion_due")
        handlers.after(DeletionDecided, self.deletion_decided, name=f"{WHO}.deletion_decided")
        handlers.after(CommunityServiceEnding, self.ending, name=f"{WHO}.ending")
        handlers.after(DoorAttacked, self.attacked, name=f"{WHO}.attacked")
        handlers.after(DoorAlarmed, self.alarmed, name=f"{WHO}.alarmed")
        handlers.after(CallMoved, self.call, name=f"{WHO}.call")
        handlers.after(AutoOpenMoved, self.auto_open, name=f"{WHO}.auto_open")

    async def notice(self, event: NoticeChanged) -> None:
        """Notify the residents that a published notice is for, if it goes to phones.

        A notice that is restored much later is not sent again.
        """
        if event.type != "publish":
            return
        scope = Scope.system(event.tenant_id, WHO)
        place = await self._place(scope, event.community_id)
        for notice_id in event.ids:
            try:
                notice = await notices.notice(scope, self._db, notice_id, published=True)
            except NotFound:
                continue
            lives = BY_NAME["notice_published"].lives_ms
            if not notice.publish_type & PHONES:
                continue
            if place is None or notice.publish_ms + lives < self._db.clock.now_ms():
                continue
            houses = await notices.houses_reached(scope, self._db, notice)
            accounts = await residence.accounts_living(
                scope, self._db, community_id=event.community_id, house_ids=houses
            )
            facts = {"community": place.name, "title": notice.title}
            await self._tell(
                accounts, "notice_published", facts, f"notices/{notice_id}", f"notice:{notice_id}", place
            )

    async def reviewed(self, event: ResidentReviewed) -> None:
        scope = Scope.system(event.tenant_id, WHO)
        place = await self._place(scope, event.community_id)
        if place is None:
            return
        house = await spaces.spaces_by_id(scope, self._db, [event.house_id])
        facts = {
            "community": place.name,
            "house": house[event.house_id].name if event.house_id in house else "",
            "reason": event.comment,
        }
        accounts = await residence.accounts_of(scope, self._db, event.identity_id)
        word = "review_accepted" if event.status == MOVED_IN else "review_refused"
        await self._tell(accounts, "review_decided", facts, "houses", f"review:{event.house_id}", place, word)

    async def registered(self, event: ResidentRegistered) -> None:
        scope = Scope.system(event.tenant_id, WHO)
        place = await self._place(scope, event.community_id)
        if place is not None:
            path = f"reviews/{event.house_id}/{event.identity_id}"
            tag = f"review:{event.community_id}"
            await self._tell_staff("review_waiting", {"community": place.name}, path, tag, place)

    async def visit(self, event: VisitChanged) -> None:
        scope = Scope.system(event.tenant_id, WHO)
        if event.state not in (ARRIVED, ASKED):
            return
        place = await self._place(scope, event.community_id)
        try:
            visit = await visits.visit(scope, self._db, event.apply_id)
        except NotFound:
            return
        if place is None or visit.state != event.state:
            return  # it went on meanwhile
        facts, tag = {"community": place.name, "visitor": visit.name}, f"visit:{event.apply_id}"
        if event.state == ARRIVED:
            if visit.submitter_identity:
                accounts = await residence.accounts_of(scope, self._db, visit.submitter_identity)
                await self._tell(accounts, "visitor_arrived", facts, "visitors", tag, place)
            return
        accounts = await residence.accounts_living(
            scope, self._db, community_id=event.community_id, house_ids=[event.house_id]
        )
        await self._tell(accounts, "visitor_asks", facts, "visitors", tag, place)
        await self._tell_staff("visitor_waiting", facts, "", tag, place)

    async def call(self, event: CallMoved) -> None:
        """Tell a home that somebody rings, then in its place that nobody answered."""
        if event.space_id is None or event.community_id is None:
            return
        kind = "call_rings" if event.state == RINGS else "call_missed"
        if event.state != RINGS and event.outcome not in UNANSWERED:
            return
        late = event.started_ms + BY_NAME[kind].lives_ms < self._db.clock.now_ms()
        scope = Scope.system(event.tenant_id, WHO)
        place = await self._place(scope, event.community_id)
        row = await find_call(scope, self._db, event.call_id)
        if late or place is None or row is None or row.state != event.state:
            return  # it went on meanwhile
        if event.state != RINGS and await waits_for_box(scope, self._db, event.call_id):
            return  # somebody may have taken it there
        house = await spaces.spaces_by_id(scope, self._db, [event.space_id])
        door = await find_door(scope, self._db, iot_id=event.iot_id) if event.iot_id else None
        accounts = await residence.accounts_living(
            scope, self._db, community_id=event.community_id, house_ids=[event.space_id]
        )
        bells = await bell_names(scope, self._db, [row.caller])
        quiet = await quiet_for(scope, self._db, row)
        for identity_id in quiet.members:
            own = await residence.accounts_of(scope, self._db, identity_id)
            accounts = [account for account in accounts if account not in own]
        if quiet.home:
            return  # whom it was for sees it in the home's list
        facts = {
            "community": place.name,
            "house": house[event.space_id].name if event.space_id in house else "",
            "door": bells.get(row.caller) or (door.name if door else ""),
            "time": write_time(event.started_ms, place.time_zone),
        }
        path = f"ring/{event.space_id}/{event.call_id}" if event.state == RINGS else f"calls/{event.space_id}"
        left = await messages_of_calls(scope, self._db, [event.call_id])
        word = "call_message" if left else kind
        await self._tell(accounts, kind, facts, path, f"call:{event.call_id}", place, word)

    async def auto_open(self, event: AutoOpenMoved) -> None:
        """Tell a home's members that it opens by itself, that it let somebody in, and that it does so no more."""
        scope = Scope.system(event.tenant_id, WHO)
        place = await self._place(scope, event.community_id)
        late = event.at_ms + BY_NAME["auto_open"].lives_ms < self._db.clock.now_ms()
        if place is None or late:
            return
        house = await spaces.spaces_by_id(scope, self._db, [event.space_id])
        accounts = await residence.accounts_living(
            scope, self._db, community_id=event.community_id, house_ids=[event.space_id]
        )
        names = await persons.names(scope, self._db, [event.identity_id])
        facts = {
            "community": place.name,
            "house": house[event.space_id].name if event.space_id in house else "",
            "who": names.get(event.identity_id, ""),
            "times": str(event.times),
            "end": write_time(event.until_ms, place.time_zone)[11:16],
            "time": write_time(event.at_ms, place.time_zone)[11:16],
        }
        tag = f"auto_open:{event.auto_id}"
        word = f"auto_open_{event.what}"
        await self._tell(accounts, "auto_open", facts, f"calls/{event.space_id}", tag, place, word)

    async def ending(self, event: CommunityServiceEnding) -> None:
        """Notify the company's administrators some time before the service of a community ends."""
        scope = Scope.system(event.tenant_id, WHO)
        place = await self._place(scope, event.community_id)
        if place is None or place.service_end != event.service_end:
            return  # prolonged meanwhile
        facts = {"community": place.name, "days": str(event.days), "end": event.service_end}
        await self._tell_staff("service_ending", facts, "", f"service:{event.community_id}", place)

    async def attacked(self, event: DoorAttacked) -> None:
        """Notify who looks after a community's devices: somebody guesses PINs at a door, or forges its calls."""
        place = await self._place(Scope.system(event.tenant_id, WHO), event.community_id)
        if place is not None:
            facts = {
                "community": place.name,
                "door": event.door_name,
                "count": str(event.count),
                "peer": event.peer,
            }
            word, tag = f"door_{event.what}", f"door:{event.what}:{event.iot_id or event.door_name}"
            await self._tell_staff("door_attacked", facts, "", tag, place, word)

    async def alarmed(self, event: DoorAlarmed) -> None:
        """Notify who looks after a community's devices of an alarm just raised; one that comes late is only listed."""
        place = await self._place(Scope.system(event.tenant_id, WHO), event.community_id)
        of_picture = event.kind in OF_CAMERA_PICTURES
        kind = "camera_picture" if of_picture else "door_alarm"
        late = event.raised_ms + BY_NAME[kind].lives_ms < self._db.clock.now_ms()
        if place is None or late or not event.new:
            return
        facts = {
            "community": place.name,
            "door": event.door_name,
            "time": write_time(event.raised_ms, place.time_zone)[11:16],
            "degrees": "" if event.temperature is None else f"{event.temperature:.1f}",
        }
        if of_picture:
            await self._tell_staff(
                kind, facts, "", f"{event.kind}:{event.iot_id}", place, f"camera_{event.kind}"
            )
            return
        word = f"door_{event.kind}" if event.kind in IN_WORDS else "door_device"
        if event.kind == FEVER and event.temperature is None:
            word = "door_unmeasured"
        await self._tell_staff(kind, facts, "", f"{word}:{event.iot_id}", place, word)

    async def deletion_asked(self, event: DeletionAsked) -> None:
        await self._of_deletion(event, "deletion_waiting", {})

    async def deletion_due(self, event: DeletionDue) -> None:
        word = "deletion_over" if event.days < 0 else ""
        await self._of_deletion(event, "deletion_due", {"days": str(event.days)}, word)

    async def _of_deletion(
        self, event: DeletionAsked | DeletionDue, kind: str, facts: dict[str, str], word: str = ""
    ) -> None:
        place = await self._place(Scope.system(event.tenant_id, WHO), event.community_id)
        if place is not None:
            facts = {**facts, "community": place.name}
            await self._tell_staff(kind, facts, "deletions", f"deletion:{event.request_id}", place, word)

    async def deletion_decided(self, event: DeletionDecided) -> None:
        place = await self._place(Scope.system(event.tenant_id, WHO), event.community_id)
        if place is not None:
            facts = {"community": place.name, "reason": event.reason}
            word = "data_deleted" if event.done else "data_refused"
            tag = f"deletion:{event.request_id}"
            await self._tell([event.account_id], "data_decided", facts, "my-data", tag, place, word)

    async def _place(self, scope: Scope, community_id: int) -> Community | None:
        try:
            return await communities.community(scope, self._db, community_id)
        except NotFound:
            return None

    async def _tell_staff(
        self, kind: str, facts: dict[str, str], path: str, tag: str, place: Community, word: str = ""
    ) -> None:
        wanted = BY_NAME[kind]
        assert wanted.right is not None
        # An account without a browser and without choices gets nothing, unless the kind is a text message by default.
        among = None if SMS in wanted.usual else await queries.hearing(self._db, wanted.front)
        accounts = await holders(
            self._db,
            tenant_id=place.tenant_id,
            right=wanted.right,
            community_id=place.community_id,
            among=among,
        )
        await self._tell(accounts, kind, facts, path, tag, place, word)

    async def _tell(
        self,
        accounts: list[int],
        kind: str,
        facts: dict[str, str],
        path: str,
        tag: str,
        place: Community,
        word: str = "",
    ) -> None:
        news = News(kind, facts, path, tag, place.time_zone, word)
        await self._db.run(lambda tx: self._telling.tell(tx, accounts, news))

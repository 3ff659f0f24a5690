"""Boxes with passage rules are notified when a resident moves, a face changes, or a credential ends: the rules contain
whose floor a lift frees, whose face is whose, and whom a linkage serves."""

from linli.delivery.schemas import DeliverySettled
from linli.domains.boxes.passage import ends, linkages, marks, queries, service
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.communities.events import SpaceChanged
from linli.domains.faces.events import PictureChanged
from linli.domains.people.events import EmployeesLeft, ResidentsMovedIn, ResidentsMovedOut, UsersErased
from linli.domains.people.queries import persons
from linli.domains.visitors.events import VisitChanged
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets


class Followers:
    def __init__(self, db: Database, secrets: Secrets) -> None:
        self._db = db
        self._secrets = secrets

    def register(self, handlers: Handlers[Tx]) -> None:
        name, tell = "boxes.rules_of_homes", self.homes_changed
        handlers.after(ResidentsMovedIn, tell, name=name)
        handlers.after(ResidentsMovedOut, tell, name=name)
        handlers.after(UsersErased, tell, name=name)
        handlers.after(SpaceChanged, tell, name=name)
        handlers.after(VisitChanged, tell, name=name)
        handlers.after(UsersErased, self.users_erased, name="boxes.linkages_of_erased")
        name, moved = "boxes.linkages_of_moved", self.persons_moved
        handlers.after(ResidentsMovedIn, moved, name=name)
        handlers.after(ResidentsMovedOut, moved, name=name)
        handlers.after(EmployeesLeft, moved, name=name)
        handlers.after(PictureChanged, self.picture_changed, name="boxes.rules_of_faces")
        handlers.inline(DeliverySettled, self.credential_moved)

    def register_jobs(self, jobs: Jobs) -> None:
        jobs.on(marks.REMARK, marks.Remark, self.remark)

    async def remark(self, job: marks.Remark) -> None:
        """Outbox job that the upgrade leaves: marks that were made without a key get one."""
        await self._db.run(lambda tx: marks.remark(tx, self._secrets))

    async def homes_changed(
        self, event: ResidentsMovedIn | ResidentsMovedOut | UsersErased | SpaceChanged | VisitChanged
    ) -> None:
        """Of residents and of visitors. A box without a rule that frees floors has no homes of residents."""
        scope = Scope.system(event.tenant_id, "boxes")

        async def work(tx: Tx) -> None:
            for gateway in await queries.freeing_gateways(scope, tx, event.community_id):
                await service.push(scope, tx, gateway, within_ms=service.GATHER_MS)

        await self._db.run(work)

    async def users_erased(self, event: UsersErased) -> None:
        """Whom nobody of the company knows any longer, no lift takes anywhere."""
        scope, erased = Scope.system(event.tenant_id, "boxes"), list(event.identity_ids)
        if event.whole:
            await self._db.run(lambda tx: linkages.forget_persons(scope, tx, identity_ids=erased))

    async def persons_moved(self, event: ResidentsMovedIn | ResidentsMovedOut | EmployeesLeft) -> None:
        """Linkages of the community serve who belongs there."""
        scope = Scope.system(event.tenant_id, "boxes")
        moved = (
            set(event.identity_ids)
            if isinstance(event, EmployeesLeft)
            else {tie.identity_id for tie in event.ties}
        )
        await self._db.run(
            lambda tx: ends.persons_moved(
                scope,
                tx,
                community_id=event.community_id,
                identity_ids=sorted(moved),
                now_ms=self._db.clock.now_ms(),
            )
        )

    async def picture_changed(self, event: PictureChanged) -> None:
        """A door tells the face only, so boxes that serve its person know the faceId."""
        scope = Scope.system(event.tenant_id, "boxes")

        async def work(tx: Tx) -> None:
            gateways = {}
            for rule_id in await queries.linked_rules(scope, tx, [event.identity_id]):
                rule = await queries.rule(scope, tx, rule_id)
                gateways[rule.gateway_id] = await gateway_queries.gateway(scope, tx, rule.gateway_id)
            for community_id in await persons.communities_of(scope, tx, identity_id=event.identity_id):
                for gateway in await queries.freeing_gateways(scope, tx, community_id):
                    gateways[gateway.gateway_id] = gateway
            for _, gateway in sorted(gateways.items()):
                await service.push(scope, tx, gateway, within_ms=service.GATHER_MS)

        await self._db.run(work)

    async def credential_moved(self, tx: Tx, event: DeliverySettled) -> None:
        """Inline: a door is to have a card or a code, or to have it no more."""
        await ends.credential_moved(
            Scope.system(event.tenant_id, "boxes"),
            tx,
            key=marks.mark_key(self._secrets, event.tenant_id),
            kind=event.kind,
            credential=event.credential,
            now_ms=event.at_ms,
        )

"""This room put together: the face engine, and what the composing function registers for doors."""

from linli.delivery.files import FileKey
from linli.delivery.ports import Carriers, Invoker
from linli.delivery.schemas import DeliverySettled
from linli.domains.access.events import DoorServiceSwitched, PassRecorded
from linli.domains.access.service.doors import COMMUNITY_DOORS
from linli.domains.access.service.home_keys import HOME_DOORS
from linli.domains.faces.carriers import FaceCarrier
from linli.domains.faces.handlers import FaceHandlers
from linli.domains.faces.pushes import FaceStatusPush
from linli.domains.faces.schemas import DROP_FILE
from linli.domains.faces.service import erasures
from linli.domains.faces.service.captures import SEND, SendToken, UploadTokens
from linli.domains.faces.service.enrolment import Enroller
from linli.domains.faces.service.groups import FACE_GROUP, GroupFaces
from linli.domains.faces.service.homes import DoorsWithFaces
from linli.domains.faces.service.images import DROP_PICTURE, RENEW, PictureKey, RenewFace
from linli.domains.faces.service.passes import FaceOwnerLookup, FacePasses
from linli.domains.faces.service.search import FaceSearch
from linli.domains.people.events import (
    EmployeesLeft,
    FaceChanged,
    ResidentsMovedIn,
    ResidentsMovedOut,
    UserChanged,
    UsersErased,
)
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.inbox.handlers import InboxHandlers
from linli.vision.engine import Engine


class FaceEngineRoom:
    """`register` before anything starts; `start` once workers run."""

    def __init__(self, db: Database, objects: ObjectStore, engine: Engine) -> None:
        self.engine = engine
        self.search = FaceSearch(db, engine)
        self.enroller = Enroller(db, objects, engine)

    def register(self, jobs: Jobs) -> None:
        self.enroller.register(jobs)

    async def start(self) -> None:
        await self.enroller.start()


class FacesRoom:
    """Pictures, consents, and delivery to devices. Call `register_*` before anything starts."""

    def __init__(self, db: Database, objects: ObjectStore, ids: Ids, clock: Clock) -> None:
        self._db = db
        self._objects = objects
        self._ids = ids
        self._clock = clock
        self.owners = FaceOwnerLookup()
        self.handlers = FaceHandlers(db, objects, ids)

    def register_events(self, jobs: Jobs) -> None:
        on, mine = self._db.handlers, self.handlers
        on.inline(PassRecorded, FacePasses(self._objects, self._ids))
        on.inline(DeliverySettled, FaceStatusPush(self._ids))
        on.inline(DeliverySettled, erasures.delivered)
        on.inline(UserChanged, mine.user_changed)
        on.after(FaceChanged, mine.face_changed, name="faces.face_changed")
        on.after(ResidentsMovedIn, mine.residents_moved_in, name="faces.follow_residents")
        on.after(DoorServiceSwitched, mine.service_switched, name="faces.service_switched")
        on.after(ResidentsMovedOut, mine.residents_moved_out, name="faces.end_of_residents")
        on.after(EmployeesLeft, mine.employees_left, name="faces.end_of_employees")
        on.after(UsersErased, mine.users_erased, name="faces.end_of_users")
        on.after(DeviceMoved, mine.device_moved, name="faces.device_moved")
        on.after(DeviceDeleted, mine.device_deleted, name="faces.device_deleted")
        jobs.on(RENEW, RenewFace, mine.renew)
        jobs.on(DROP_PICTURE, PictureKey, mine.drop_picture)

    def register_devices(
        self,
        carriers: Carriers,
        jobs: Jobs,
        inbox: InboxHandlers,
        *,
        invoker: Invoker,
        secrets: Secrets,
    ) -> None:
        carrier = FaceCarrier(self._db, invoker, self._objects, self._ids, self._clock)
        carriers.add(carrier)
        carriers.expand(FACE_GROUP, GroupFaces(self._clock))
        for target_type in (HOME_DOORS, COMMUNITY_DOORS):
            carriers.expand(target_type, DoorsWithFaces(carriers.expanders[target_type]))
        jobs.on(DROP_FILE, FileKey, carrier.files.drop)
        tokens = UploadTokens(self._db, invoker, self._objects, secrets, self._ids, self._clock)
        inbox.on_event("OssStsTokenRequest", tokens.asked)
        jobs.on(SEND, SendToken, tokens.send)

"""Features for devices beside posts and calls: shadow, own logs, own formats. Wired together for `room`."""

from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.desired.requests import desired_delete, desired_get
from linli.things.device_info import info_get
from linli.things.device_logs.service import forget_switch
from linli.things.device_logs.wire import DeviceLogs
from linli.things.fleet import Fleet
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.ingest import Ingest
from linli.things.inbox.requests import Requests
from linli.things.mqtt.ports import Publisher
from linli.things.scripts.published import PublishedScripts
from linli.things.scripts.sandbox import Sandbox
from linli.things.scripts.translation import Translation
from linli.things.shadow.pushes import ShadowPushes
from linli.things.shadow.service import forget_shadow
from linli.things.shadow.wire import on_update


class Features:
    """`start` and `stop` with the room."""

    def __init__(
        self, db: Database, fleet: Fleet, ingest: Ingest, publisher: Publisher, ids: Ids, clock: Clock
    ) -> None:
        self.shadows = ShadowPushes(db, fleet, publisher, clock)
        self.logs = DeviceLogs(publisher, ids)
        self.sandbox = Sandbox(clock)
        self.scripts = PublishedScripts(db)
        self.translation = Translation(db, self.scripts, self.sandbox, ingest, ids, clock)

    def register(self, requests: Requests, handlers: InboxHandlers) -> None:
        """Answer what devices ask."""
        requests.on(UplinkKind.DESIRED_GET, desired_get)
        requests.on(UplinkKind.DESIRED_DELETE, desired_delete)
        requests.on(UplinkKind.INFO_GET, info_get)
        requests.on(UplinkKind.SHADOW_UPDATE, on_update, envelope=False)
        requests.on(UplinkKind.LOG_POST, self.logs.on_post)
        requests.on(UplinkKind.LOG_CONFIG_GET, self.logs.on_config_get)
        requests.on(UplinkKind.LOG_CONFIG_PUSH_REPLY, self.logs.on_push_reply)
        self.translation.register(requests)
        handlers.on_status(self.shadows.on_status)

    def start(self) -> None:
        self.scripts.start()

    async def stop(self) -> None:
        """After the front: nothing comes any more."""
        await self.shadows.stop()
        await self.sandbox.stop()
        self.scripts.stop()


async def forget_features(tx: Tx, *, device_no: int) -> None:
    """The device is gone."""
    await forget_shadow(tx, device_no=device_no)
    await forget_switch(tx, device_no=device_no)

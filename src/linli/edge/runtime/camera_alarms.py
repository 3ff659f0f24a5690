"""What cameras alarm of by themselves, on its way to the cloud: with the alarms of adapters, kept before it is sent."""

from typing import Final

from linli.edge.events.journal import Journal
from linli.edge.events.reports import ReportQueue, Uploads
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.store import Store
from linli.edge.video.ports import CameraAlarm
from linli.kernel.ids import Ids
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import CameraNotice, SecurityReport
from linli.protocols.event_api import Refused

log = logger(__name__)

PICTURE_MOST: Final = 2 * 1024 * 1024
"""As the cloud takes one."""


class CameraAlarms:
    """`queue`: of all alarms and captures of the box."""

    def __init__(self, store: Store, cloud: Uploads, ids: Ids, logs: DeviceLogs) -> None:
        self.queue = ReportQueue(store, cloud, Journal(logs))
        self._ids = ids

    async def run(self) -> None:
        await self.queue.start()
        await self.queue.run()

    async def tell(self, alarm: CameraAlarm) -> None:
        name = self._ids.request_id()
        report = SecurityReport(
            id=name,
            kind="alarm",
            product_key=alarm.device.product_key,
            device_name=alarm.device.device_name,
            at_s=alarm.at_ms // 1000,
            event_id=name,
            notice=CameraNotice(alarm.kind.method, alarm.kind.type, alarm.topic, alarm.times),
        )
        picture = alarm.picture if len(alarm.picture) <= PICTURE_MOST else b""
        try:
            await self.queue.keep(report, scene=picture or None)
        except Refused as error:
            log.error("%s: an alarm is lost: %s", alarm.device.device_name, error)

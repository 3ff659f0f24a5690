"""Effects between rooms that may not import each other: domain events go on to the data bus and the live pages."""

from collections.abc import Callable

from linli.console.hub import Hub as LiveHub
from linli.console.live_topics import (
    ALARM,
    ATTACK,
    CONFIG,
    DELIVERY,
    DEVICE,
    EDGE,
    FIRMWARE,
    MESSAGE,
    PASS,
    SECURITY,
    VISIT,
)
from linli.console.resident.live import home_topic
from linli.console.terminal.live import notices_topic
from linli.databus import changes, device_events, erasure, scopes
from linli.databus.topics import Kind
from linli.delivery.console import delivery_rows
from linli.delivery.queries import get_row
from linli.delivery.schemas import DeliverySettled
from linli.domains.access.console.alarms import live_alarm
from linli.domains.access.console.pass_rows import live_row as live_pass
from linli.domains.access.events import DoorAlarmed, DoorAttacked, PassRecorded
from linli.domains.boxes import room as boxes
from linli.domains.boxes.events import EdgeMoved
from linli.domains.communities.events import CommunityApproved, ResidentPageAsked, SpaceChanged
from linli.domains.communities.handlers import batch_started, device_moved
from linli.domains.elevators import room as elevators
from linli.domains.intercom import room as intercom
from linli.domains.intercom.events import CallMoved
from linli.domains.notices.events import NoticeChanged
from linli.domains.overview import handlers as overview
from linli.domains.parking import room as parking
from linli.domains.payments.handlers import resident_page_asked
from linli.domains.people.events import UserChanged, UsersErased
from linli.domains.people.queries.person_names import PersonNames
from linli.domains.projects.events import CapabilityDecided
from linli.domains.projects.service.grants import capability_decided
from linli.domains.security import room as security
from linli.domains.security.events import SecurityAlarmed
from linli.domains.video import room as video
from linli.domains.video.events import CamerasSeen
from linli.domains.video.service import recording
from linli.domains.visitors.events import VisitChanged
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.things import events as things
from linli.things.configs.events import ConfigPushMoved
from linli.things.console.message_rows import live_call, live_refusal, live_row
from linli.things.downlink.records import CallRecord
from linli.things.events import DeviceMoved, UpgradeMoved
from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message
from linli.things.inbox.refusals import Refusal


def to_subscribers(handlers: Handlers[Tx]) -> None:
    """Changes of communities become messages of the change topics, in the transaction that made them (B 4.5)."""
    handlers.inline(CommunityApproved, scopes.on_approved)
    handlers.inline(SpaceChanged, changes.relay(Kind.SPACE))
    handlers.inline(UserChanged, changes.relay(Kind.USER))
    handlers.inline(NoticeChanged, changes.relay(Kind.MESSAGE))
    handlers.inline(things.DeviceCreated, device_events.relay_lifecycle("created"))
    handlers.inline(things.DeviceEnabled, device_events.relay_lifecycle("enabled"))
    handlers.inline(things.DeviceDisabled, device_events.relay_lifecycle("disabled"))
    handlers.inline(things.DeviceDeleted, device_events.relay_lifecycle("deleted"))
    handlers.inline(things.TopologyChanged, device_events.relay_topology)
    handlers.inline(things.FirmwareReported, device_events.relay_upgrade("reported"))
    handlers.inline(things.UpgradeFinished, device_events.relay_upgrade("finished"))


def to_records(handlers: Handlers[Tx], db: Database) -> None:
    """Kept records say no more who somebody was that nobody of the tenant knows any longer (ADR 0063)."""

    async def erased(event: UsersErased) -> None:
        for identity_id in event.identity_ids if event.whole else ():
            await erasure.forget_person(db, tenant_id=event.tenant_id, identity_id=identity_id)

    handlers.after(UsersErased, erased, name="databus.forget_persons")


def to_rooms(handlers: Handlers[Tx]) -> None:
    """Handlers of other rooms, with more knowledge, that check an act of a room."""
    handlers.inline(DeviceMoved, device_moved)
    handlers.inline(things.BatchStarted, batch_started)
    handlers.inline(CapabilityDecided, capability_decided)
    overview.register(handlers)
    video.register(handlers)
    intercom.register(handlers)
    boxes.register(handlers)
    elevators.register(handlers)
    parking.register(handlers)
    security.register(handlers)
    handlers.inline(SecurityAlarmed, recorded_around)
    handlers.inline(ResidentPageAsked, resident_page_asked)


async def recorded_around(tx: Tx, event: SecurityAlarmed) -> None:
    """Inline: a camera with an alarm is recorded where its plan says so."""
    now_ms = tx.db.clock.now_ms()
    await recording.alarm_came(tx, tenant_id=event.tenant_id, iot_id=event.iot_id, now_ms=now_ms)


def to_pages(db: Database, hub: LiveHub, objects: ObjectStore) -> None:
    """Passes and deliveries reach the open pages once they are committed, as the rows that their lists show."""

    async def passed(tx: Tx, event: PassRecorded) -> None:
        if not hub.watched(PASS):
            return
        row = await live_pass(tx, event, objects)
        tx.after_commit(
            lambda: hub.publish(PASS, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def moved_on(tx: Tx, event: DeliverySettled) -> None:
        if not hub.watched(DELIVERY):
            return
        scope = Scope.system(event.tenant_id)
        (row,) = await delivery_rows(
            scope, tx, [await get_row(scope, tx, row_id=event.row_id)], PersonNames()
        )
        tx.after_commit(
            lambda: hub.publish(DELIVERY, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def upgraded(tx: Tx, event: UpgradeMoved) -> None:
        row = {"campaignId": str(event.campaign_no), "upgradeId": str(event.job_no or "")}
        tx.after_commit(
            lambda: hub.publish(FIRMWARE, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def pushed(tx: Tx, event: ConfigPushMoved) -> None:
        row = {"pushId": str(event.push_no)}
        tx.after_commit(lambda: hub.publish(CONFIG, row, tenant_id=event.tenant_id))

    async def visited(tx: Tx, event: VisitChanged) -> None:
        row = {"visitId": str(event.apply_id), "state": event.state}
        tx.after_commit(
            lambda: hub.publish(VISIT, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def edge_moved(tx: Tx, event: EdgeMoved) -> None:
        row = {
            "what": event.what,
            "clusterId": str(event.cluster_id),
            "nodeId": str(event.node_id or ""),
            "gatewayId": str(event.gateway_id or ""),
        }
        tx.after_commit(
            lambda: hub.publish(EDGE, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def attacked(tx: Tx, event: DoorAttacked) -> None:
        row = {
            "what": event.what,
            "iotId": event.iot_id,
            "doorName": event.door_name,
            "count": event.count,
            "peer": event.peer,
            "atMs": event.at_ms,
        }
        tx.after_commit(
            lambda: hub.publish(ATTACK, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def alarmed(tx: Tx, event: DoorAlarmed) -> None:
        if not hub.watched(ALARM):
            return
        row = await live_alarm(tx, event)
        tx.after_commit(
            lambda: hub.publish(ALARM, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def camera_alarmed(tx: Tx, event: SecurityAlarmed) -> None:
        row = {
            "alarmId": str(event.alarm_id),
            "iotId": event.iot_id,
            "eventType": event.event_type,
            "atMs": event.at_ms,
            "state": event.state,
        }
        tx.after_commit(
            lambda: hub.publish(SECURITY, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def cameras_seen(tx: Tx, event: CamerasSeen) -> None:
        row = {"iotIds": list(event.iot_ids)}
        tx.after_commit(
            lambda: hub.publish(DEVICE, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def called(tx: Tx, event: CallMoved) -> None:
        if event.space_id is None:
            return
        topic = home_topic(event.space_id)
        row = {"callId": str(event.call_id), "houseId": str(event.space_id), "state": event.state}
        row["outcome"] = event.outcome
        tx.after_commit(
            lambda: hub.publish(topic, row, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    async def noticed(tx: Tx, event: NoticeChanged) -> None:
        topic = notices_topic(event.community_id)
        tx.after_commit(
            lambda: hub.publish(topic, {}, tenant_id=event.tenant_id, community_id=event.community_id)
        )

    db.handlers.inline(NoticeChanged, noticed)
    db.handlers.inline(CallMoved, called)
    db.handlers.inline(EdgeMoved, edge_moved)
    db.handlers.inline(DoorAlarmed, alarmed)
    db.handlers.inline(SecurityAlarmed, camera_alarmed)
    db.handlers.inline(CamerasSeen, cameras_seen)
    db.handlers.inline(DoorAttacked, attacked)
    db.handlers.inline(VisitChanged, visited)
    db.handlers.inline(UpgradeMoved, upgraded)
    db.handlers.inline(ConfigPushMoved, pushed)
    db.handlers.inline(PassRecorded, passed)
    db.handlers.inline(DeliverySettled, moved_on)


class LiveMessages:
    """Committed device messages go to the pages that watch a device; without such a page nothing is built."""

    def __init__(self, hub: LiveHub, device_of: Callable[[int], DeviceEntry | None]) -> None:
        self._hub = hub
        self._device_of = device_of

    def __call__(self, messages: list[Message]) -> None:
        if self._hub.idle:
            return  # this runs for every message of every device
        watched = self._hub.watched(MESSAGE)
        for message in messages:
            if message.kind == "status":
                self._publish(DEVICE, message)
            if watched:
                self._publish(MESSAGE, message)

    def called(self, device: DeviceEntry, record: CallRecord) -> None:
        """A call goes out, or has ended."""
        if self._hub.watched(MESSAGE):
            self._hub.publish(
                MESSAGE,
                live_call(device, record),
                tenant_id=device.tenant_id,
                community_id=device.community_id,
            )

    def refused(self, refusal: Refusal) -> None:
        """Nothing of an uplink was kept."""
        device = self._device_of(refusal.device_no) if self._hub.watched(MESSAGE) else None
        if device is not None:
            self._hub.publish(
                MESSAGE,
                live_refusal(device, refusal),
                tenant_id=device.tenant_id,
                community_id=device.community_id,
            )

    def _publish(self, topic: str, message: Message) -> None:
        device = message.device
        self._hub.publish(
            topic, live_row(message), tenant_id=device.tenant_id, community_id=device.community_id
        )

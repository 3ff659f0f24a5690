"""What lanes report becomes a pass and a record for subscribers. Spec A 4.6, B 2.8."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.databus.files import adopt_file
from linli.databus.records import insert_record
from linli.databus.scopes import scope_id_of
from linli.domains.communities.queries import spaces
from linli.domains.parking.events import VehiclePassed
from linli.domains.parking.models import passes
from linli.domains.parking.queries.lanes import find_device
from linli.domains.parking.rows import LaneDevice, LanePass
from linli.kernel import telemetry
from linli.kernel.db import Database, Tx
from linli.kernel.db.partitions import day_of, drop_before
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.parking_entry import PARK_RECORD_V2, Standing
from linli.rules.plates import clean_plate, is_plate
from linli.things.inbox.messages import Message, believable

log = telemetry.logger(__name__)

MODEL, MODEL_VERSION = "iot_park_record_v2_model", "1.6"
RETENTION_DAYS: Final = 180
NORMAL, ABNORMAL = 0, 1
NO_PLATE: Final = PARK_RECORD_V2[Standing.NO_PLATE]
TEMPORARY: Final = PARK_RECORD_V2[Standing.TEMPORARY]
_PLATE_KINDS: Final = frozenset(("01", "02", "03", "04", "05", "06", "07", "08", "09", "51", "52", "99"))
_CAR_COLORS: Final = frozenset("ABCDEFGHIJKLMNZ")


class Recognition(msgspec.Struct, rename="camel"):
    """Outputs of `IntelligentAlarm`: the 18 fields of `addition_string`. What is left out or nonsense says nothing."""

    open_type: Annotated[int, Meta(ge=0, le=2)] = NORMAL
    type_permission: Annotated[int, Meta(ge=0, le=4)] = TEMPORARY
    toll_product_key: str = ""
    toll_device_name: str = ""
    plate_number: str = ""
    area_space_id: str = ""
    iot_id: str = ""
    plate_number_type: str = ""
    car_color_number: str = ""
    has_plate: int | None = None
    plate_color_number: Annotated[int, Meta(ge=0, le=9)] | None = None
    plate_recognition_reliability: float | None = None
    car_logo_brand: str = ""
    car_eigenvalues_info: str = ""
    car_extra_info: str = ""
    user_extra_info: str = ""
    device_extra_info: str = ""
    car_image_key: str = ""


class AbnormalOpening(msgspec.Struct, rename="pascal"):
    """Outputs of `AbnormalOpenGate`."""

    open_type: int = 99
    image_path: str = ""


def picture_folder(tenant_id: str, iot_id: str) -> str:
    """Where a lane camera puts its pictures: keys elsewhere are not shown."""
    return f"{tenant_id}/lane-pictures/{iot_id}"


class LaneReports:
    """Inbox handlers of what lanes report."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def recognised(self, tx: Tx, message: Message) -> None:
        """`IntelligentAlarm`. A text that is no plate is a car without one. Raises ValidationError: it is parked."""
        if (device := await _device(tx, message)) is not None:
            await self._record(
                tx, message, device, msgspec.convert(message.values, Recognition, strict=False)
            )

    async def opened_abnormally(self, tx: Tx, message: Message) -> None:
        """`AbnormalOpenGate`: the barrier went up without the camera's leave."""
        if (device := await _device(tx, message)) is None:
            return
        event = msgspec.convert(message.values, AbnormalOpening, strict=False)
        report = Recognition(
            open_type=ABNORMAL,
            type_permission=NO_PLATE,
            has_plate=0,
            device_extra_info=msgspec.json.encode({"OpenType": event.open_type}).decode(),
            car_image_key=event.image_path,
        )
        await self._record(tx, message, device, report)

    async def _record(self, tx: Tx, message: Message, device: LaneDevice, report: Recognition) -> None:
        scope = Scope.system(device.tenant_id, "parking")
        lane = (await spaces.spaces_by_id(scope, tx, [device.lane_id])).get(device.lane_id)
        if lane is None:
            return
        plate = clean_plate(report.plate_number)
        if report.has_plate == 0 or not is_plate(plate):
            plate = ""
        permission = report.type_permission
        if not plate:
            permission = NO_PLATE
        elif permission == NO_PLATE:
            permission = TEMPORARY
        at_ms, _ = believable(message.time_ms, message.received_ms)
        reliability = report.plate_recognition_reliability
        row = LanePass(
            id=self._ids.number(),
            day=day_of(message.received_ms),
            tenant_id=device.tenant_id,
            community_id=device.community_id,
            lane_id=device.lane_id,
            area_id=lane.parent_id or 0,
            iot_id=device.iot_id,
            lane_name=lane.name,
            direction=lane.direction or 0,
            open_type=report.open_type,
            permission=permission,
            plate=plate,
            read_as=report.plate_number[:32],
            plate_color=report.plate_color_number,
            car_color=report.car_color_number if report.car_color_number in _CAR_COLORS else "",
            brand=report.car_logo_brand[:64],
            reliability=None if reliability is None else min(max(reliability, 0.0), 1.0),
            picture=_own_picture(device, report.car_image_key),
            passed_ms=at_ms,
            received_ms=message.received_ms,
        )
        await keep_pass(tx, row)
        await insert_record(
            scope,
            tx,
            model_id=MODEL,
            version=MODEL_VERSION,
            community_id=device.community_id,
            source="parking",
            row=await self._fields(scope, tx, device, row, report),
        )

    async def _fields(
        self, scope: Scope, tx: Tx, device: LaneDevice, row: LanePass, report: Recognition
    ) -> dict[str, Any]:
        """The record. Direction and lane are the platform's: the camera does not know where it stands."""
        record: dict[str, Any] = {
            "direction": row.direction,
            "openType": row.open_type,
            "typePermission": row.permission,
            "tollProductKey": report.toll_product_key or device.product_key,
            "tollDeviceName": report.toll_device_name or device.device_name,
            "plateNumber": row.plate,
            "areaSpaceId": str(row.area_id),
            "channelSpaceId": str(row.lane_id),
            "iotId": row.iot_id,
            "hasPlate": int(bool(row.plate)),
            "carEigenvaluesInfo": report.car_eigenvalues_info,
            "carExtraInfo": report.car_extra_info,
            "userExtraInfo": report.user_extra_info,
            "deviceExtraInfo": report.device_extra_info,
        }
        if report.plate_number_type:
            is_listed = report.plate_number_type in _PLATE_KINDS
            record["plateNumberType"] = report.plate_number_type if is_listed else "99"
        if report.car_color_number:
            record["carColorNumber"] = row.car_color or "Z"
        if row.plate_color is not None:
            record["plateColorNumber"] = row.plate_color
        if row.reliability is not None:
            record["plateRecognitionReliability"] = row.reliability
        if row.brand:
            record["carLogoBrand"] = row.brand
        if row.picture:
            record["carImageKey"] = await adopt_file(
                scope,
                tx,
                model_id=MODEL,
                attr_name="carImageKey",
                community_id=row.community_id,
                scope_id=await scope_id_of(scope, tx, community_id=row.community_id),
                object_key=row.picture,
                ids=self._ids,
            )
        return record


async def keep_pass(tx: Tx, row: LanePass) -> None:
    """A vehicle passed: stays begin and end by it."""
    await tx.insert(passes, row._asdict())
    await emit(tx, VehiclePassed(row.tenant_id, row.community_id, row.lane_id, row.id), key=row.iot_id)


async def purge_passes(db: Database, *, now_ms: int, days: int = RETENTION_DAYS) -> int:
    """Remove passes kept longer than `days`, counted from their arrival."""
    return await drop_before(db, passes, day_of(now_ms) - days)


def _own_picture(device: LaneDevice, key: str) -> str:
    """The key, where it is one of the camera's own; empty otherwise."""
    folder = picture_folder(device.tenant_id, device.iot_id)
    return key if key.startswith(f"{folder}/") and ".." not in key and len(key) <= 255 else ""


async def _device(tx: Tx, message: Message) -> LaneDevice | None:
    """None, with a line in the log, where the camera stands at no lane: every camera whose box decides is one."""
    device = message.device
    row = await find_device(Scope.system(device.tenant_id, "parking"), tx, iot_id=device.iot_id)
    if row is None:
        log.info("%s at %s, which is at no lane", message.identifier, device.iot_id)
    return row

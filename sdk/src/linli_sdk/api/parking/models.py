"""What the methods of `parking` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class ParkingAreaBarriersInfoGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    area_id: str = field(name="areaId")


class ParkingAreaBarriersInfoGetDataItem(Model, kw_only=True):
    barrier_id: str | None = field(default=None, name="barrierId")
    barriere_name: str | None = field(default=None, name="barriereName")
    direction: str | None = None


class ParkingAreaInfoGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    area_id: str = field(name="areaId")


class ParkingAreaInfoGetData(Model, kw_only=True):
    name: str | None = None
    area_id: str | None = field(default=None, name="areaId")
    parent_area_id: str | None = field(default=None, name="parentAreaId")
    sub_area_list: list[str] | str | None = field(default=None, name="subAreaList")
    un_parked_count: int | None = field(default=None, name="unParkedCount")
    total_count: int | None = field(default=None, name="totalCount")


class ParkingAreaParkspaceGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    area_id: str = field(name="areaId")
    parking_space_id: str = field(name="parkingSpaceId")


class ParkingAreaParkspaceGetData(Model, kw_only=True):
    parking_space_id: str | None = field(default=None, name="parkingSpaceId")
    name: str | None = None
    type: str | None = None
    is_sold: bool | None = field(default=None, name="isSold")
    property: str | None = None
    owner_phone: str | None = field(default=None, name="ownerPhone")
    owner_name: str | None = field(default=None, name="ownerName")
    owner_id: str | None = field(default=None, name="ownerId")
    is_parking: bool | None = field(default=None, name="isParking")
    plate_number: str | None = field(default=None, name="plateNumber")
    parking_lot_id: str | None = field(default=None, name="parkingLotId")


class ParkingAreaParkspaceUpdateParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    area_id: str = field(name="areaId")
    parking_space_id: str = field(name="parkingSpaceId")
    user_name: str | None = field(default=None, name="userName")
    parking_space_type: str | None = field(default=None, name="parkingSpaceType")
    is_sold: str | None = field(default=None, name="isSold")
    property: str | None = None
    owner_phone: str | None = field(default=None, name="ownerPhone")
    owner_name: str | None = field(default=None, name="ownerName")
    owner_id: str | None = field(default=None, name="ownerId")


class ParkingAreaParkspacesGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    area_id: str = field(name="areaId")


class ParkingBarrierInfoGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    barrier_id: str = field(name="barrierId")


class ParkingBarrierInfoGetData(Model, kw_only=True):
    area_id: str | None = field(default=None, name="areaId")
    barrier_id: str | None = field(default=None, name="barrierId")
    status: str | None = None
    direction: str | None = None
    barrier_name: str | None = field(default=None, name="barrierName")


class ParkingBarrierOperateParams(Model, kw_only=True):
    barrier_id: str = field(name="barrierId")
    command: str


class ParkingLotBarriersInfoGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")


class ParkingLotBarriersInfoGetDataItem(Model, kw_only=True):
    barrier_id: str | None = field(default=None, name="barrierId")
    barrier_name: str | None = field(default=None, name="barrierName")
    direction: str | None = None


class ParkingLotFirstAreaIdsGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")


class ParkingLotInfoGetParams(Model, kw_only=True):
    pass


class ParkingLotInfoGetDataItem(Model, kw_only=True):
    name: str | None = None
    parking_lot_id: str | None = field(default=None, name="parkingLotId")
    total_count: int | None = field(default=None, name="totalCount")
    un_parked_count: int | None = field(default=None, name="unParkedCount")


class ParkingLotPlateNumberUpdateParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    record_id: str = field(name="recordId")


class ParkingLotVehicleAddParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    user_name: str | None = field(default=None, name="userName")
    user_phone: str | None = field(default=None, name="userPhone")
    user_id: str | None = field(default=None, name="userId")


class ParkingLotVehicleDeleteParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")


class ParkingLotVehicleInListGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    area_id: str | None = field(default=None, name="areaId")


class ParkingLotVehicleInListGetData(Model, kw_only=True):
    plate_number: str | None = field(default=None, name="plateNumber")
    area_id: str | None = field(default=None, name="areaId")
    type: str | None = None
    effective_date: str | None = field(default=None, name="effectiveDate")
    expiry_date: str | None = field(default=None, name="expiryDate")


class ParkingLotVehicleInTimeParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")


class ParkingLotVehicleInTimeData(Model, kw_only=True):
    vehicle_in_time: str | None = field(default=None, name="vehicleInTime")


class ParkingLotVehicleInfoGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")


class ParkingLotVehicleInfoGetData(Model, kw_only=True):
    parking_lot_id: str | None = field(default=None, name="parkingLotId")
    user_name: str | None = field(default=None, name="userName")
    user_phone: str | None = field(default=None, name="userPhone")
    user_id: str | None = field(default=None, name="userId")
    plate_number: str | None = field(default=None, name="plateNumber")
    parking_space_id: str | None = field(default=None, name="parkingSpaceId")


class ParkingLotVehicleListAddParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: list[str] | str = field(name="plateNumber")
    area_id: list[str] | str | None = field(default=None, name="areaId")
    type: str
    effective_date: str | None = field(default=None, name="effectiveDate")
    expiry_date: str | None = field(default=None, name="expiryDate")


class ParkingLotVehicleListGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    page_num: int = field(name="pageNum")
    page_size: int = field(name="pageSize")
    area_id: str | None = field(default=None, name="areaId")
    type: str | None = None


class ParkingLotVehicleListGetDataItem(Model, kw_only=True):
    plate_number: str | None = field(default=None, name="plateNumber")
    area_id: str | None = field(default=None, name="areaId")
    type: str | None = None
    effective_date: str | None = field(default=None, name="effectiveDate")
    expiry_date: str | None = field(default=None, name="expiryDate")


class ParkingLotVehicleListInfoGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    page_size: int = field(name="pageSize")
    page_num: int = field(name="pageNum")


class ParkingLotVehicleListRemoveParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    area_id: list[str] | str | None = field(default=None, name="areaId")


class ParkingLotVehicleLockParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    lock_effective_date: str = field(name="lockEffectiveDate")
    lock_expired_date: str = field(name="lockExpiredDate")


class ParkingLotVehicleLockGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")


class ParkingLotVehicleLockGetData(Model, kw_only=True):
    lock_effective_date: str | None = field(default=None, name="lockEffectiveDate")
    lock_expired_date: str | None = field(default=None, name="lockExpiredDate")


class ParkingLotVehicleOrderAddParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    in_barrier_gate_id: str = field(name="inBarrierGateId")
    in_time: str = field(name="inTime")
    pay_status: int = field(name="payStatus")
    """0 已支付, 4 未支付 / 0 paid, 4 unpaid"""
    out_barrier_gate_id: str | None = field(default=None, name="outBarrierGateId")
    out_time: str | None = field(default=None, name="outTime")


class ParkingLotVehicleOrderCompletedParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    area_id: str | None = field(default=None, name="areaId")
    order_number: str = field(name="orderNumber")
    pay_status: int = field(name="payStatus")
    """0 已支付, 1 免费, 2 本地支付, 3 取消订单 / 0 paid, 1 free, 2 paid on site, 3 cancelled"""


class ParkingLotVehicleUnlockParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")


class ParkingLotVehicleUpdateParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    user_name: str | None = field(default=None, name="userName")
    user_phone: str | None = field(default=None, name="userPhone")
    user_id: str | None = field(default=None, name="userId")


class ParkingVehiclePermissionAddParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    effective_date: str = field(name="effectiveDate")
    expiry_date: str = field(name="expiryDate")
    plate_number: str = field(name="plateNumber")
    barrier_list: list[str] | str = field(name="barrierList")


class VehicleAreaPermissionAddParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    effective_date: str = field(name="effectiveDate")
    expiry_date: str = field(name="expiryDate")
    plate_number: str = field(name="plateNumber")
    area_ids: list[str] | str = field(name="areaIds")


class VehicleAreaPermissionDeleteParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    area_id: str = field(name="areaId")


class VehicleAreaPermissionGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")


class VehicleAreaPermissionGetData(Model, kw_only=True):
    plate_number: str | None = field(default=None, name="plateNumber")
    effective_date: str | None = field(default=None, name="effectiveDate")
    expiry_date: str | None = field(default=None, name="expiryDate")
    area_id: str | None = field(default=None, name="areaId")


class VehicleAreaPermissionUpdateParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    effective_date: str = field(name="effectiveDate")
    expiry_date: str = field(name="expiryDate")


class VehicleBarrierPermissionDeleteParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    barrier_id: str = field(name="barrierId")


class VehicleBarrierPermissionGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")


class VehicleBarrierPermissionGetDataItem(Model, kw_only=True):
    plate_number: str | None = field(default=None, name="plateNumber")
    effective_date: str | None = field(default=None, name="effectiveDate")
    expiry_date: str | None = field(default=None, name="expiryDate")
    barrier_id: str | None = field(default=None, name="barrierId")


class VehicleBarrierPermissionInfoGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    barrier_id: str | None = field(default=None, name="barrierId")
    page_num: int = field(name="pageNum")
    page_size: int = field(name="pageSize")


class VehicleBarrierPermissionInfoGetDataItem(Model, kw_only=True):
    plate_number: str | None = field(default=None, name="plateNumber")
    effective_date: str | None = field(default=None, name="effectiveDate")
    expiry_date: str | None = field(default=None, name="expiryDate")
    parking_lot_id: str | None = field(default=None, name="parkingLotId")
    barrier_id: str | None = field(default=None, name="barrierId")


class VehicleBarrierPermissionUpdateParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    plate_number: str = field(name="plateNumber")
    effective_date: str = field(name="effectiveDate")
    expiry_date: str = field(name="expiryDate")


class VehicleListAreaPermissionGetParams(Model, kw_only=True):
    parking_lot_id: str = field(name="parkingLotId")
    area_id: str | None = field(default=None, name="areaId")
    page_num: int = field(name="pageNum")
    page_size: int = field(name="pageSize")


class VehicleListAreaPermissionGetDataItem(Model, kw_only=True):
    plate_number: str | None = field(default=None, name="plateNumber")
    effective_date: str | None = field(default=None, name="effectiveDate")
    expiry_date: str | None = field(default=None, name="expiryDate")
    parking_lot_id: str | None = field(default=None, name="parkingLotId")
    area_id: str | None = field(default=None, name="areaId")

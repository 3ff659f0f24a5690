"""Path, version and result of each method of `parking`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.parking.models import (
    ParkingAreaBarriersInfoGetDataItem,
    ParkingAreaInfoGetData,
    ParkingAreaParkspaceGetData,
    ParkingBarrierInfoGetData,
    ParkingLotBarriersInfoGetDataItem,
    ParkingLotInfoGetDataItem,
    ParkingLotVehicleInfoGetData,
    ParkingLotVehicleInListGetData,
    ParkingLotVehicleInTimeData,
    ParkingLotVehicleListGetDataItem,
    ParkingLotVehicleLockGetData,
    VehicleAreaPermissionGetData,
    VehicleBarrierPermissionGetDataItem,
    VehicleBarrierPermissionInfoGetDataItem,
    VehicleListAreaPermissionGetDataItem,
)
from linli_sdk.methods import Method

PARKING_AREA_BARRIERS_INFO_GET: Method[
    list[ParkingAreaBarriersInfoGetDataItem] | ParkingAreaBarriersInfoGetDataItem
] = Method(
    "/iotx_parking_service_model/parkingAreaBarriersInfoGet",
    "1.0.0",
    token="none",
    result=list[ParkingAreaBarriersInfoGetDataItem] | ParkingAreaBarriersInfoGetDataItem,
    reads=True,
)
PARKING_AREA_INFO_GET: Method[ParkingAreaInfoGetData] = Method(
    "/iotx_parking_service_model/parkingAreaInfoGet",
    "1.0.0",
    token="none",
    result=ParkingAreaInfoGetData,
    reads=True,
)
PARKING_AREA_PARKSPACE_GET: Method[ParkingAreaParkspaceGetData] = Method(
    "/iotx_parking_service_model/parkingAreaParkspaceGet",
    "1.0.0",
    token="none",
    result=ParkingAreaParkspaceGetData,
    reads=True,
)
PARKING_AREA_PARKSPACE_UPDATE: Method[Any] = Method(
    "/iotx_parking_service_model/parkingAreaParkspaceUpdate", "1.0.0", token="none", result=Any
)
PARKING_AREA_PARKSPACES_GET: Method[list[str] | str] = Method(
    "/iotx_parking_service_model/parkingAreaParkspacesGet",
    "1.0.0",
    token="none",
    result=list[str] | str,
    reads=True,
)
PARKING_BARRIER_INFO_GET: Method[ParkingBarrierInfoGetData] = Method(
    "/iotx_parking_service_model/parkingBarrierInfoGet",
    "1.0.0",
    token="none",
    result=ParkingBarrierInfoGetData,
    reads=True,
)
PARKING_BARRIER_OPERATE: Method[Any] = Method(
    "/iotx_parking_service_model/parkingBarrierOperate", "1.0.0", token="none", result=Any
)
PARKING_LOT_BARRIERS_INFO_GET: Method[
    list[ParkingLotBarriersInfoGetDataItem] | ParkingLotBarriersInfoGetDataItem
] = Method(
    "/iotx_parking_service_model/parkingLotBarriersInfoGet",
    "1.0.0",
    token="none",
    result=list[ParkingLotBarriersInfoGetDataItem] | ParkingLotBarriersInfoGetDataItem,
    reads=True,
)
PARKING_LOT_FIRST_AREA_IDS_GET: Method[list[str] | str] = Method(
    "/iotx_parking_service_model/parkingLotFirstAreaIdsGet",
    "1.0.0",
    token="none",
    result=list[str] | str,
    reads=True,
)
PARKING_LOT_INFO_GET: Method[list[ParkingLotInfoGetDataItem] | ParkingLotInfoGetDataItem] = Method(
    "/iotx_parking_service_model/parkingLotInfoGet",
    "1.0.0",
    token="none",
    result=list[ParkingLotInfoGetDataItem] | ParkingLotInfoGetDataItem,
    reads=True,
)
PARKING_LOT_PLATE_NUMBER_UPDATE: Method[str] = Method(
    "/iotx_parking_service_model/parkingLotPlateNumberUpdate", "1.0.0", token="none", result=str
)
PARKING_LOT_VEHICLE_ADD: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleAdd", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_DELETE: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleDelete", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_IN_LIST_GET: Method[ParkingLotVehicleInListGetData] = Method(
    "/iotx_parking_service_model/parkingLotVehicleInListGet",
    "1.0.0",
    token="none",
    result=ParkingLotVehicleInListGetData,
    reads=True,
)
PARKING_LOT_VEHICLE_IN_TIME: Method[ParkingLotVehicleInTimeData] = Method(
    "/iotx_parking_service_model/parkingLotVehicleInTime",
    "1.0.0",
    token="none",
    result=ParkingLotVehicleInTimeData,
)
PARKING_LOT_VEHICLE_INFO_GET: Method[ParkingLotVehicleInfoGetData] = Method(
    "/iotx_parking_service_model/parkingLotVehicleInfoGet",
    "1.0.0",
    token="none",
    result=ParkingLotVehicleInfoGetData,
    reads=True,
)
PARKING_LOT_VEHICLE_LIST_ADD: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleListAdd", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_LIST_GET: Method[
    list[ParkingLotVehicleListGetDataItem] | ParkingLotVehicleListGetDataItem
] = Method(
    "/iotx_parking_service_model/parkingLotVehicleListGet",
    "1.0.0",
    token="none",
    result=list[ParkingLotVehicleListGetDataItem] | ParkingLotVehicleListGetDataItem,
    reads=True,
)
PARKING_LOT_VEHICLE_LIST_INFO_GET: Method[list[str] | str] = Method(
    "/iotx_parking_service_model/parkingLotVehicleListInfoGet",
    "1.0.0",
    token="none",
    result=list[str] | str,
    reads=True,
)
PARKING_LOT_VEHICLE_LIST_REMOVE: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleListRemove", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_LOCK: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleLock", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_LOCK_GET: Method[ParkingLotVehicleLockGetData] = Method(
    "/iotx_parking_service_model/parkingLotVehicleLockGet",
    "1.0.0",
    token="none",
    result=ParkingLotVehicleLockGetData,
    reads=True,
)
PARKING_LOT_VEHICLE_ORDER_ADD: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleOrderAdd", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_ORDER_COMPLETED: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleOrderCompleted", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_UNLOCK: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleUnlock", "1.0.0", token="none", result=Any
)
PARKING_LOT_VEHICLE_UPDATE: Method[Any] = Method(
    "/iotx_parking_service_model/parkingLotVehicleUpdate", "1.0.0", token="none", result=Any
)
PARKING_VEHICLE_PERMISSION_ADD: Method[Any] = Method(
    "/iotx_parking_service_model/parkingVehiclePermissionAdd", "1.0.0", token="none", result=Any
)
VEHICLE_AREA_PERMISSION_ADD: Method[Any] = Method(
    "/iotx_parking_service_model/vehicleAreaPermissionAdd", "1.0.0", token="none", result=Any
)
VEHICLE_AREA_PERMISSION_DELETE: Method[str] = Method(
    "/iotx_parking_service_model/vehicleAreaPermissionDelete", "1.0.0", token="none", result=str
)
VEHICLE_AREA_PERMISSION_GET: Method[VehicleAreaPermissionGetData] = Method(
    "/iotx_parking_service_model/vehicleAreaPermissionGet",
    "1.0.0",
    token="none",
    result=VehicleAreaPermissionGetData,
    reads=True,
)
VEHICLE_AREA_PERMISSION_UPDATE: Method[Any] = Method(
    "/iotx_parking_service_model/vehicleAreaPermissionUpdate", "1.0.0", token="none", result=Any
)
VEHICLE_BARRIER_PERMISSION_DELETE: Method[str] = Method(
    "/iotx_parking_service_model/vehicleBarrierPermissionDelete", "1.0.0", token="none", result=str
)
VEHICLE_BARRIER_PERMISSION_GET: Method[
    list[VehicleBarrierPermissionGetDataItem] | VehicleBarrierPermissionGetDataItem
] = Method(
    "/iotx_parking_service_model/vehicleBarrierPermissionGet",
    "1.0.0",
    token="none",
    result=list[VehicleBarrierPermissionGetDataItem] | VehicleBarrierPermissionGetDataItem,
    reads=True,
)
VEHICLE_BARRIER_PERMISSION_INFO_GET: Method[
    list[VehicleBarrierPermissionInfoGetDataItem] | VehicleBarrierPermissionInfoGetDataItem
] = Method(
    "/iotx_parking_service_model/vehicleBarrierPermissionInfoGet",
    "1.0.0",
    token="none",
    result=list[VehicleBarrierPermissionInfoGetDataItem] | VehicleBarrierPermissionInfoGetDataItem,
    reads=True,
)
VEHICLE_BARRIER_PERMISSION_UPDATE: Method[Any] = Method(
    "/iotx_parking_service_model/vehicleBarrierPermissionUpdate", "1.0.0", token="none", result=Any
)
VEHICLE_LIST_AREA_PERMISSION_GET: Method[
    list[VehicleListAreaPermissionGetDataItem] | VehicleListAreaPermissionGetDataItem
] = Method(
    "/iotx_parking_service_model/vehicleListAreaPermissionGet",
    "1.0.0",
    token="none",
    result=list[VehicleListAreaPermissionGetDataItem] | VehicleListAreaPermissionGetDataItem,
    reads=True,
)

"""The methods of `parking` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.parking import contracts
from linli_sdk.api.parking.models import (
    ParkingAreaBarriersInfoGetDataItem,
    ParkingAreaBarriersInfoGetParams,
    ParkingAreaInfoGetData,
    ParkingAreaInfoGetParams,
    ParkingAreaParkspaceGetData,
    ParkingAreaParkspaceGetParams,
    ParkingAreaParkspacesGetParams,
    ParkingAreaParkspaceUpdateParams,
    ParkingBarrierInfoGetData,
    ParkingBarrierInfoGetParams,
    ParkingBarrierOperateParams,
    ParkingLotBarriersInfoGetDataItem,
    ParkingLotBarriersInfoGetParams,
    ParkingLotFirstAreaIdsGetParams,
    ParkingLotInfoGetDataItem,
    ParkingLotInfoGetParams,
    ParkingLotPlateNumberUpdateParams,
    ParkingLotVehicleAddParams,
    ParkingLotVehicleDeleteParams,
    ParkingLotVehicleInfoGetData,
    ParkingLotVehicleInfoGetParams,
    ParkingLotVehicleInListGetData,
    ParkingLotVehicleInListGetParams,
    ParkingLotVehicleInTimeData,
    ParkingLotVehicleInTimeParams,
    ParkingLotVehicleListAddParams,
    ParkingLotVehicleListGetDataItem,
    ParkingLotVehicleListGetParams,
    ParkingLotVehicleListInfoGetParams,
    ParkingLotVehicleListRemoveParams,
    ParkingLotVehicleLockGetData,
    ParkingLotVehicleLockGetParams,
    ParkingLotVehicleLockParams,
    ParkingLotVehicleOrderAddParams,
    ParkingLotVehicleOrderCompletedParams,
    ParkingLotVehicleUnlockParams,
    ParkingLotVehicleUpdateParams,
    ParkingVehiclePermissionAddParams,
    VehicleAreaPermissionAddParams,
    VehicleAreaPermissionDeleteParams,
    VehicleAreaPermissionGetData,
    VehicleAreaPermissionGetParams,
    VehicleAreaPermissionUpdateParams,
    VehicleBarrierPermissionDeleteParams,
    VehicleBarrierPermissionGetDataItem,
    VehicleBarrierPermissionGetParams,
    VehicleBarrierPermissionInfoGetDataItem,
    VehicleBarrierPermissionInfoGetParams,
    VehicleBarrierPermissionUpdateParams,
    VehicleListAreaPermissionGetDataItem,
    VehicleListAreaPermissionGetParams,
)
from linli_sdk.service import AsyncService


class AsyncParking(AsyncService):
    """The 36 methods of service `iotx_parking_service_model`, as a key is granted it."""

    async def parking_area_barriers_info_get(
        self, *, parking_lot_id: str, area_id: str
    ) -> list[ParkingAreaBarriersInfoGetDataItem] | ParkingAreaBarriersInfoGetDataItem:
        """List barriers of an area / 查询区域下的道闸列表

        `/iotx_parking_service_model/parkingAreaBarriersInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_AREA_BARRIERS_INFO_GET,
            ParkingAreaBarriersInfoGetParams(parking_lot_id=parking_lot_id, area_id=area_id),
        )

    async def parking_area_info_get(self, *, parking_lot_id: str, area_id: str) -> ParkingAreaInfoGetData:
        """Get area / 查询停车区域信息

        `/iotx_parking_service_model/parkingAreaInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_AREA_INFO_GET,
            ParkingAreaInfoGetParams(parking_lot_id=parking_lot_id, area_id=area_id),
        )

    async def parking_area_parkspace_get(
        self, *, parking_lot_id: str, area_id: str, parking_space_id: str
    ) -> ParkingAreaParkspaceGetData:
        """Get parking space / 查询车位信息

        `/iotx_parking_service_model/parkingAreaParkspaceGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_AREA_PARKSPACE_GET,
            ParkingAreaParkspaceGetParams(
                parking_lot_id=parking_lot_id, area_id=area_id, parking_space_id=parking_space_id
            ),
        )

    async def parking_area_parkspace_update(
        self,
        *,
        parking_lot_id: str,
        area_id: str,
        parking_space_id: str,
        user_name: str | None = None,
        parking_space_type: str | None = None,
        is_sold: str | None = None,
        property: str | None = None,
        owner_phone: str | None = None,
        owner_name: str | None = None,
        owner_id: str | None = None,
    ) -> Any:
        """Update parking space / 更新停车位

        `/iotx_parking_service_model/parkingAreaParkspaceUpdate` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_AREA_PARKSPACE_UPDATE,
            ParkingAreaParkspaceUpdateParams(
                parking_lot_id=parking_lot_id,
                area_id=area_id,
                parking_space_id=parking_space_id,
                user_name=user_name,
                parking_space_type=parking_space_type,
                is_sold=is_sold,
                property=property,
                owner_phone=owner_phone,
                owner_name=owner_name,
                owner_id=owner_id,
            ),
        )

    async def parking_area_parkspaces_get(self, *, parking_lot_id: str, area_id: str) -> list[str] | str:
        """List space ids of an area / 查询区域车位列表

        `/iotx_parking_service_model/parkingAreaParkspacesGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_AREA_PARKSPACES_GET,
            ParkingAreaParkspacesGetParams(parking_lot_id=parking_lot_id, area_id=area_id),
        )

    async def parking_barrier_info_get(
        self, *, parking_lot_id: str, barrier_id: str
    ) -> ParkingBarrierInfoGetData:
        """Get barrier / 查询道闸信息

        `/iotx_parking_service_model/parkingBarrierInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_BARRIER_INFO_GET,
            ParkingBarrierInfoGetParams(parking_lot_id=parking_lot_id, barrier_id=barrier_id),
        )

    async def parking_barrier_operate(self, *, barrier_id: str, command: str) -> Any:
        """Operate barrier / 手动打开道闸栏杆

        `/iotx_parking_service_model/parkingBarrierOperate` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_BARRIER_OPERATE,
            ParkingBarrierOperateParams(barrier_id=barrier_id, command=command),
        )

    async def parking_lot_barriers_info_get(
        self, *, parking_lot_id: str
    ) -> list[ParkingLotBarriersInfoGetDataItem] | ParkingLotBarriersInfoGetDataItem:
        """List barriers of a lot / 查询停车场道闸信息

        `/iotx_parking_service_model/parkingLotBarriersInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_BARRIERS_INFO_GET,
            ParkingLotBarriersInfoGetParams(parking_lot_id=parking_lot_id),
        )

    async def parking_lot_first_area_ids_get(self, *, parking_lot_id: str) -> list[str] | str:
        """List first-level area ids / 查询停车场一级区域ID

        `/iotx_parking_service_model/parkingLotFirstAreaIdsGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_FIRST_AREA_IDS_GET,
            ParkingLotFirstAreaIdsGetParams(parking_lot_id=parking_lot_id),
        )

    async def parking_lot_info_get(self) -> list[ParkingLotInfoGetDataItem] | ParkingLotInfoGetDataItem:
        """List parking lots / 查询停车场信息

        `/iotx_parking_service_model/parkingLotInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(contracts.PARKING_LOT_INFO_GET, ParkingLotInfoGetParams())

    async def parking_lot_plate_number_update(
        self, *, parking_lot_id: str, plate_number: str, record_id: str
    ) -> str:
        """Correct the plate of a pass record / 校正停车系统通行记录上的车牌号

        `/iotx_parking_service_model/parkingLotPlateNumberUpdate` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_PLATE_NUMBER_UPDATE,
            ParkingLotPlateNumberUpdateParams(
                parking_lot_id=parking_lot_id, plate_number=plate_number, record_id=record_id
            ),
        )

    async def parking_lot_vehicle_add(
        self,
        *,
        parking_lot_id: str,
        plate_number: str,
        user_name: str | None = None,
        user_phone: str | None = None,
        user_id: str | None = None,
    ) -> Any:
        """Add vehicle / 添加车辆

        `/iotx_parking_service_model/parkingLotVehicleAdd` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_ADD,
            ParkingLotVehicleAddParams(
                parking_lot_id=parking_lot_id,
                plate_number=plate_number,
                user_name=user_name,
                user_phone=user_phone,
                user_id=user_id,
            ),
        )

    async def parking_lot_vehicle_delete(self, *, parking_lot_id: str, plate_number: str) -> Any:
        """Delete vehicle / 删除车辆

        `/iotx_parking_service_model/parkingLotVehicleDelete` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_DELETE,
            ParkingLotVehicleDeleteParams(parking_lot_id=parking_lot_id, plate_number=plate_number),
        )

    async def parking_lot_vehicle_in_list_get(
        self, *, parking_lot_id: str, plate_number: str, area_id: str | None = None
    ) -> ParkingLotVehicleInListGetData:
        """Get list membership of a vehicle / 车辆属于黑/白名单查询

        `/iotx_parking_service_model/parkingLotVehicleInListGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_IN_LIST_GET,
            ParkingLotVehicleInListGetParams(
                parking_lot_id=parking_lot_id, plate_number=plate_number, area_id=area_id
            ),
        )

    async def parking_lot_vehicle_in_time(
        self, *, parking_lot_id: str, plate_number: str
    ) -> ParkingLotVehicleInTimeData:
        """Get entry time / 查询车辆入场时间

        `/iotx_parking_service_model/parkingLotVehicleInTime` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_IN_TIME,
            ParkingLotVehicleInTimeParams(parking_lot_id=parking_lot_id, plate_number=plate_number),
        )

    async def parking_lot_vehicle_info_get(
        self, *, parking_lot_id: str, plate_number: str
    ) -> ParkingLotVehicleInfoGetData:
        """Get vehicle / 查询停车场的车辆信息

        `/iotx_parking_service_model/parkingLotVehicleInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_INFO_GET,
            ParkingLotVehicleInfoGetParams(parking_lot_id=parking_lot_id, plate_number=plate_number),
        )

    async def parking_lot_vehicle_list_add(
        self,
        *,
        parking_lot_id: str,
        plate_number: list[str] | str,
        type: str,
        area_id: list[str] | str | None = None,
        effective_date: str | None = None,
        expiry_date: str | None = None,
    ) -> Any:
        """Add vehicles to black/white list / 车辆加入安全黑/白名单

        `/iotx_parking_service_model/parkingLotVehicleListAdd` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_LIST_ADD,
            ParkingLotVehicleListAddParams(
                parking_lot_id=parking_lot_id,
                plate_number=plate_number,
                type=type,
                area_id=area_id,
                effective_date=effective_date,
                expiry_date=expiry_date,
            ),
        )

    async def parking_lot_vehicle_list_get(
        self,
        *,
        parking_lot_id: str,
        page_num: int,
        page_size: int,
        area_id: str | None = None,
        type: str | None = None,
    ) -> list[ParkingLotVehicleListGetDataItem] | ParkingLotVehicleListGetDataItem:
        """Page black/white list / 分页查询黑/白名单车辆

        `/iotx_parking_service_model/parkingLotVehicleListGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_LIST_GET,
            ParkingLotVehicleListGetParams(
                parking_lot_id=parking_lot_id,
                page_num=page_num,
                page_size=page_size,
                area_id=area_id,
                type=type,
            ),
        )

    async def parking_lot_vehicle_list_info_get(
        self, *, parking_lot_id: str, page_size: int, page_num: int
    ) -> list[str] | str:
        """List plates of a lot / 停车场内的车辆列表

        `/iotx_parking_service_model/parkingLotVehicleListInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_LIST_INFO_GET,
            ParkingLotVehicleListInfoGetParams(
                parking_lot_id=parking_lot_id, page_size=page_size, page_num=page_num
            ),
        )

    async def parking_lot_vehicle_list_remove(
        self, *, parking_lot_id: str, plate_number: str, area_id: list[str] | str | None = None
    ) -> Any:
        """Remove vehicle from black/white list / 车辆从黑/白名单移除

        `/iotx_parking_service_model/parkingLotVehicleListRemove` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_LIST_REMOVE,
            ParkingLotVehicleListRemoveParams(
                parking_lot_id=parking_lot_id, plate_number=plate_number, area_id=area_id
            ),
        )

    async def parking_lot_vehicle_lock(
        self, *, parking_lot_id: str, plate_number: str, lock_effective_date: str, lock_expired_date: str
    ) -> Any:
        """Lock vehicle / 锁定车辆

        `/iotx_parking_service_model/parkingLotVehicleLock` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_LOCK,
            ParkingLotVehicleLockParams(
                parking_lot_id=parking_lot_id,
                plate_number=plate_number,
                lock_effective_date=lock_effective_date,
                lock_expired_date=lock_expired_date,
            ),
        )

    async def parking_lot_vehicle_lock_get(
        self, *, parking_lot_id: str, plate_number: str
    ) -> ParkingLotVehicleLockGetData:
        """Get vehicle lock / 查询车场中锁定车辆的信息

        `/iotx_parking_service_model/parkingLotVehicleLockGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_LOCK_GET,
            ParkingLotVehicleLockGetParams(parking_lot_id=parking_lot_id, plate_number=plate_number),
        )

    async def parking_lot_vehicle_order_add(
        self,
        *,
        parking_lot_id: str,
        plate_number: str,
        in_barrier_gate_id: str,
        in_time: str,
        pay_status: int,
        out_barrier_gate_id: str | None = None,
        out_time: str | None = None,
    ) -> Any:
        """Add parking order / 新增车辆订单

        `/iotx_parking_service_model/parkingLotVehicleOrderAdd` 1.0.0.

        Parking domain service

        Args:
            pay_status: 0 已支付, 4 未支付 / 0 paid, 4 unpaid

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_ORDER_ADD,
            ParkingLotVehicleOrderAddParams(
                parking_lot_id=parking_lot_id,
                plate_number=plate_number,
                in_barrier_gate_id=in_barrier_gate_id,
                in_time=in_time,
                pay_status=pay_status,
                out_barrier_gate_id=out_barrier_gate_id,
                out_time=out_time,
            ),
        )

    async def parking_lot_vehicle_order_completed(
        self, *, parking_lot_id: str, order_number: str, pay_status: int, area_id: str | None = None
    ) -> Any:
        """Complete parking order / 确认车辆订单

        `/iotx_parking_service_model/parkingLotVehicleOrderCompleted` 1.0.0.

        Parking domain service

        Args:
            pay_status: 0 已支付, 1 免费, 2 本地支付, 3 取消订单 / 0 paid, 1 free, 2 paid on site, 3 cancelled

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_ORDER_COMPLETED,
            ParkingLotVehicleOrderCompletedParams(
                parking_lot_id=parking_lot_id,
                order_number=order_number,
                pay_status=pay_status,
                area_id=area_id,
            ),
        )

    async def parking_lot_vehicle_unlock(self, *, parking_lot_id: str, plate_number: str) -> Any:
        """Unlock vehicle / 取消锁定车辆

        `/iotx_parking_service_model/parkingLotVehicleUnlock` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_UNLOCK,
            ParkingLotVehicleUnlockParams(parking_lot_id=parking_lot_id, plate_number=plate_number),
        )

    async def parking_lot_vehicle_update(
        self,
        *,
        parking_lot_id: str,
        plate_number: str,
        user_name: str | None = None,
        user_phone: str | None = None,
        user_id: str | None = None,
    ) -> Any:
        """Update vehicle / 更新车辆信息

        `/iotx_parking_service_model/parkingLotVehicleUpdate` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_LOT_VEHICLE_UPDATE,
            ParkingLotVehicleUpdateParams(
                parking_lot_id=parking_lot_id,
                plate_number=plate_number,
                user_name=user_name,
                user_phone=user_phone,
                user_id=user_id,
            ),
        )

    async def parking_vehicle_permission_add(
        self,
        *,
        parking_lot_id: str,
        effective_date: str,
        expiry_date: str,
        plate_number: str,
        barrier_list: list[str] | str,
    ) -> Any:
        """Grant barrier permission / 车辆对道闸授权

        `/iotx_parking_service_model/parkingVehiclePermissionAdd` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.PARKING_VEHICLE_PERMISSION_ADD,
            ParkingVehiclePermissionAddParams(
                parking_lot_id=parking_lot_id,
                effective_date=effective_date,
                expiry_date=expiry_date,
                plate_number=plate_number,
                barrier_list=barrier_list,
            ),
        )

    async def vehicle_area_permission_add(
        self,
        *,
        parking_lot_id: str,
        effective_date: str,
        expiry_date: str,
        plate_number: str,
        area_ids: list[str] | str,
    ) -> Any:
        """Grant area permission / 车辆对区域授权

        `/iotx_parking_service_model/vehicleAreaPermissionAdd` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_AREA_PERMISSION_ADD,
            VehicleAreaPermissionAddParams(
                parking_lot_id=parking_lot_id,
                effective_date=effective_date,
                expiry_date=expiry_date,
                plate_number=plate_number,
                area_ids=area_ids,
            ),
        )

    async def vehicle_area_permission_delete(
        self, *, parking_lot_id: str, plate_number: str, area_id: str
    ) -> str:
        """Delete area permission / 车辆对区域权限删除

        `/iotx_parking_service_model/vehicleAreaPermissionDelete` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_AREA_PERMISSION_DELETE,
            VehicleAreaPermissionDeleteParams(
                parking_lot_id=parking_lot_id, plate_number=plate_number, area_id=area_id
            ),
        )

    async def vehicle_area_permission_get(
        self, *, parking_lot_id: str, plate_number: str
    ) -> VehicleAreaPermissionGetData:
        """Get area permission of a vehicle / 车辆对区域权限查询

        `/iotx_parking_service_model/vehicleAreaPermissionGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_AREA_PERMISSION_GET,
            VehicleAreaPermissionGetParams(parking_lot_id=parking_lot_id, plate_number=plate_number),
        )

    async def vehicle_area_permission_update(
        self, *, parking_lot_id: str, plate_number: str, effective_date: str, expiry_date: str
    ) -> Any:
        """Change area permission validity / 车辆对区域权限修改

        `/iotx_parking_service_model/vehicleAreaPermissionUpdate` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_AREA_PERMISSION_UPDATE,
            VehicleAreaPermissionUpdateParams(
                parking_lot_id=parking_lot_id,
                plate_number=plate_number,
                effective_date=effective_date,
                expiry_date=expiry_date,
            ),
        )

    async def vehicle_barrier_permission_delete(
        self, *, parking_lot_id: str, plate_number: str, barrier_id: str
    ) -> str:
        """Delete barrier permission / 车辆对道闸权限删除

        `/iotx_parking_service_model/vehicleBarrierPermissionDelete` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_BARRIER_PERMISSION_DELETE,
            VehicleBarrierPermissionDeleteParams(
                parking_lot_id=parking_lot_id, plate_number=plate_number, barrier_id=barrier_id
            ),
        )

    async def vehicle_barrier_permission_get(
        self, *, parking_lot_id: str, plate_number: str
    ) -> list[VehicleBarrierPermissionGetDataItem] | VehicleBarrierPermissionGetDataItem:
        """Get barrier permissions of a vehicle / 车辆对道闸权限查询

        `/iotx_parking_service_model/vehicleBarrierPermissionGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_BARRIER_PERMISSION_GET,
            VehicleBarrierPermissionGetParams(parking_lot_id=parking_lot_id, plate_number=plate_number),
        )

    async def vehicle_barrier_permission_info_get(
        self, *, parking_lot_id: str, page_num: int, page_size: int, barrier_id: str | None = None
    ) -> list[VehicleBarrierPermissionInfoGetDataItem] | VehicleBarrierPermissionInfoGetDataItem:
        """Page barrier permissions / 停车道闸车辆权限列表查询

        `/iotx_parking_service_model/vehicleBarrierPermissionInfoGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_BARRIER_PERMISSION_INFO_GET,
            VehicleBarrierPermissionInfoGetParams(
                parking_lot_id=parking_lot_id, page_num=page_num, page_size=page_size, barrier_id=barrier_id
            ),
        )

    async def vehicle_barrier_permission_update(
        self, *, parking_lot_id: str, plate_number: str, effective_date: str, expiry_date: str
    ) -> Any:
        """Change barrier permission validity / 车辆对道闸权限修改

        `/iotx_parking_service_model/vehicleBarrierPermissionUpdate` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_BARRIER_PERMISSION_UPDATE,
            VehicleBarrierPermissionUpdateParams(
                parking_lot_id=parking_lot_id,
                plate_number=plate_number,
                effective_date=effective_date,
                expiry_date=expiry_date,
            ),
        )

    async def vehicle_list_area_permission_get(
        self, *, parking_lot_id: str, page_num: int, page_size: int, area_id: str | None = None
    ) -> list[VehicleListAreaPermissionGetDataItem] | VehicleListAreaPermissionGetDataItem:
        """Page area permissions / 停车区域车辆权限列表查询

        `/iotx_parking_service_model/vehicleListAreaPermissionGet` 1.0.0.

        Parking domain service

        Codes of its own: 20003, 20004, 500.
        """
        return await self._call(
            contracts.VEHICLE_LIST_AREA_PERMISSION_GET,
            VehicleListAreaPermissionGetParams(
                parking_lot_id=parking_lot_id, page_num=page_num, page_size=page_size, area_id=area_id
            ),
        )

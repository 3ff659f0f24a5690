"""The methods of `iotx_parking_service_model`, by name, but the one that moves a barrier (`room`). Source: spec F 3.5."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from linli.edge.parking import lists, orders, permissions, places, vehicles
from linli.edge.parking.work import Work

MODEL: Final = "iotx_parking_service_model"
OPERATE: Final = "parkingBarrierOperate"


class Method(NamedTuple):
    run: Callable[[Work], Any]
    writes: bool = False


METHODS: Final[dict[str, Method]] = {
    "parkingLotInfoGet": Method(places.lots),
    "parkingLotFirstAreaIdsGet": Method(places.first_areas),
    "parkingLotBarriersInfoGet": Method(places.barriers_of_lot),
    "parkingLotPlateNumberUpdate": Method(orders.correct, writes=True),
    "parkingAreaInfoGet": Method(places.area),
    "parkingAreaBarriersInfoGet": Method(places.barriers_of_area),
    "parkingAreaParkspacesGet": Method(places.spaces_of_area),
    "parkingBarrierInfoGet": Method(places.barrier),
    "parkingAreaParkspaceUpdate": Method(places.update_space, writes=True),
    "parkingAreaParkspaceGet": Method(places.space),
    "parkingLotVehicleAdd": Method(vehicles.add, writes=True),
    "parkingLotVehicleDelete": Method(vehicles.delete, writes=True),
    "parkingLotVehicleUpdate": Method(vehicles.update, writes=True),
    "parkingLotVehicleListInfoGet": Method(vehicles.page),
    "parkingLotVehicleInfoGet": Method(vehicles.get),
    "parkingLotVehicleLock": Method(vehicles.lock, writes=True),
    "parkingLotVehicleLockGet": Method(vehicles.get_lock),
    "parkingLotVehicleUnlock": Method(vehicles.unlock, writes=True),
    "parkingLotVehicleInTime": Method(vehicles.entry_time),
    "parkingVehiclePermissionAdd": Method(permissions.add_at_barriers, writes=True),
    "vehicleBarrierPermissionGet": Method(permissions.get_at_barriers),
    "vehicleBarrierPermissionUpdate": Method(permissions.update_at_barriers, writes=True),
    "vehicleBarrierPermissionDelete": Method(permissions.delete_at_barrier, writes=True),
    "vehicleAreaPermissionAdd": Method(permissions.add_in_areas, writes=True),
    "vehicleAreaPermissionGet": Method(permissions.get_in_areas),
    "vehicleAreaPermissionUpdate": Method(permissions.update_in_areas, writes=True),
    "vehicleAreaPermissionDelete": Method(permissions.delete_in_area, writes=True),
    "vehicleListAreaPermissionGet": Method(permissions.page_of_area),
    "vehicleBarrierPermissionInfoGet": Method(permissions.page_of_barrier),
    "parkingLotVehicleListAdd": Method(lists.add, writes=True),
    "parkingLotVehicleListRemove": Method(lists.remove, writes=True),
    "parkingLotVehicleInListGet": Method(lists.get),
    "parkingLotVehicleListGet": Method(lists.page),
    "parkingLotVehicleOrderAdd": Method(orders.add, writes=True),
    "parkingLotVehicleOrderCompleted": Method(orders.completed, writes=True),
}

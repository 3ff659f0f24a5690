"""Device forms that are JSON, by the name of their protocol. Vendors' own: spec C 8.8, as far as it prints them."""

from typing import Annotated, Final

from msgspec import Meta

from linli.protocols.driver_forms.base import DriverConfig, Secret
from linli.protocols.driver_forms.doors import Port
from linli.protocols.driver_forms.jieshun import JieshunParkingDoor, JieshunRxDoor
from linli.protocols.driver_forms.lane_cameras import (
    DAHUA_ITSAPI,
    HIKVISION_ISAPI,
    PLATE_PUSH,
    DahuaCamera,
    HikvisionCamera,
    PlateCamera,
)
from linli.protocols.driver_forms.modbus_lift import PROTOCOL, ModbusLiftForm

_Ipv4 = Annotated[str, Meta(max_length=15, extra_json_schema={"format": "ipv4"})]


class GatoAlarmHost(DriverConfig, frozen=True, kw_only=True):
    """广拓."""

    alarm_host_dev_ip: _Ipv4
    alarm_host_dev_port: Port
    alarm_host_dev_passwd: Secret


class HornAlarmHost(DriverConfig, frozen=True, kw_only=True):
    """豪恩."""

    ip: _Ipv4
    port: Port


class JhlAlarmHost(DriverConfig, frozen=True, kw_only=True):
    """精华隆."""

    device_id: Annotated[str, Meta(min_length=1, max_length=32)]
    passwd: Secret
    channel_list: Annotated[
        list[Annotated[str, Meta(pattern="^Module[0-9]{3}Zone[0-9]{3}$")]], Meta(min_length=1)
    ]


VENDOR_FORMS: Final[dict[str, type[DriverConfig]]] = {
    "jieshun_RX": JieshunRxDoor,
    "jieshun_parking": JieshunParkingDoor,
    "GatoAlarmHostDriver": GatoAlarmHost,
    "HornAlarmHostDriver": HornAlarmHost,
    "JhlAlarmHostDriver": JhlAlarmHost,
    PROTOCOL: ModbusLiftForm,
    PLATE_PUSH: PlateCamera,
    DAHUA_ITSAPI: DahuaCamera,
    HIKVISION_ISAPI: HikvisionCamera,
}

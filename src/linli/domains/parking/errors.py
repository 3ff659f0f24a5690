"""What can go wrong with lanes and vehicles."""

from typing import ClassVar

from linli.kernel.errors import BadInput, Conflict, LinliError, NotFound, Unavailable


class LaneDeviceUnknown(NotFound):
    """No device of a lane that the caller may see."""

    code = "parking.device_unknown"
    api_code: ClassVar[int | str | None] = 460

    def __init__(self, iot_id: str) -> None:
        super().__init__(what="device", id=iot_id[:64], field="iotId")


class LaneEmpty(NotFound):
    """The lane has no device."""

    code = "parking.lane_empty"
    api_code: ClassVar[int | str | None] = 460

    def __init__(self, lane_id: int) -> None:
        super().__init__(what="lane", id=lane_id, field="spaceId")


class LaneTaken(Conflict):
    """Another device is bound to the lane."""

    code = "parking.lane_taken"
    api_code: ClassVar[int | str | None] = 460


class DeviceTaken(Conflict):
    """The device is bound to another lane."""

    code = "parking.device_taken"
    api_code: ClassVar[int | str | None] = 460


class NoLaneDevice(BadInput):
    """A device without a barrier cannot stand at a lane."""

    code = "parking.no_lane_device"

    def __init__(self, field: str = "iotId") -> None:
        super().__init__(field=field, rule="lane_device")


class SerialUnknown(NotFound):
    """No device is listed with this serial number, and no product was given to make one."""

    code = "parking.sn_unknown"

    def __init__(self, sn: str) -> None:
        super().__init__(what="sn", id=sn[:64], field="sn")


class OtherProvider(Conflict):
    """A local parking system steers the lanes of this community: one provider a community."""

    code = "parking.other_provider"
    api_code: ClassVar[int | str | None] = 460


class ServiceOff(Conflict):
    """The parking service of the community is switched off."""

    code = "parking.service_off"
    api_code: ClassVar[int | str | None] = 460


class ProviderInUse(Conflict):
    """Devices of the present provider are still at lanes."""

    code = "parking.provider_in_use"


class NotMixed(Conflict):
    """The device shows and speaks separately: mixed content is for others."""

    code = "parking.not_mixed"
    api_code: ClassVar[int | str | None] = 460


class NoQrCode(Conflict):
    """The device's screen shows no QR codes."""

    code = "parking.no_qr_code"
    api_code: ClassVar[int | str | None] = 460


class LedRefused(Unavailable):
    """The device could not read the content for its screen."""

    code = "parking.led_refused"
    api_code: ClassVar[int | str | None] = 20004


class ListUnreadable(LinliError):
    """What a lane camera exported is no permission file of its own."""

    code = "parking.list_unreadable"


class FileRefused(LinliError):
    """A lane camera could not fetch or apply its permission file."""

    code = "parking.file_refused"

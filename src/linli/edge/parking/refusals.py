"""The codes of the parking domain service, in the body of an answer. Source: spec F 8.2."""

from typing import Final

from linli.kernel.errors import LinliError

OK: Final = 200
NO_LOT, LOT_UNKNOWN, ORDER_UNKNOWN = 101, 102, 103
NO_AREA, AREA_UNKNOWN = 201, 202
NO_BARRIER, BARRIER_UNKNOWN = 301, 302
NO_SPACE, SPACE_UNKNOWN, BARRIER_FAILED = 401, 402, 403
NO_PLATES, PLATE_UNKNOWN, NOT_LOCKED, VEHICLE_EXISTS = 501, 502, 503, 504
PASS_UNKNOWN, NO_PERMISSION, NONE_IN_AREA, NONE_AT_BARRIER = 601, 603, 604, 605
BAD_DATE, BACKWARDS = 606, 607
NOT_LISTED, LISTED = 701, 702
UNKNOWN, BUSY, BAD_PARAM, BARRIER_STATE, OFFLINE = 1000, 1001, 1002, 1003, 1004
NO_METHOD: Final = 20003
"""The platform's code for a path that nobody serves (spec C 10.1)."""

WORDS: Final[dict[int, tuple[str, str]]] = {
    NO_LOT: ("There is no ParkingLot", "不存在停车场"),
    LOT_UNKNOWN: ("ParkingLot ID does not exist", "停车场ID不存在"),
    ORDER_UNKNOWN: ("Order number does not exist", "订单号不存在"),
    NO_AREA: ("There is no Parking Area", "不存在停车区域"),
    AREA_UNKNOWN: ("Parking Area ID does not exist", "停车区域ID不存在"),
    NO_BARRIER: ("There is no Parking Barrier", "不存在停车道闸"),
    BARRIER_UNKNOWN: ("Parking Barrier ID does not exist", "停车道闸ID不存在"),
    NO_SPACE: ("There is no Parking space", "不存在停车位"),
    SPACE_UNKNOWN: ("Parking space ID does not exist", "停车位ID不存在"),
    BARRIER_FAILED: ("Barrier operation failed", "操作道闸失败"),
    NO_PLATES: ("There is no plate number list", "不存在车辆列表"),
    PLATE_UNKNOWN: ("Plate Number does not exist", "车牌号不存在"),
    NOT_LOCKED: ("The vehicle is not locked", "车辆未锁定"),
    VEHICLE_EXISTS: ("There is this vehicle in the parking lot already", "停车场已存在该车辆"),
    PASS_UNKNOWN: ("Park Recorder ID does not exist", "通行事件ID不存在"),
    NO_PERMISSION: ("There is no permission for this vehicle", "车辆权限不存在"),
    NONE_IN_AREA: ("There is no vehicle permission list in the area", "该区域没有授权车辆列表"),
    NONE_AT_BARRIER: ("There is no vehicle permission list in the parking barrier", "该道闸没有授权车辆列表"),
    BAD_DATE: ("Date format error", "时间格式不正确"),
    BACKWARDS: ("EffectiveDate is later than expiryDate", "起始时间晚于结束时间"),
    NOT_LISTED: ("There is no this vehicle in whitelist or blacklist", "车辆不在黑白名单里"),
    LISTED: ("There is this vehicle in whitelist or blacklist already", "车辆已存在黑白名单中"),
    UNKNOWN: ("Unknown error", "未知错误"),
    BUSY: ("Timeout error", "请求忙"),
    BAD_PARAM: ("Input parameter is invalid", "请求参数无效"),
    BARRIER_STATE: ("Parking barrier is in abnormal status.", "道闸状态异常"),
    OFFLINE: ("Device is offline", "设备不在线"),
    NO_METHOD: ("gateway.not found backend router", "没有找到路由服务"),
}


class ParkingRefused(LinliError):
    """`number` is the code of the answer; `en` and `zh` say more, such as the field at fault."""

    code = "edge.parking_refused"

    def __init__(self, number: int, en: str = "", zh: str = "") -> None:
        super().__init__(number=number, why=en)
        self.number = number
        self._more = (en, zh or en)

    @property
    def message(self) -> str:
        return _joined(WORDS[self.number][0], self._more[0], ": ")

    @property
    def localized(self) -> str:
        return _joined(WORDS[self.number][1], self._more[1], "：")

    def text(self, language: str = "zh-CN") -> str:
        return self.message if language == "en" else self.localized


class NotSent(ParkingRefused):
    """No driver has the device yet, so certainly nothing moved."""


def _joined(words: str, more: str, mark: str) -> str:
    return f"{words}{mark}{more}" if more else words


class ReceiptForged(LinliError):
    """No receipt of a code of this box."""

    code = "edge.receipt_forged"


class ReceiptUsed(LinliError):
    code = "edge.receipt_used"


class ReceiptPaidShut(LinliError):
    """It was counted, and then its barrier did not move: a person opens."""

    code = "edge.receipt_paid_shut"


class ReceiptOtherLane(LinliError):
    """`lane`: where it is good."""

    code = "edge.receipt_other_lane"


class ReceiptFeeGrew(LinliError):
    """`paid` counts, `due` is owed beyond it; both in yuan."""

    code = "edge.receipt_fee_grew"


class ReceiptTooLate(LinliError):
    """Its car does not wait at this lane any more; what was `paid` counts."""

    code = "edge.receipt_too_late"


class DigitsBarred(LinliError):
    """Too many wrong digits at this lane; `minutes` until others are looked at."""

    code = "edge.digits_barred"

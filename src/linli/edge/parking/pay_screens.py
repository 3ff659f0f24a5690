"""What screens, scanners and keypads of lanes ask on the port of the parking service. Bodies are JSON.

    POST /payCodeGet        barrierId: the address and the picture of the QR code of the car that waits there
    POST /reportPayReceipt  barrierId, receipt: what a scanner read, or the 8 digits that were typed

Answers are in the form of the source's pushes (`resCode`, `resMsg`), with the same in English and a code beside them.
"""

import base64
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.edge.parking.refusals import BARRIER_UNKNOWN, ParkingRefused
from linli.edge.parking.room import ParkingRoom
from linli.kernel.errors import LinliError
from linli.kernel.qr import qr_png

RECEIPTS: Final = "/reportPayReceipt"
PAY_CODES: Final = "/payCodeGet"
_Text = Annotated[str, Meta(min_length=1, max_length=64)]


class _Asked(msgspec.Struct, rename="camel", frozen=True):
    barrier_id: _Text


class _Shown(msgspec.Struct, rename="camel", frozen=True):
    barrier_id: _Text
    receipt: _Text


class PayScreens:
    def __init__(self, room: ParkingRoom) -> None:
        self._room = room

    async def code(self, body: bytes) -> bytes:
        """`payUrl` is empty where no car owes."""
        try:
            barrier_id = _read(body, _Asked).barrier_id
            if barrier_id not in self._room.site.barriers:
                raise ParkingRefused(BARRIER_UNKNOWN)
            urls = {lane.barrier: lane.url for lane in await self._room.pay_codes()}
            url = urls.get(barrier_id, "")
        except (LinliError, ValueError) as error:
            return _refused(error)
        picture = base64.b64encode(qr_png(url)).decode() if url else ""
        return msgspec.json.encode(
            {"resCode": 0, "resMsg": "成功", "message": "success", "payUrl": url, "qrPng": picture}
        )

    async def receipt(self, body: bytes) -> bytes:
        try:
            asked = _read(body, _Shown)
            counted = await self._room.take_receipt(asked.barrier_id, asked.receipt)
        except (LinliError, ValueError) as error:
            return _refused(error)
        yuan = f"{counted.fen / 100:.2f}"
        return msgspec.json.encode(
            {
                "resCode": 0,
                "resMsg": f"已缴费 {yuan} 元，请通行",
                "message": f"¥{yuan} paid, please drive on",
                "plateNumber": counted.plate,
            }
        )


def _read[T](body: bytes, kind: type[T]) -> T:
    """Raises ValueError."""
    try:
        return msgspec.json.decode(body, type=kind)
    except RecursionError as error:
        raise ValueError("JSON") from error


def _refused(error: LinliError | ValueError) -> bytes:
    if isinstance(error, ParkingRefused):
        zh, en, code = error.localized, error.message, str(error.number)
    elif isinstance(error, LinliError):
        zh, en, code = error.text("zh-CN"), error.text("en"), error.code
    else:
        zh, en, code = f"请求参数无效：{error}", f"Input parameter is invalid: {error}", "1002"
    return msgspec.json.encode({"resCode": 1, "resMsg": zh, "message": en, "code": code})

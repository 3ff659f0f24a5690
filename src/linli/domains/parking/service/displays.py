"""The screen and the voice of a lane: lines, QR codes, spoken words; separate or mixed as the device takes them."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.delivery.ports import Invoker
from linli.domains.parking.errors import LedRefused, NoQrCode, NotMixed
from linli.domains.parking.queries.lanes import lane_device
from linli.domains.parking.queries.screens import screen_of
from linli.kernel.db import Database, Reader
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

TIMEOUT_S: Final = 10.0
MOST_BYTES: Final = 2048
LINE_MAX: Final = 128
SHOW_SECONDS: Final = 10
LINES: Final = 4
GREEN: Final = 2


class LedLine(msgspec.Struct, rename="pascal", frozen=True):
    """One row of `ContextList` (spec A 4.6)."""

    run_type: Annotated[int, Meta(ge=0, le=4)] = 0
    color_type: Annotated[int, Meta(ge=1, le=2)] = GREEN
    custom_context: str = ""
    """`#T` the time, `#t` the end of the vehicle's right, `#p` its plate."""
    audio: Annotated[int, Meta(ge=0, le=1)] = 0


class LedData(msgspec.Struct, rename="pascal", frozen=True):
    """`LedData` of `AddLedData`."""

    type: int
    situation: int = 0
    show_time: int = SHOW_SECONDS
    audio_context_info: str = ""
    screen_line_num: int = LINES
    context_list: Sequence[LedLine] = ()


async def show_mixed(scope: Scope, db: Reader, invoker: Invoker, *, iot_id: str, led: LedData) -> None:
    """Send mixed content for a scene. Raises LaneDeviceUnknown, NotMixed, LedRefused, BadInput, and what the call
    raises."""
    check_led(led)
    device = await lane_device(scope, db, iot_id=iot_id)
    if (await screen_of(scope, db, iot_id=device.iot_id)).mixed is False:
        raise NotMixed()
    text = msgspec.json.encode(led)
    if len(text) > MOST_BYTES:
        raise BadInput(field="contextList", rule="led_bytes", limit=MOST_BYTES)
    answer = await invoker.invoke(
        scope, device.iot_id, "AddLedData", {"LedData": text.decode()}, timeout_s=TIMEOUT_S
    )
    if answer.get("Result") not in (0, None):
        raise LedRefused()


def check_led(led: LedData) -> None:
    """Raises BadInput naming the field as the open API has it."""
    for field, value, low, high in (
        ("type", led.type, 0, 2),
        ("situation", led.situation, 0, 4),
        ("showTime", led.show_time, 1, 3600),
        ("screenLineNum", led.screen_line_num, 1, 100),
    ):
        if not low <= value <= high:
            raise BadInput(field=field, rule="range", low=low, high=high)
    if len(led.context_list) > led.screen_line_num:
        raise BadInput(field="contextList", rule="too_many_items", limit=led.screen_line_num)
    for place, line in enumerate(led.context_list):
        at = f"contextList[{place}]"
        if not 0 <= line.run_type <= 4:
            raise BadInput(field=f"{at}.runType", rule="range", low=0, high=4)
        if not 1 <= line.color_type <= 2:
            raise BadInput(field=f"{at}.colorType", rule="range", low=1, high=2)
        if line.audio not in (0, 1):
            raise BadInput(field=f"{at}.audio", rule="one_of", allowed="0, 1")
        if len(line.custom_context) > LINE_MAX:
            raise BadInput(field=f"{at}.customContext", rule="too_long", limit=LINE_MAX)


async def show_lines(
    scope: Scope,
    db: Database,
    invoker: Invoker,
    *,
    iot_id: str,
    lines: Sequence[str],
    seconds: int,
    voice: str,
) -> None:
    """Show lines for some seconds and speak, in the way that this device takes them.

    Raises as `show_mixed`.
    """
    if not 1 <= seconds <= 3600:
        raise BadInput(field="seconds", rule="range", low=1, high=3600)
    if not voice.strip() and not any(line.strip() for line in lines):
        raise BadInput(field="lines", rule="required")
    device = await lane_device(scope, db, iot_id=iot_id)
    screen = await screen_of(scope, db, iot_id=device.iot_id)
    if screen.mixed:
        rows = [LedLine(custom_context=line) for line in lines]
        led = LedData(1, 0, seconds, voice, max(len(rows), screen.rows or LINES), rows)
        await show_mixed(scope, db, invoker, iot_id=iot_id, led=led)
        return
    if screen.rows is not None and len(lines) > screen.rows:
        raise BadInput(field="lines", rule="too_many_items", limit=screen.rows)
    calls: list[tuple[str, dict[str, Any]]] = []
    if screen.breaks_lines and any(lines):
        calls.append(("NoticeDisplay", _display("<br>".join(lines), 1, seconds)))
    else:
        calls += [
            ("NoticeDisplay", _display(line, row, seconds))
            for row, line in enumerate(lines, 1)
            if line.strip()
        ]
    if voice.strip():
        calls.append(("NoticeBroadcast", {"VoiceContent": voice}))
    for service, args in calls:
        await invoker.invoke(scope, device.iot_id, service, args, timeout_s=TIMEOUT_S)


async def show_qr(scope: Scope, db: Reader, invoker: Invoker, *, iot_id: str, text: str) -> None:
    """Show a QR code. Raises LaneDeviceUnknown, NoQrCode, BadInput, and what the call raises."""
    if not 0 < len(text) <= MOST_BYTES:
        raise BadInput(field="text", rule="required" if not text else "too_long", limit=MOST_BYTES)
    device = await lane_device(scope, db, iot_id=iot_id)
    if (await screen_of(scope, db, iot_id=device.iot_id)).shows_qr is False:
        raise NoQrCode()
    await invoker.invoke(scope, device.iot_id, "QrCodeDisplay", {"QrCode": text}, timeout_s=TIMEOUT_S)


def _display(content: str, row: int, seconds: int) -> dict[str, Any]:
    return {"DisplayContent": content, "RowNumber": row, "DisplayTime": seconds}

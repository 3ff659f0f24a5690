"""Open API: mixed content for the screen and the voice of a lane (spec B A098)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.parking.errors import LaneDeviceUnknown, LedRefused, NotMixed
from linli.domains.parking.openapi.fields import SERVICE, IotId
from linli.domains.parking.service.displays import GREEN, LINES, SHOW_SECONDS, LedData, LedLine, show_mixed
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent


class LedContext(msgspec.Struct, rename="camel"):
    custom_context: Annotated[
        str,
        Meta(
            description="内容，0 到 128 字；通配符 #T 当前时间，#t 车辆有效期，#p 车牌 / "
            "content, 0 to 128 characters; wildcards "
            "#T now, #t end of the vehicle's right, #p plate"
        ),
    ]
    run_type: Annotated[
        int | None,
        Meta(
            description="移动方式 0 不移动（默认）1 从右向左 2 从左向右 3 从下向上 4 从上向下 / "
            "0 still (default), 1 to the left, "
            "2 to the right, 3 up, 4 down"
        ),
    ] = None
    color_type: Annotated[int | None, Meta(description="1 红，2 绿（默认） / 1 red, 2 green (default)")] = (
        None
    )
    audio: Annotated[
        int | None, Meta(description="0 不播报（默认），1 播报 / 0 silent (default), 1 spoken")
    ] = None


class LedContent(msgspec.Struct, rename="camel"):
    iot_id: IotId
    type: Annotated[
        int, Meta(description="0 固定场景，1 临时场景，2 个性化场景 / 0 fixed scene, 1 temporary, 2 personal")
    ]
    screen_line_num: Annotated[int, Meta(description="屏幕行数，默认 4 / lines of the screen, default 4")]
    context_list: Annotated[list[LedContext], Meta(description="每行一个元素 / one for each line")]
    situation: Annotated[
        int | None,
        Meta(
            description="固定场景：0 空闲（默认），1 普通权限和白名单，2 黑名单，3 临时车，4 无牌车 / "
            "fixed scene: 0 idle (default), "
            "1 ordinary and whitelist, 2 blacklist, 3 temporary, 4 no plate"
        ),
    ] = None
    show_time: Annotated[int | None, Meta(description="显示秒数，默认 10 / seconds shown, default 10")] = None
    audio_context_info: Annotated[str | None, Meta(description="自定义语音内容 / words to speak")] = None


@method(
    "/parking/paas/led/content/download",
    "1.0.0",
    service=SERVICE,
    raises=(BadInput, LaneDeviceUnknown, NotMixed, LedRefused, DeviceOffline, DeviceSilent, DeviceRefused),
    title="LED内容混合下发",
    title_en="Send mixed content to a lane's screen and voice",
    contract=Contract(source="spec B 3.18 A098"),
)
async def send_led_content(data: LedContent, scope: Scope, db: Database, invoker: Invoker) -> None:
    """For devices whose LedNoticeMode is 1. Answers once the device has read it."""
    lines = [
        LedLine(
            0 if line.run_type is None else line.run_type,
            GREEN if line.color_type is None else line.color_type,
            line.custom_context,
            line.audio or 0,
        )
        for line in data.context_list
    ]
    led = LedData(
        data.type,
        data.situation or 0,
        SHOW_SECONDS if data.show_time is None else data.show_time,
        data.audio_context_info or "",
        data.screen_line_num or LINES,
        lines,
    )
    await show_mixed(scope, db, invoker, iot_id=data.iot_id, led=led)

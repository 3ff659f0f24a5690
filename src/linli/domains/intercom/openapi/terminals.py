"""Open API of an indoor terminal: how it is bound, what it may do then (spec A 3, A1 to A6).

No person is signed in: the application that runs on the terminal signs. A terminal that is not bound, or is another
application's, is told the same.
"""

import hashlib
import hmac
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.service.remote import remote_open
from linli.domains.access.times import write_time
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import UNIT, path_ids
from linli.domains.intercom.errors import HouseUnbound, NumberUnknown, TerminalUnbound
from linli.domains.intercom.places import sip_address
from linli.domains.intercom.queries.numbers import account
from linli.domains.intercom.queries.owners import groups_of_houses
from linli.domains.intercom.queries.terminals import (
    doors_of_terminal,
    require_terminal,
    terminal_of_device,
)
from linli.domains.intercom.rows import Terminal, seal_about
from linli.domains.intercom.service import terminals as service
from linli.domains.intercom.service.terminal_doors import door_to_open
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.qr import qr_image
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.registry import Call, Contract, method
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import STATUS, find_devices

_HOUR_MS = 3_600_000
_SECONDS_BELOW = 10**11
"""A time below this is in seconds."""

DeviceId = Annotated[str, Meta(description="对讲设备标识，最长 64 位 / intercom device, at most 64 signs")]
DeviceType = Annotated[
    str | None, Meta(description="对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE")
]


class TerminalNamed(msgspec.Struct, rename="camel", kw_only=True):
    device_id: DeviceId
    device_type: DeviceType = None


class CodeAsked(TerminalNamed, rename="camel", kw_only=True):
    ts: Annotated[
        int,
        Meta(description="请求时间戳，毫秒，与服务器相差不超过 1 小时 / ms, within an hour of the server"),
    ]
    sign: Annotated[
        str,
        Meta(
            description="md5({appKey}-{ts}-{deviceId}{deviceType})，十六进制 / hex; deviceType as sent, or its default"
        ),
    ]


class BindingCode(msgspec.Struct, rename="camel"):
    qr_code: Annotated[
        str, Meta(description="绑定ID，5 分钟内可用一次 / what the QR code holds, good once for 5 minutes")
    ]
    expire_time: Annotated[str, Meta(description="失效时间 yyyy-MM-dd HH:mm:ss / valid until")]
    qr_code_url: Annotated[
        str, Meta(description="二维码图片（data: 地址，SVG）/ picture of the QR code (a data: address, SVG)")
    ]


class TerminalStatus(msgspec.Struct, rename="camel", omit_defaults=True):
    bind_status: Annotated[bool, Meta(description="true 已绑定 / whether it is bound")]
    bind_id: Annotated[str | None, Meta(description="绑定ID，已绑定时有值 / binding")] = None
    house_name: Annotated[
        str | None, Meta(description="绑定房号，绑定房屋时有值 / house, if it is bound to one")
    ] = None
    community_id: Annotated[int | None, Meta(description="小区 / community")] = None
    bind_type: Annotated[int | None, Meta(description="0 业主 1 物业 / 0 owner, 1 property")] = None


class DoorAsked(TerminalNamed, rename="camel", kw_only=True):
    iot_id: Annotated[
        str | None,
        Meta(description="目标门禁设备，默认所绑房屋的单元门 / door; default: the door of the house's unit"),
    ] = None


class Channel(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 / community")]
    house_name: Annotated[str, Meta(description="房号；物业终端为空 / house; empty: the property's")]
    unit_space_id: Annotated[str, Meta(description="单元空间；没有则为空 / unit space; empty: none")]
    house_space_id: Annotated[
        str, Meta(description="房屋空间；物业终端为空 / house space; empty: the property's")
    ]
    sip_group_id: Annotated[
        str, Meta(description="房屋的SIP组；物业终端为空 / SIP group; empty: the property's")
    ]
    sip_number: Annotated[str, Meta(description="本终端的SIP号 / SIP number of this terminal")]
    sip_password: Annotated[str, Meta(description="SIP密码 / SIP password")]
    sip_host: Annotated[str, Meta(description="SIP服务器地址 / SIP server address")]
    sip_port: Annotated[str, Meta(description="SIP服务器端口 / SIP server port")]


class DoorsAsked(TerminalNamed, rename="camel", kw_only=True):
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    page_no: Annotated[int | None, Meta(description="页码，从 1 起 / page, from 1")] = None


class UsableDoor(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 / community")]
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    device_name: Annotated[str, Meta(description="设备名称 / device name")]
    nick_name: Annotated[str, Meta(description="设备昵称 / alias")]
    product_key: Annotated[str, Meta(description="产品 PK / product key")]
    product_name: Annotated[str, Meta(description="产品名称 / product name")]
    thing_type: Annotated[str, Meta(description="DEVICE")]
    status: Annotated[
        int, Meta(description="0 初始化 1 在线 3 离线 8 禁用 / inactive, online, offline, disabled")
    ]
    node_type: Annotated[int, Meta(description="0 设备 1 网关 / 0 device, 1 gateway")]
    category_name: Annotated[str, Meta(description="品类名称 / category name")]


class DoorPage(msgspec.Struct, rename="camel"):
    total: Annotated[int, Meta(description="门禁设备总数 / doors in all")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    data: list[UsableDoor]


@method(
    "/solution/community/intercom/device/qrcode/get",
    "1.0.0",
    service="access",
    token="none",
    raises=(BadInput,),
    title="获取终端绑定二维码",
    title_en="Get a terminal's code to be bound by",
    contract=Contract(source="spec A 3 A1"),
)
async def binding_code(
    data: CodeAsked, call: Call, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> BindingCode:
    """In place of the one that the terminal showed before."""
    device_id, device_type = service.check_device(data.device_id, data.device_type)
    now_ms = clock.now_ms()
    _check_sign(data, call.app_key, now_ms)
    shown = await service.show_code(
        scope, tx, device_type=device_type, device_id=device_id, ids=ids, now_ms=now_ms
    )
    return BindingCode(shown.code, write_time(shown.expires_ms), qr_image(shown.code))


@method(
    "/solution/community/intercom/device/status/get",
    "1.0.1",
    service="access",
    token="none",
    raises=(BadInput,),
    title="查询终端绑定状态",
    title_en="Get whether a terminal is bound",
    contract=Contract(source="spec A 3 A2"),
)
async def binding_status(data: TerminalNamed, scope: Scope, db: Database) -> TerminalStatus:
    """Not bound: nothing but that."""
    device_id, device_type = service.check_device(data.device_id, data.device_type)
    row = await terminal_of_device(scope, db, device_type=device_type, device_id=device_id)
    if row is None:
        return TerminalStatus(bind_status=False)
    return TerminalStatus(
        bind_status=True,
        bind_id=row.bind_id,
        house_name=await _house_name(scope, db, row) or None,
        community_id=row.community_id,
        bind_type=int(row.space_id is None),
    )


@method(
    "/solution/community/intercom/device/end/unbind",
    "1.0.0",
    service="access",
    token="none",
    raises=(BadInput, TerminalUnbound),
    title="设备端解绑终端",
    title_en="Unbind a terminal from its own end",
    contract=Contract(source="spec A 3 A3"),
)
async def unbind_here(data: TerminalNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Its account ends at once; it must be bound again before it is used."""
    row = await _terminal(scope, tx, data)
    await service.unbind(scope, tx, terminal=row, now_ms=clock.now_ms())


@method(
    "/solution/community/intercom/unitdoor/open",
    "1.0.1",
    service="access",
    token="none",
    raises=(BadInput, TerminalUnbound, DoorUnknown, DeviceOffline, DeviceSilent, DeviceRefused),
    title="终端开门",
    title_en="Open a door from a terminal",
    contract=Contract(source="spec A 3 A4"),
)
async def open_door(
    data: DoorAsked, scope: Scope, db: Database, invoker: Invoker, ids: Ids, clock: Clock
) -> None:
    """Answers once the door has opened. Only doors that ring the house; a property's terminal: of its community."""
    row = await _terminal(scope, db, data)
    within = Scope(row.tenant_id, Caller("device", row.number), frozenset((row.community_id,)))
    await remote_open(
        within,
        db,
        invoker=invoker,
        iot_id=await door_to_open(within, db, row, data.iot_id or ""),
        reason=f"terminal {row.bind_id}",
        ids=ids,
        clock=clock,
    )


@method(
    "/solution/community/intercom/device/channel/get",
    "1.0.0",
    service="access",
    token="none",
    raises=(BadInput, TerminalUnbound, HouseUnbound, NumberUnknown),
    title="查询终端对讲会话信息",
    title_en="Get what a terminal logs in with",
    contract=Contract(source="spec A 3 A5"),
)
async def channel(
    data: TerminalNamed, scope: Scope, db: Database, secrets: Secrets, settings: Settings
) -> Channel:
    """With its password."""
    row = await _terminal(scope, db, data)
    system = Scope.system(row.tenant_id, "intercom").narrowed(row.community_id)
    own = await account(Scope.system(row.tenant_id, "intercom"), db, row.number)
    host, port = sip_address(settings)
    group_id = unit_id = ""
    if row.space_id is not None:
        group = (await groups_of_houses(system, db, [row.space_id])).get(row.space_id)
        if group is None:
            raise HouseUnbound(str(row.space_id))
        group_id = group.group_id
        way = await spaces.spaces_by_id(
            system, db, path_ids((await spaces.space(system, db, row.space_id)).path)
        )
        unit_id = next((str(space.space_id) for space in way.values() if space.kind == UNIT), "")
    return Channel(
        community_id=row.community_id,
        house_name=await _house_name(system, db, row),
        unit_space_id=unit_id,
        house_space_id="" if row.space_id is None else str(row.space_id),
        sip_group_id=group_id,
        sip_number=row.number,
        sip_password=secrets.open(own.password, about=seal_about(row.number)),
        sip_host=host,
        sip_port=port,
    )


@method(
    "/solution/community/intercom/entrance/device/list",
    "1.0.0",
    service="access",
    token="none",
    raises=(BadInput, TerminalUnbound),
    title="查询终端可用的门禁设备",
    title_en="List the doors that a terminal may open",
    contract=Contract(source="spec A 3 A6"),
)
async def usable_doors(data: DoorsAsked, scope: Scope, db: Database) -> DoorPage:
    """By iotId."""
    page = PageRequest.of(data.page_no, data.page_size)
    row = await _terminal(scope, db, data)
    system = Scope.system(row.tenant_id, "intercom").narrowed(row.community_id)
    every = await doors_of_terminal(system, db, row)
    shown = await find_devices(system, db, iot_ids=every[page.offset : page.offset + page.page_size])
    rows = [
        UsableDoor(
            community_id=row.community_id,
            iot_id=device.iot_id,
            device_name=device.device_name,
            nick_name=device.nickname,
            product_key=device.product_key,
            product_name=device.product_name,
            thing_type="DEVICE",
            status=STATUS[device.state],
            node_type=device.node_type,
            category_name=device.category_name,
        )
        for device in shown
    ]
    return DoorPage(len(every), page.page_no, page.page_size, rows)


async def _terminal(scope: Scope, db: Reader, data: TerminalNamed) -> Terminal:
    """Raises BadInput, TerminalUnbound."""
    device_id, device_type = service.check_device(data.device_id, data.device_type)
    return await require_terminal(scope, db, device_type=device_type, device_id=device_id)


async def _house_name(scope: Scope, db: Reader, row: Terminal) -> str:
    """Empty: the property's."""
    if row.space_id is None:
        return ""
    return (await spaces.names(scope, db, [row.space_id])).get(row.space_id, "")


def _check_sign(data: CodeAsked, app_key: str, now_ms: int) -> None:
    """Raises BadInput."""
    sent_ms = data.ts * 1000 if abs(data.ts) < _SECONDS_BELOW else data.ts
    if abs(sent_ms - now_ms) > _HOUR_MS:
        raise BadInput(field="ts", rule="terminal_time")
    kinds = [data.device_type] if data.device_type else [service.DEVICE_TYPE, ""]
    signs = [
        hashlib.md5(f"{app_key}-{data.ts}-{data.device_id}{kind}".encode(), usedforsecurity=False).hexdigest()
        for kind in kinds
    ]
    sent = data.sign.strip().lower().encode()
    if not any(hmac.compare_digest(sign.encode(), sent) for sign in signs):
        raise BadInput(field="sign", rule="terminal_sign")

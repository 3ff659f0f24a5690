"""Open API: QR codes (spec B A074 to A076 and A082, E B9 to B11). Times are texts at UTC+8."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import CodeFormsDiffer, CommunityNotClear, PersonUnknown, QrCodeUnknown
from linli.domains.access.openapi.results import row_code
from linli.domains.access.queries.doors import zones_of_doors
from linli.domains.access.queries.permissions import permissions_of_code
from linli.domains.access.service import qr as service
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.times import read_time
from linli.kernel.clock import Clock
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.openapi.registry import Call, Contract, method
from linli.rules import UNLIMITED


class QrGenerate(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="申请人 / applicant")]
    code_length: Annotated[
        int | None, Meta(description="长度 8 到 42，默认 16 / length 8 to 42, default 16")
    ] = None
    iot_ids: Annotated[
        list[str],
        Meta(
            description="本平台扩展：要扫此码的门禁设备。设备设置了自定义码制时按其码制生成，忽略 codeLength / "
            "an extension: the doors that will scan it; where they read codes of a form of their own, it is of that form",
            max_length=10,
        ),
    ] = msgspec.field(default_factory=list)


class QrConfig(msgspec.Struct, rename="camel"):
    qr_code: Annotated[str, Meta(description="二维码内容 / code")]
    iot_ids: Annotated[list[str], Meta(description="门禁设备，最多 10 个 / doors, at most 10")]
    identity_id: Annotated[str, Meta(description="申请人 / applicant")]
    expiry_time: Annotated[
        str, Meta(description="失效时间 yyyy-MM-dd HH:mm:ss，须晚于当前 / valid until, later than now")
    ]
    effective_time: Annotated[
        str | None, Meta(description="生效时间，默认当前 / valid from, default now")
    ] = None
    max_scan_times: Annotated[
        int | None, Meta(description="最多扫码次数，-1 不限 / most scans, -1 without limit")
    ] = None
    max_scan_scope: Annotated[
        str | None,
        Meta(description="DEVICE 每台设备各计（默认），SHARE 共计 / DEVICE: each door counts alone; SHARE"),
    ] = None


class QrRemove(msgspec.Struct, rename="camel"):
    qr_code: Annotated[str, Meta(description="二维码内容 / code")]
    iot_ids: Annotated[list[str], Meta(description="门禁设备，最多 10 个 / doors, at most 10")]
    identity_id: Annotated[str, Meta(description="申请人 / applicant")]


class QrEncrypt(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="人员 / person")]
    qr_code: Annotated[str, Meta(description="二维码内容，最多 42 个字符 / code, at most 42 characters")]
    expiry_time: Annotated[
        str, Meta(description="图片失效时间 yyyy-MM-dd HH:mm:ss / the picture is valid until")
    ]


class DoorOutcome(msgspec.Struct, rename="camel"):
    code: Annotated[int, Meta(description="200 成功 / 200: done")]
    message: Annotated[str, Meta(description="失败原因 / why not")]
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]

    @staticmethod
    def of(result: service.DoorResult) -> "DoorOutcome":
        if result.error is None:
            return DoorOutcome(200, "success", result.iot_id)
        return DoorOutcome(row_code(result.error), result.error.text("en"), result.iot_id)


@method(
    "/homelink/common/qrcode/generate",
    "1.0.1",
    service="access",
    token="optional",
    raises=(PersonUnknown, CodeFormsDiffer, BadInput),
    title="生成二维码",
    title_en="Generate a QR code for a person",
    contract=Contract(source="spec B A074, E B9", answers_code=True),
)
async def generate_qr(data: QrGenerate, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> str:
    """The person must exist: a door person, or a person of a community that the project sees."""
    return await service.generate_code(
        scope,
        tx,
        identity_id=data.identity_id,
        length=data.code_length,
        ids=ids,
        now_ms=clock.now_ms(),
        iot_ids=data.iot_ids,
    )


@method(
    "/entrance/paas/perm/qrcode/config",
    "1.0.1",
    service="access",
    token="optional",
    raises=(QrCodeUnknown, PersonUnknown, BadInput),
    title="二维码权限配置",
    title_en="Let a QR code open doors",
    contract=Contract(source="spec B A075, E B10"),
)
async def config_qr(
    data: QrConfig, call: Call, scope: Scope, tx: Tx, clock: Clock, keys: DoorKeys
) -> list[DoorOutcome]:
    """Answers a row for every door. The right is delivered at once, or when the door is back online."""
    now_ms = clock.now_ms()
    if data.max_scan_scope not in (None, "", "DEVICE", "SHARE"):
        raise BadInput(field="maxScanScope", rule="one_of", allowed="DEVICE, SHARE")
    zone = await _zone(scope, tx, call, data.iot_ids)
    right = service.QrRight(
        starts_ms=read_time(data.effective_time, "effectiveTime", zone) if data.effective_time else now_ms,
        ends_ms=read_time(data.expiry_time, "expiryTime", zone),
        max_scans=UNLIMITED if data.max_scan_times is None else data.max_scan_times,
        shared=data.max_scan_scope == "SHARE",
    )
    results = await service.bind_code(
        scope,
        tx,
        qr_code=data.qr_code,
        identity_id=data.identity_id,
        iot_ids=data.iot_ids,
        right=right,
        keys=keys,
        now_ms=now_ms,
    )
    return [DoorOutcome.of(result) for result in results]


@method(
    "/entrance/paas/perm/qrcode/remove",
    "1.0.1",
    service="access",
    token="optional",
    raises=(QrCodeUnknown, BadInput),
    title="二维码权限删除",
    title_en="Take a QR code off doors",
    contract=Contract(source="spec B A076, E B11"),
)
async def remove_qr(data: QrRemove, scope: Scope, tx: Tx, clock: Clock) -> list[DoorOutcome]:
    """Answers a row for every door."""
    results = await service.remove_code(
        scope,
        tx,
        qr_code=data.qr_code,
        identity_id=data.identity_id,
        iot_ids=data.iot_ids,
        now_ms=clock.now_ms(),
    )
    return [DoorOutcome.of(result) for result in results]


@method(
    "/entrance/paas/perm/qrcode/encrypt",
    "1.0.0",
    service="access",
    token="optional",
    raises=(QrCodeUnknown, CommunityNotClear, BadInput),
    title="生成加密二维码",
    title_en="Encrypt a QR code for display",
    contract=Contract(source="spec B A082 and 4.4", answers_code=True),
)
async def encrypt_qr(data: QrEncrypt, call: Call, scope: Scope, tx: Tx, clock: Clock, keys: DoorKeys) -> str:
    """88 characters to show as a QR picture; doors of the community read them offline."""
    qr_permissions = await permissions_of_code(scope, tx, qr_code=data.qr_code)
    zone = await _zone(scope, tx, call, list(qr_permissions))
    return await service.encrypt_code(
        scope,
        tx,
        qr_code=data.qr_code,
        identity_id=data.identity_id,
        expires_ms=read_time(data.expiry_time, "expiryTime", zone),
        community_id=call.community_id,
        keys=keys,
        now_ms=clock.now_ms(),
    )


async def _zone(scope: Scope, tx: Tx, call: Call, iot_ids: list[str]) -> str:
    """Of the cloudToken's community; without one, of the first door's."""
    if call.community_id is not None:
        return await zone_of(tx, call.community_id)
    return next(iter((await zones_of_doors(scope, tx, iot_ids=iot_ids[:1])).values()), "")

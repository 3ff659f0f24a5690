"""Fills parameters by the names of their fields."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import inspect

from linli.domains.sandbox.examples.view import View

DEEPEST: Final = 5
_BY_NAME: Final[dict[str, Callable[[View], Any]]] = {
    "iotId": lambda x: x.door,
    "iotIds": lambda x: [x.door],
    "iotIdList": lambda x: [x.door],
    "productKey": lambda x: x.product_key,
    "deviceName": lambda x: x.device_name,
    "deviceNames": lambda x: [x.device_name],
    "sn": lambda x: x.sn,
    "communityId": lambda x: x.community_id,
    "projectId": lambda x: x.project_id,
    "scopeId": lambda x: x.scope_id,
    "appId": lambda x: x.app_key,
    "appKey": lambda x: x.app_key,
    "cloudToken": lambda x: x.token,
    "spaceId": lambda x: x.building,
    "spaceIds": lambda x: [x.building],
    "parentId": lambda x: x.unit,
    "houseId": lambda x: x.house,
    "houseSpaceId": lambda x: x.house,
    "houseSpaceIds": lambda x: [x.house],
    "assetId": lambda x: x.asset,
    "identityId": lambda x: x.person,
    "identityIds": lambda x: [x.person],
    "userGroupId": lambda x: x.group,
    "userGroupIds": lambda x: [x.group],
    "subscriptionId": lambda x: x.stream,
    "messageId": lambda x: x.notice,
    "qrCode": lambda x: x.qr_code,
    "cardId": lambda x: x.card,
    "mobile": lambda x: f"199{x.next():08d}",
    "phone": lambda x: f"199{x.next():08d}",
    "visitorMobile": lambda x: f"199{x.next():08d}",
    "plateNumber": lambda x: "沙A12345",
    "plateNo": lambda x: "沙A12345",
    "name": lambda x: f"沙箱{x.next()}",
    "title": lambda x: f"沙箱{x.next()}",
    "pageNo": lambda x: 1,
    "pageNum": lambda x: 1,
    "pageSize": lambda x: 10,
    "startTime": lambda x: x.wall(),
    "effectiveTime": lambda x: x.wall(),
    "beginTime": lambda x: x.wall(),
    "endTime": lambda x: x.wall(1),
    "expiryTime": lambda x: x.wall(30),
    "expireTime": lambda x: x.wall(30),
    "start": lambda x: x.since(1),
    "end": lambda x: x.now_ms,
    "uploadId": lambda x: x.proof,
    "faceImgUploadId": lambda x: x.face,
}
_TIMES: Final = frozenset({"startTime", "effectiveTime", "beginTime", "endTime", "expiryTime", "expireTime"})


def filled(kind: Any, view: View) -> dict[str, Any]:
    """A value of a parameter type: its required members, and those with a known name. None: no parameters."""
    if kind is None:
        return {}
    value = _value(inspect.type_info(kind), "", view, 0)
    return value if isinstance(value, dict) else {}


def _value(kind: inspect.Type, name: str, view: View, depth: int) -> Any:
    kind = _bare(kind)
    if name in _BY_NAME:
        value = _BY_NAME[name](view)
        if isinstance(kind, inspect.IntType):
            if name in _TIMES:
                return view.now_ms + (86_400_000 if name.startswith(("end", "exp")) else 0)
            if isinstance(value, str) and not value.isdecimal():
                return 1
            return int(value) if isinstance(value, str | int) else 1
        if isinstance(kind, inspect.StrType):
            return str(value[0] if isinstance(value, list) else value)
        return value
    match kind:
        case inspect.StructType() if depth < DEEPEST:
            return {
                member.encode_name: _value(member.type, member.encode_name, view, depth + 1)
                for member in kind.fields
                if member.required or (depth == 0 and member.encode_name in _BY_NAME)
            }
        case inspect.StructType() | inspect.DictType() | inspect.AnyType() | inspect.RawType():
            return {}
        case inspect.ListType() | inspect.SetType() | inspect.VarTupleType():
            return [_value(kind.item_type, "", view, depth + 1)]
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType():
            return kind.ge if kind.ge is not None else 1
        case _:
            return "1"


def _bare(kind: inspect.Type) -> inspect.Type:
    while True:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            kept = [option for option in kind.types if not isinstance(option, inspect.NoneType)]
            kind = kept[0] if kept else inspect.AnyType()
        else:
            return kind


def example_value(name: str, view: View) -> str | None:
    """The value for a text field of this name; None: unknown name."""
    value = _BY_NAME[name](view) if name in _BY_NAME else None
    return None if value is None or isinstance(value, list) else str(value)

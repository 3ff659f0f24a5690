"""Sample messages: the latest of the log that a subscription would get, else a generated one for each kind."""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.databus.changes import Change
from linli.databus.models import changes
from linli.databus.subscription_rows import Filters
from linli.databus.topics import DEVICE_KINDS, Kind
from linli.kernel import tenancy
from linli.kernel.db import INT, Query, Reader
from linli.kernel.scope import Scope

MOST: Final = 3
_LOOKED_AT: Final = 500

_latest = Query(
    select(*(changes.c[name] for name in Change._fields))
    .where(changes.c.tenant_id == bindparam("tenant"))
    .order_by(changes.c.id.desc())
    .limit(bindparam("most", type_=INT)),
    Change,
    unscoped="the tenant is a condition of its own",
)


class Sample(NamedTuple):
    """One message as a subscriber gets it. `real`: it was sent; else it shows the shape."""

    kind: str
    topic: str
    payload: str
    real: bool


_DEVICE: Final = {"iotId": "Q7uOhVRdZRRlDnTLv00000100", "productKey": "a1Example01", "deviceName": "door-01"}
_HEAD: Final = {**_DEVICE, "gmtCreate": 1795492800120, "batchId": "0000000000000007001f3c5a70b20001"}
_SHAPES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    Kind.SPACE: ("", {"communityId": 1504, "ids": ["12"], "type": "update"}),
    Kind.MESSAGE: ("", {"communityId": 1504, "ids": ["31"], "type": "publish"}),
    Kind.USER: ("", {"communityId": 1504, "ids": ["50x00000000000000000000000000000000000000"], "type": "insert"}),
    Kind.DATA: (
        "insert",
        {"modelId": "iot_entrance_event_model", "dataIds": [2078100000000123], "operateType": "insert", "appId": ""},
    ),
    Kind.CALL: (
        "",
        {"eventCode": "1", "eventTime": 1795492800000, "source": "22222", "targetType": 1, "target": "11111"},
    ),
    Kind.PROPERTY: ("", {**_HEAD, "items": {"Temperature": {"value": 21.5, "time": 1795492800000}}}),
    Kind.EVENT: ("passEvent", {**_HEAD, "identifier": "passEvent", "time": 1795492800000, "value": {"code": 0}}),
    Kind.SERVICE_REPLY: (
        "remoteOpen",
        {**_HEAD, "identifier": "remoteOpen", "time": 1795492800000, "callId": "5120", "code": 200, "data": {}},
    ),
    Kind.STATUS: ("online", {**_HEAD, "status": "online", "time": 1795492800000}),
    Kind.LIFECYCLE: ("created", {"action": "created", **_DEVICE, "time": 1795492800000}),
    Kind.TOPOLOGY: (
        "added",
        {"action": "added", **_DEVICE, "subDevices": [{**_DEVICE, "deviceName": "lock-07"}], "time": 1795492800000},
    ),
    Kind.OTA: (
        "finished",
        {
            "action": "finished", **_DEVICE, "module": "default", "version": "1.2.0", "outcome": "succeeded",
            "reason": "", "time": 1795492800000,
        },
    ),
}  # fmt: skip


async def samples(scope: Scope, db: Reader, *, app_key: str, filters: Filters) -> list[Sample]:
    """At most MOST recent messages that `filters` take, then an example of each kind without one."""
    key = await tenancy.find_app_key(db, app_key)
    real: list[Sample] = []
    if key is not None and key.tenant_id == scope.tenant_id:
        granted = await tenancy.communities_of(db, tenant_id=key.tenant_id, project_id=key.project_id)
        for change in await _latest.all(db, tenant=key.tenant_id, most=_LOOKED_AT):
            mine = change.project_id == key.project_id or change.community_id in granted
            if mine and change.kind != Kind.TEST and filters.take(change):
                real.append(Sample(change.kind, change.topic(app_key), change.message().decode(), True))
            if len(real) == MOST:
                break
    kinds = filters.kinds or [str(kind) for kind in Kind if kind not in DEVICE_KINDS and kind != Kind.TEST]
    have = {sample.kind for sample in real}
    return real + [
        _shape(kind, app_key, scope.tenant) for kind in kinds if kind not in have and kind in _SHAPES
    ]


def _shape(kind: str, app_key: str, tenant_id: str) -> Sample:
    operate, body = _SHAPES[Kind(kind)]
    change = Change(
        id=0,
        tenant_id=tenant_id,
        community_id=None,
        app_key="",
        kind=kind,
        model_id="",
        operate=operate,
        payload="",
        created_ms=0,
        product_key=_DEVICE["productKey"],
        device_name=_DEVICE["deviceName"],
        iot_id=_DEVICE["iotId"],
    )
    return Sample(kind, change.topic(app_key), msgspec.json.encode(body).decode(), False)

"""Open API: where a linkage takes who shows a face, a code or a card; the older contract (spec E F10-F12)."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import PersonUnknown
from linli.domains.boxes.errors import TooManyTargets
from linli.domains.boxes.passage.marks import mark_key
from linli.domains.elevators.errors import LinkageUnknown, ProjectKeyNeeded
from linli.domains.elevators.openapi.fields import (
    SERVICE,
    DataId,
    ExpiryTime,
    TargetFloor,
    TargetList,
    expires_ms,
    expiry_text,
    pairs,
    target_list,
)
from linli.domains.elevators.openapi.persons import PATH
from linli.domains.elevators.service import linkages as service
from linli.domains.elevators.service import shafts
from linli.domains.elevators.service.linkages import Whom
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi.registry import Contract, method
from linli.things.downlink.invoker import Invoker

ParamType = Annotated[
    str, Meta(description="IDENTITY 人脸用户，QRCODE 二维码，CARD 卡 / a face's person, a QR code, a card")
]
ParamValue = Annotated[
    str,
    Meta(
        description="按 paramType 为 identityId、二维码字符串或卡号，最多 1024 个字符 / identityId, QR string or card "
        "number, at most 1024 characters"
    ),
]


class CredentialSave(msgspec.Struct, rename="camel"):
    data_id: DataId
    param_type: ParamType
    param_value: ParamValue
    user_target_list: TargetList
    expiry_time: ExpiryTime = None


class CredentialNamed(msgspec.Struct, rename="camel"):
    data_id: DataId
    param_type: ParamType
    param_value: ParamValue


class CredentialTargets(msgspec.Struct, rename="camel"):
    data_id: DataId
    param_type: ParamType
    param_value: ParamValue
    expiry_time: ExpiryTime
    user_target_list: Annotated[list[TargetFloor], Meta(description="目标楼层 / floors to go to")]


@method(
    f"{PATH}/save",
    "1.0.1",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, PersonUnknown, ProjectKeyNeeded, TooManyTargets),
    title="保存凭证的目标楼层（历史版本）",
    title_en="Save the floors of a credential (older)",
    contract=Contract(source="spec E F10", legacy=True),
)
async def save_credential(
    data: CredentialSave, scope: Scope, db: Database, clock: Clock, secrets: Secrets, invoker: Invoker
) -> None:
    """In place of what was saved before. Floors of the person, where there are some, go before those of a credential."""
    now_ms = clock.now_ms()
    linkage = await service.get(scope, db, data.data_id)
    await shafts.read_once(db, invoker, scope, iot_id=linkage.lift.iot_id, now_ms=now_ms)
    expires = await expires_ms(db, data.expiry_time, linkage)
    save = partial(
        service.save_target,
        scope,
        data_id=data.data_id,
        whom=_whom(data.param_type, data.param_value, mark_key(secrets, scope.tenant)),
        floors=pairs(data.user_target_list),
        expires_ms=expires,
        now_ms=now_ms,
    )
    await db.run(save)


@method(
    f"{PATH}/delete",
    "1.0.1",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, ProjectKeyNeeded),
    title="删除凭证的目标楼层（历史版本）",
    title_en="Delete the floors of a credential (older)",
    contract=Contract(source="spec E F11", legacy=True),
)
async def delete_credential(data: CredentialNamed, scope: Scope, tx: Tx, secrets: Secrets) -> None:
    """Rights at doors stay. One that was not saved is left out."""
    whom = _whom(data.param_type, data.param_value, mark_key(secrets, scope.tenant))
    await service.delete_target(scope, tx, data_id=data.data_id, whom=whom)


@method(
    f"{PATH}/query",
    "1.0.1",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, ProjectKeyNeeded),
    title="查询凭证的目标楼层（历史版本）",
    title_en="Get the floors of a credential (older)",
    contract=Contract(source="spec E F12", legacy=True),
)
async def query_credential(
    data: CredentialNamed, scope: Scope, db: Database, secrets: Secrets
) -> CredentialTargets | None:
    """Nothing for one that was not saved. The value answered is the one asked for: it is kept as a mark only."""
    whom = _whom(data.param_type, data.param_value, mark_key(secrets, scope.tenant))
    linkage, target = await service.target(scope, db, data_id=data.data_id, whom=whom)
    if target is None:
        return None
    until = await expiry_text(db, target, linkage)
    return CredentialTargets(data.data_id, data.param_type, data.param_value, until, target_list(target))


def _whom(kind: str, value: str, key: bytes) -> Whom:
    """Raises BadInput."""
    if kind not in service.CREDENTIALS:
        raise BadInput(field="paramType", rule="one_of", allowed=", ".join(service.CREDENTIALS))
    return Whom(kind, value, key)

"""Open API: where a linkage takes a person (spec E F5-F7)."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import PersonUnknown
from linli.domains.boxes.errors import TooManyTargets
from linli.domains.boxes.passage.queries import PERSON
from linli.domains.elevators.errors import LinkageUnknown, ProjectKeyNeeded
from linli.domains.elevators.openapi.fields import (
    SERVICE,
    DataId,
    ExpiryTime,
    IdentityId,
    TargetFloor,
    TargetList,
    expires_ms,
    expiry_text,
    pairs,
    target_list,
)
from linli.domains.elevators.service import linkages as service
from linli.domains.elevators.service import shafts
from linli.domains.elevators.service.linkages import Whom
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.downlink.invoker import Invoker

PATH = "/elevator/entrance/user"


class PersonSave(msgspec.Struct, rename="camel"):
    data_id: DataId
    identity_id: IdentityId
    expiry_time: ExpiryTime = None
    user_target_list: TargetList | None = None


class PersonNamed(msgspec.Struct, rename="camel"):
    data_id: DataId
    identity_id: IdentityId


class PersonTargets(msgspec.Struct, rename="camel"):
    data_id: DataId
    identity_id: IdentityId
    expiry_time: ExpiryTime
    user_target_list: Annotated[list[TargetFloor], Meta(description="目标楼层 / floors to go to")]


@method(
    f"{PATH}/save",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, PersonUnknown, ProjectKeyNeeded, TooManyTargets),
    title="保存人员的目标楼层",
    title_en="Save a person's floors",
    contract=Contract(source="spec E F5"),
)
async def save_person(data: PersonSave, scope: Scope, db: Database, clock: Clock, invoker: Invoker) -> None:
    """In place of what was saved before. The right at the door is given by the doors' methods, not by this one."""
    now_ms = clock.now_ms()
    linkage = await service.get(scope, db, data.data_id)
    await shafts.read_once(db, invoker, scope, iot_id=linkage.lift.iot_id, now_ms=now_ms)
    expires = await expires_ms(db, data.expiry_time, linkage)
    save = partial(
        service.save_target,
        scope,
        data_id=data.data_id,
        whom=Whom(PERSON, data.identity_id),
        floors=pairs(data.user_target_list),
        expires_ms=expires,
        now_ms=now_ms,
    )
    await db.run(save)


@method(
    f"{PATH}/delete",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, ProjectKeyNeeded),
    title="删除人员的目标楼层",
    title_en="Delete a person's floors",
    contract=Contract(source="spec E F6"),
)
async def delete_person(data: PersonNamed, scope: Scope, tx: Tx) -> None:
    """The linkage serves this person no more; rights at doors stay. One who was not saved is left out."""
    await service.delete_target(scope, tx, data_id=data.data_id, whom=Whom(PERSON, data.identity_id))


@method(
    f"{PATH}/query",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, ProjectKeyNeeded),
    title="查询人员的目标楼层",
    title_en="Get a person's floors",
    contract=Contract(source="spec E F7"),
)
async def query_person(data: PersonNamed, scope: Scope, db: Database) -> PersonTargets | None:
    """Nothing for a person who was not saved."""
    whom = Whom(PERSON, data.identity_id)
    linkage, target = await service.target(scope, db, data_id=data.data_id, whom=whom)
    if target is None:
        return None
    until = await expiry_text(db, target, linkage)
    return PersonTargets(data.data_id, data.identity_id, until, target_list(target))

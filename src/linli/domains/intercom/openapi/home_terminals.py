"""Open API of the members of a house: their terminals (spec A 3, B1 to B4)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import spaces
from linli.domains.intercom.errors import (
    HouseUnbound,
    TerminalBound,
    TerminalCodeRefused,
    TerminalUnknown,
    TooManyTerminals,
)
from linli.domains.intercom.queries import terminals as queries
from linli.domains.intercom.rows import Terminal
from linli.domains.intercom.service import terminals as service
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import persons, residents
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi.registry import Contract, method

BindId = Annotated[str, Meta(description="绑定ID / binding")]
NickName = Annotated[
    str,
    Meta(
        description="设备别名，最长 64 位，中文、字母、数字、横线、下划线、点 / alias, at most 64 Chinese characters, "
        "letters, digits, hyphens, underscores, dots"
    ),
]


class ByPerson(msgspec.Struct, rename="camel", kw_only=True):
    paas_identity_id: Annotated[
        str | None, Meta(description="用户的 identityId，必填 / identityId of the person; required")
    ] = None


class TerminalBind(ByPerson, rename="camel", kw_only=True):
    qr_code: Annotated[str, Meta(description="终端显示的绑定ID / the code that the terminal shows")]
    house_space_id: Annotated[str | int, Meta(description="房屋空间 / house space")]
    device_nick_name: NickName


class TerminalRename(ByPerson, rename="camel", kw_only=True):
    bind_id: BindId
    device_nick_name: NickName


class TerminalOfPerson(ByPerson, rename="camel", kw_only=True):
    bind_id: BindId


class NewBinding(msgspec.Struct, rename="camel"):
    bind_id: BindId


class HomeTerminal(msgspec.Struct, rename="camel"):
    bind_id: BindId
    intercom_device_id: Annotated[str, Meta(description="脱敏的对讲设备标识 / device, masked")]
    intercom_device_type: Annotated[str, Meta(description="对讲设备类型 / kind of device")]
    house_space_id: Annotated[str, Meta(description="房屋空间 / house space")]
    house_name: Annotated[str, Meta(description="房号 / house")]
    device_nick_name: Annotated[str, Meta(description="本平台扩展：设备别名 / an extension: alias")]


@method(
    "/solution/community/intercom/device/bind",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput, NotFound, TerminalCodeRefused, TerminalBound, TooManyTerminals, HouseUnbound),
    title="绑定室内对讲终端",
    title_en="Bind a terminal to a house",
    contract=Contract(source="spec A 3 B1"),
)
async def bind_terminal(
    data: TerminalBind, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets, clock: Clock
) -> NewBinding:
    """The person lives in the house. The terminal rings with the house from then on."""
    identity_id = _person(data)
    house_id = _house_id(data.house_space_id)
    member = await residents.member(scope, tx, house_id, identity_id)
    if member is None or member.status != MOVED_IN:
        raise NotFound(what="house", id=house_id)
    wish = service.Wish(
        member.community_id, house_id, data.device_nick_name, identity_id, "deviceNickName", "qrCode"
    )
    row = await service.bind(
        scope, tx, code=data.qr_code, wish=wish, ids=ids, secrets=secrets, now_ms=clock.now_ms()
    )
    return NewBinding(row.bind_id)


@method(
    "/solution/community/intercom/device/rename",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput, TerminalUnknown),
    title="更新室内对讲终端别名",
    title_en="Rename a terminal",
    contract=Contract(source="spec A 3 B2"),
)
async def rename_terminal(data: TerminalRename, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Of a house in which the person lives."""
    row = await _own(scope, tx, _person(data), data.bind_id)
    await service.rename(
        scope, tx, terminal=row, nickname=data.device_nick_name, now_ms=clock.now_ms(), field="deviceNickName"
    )


@method(
    "/solution/community/intercom/device/list",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="查询室内对讲终端列表",
    title_en="List a person's terminals",
    contract=Contract(source="spec A 3 B3"),
)
async def list_terminals(data: ByPerson, scope: Scope, db: Database) -> list[HomeTerminal]:
    """All of them, of every house in which the person lives."""
    homes = await _homes(scope, db, _person(data))
    names = await spaces.names(scope, db, homes)
    return [
        HomeTerminal(
            bind_id=row.bind_id,
            intercom_device_id=masked(row.device_id),
            intercom_device_type=row.device_type,
            house_space_id=str(row.space_id),
            house_name=names.get(row.space_id or 0, ""),
            device_nick_name=row.nickname,
        )
        for row in await queries.terminals_in(scope, db, homes)
    ]


@method(
    "/solution/community/intercom/device/unbind",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput, TerminalUnknown),
    title="解绑室内对讲终端",
    title_en="Unbind a terminal",
    contract=Contract(source="spec A 3 B4"),
)
async def unbind_terminal(data: TerminalOfPerson, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Its account ends at once; it must be bound again before it is used."""
    row = await _own(scope, tx, _person(data), data.bind_id)
    await service.unbind(scope, tx, terminal=row, now_ms=clock.now_ms())


def masked(device_id: str) -> str:
    """A device's id as lists show it."""
    return f"***{device_id[-4:]}" if len(device_id) > 8 else "***"


def _person(data: ByPerson) -> str:
    """Raises BadInput: an application says for whom it asks."""
    if not (data.paas_identity_id or "").strip():
        raise BadInput(field="paasIdentityId", rule="blank")
    return (data.paas_identity_id or "").strip()


async def _homes(scope: Scope, db: Reader, identity_id: str) -> list[int]:
    """The houses in which the person lives, of those that the caller sees."""
    person_id = (await persons.ids(scope, db, [identity_id])).get(identity_id)
    if person_id is None:
        return []
    return sorted(row.house_id for row in await residents.houses_of(scope, db, person_id))


async def _own(scope: Scope, db: Reader, identity_id: str, bind_id: str) -> Terminal:
    """Raises TerminalUnknown."""
    row = await queries.find_terminal(scope, db, bind_id)
    if row is None or row.space_id is None or row.space_id not in await _homes(scope, db, identity_id):
        raise TerminalUnknown(bind_id)
    return row


def _house_id(value: str | int) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what="house", id=text[:64])
    return int(text)

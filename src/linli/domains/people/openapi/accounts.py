"""Open API: person accounts (spec E 3.1, A1 to A5)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.person_rules import clean_phone
from linli.domains.people.queries import open_accounts as queries
from linli.domains.people.queries.open_accounts import OpenAccount
from linli.domains.people.service import open_accounts as service
from linli.domains.people.service.open_accounts import (
    AccountUnknown,
    IdentityBlank,
    PhoneMalformed,
    RegisterFailed,
)
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method


class AccountRegister(msgspec.Struct, rename="camel"):
    login_name: Annotated[str, Meta(description="登录名，项目内唯一 / log-in name, unique in the project")]
    nick_name: Annotated[str, Meta(description="昵称 / nickname")]
    phone: Annotated[str | None, Meta(description="手机号 / phone")] = None
    email: Annotated[str | None, Meta(description="邮箱 / e-mail")] = None
    password: Annotated[
        str | None, Meta(description="密码，平台不保存 / password; the platform does not keep it")
    ] = None
    avatar_url: Annotated[str | None, Meta(description="头像地址 / picture address")] = None
    creater: Annotated[str | None, Meta(description="创建人 / who registers it")] = None
    mobile_location_code: Annotated[str | None, Meta(description="手机国际区号 / dialling code")] = None


class AccountNamed(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / unified identity id")]


class AccountPhone(msgspec.Struct, rename="camel"):
    phone: Annotated[str, Meta(description="手机号 / phone")]


class AccountOut(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / unified identity id")]
    login_id: Annotated[str, Meta(description="账号 id / account id")]
    login_name: Annotated[str, Meta(description="登录名 / log-in name")]
    phone: Annotated[str | None, Meta(description="手机号 / phone")]
    email: Annotated[str, Meta(description="邮箱 / e-mail")]
    nick_name: Annotated[str, Meta(description="昵称 / nickname")]
    creater: Annotated[str, Meta(description="创建人 / who registered it")]
    modifier: Annotated[str, Meta(description="最后修改人 / who changed it last")]
    create_app_key: Annotated[str, Meta(description="创建的 appKey / appKey that registered it")]
    avatar_url: Annotated[str, Meta(description="头像地址 / picture address")]
    phone_location_code: Annotated[str, Meta(description="手机国际区号 / dialling code")]

    @staticmethod
    def of(account: OpenAccount) -> "AccountOut":
        return AccountOut(
            identity_id=account.identity_id,
            login_id=account.login_id,
            login_name=account.login_name,
            phone=account.phone,
            email=account.email,
            nick_name=account.nick_name,
            creater=account.creater,
            modifier=account.modifier,
            create_app_key=account.create_app_key,
            avatar_url=account.avatar_url,
            phone_location_code=account.location_code,
        )


@method(
    "/user/account/register",
    "1.0.2",
    service="account",
    token="none",
    raises=(RegisterFailed, PhoneMalformed, BadInput),
    title="账号注册",
    title_en="Register a person account",
    contract=Contract(source="spec E A2"),
)
async def register_account(data: AccountRegister, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> str:
    """The identityId: that of the company's person with this phone, or a new one."""
    wish = service.Registration(
        login_name=data.login_name,
        nick_name=data.nick_name,
        phone=data.phone or "",
        email=data.email or "",
        avatar_url=data.avatar_url or "",
        location_code=data.mobile_location_code or "",
        creater=data.creater or "",
        password=data.password or "",
    )
    return await service.register(scope, tx, wish=wish, ids=ids, now_ms=clock.now_ms())


@method(
    "/user/account/unregister",
    "1.0.1",
    service="account",
    token="none",
    raises=(AccountUnknown, IdentityBlank),
    title="注销账号",
    title_en="Delete a person account",
    contract=Contract(source="spec E A1"),
)
async def unregister_account(data: AccountNamed, scope: Scope, tx: Tx) -> str:
    """The person's rights at doors from the project end too."""
    await service.unregister(scope, tx, identity_id=data.identity_id)
    return ""


@method(
    "/user/account/freeze",
    "1.0.1",
    service="account",
    token="none",
    raises=(AccountUnknown, IdentityBlank),
    title="账号冻结",
    title_en="Freeze an account",
    contract=Contract(source="spec E A3, 5.2"),
)
async def freeze_account(data: AccountNamed, scope: Scope, tx: Tx, clock: Clock) -> str:
    """The person cannot sign in where the project serves; doors stay open unless the community says otherwise."""
    await service.set_frozen(scope, tx, identity_id=data.identity_id, frozen=True, now_ms=clock.now_ms())
    return ""


@method(
    "/user/account/unfreeze",
    "1.0.0",
    service="account",
    token="none",
    raises=(NotFound, IdentityBlank),
    title="账号解冻",
    title_en="Unfreeze an account",
    contract=Contract(source="spec E A4, 5.2"),
)
async def unfreeze_account(data: AccountNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    try:
        await service.set_frozen(scope, tx, identity_id=data.identity_id, frozen=False, now_ms=clock.now_ms())
    except AccountUnknown:  # this method's contract has 403 for it
        raise NotFound(what="account", id=data.identity_id) from None


@method(
    "/user/account/querybyphone",
    "1.0.1",
    service="account",
    token="none",
    raises=(NotFound, BadInput),
    title="根据手机号查找账号",
    title_en="Find an account by phone",
    contract=Contract(source="spec E A5"),
)
async def find_account_by_phone(data: AccountPhone, scope: Scope, db: Database) -> AccountOut:
    if not data.phone.strip():
        raise BadInput(field="phone", rule="blank")
    open_account = await queries.find_by_phone(scope, db, phone=clean_phone(data.phone))
    if open_account is None:
        raise NotFound(what="account")
    return AccountOut.of(open_account)

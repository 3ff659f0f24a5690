"""What several methods answer, and where this server is reached."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.calls.rows import Account
from linli.domains.intercom.places import sip_host
from linli.domains.intercom.rows import seal_about
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

SipNumber = Annotated[str, Meta(description="SIP号 / SIP number")]
GroupId = Annotated[str, Meta(description="SIP组 / SIP group")]
RoomId = Annotated[
    str,
    Meta(
        description="房间编号：房号、楼幢-单元-房号，或期-楼幢-单元-房号，最长 1-3-4-5 位 / room: house, "
        "building-unit-house or period-building-unit-house, at most 1-3-4-5 signs"
    ),
]


class SipAccount(msgspec.Struct, rename="camel"):
    sip_number: SipNumber
    sip_password: Annotated[str, Meta(description="SIP密码 / SIP password")]
    sip_host: Annotated[str, Meta(description="SIP服务器地址 / SIP server address")]
    sip_port: Annotated[int, Meta(description="SIP服务器端口 / SIP server port")]
    type: Annotated[int, Meta(description="0 APP 1 门禁机 / 0 app, 1 door station")]
    create_time: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]

    @staticmethod
    def of(account: Account, secrets: Secrets, settings: Settings) -> "SipAccount":
        return SipAccount(
            account.number,
            secrets.open(account.password, about=seal_about(account.number)),
            sip_host(settings),
            settings.sip.told_port,
            account.kind,
            account.created_ms,
        )


class SipMember(SipAccount, rename="camel"):
    server_port: Annotated[int, Meta(description="同 sipPort / the same, as the sample spells it")] = 0

    @staticmethod
    def of(account: Account, secrets: Secrets, settings: Settings) -> "SipMember":
        plain = SipAccount.of(account, secrets, settings)
        values = {name: getattr(plain, name) for name in SipAccount.__struct_fields__}
        return SipMember(**values, server_port=plain.sip_port)

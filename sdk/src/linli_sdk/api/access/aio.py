"""The methods of `access` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.access import contracts
from linli_sdk.api.access.models import (
    AccountsAdd,
    BleCardIn,
    BleCardNamed,
    BleCardProblem,
    BleCardsDelete,
    BleCardsModify,
    CardHeldPage,
    CardIn,
    CardNamed,
    CardProblem,
    CardsDelete,
    CardsModify,
    CardsOfDoor,
    CardsOfUsers,
    CardStatus,
    DoorNamed,
    DoorOutcome,
    GroupNamed,
    GroupsAdd,
    GroupsNamed,
    HouseBinding,
    HouseNamed,
    HouseOfGroup,
    HouseOrGroup,
    IssuedNumber,
    MembersNamed,
    NewPassword,
    NumberIssue,
    NumberNamed,
    NumbersNamed,
    QrConfig,
    QrEncrypt,
    QrGenerate,
    QrRemove,
    RoomOfGroup,
    RoomPage,
    RoomsOfDoor,
    RoomsQuery,
    ServerNamed,
    SipAccount,
    SipGroup,
    SipMember,
    SipServer,
    UserModify,
    UserNamed,
    UserOut,
    UserOutPage,
    UserQuery,
)
from linli_sdk.service import AsyncService


class AsyncAccess(AsyncService):
    """The 34 methods of service `access`, as a key is granted it."""

    async def cards_of_door(self, *, iot_id: str, page_size: int, page_no: int) -> CardHeldPage:
        """Page through the cards of a door / 查询门禁设备上的门禁卡权限

        `/entrance/paas/device/perm/query` 1.0.0.

        Args:
            iot_id: 门禁设备 / door
            page_size: 每页数量，最多 100 / page size, at most 100
            page_no: 页码，从 1 起 / page, from 1

        Codes of its own: 403.
        """
        return await self._call(
            contracts.CARDS_OF_DOOR, CardsOfDoor(iot_id=iot_id, page_size=page_size, page_no=page_no)
        )

    async def delete_ble_cards(self, *, list: list[BleCardNamed]) -> list[BleCardProblem]:
        """Withdraw Bluetooth cards from doors (an extension) / 批量删除蓝牙卡权限（本平台扩展）

        `/entrance/paas/perm/blecard/batchdelete` 1.0.0.

        Answers only the rows that failed.

        Args:
            list: 要删除的权限，最多 200 条 / permissions, at most 200
        """
        return await self._call(contracts.DELETE_BLE_CARDS, BleCardsDelete(list=list))

    async def modify_ble_cards(self, *, cards: list[BleCardIn]) -> list[BleCardProblem]:
        """Give Bluetooth cards their doors (an extension) / 批量设置蓝牙卡权限（本平台扩展）

        `/entrance/paas/perm/blecard/batchmodify` 1.0.0.

        Answers only the rows that failed. A row of an offline door is told as failed, kept, and delivered later.

        Args:
            cards: 蓝牙卡权限，最多 200 条 / permissions, at most 200
        """
        return await self._call(contracts.MODIFY_BLE_CARDS, BleCardsModify(cards=cards))

    async def delete_cards(self, *, list: list[CardNamed]) -> list[CardProblem]:
        """Withdraw cards from doors / 批量删除门禁卡权限

        `/entrance/paas/perm/card/batchdelete` 1.0.1.

        Answers only the rows that failed.

        Args:
            list: 要删除的权限，最多 200 条 / permissions, at most 200

        Codes of its own: 403.
        """
        return await self._call(contracts.DELETE_CARDS, CardsDelete(list=list))

    async def modify_cards(self, *, cards: list[CardIn]) -> list[CardProblem]:
        """Give cards their doors / 批量设置门禁卡权限

        `/entrance/paas/perm/card/batchmodify` 1.0.2.

        Answers only the rows that failed. A row of an offline door is told as failed, kept, and delivered later.

        Args:
            cards: 门禁卡权限，最多 200 条 / permissions, at most 200
        """
        return await self._call(contracts.MODIFY_CARDS, CardsModify(cards=cards))

    async def config_qr(
        self,
        *,
        qr_code: str,
        iot_ids: list[str],
        identity_id: str,
        expiry_time: str,
        effective_time: str | None = None,
        max_scan_times: int | None = None,
        max_scan_scope: str | None = None,
    ) -> list[DoorOutcome]:
        """Let a QR code open doors / 二维码权限配置

        `/entrance/paas/perm/qrcode/config` 1.0.1.

        Answers a row for every door. The right is delivered at once, or when the door is back online.

        Args:
            qr_code: 二维码内容 / code
            iot_ids: 门禁设备，最多 10 个 / doors, at most 10
            identity_id: 申请人 / applicant
            expiry_time: 失效时间 yyyy-MM-dd HH:mm:ss，须晚于当前 / valid until, later than now
            effective_time: 生效时间，默认当前 / valid from, default now
            max_scan_times: 最多扫码次数，-1 不限 / most scans, -1 without limit
            max_scan_scope: DEVICE 每台设备各计（默认），SHARE 共计 / DEVICE: each door counts alone; SHARE

        Codes of its own: 403.
        """
        return await self._call(
            contracts.CONFIG_QR,
            QrConfig(
                qr_code=qr_code,
                iot_ids=iot_ids,
                identity_id=identity_id,
                expiry_time=expiry_time,
                effective_time=effective_time,
                max_scan_times=max_scan_times,
                max_scan_scope=max_scan_scope,
            ),
        )

    async def encrypt_qr(self, *, identity_id: str, qr_code: str, expiry_time: str) -> str:
        """Encrypt a QR code for display / 生成加密二维码

        `/entrance/paas/perm/qrcode/encrypt` 1.0.0.

        88 characters to show as a QR picture; doors of the community read them offline.

        Args:
            identity_id: 人员 / person
            qr_code: 二维码内容，最多 42 个字符 / code, at most 42 characters
            expiry_time: 图片失效时间 yyyy-MM-dd HH:mm:ss / the picture is valid until
        """
        return await self._call(
            contracts.ENCRYPT_QR, QrEncrypt(identity_id=identity_id, qr_code=qr_code, expiry_time=expiry_time)
        )

    async def remove_qr(self, *, qr_code: str, iot_ids: list[str], identity_id: str) -> list[DoorOutcome]:
        """Take a QR code off doors / 二维码权限删除

        `/entrance/paas/perm/qrcode/remove` 1.0.1.

        Answers a row for every door.

        Args:
            qr_code: 二维码内容 / code
            iot_ids: 门禁设备，最多 10 个 / doors, at most 10
            identity_id: 申请人 / applicant
        """
        return await self._call(
            contracts.REMOVE_QR, QrRemove(qr_code=qr_code, iot_ids=iot_ids, identity_id=identity_id)
        )

    async def bind_server(self, *, server_id: str) -> None:
        """Choose a SIP server / 绑定SIP服务器

        `/entrance/paas/sipserver/bind` 1.0.0.

        New accounts of the project are of this server.

        Args:
            server_id: 服务器 id / server

        Codes of its own: 403.
        """
        return await self._call(contracts.BIND_SERVER, ServerNamed(server_id=server_id))

    async def bound_server(self) -> SipServer | None:
        """Get the chosen SIP server / 查询当前绑定的SIP服务器

        `/entrance/paas/sipserver/getbind` 1.0.0.

        Nothing while none was chosen; accounts are of the first one then.
        """
        return await self._call(contracts.BOUND_SERVER)

    async def list_servers(self) -> list[SipServer]:
        """List SIP servers / 查询SIP服务器列表

        `/entrance/paas/sipserver/query` 1.0.0.

        Accounts of one server call each other.
        """
        return await self._call(contracts.LIST_SERVERS)

    async def add_groups(self, *, count: int) -> list[SipGroup]:
        """Create SIP groups / 创建SIP组

        `/entrance/paas/sipservice/group/add` 1.0.0.

        Empty ones; one for each house.

        Args:
            count: 数量，最多 100 / how many, at most 100
        """
        return await self._call(contracts.ADD_GROUPS, GroupsAdd(count=count))

    async def delete_groups(self, *, group_list: list[str]) -> None:
        """Delete SIP groups / 删除SIP组

        `/entrance/paas/sipservice/group/delete` 1.0.0.

        With their members, their rooms at doors and their houses. An unknown group changes nothing.

        Args:
            group_list: SIP组列表，最多 200 个 / SIP groups, at most 200

        Codes of its own: 403.
        """
        return await self._call(contracts.DELETE_GROUPS, GroupsNamed(group_list=group_list))

    async def add_members(self, *, group_id: str, sip_number_list: list[str]) -> None:
        """Put SIP accounts into a group / SIP账号分组

        `/entrance/paas/sipservice/group/sip/add` 1.0.0.

        Accounts of apps only.

        Args:
            group_id: SIP组 / SIP group
            sip_number_list: SIP号列表，最多 200 个 / SIP numbers, at most 200

        Codes of its own: 403, SYS_0002.
        """
        return await self._call(
            contracts.ADD_MEMBERS, MembersNamed(group_id=group_id, sip_number_list=sip_number_list)
        )

    async def remove_members(self, *, group_id: str, sip_number_list: list[str]) -> None:
        """Take SIP accounts out of a group / SIP账号从组里移除

        `/entrance/paas/sipservice/group/sip/delete` 1.0.0.

        The accounts stay.

        Args:
            group_id: SIP组 / SIP group
            sip_number_list: SIP号列表，最多 200 个 / SIP numbers, at most 200

        Codes of its own: 403, SYS_0002.
        """
        return await self._call(
            contracts.REMOVE_MEMBERS, MembersNamed(group_id=group_id, sip_number_list=sip_number_list)
        )

    async def list_members(self, *, group_id: str) -> list[SipMember]:
        """List the SIP accounts of a group / 查看组下SIP账号列表

        `/entrance/paas/sipservice/group/sip/list` 1.0.0.

        With their passwords.

        Args:
            group_id: SIP组 / SIP group

        Codes of its own: 403.
        """
        return await self._call(contracts.LIST_MEMBERS, GroupNamed(group_id=group_id))

    async def add_accounts(self, *, count: int, type: int) -> list[SipAccount]:
        """Create SIP accounts / 创建SIP账号

        `/entrance/paas/sipservice/sip/add` 1.0.0.

        Accounts of the project; they call each other within it.

        Args:
            count: 数量，最多 100 / how many, at most 100
            type: 0 APP 1 门禁机 / 0 app, 1 door station
        """
        return await self._call(contracts.ADD_ACCOUNTS, AccountsAdd(count=count, type=type))

    async def delete_accounts(self, *, sip_number_list: list[str]) -> None:
        """Delete SIP accounts / 删除SIP账号

        `/entrance/paas/sipservice/sip/delete` 1.0.0.

        Their phones are logged out, groups and doors lose them. An unknown number changes nothing.

        Args:
            sip_number_list: SIP号列表，最多 200 个 / SIP numbers, at most 200

        Codes of its own: SYS_0002.
        """
        return await self._call(contracts.DELETE_ACCOUNTS, NumbersNamed(sip_number_list=sip_number_list))

    async def get_account(self, *, sip_number: str) -> SipAccount:
        """Get a SIP account / 查询SIP账号详情

        `/entrance/paas/sipservice/sip/detail/get` 1.0.0.

        With its password.

        Args:
            sip_number: SIP号 / SIP number

        Codes of its own: SYS_0002.
        """
        return await self._call(contracts.GET_ACCOUNT, NumberNamed(sip_number=sip_number))

    async def renew_password(self, *, sip_number: str) -> NewPassword:
        """Renew a SIP password / 更新SIP账号密码

        `/entrance/paas/sipservice/sip/password/update` 1.0.0.

        An account is logged in on one client at a time: call this before a log-in. The old password ends.

        Args:
            sip_number: SIP号 / SIP number

        Codes of its own: SYS_0002.
        """
        return await self._call(contracts.RENEW_PASSWORD, NumberNamed(sip_number=sip_number))

    async def delete_user(self, *, identity_id: str) -> None:
        """Delete a door person / 删除门禁人员

        `/entrance/paas/user/delete` 1.0.0.

        Codes and cards given in this person's name are taken off the doors.

        Args:
            identity_id: 统一身份 id / unified identity id

        Codes of its own: 403.
        """
        return await self._call(contracts.DELETE_USER, UserNamed(identity_id=identity_id))

    async def get_user(self, *, identity_id: str) -> UserOut:
        """Get a door person / 查询门禁人员

        `/entrance/paas/user/get` 1.0.0.

        Args:
            identity_id: 统一身份 id / unified identity id

        Codes of its own: 403.
        """
        return await self._call(contracts.GET_USER, UserNamed(identity_id=identity_id))

    async def modify_user(
        self, *, identity_id: str, name: str | None = None, ext_info: str | dict[str, Any] | None = None
    ) -> None:
        """Create or update a door person / 添加或更新门禁人员

        `/entrance/paas/user/modify` 1.0.0.

        An unknown identityId is created, an existing one changed; absent fields stay.

        Args:
            identity_id: 统一身份 id / unified identity id
            name: 姓名，新增时必填 / name, required when new
            ext_info: 自定义信息，文本或对象 / custom data, text or object
        """
        return await self._call(
            contracts.MODIFY_USER, UserModify(identity_id=identity_id, name=name, ext_info=ext_info)
        )

    async def cards_of_users(self, *, perm_query_list: list[CardNamed]) -> list[CardStatus]:
        """Look up card permissions / 查询用户的门禁卡权限

        `/entrance/paas/user/perm/query` 1.0.1.

        The given triples that exist.

        Args:
            perm_query_list: 要查的人员、卡、设备，最多 200 条 / what to look up, at most 200
        """
        return await self._call(contracts.CARDS_OF_USERS, CardsOfUsers(perm_query_list=perm_query_list))

    async def query_users(self, *, page_no: int, page_size: int) -> UserOutPage:
        """Page through door persons / 门禁人员列表

        `/entrance/paas/user/query` 1.0.0.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
        """
        return await self._call(contracts.QUERY_USERS, UserQuery(page_no=page_no, page_size=page_size))

    async def add_rooms(self, *, iot_id: str, maps: list[RoomOfGroup]) -> None:
        """Let rooms at a door ring groups / 添加SIP组与房间编号映射关系

        `/entrance/paas/videointercom/map/add` 1.0.0.

        A room that is there already rings the new group.

        Args:
            iot_id: 门禁设备 / door station
            maps: 映射关系，最多 500 条 / rooms and groups, at most 500

        Codes of its own: 403.
        """
        return await self._call(contracts.ADD_ROOMS, RoomsOfDoor(iot_id=iot_id, maps=maps))

    async def delete_rooms(self, *, iot_id: str, maps: list[RoomOfGroup]) -> None:
        """Take rooms off a door / 删除SIP组与房间编号映射关系

        `/entrance/paas/videointercom/map/delete` 1.0.0.

        Pairs that are not there are left out.

        Args:
            iot_id: 门禁设备 / door station
            maps: 映射关系，最多 500 条 / rooms and groups, at most 500

        Codes of its own: 403.
        """
        return await self._call(contracts.DELETE_ROOMS, RoomsOfDoor(iot_id=iot_id, maps=maps))

    async def query_rooms(
        self,
        *,
        iot_id: str,
        room_id: str | None = None,
        group_id: str | None = None,
        page_no: int | None = None,
        page_size: int | None = None,
    ) -> RoomPage:
        """List the rooms of a door / 查询SIP组与房间编号映射关系

        `/entrance/paas/videointercom/map/query` 1.0.1.

        All of them, or those of one room or group.

        Args:
            iot_id: 门禁设备 / door station
            room_id: 房间编号：房号、楼幢-单元-房号，或期-楼幢-单元-房号，最长 1-3-4-5 位 / room: house, building-unit-house or period-building-unit-house, at most 1-3-4-5 signs
            group_id: SIP组 / SIP group
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100

        Codes of its own: 403.
        """
        return await self._call(
            contracts.QUERY_ROOMS,
            RoomsQuery(
                iot_id=iot_id, room_id=room_id, group_id=group_id, page_no=page_no, page_size=page_size
            ),
        )

    async def door_number(self, *, iot_id: str) -> IssuedNumber | None:
        """Get the SIP number of a door / 查询门禁机SIP号

        `/entrance/paas/videointercom/sipnumber/get` 1.0.0.

        Never the password. Nothing while none was issued.

        Args:
            iot_id: 门禁设备 / door station

        Codes of its own: 403.
        """
        return await self._call(contracts.DOOR_NUMBER, DoorNamed(iot_id=iot_id))

    async def issue_number(
        self, *, iot_id: str, sip_number: str, password: str, host: str, port: str
    ) -> None:
        """Issue a SIP number to a door / 颁发门禁机SIP号

        `/entrance/paas/videointercom/sipnumber/sync` 1.0.0.

        The door is brought the account that it logs in with, in place of the one it had, and keeps it.

        Args:
            iot_id: 门禁设备 / door station
            sip_number: SIP号 / SIP number
            password: SIP密码 / SIP password
            host: SIP服务器地址 / SIP server address
            port: SIP服务器端口 / SIP server port

        Codes of its own: 403, SYS_0002.
        """
        return await self._call(
            contracts.ISSUE_NUMBER,
            NumberIssue(iot_id=iot_id, sip_number=sip_number, password=password, host=host, port=port),
        )

    async def save_house(self, *, space_id: str | int, group_id: str, room_id: str) -> None:
        """Bind a house to a SIP group / 添加或更新房屋空间

        `/entrance/paas/videointercom/space/add` 1.0.0.

        In place of the group and room that it has.

        Args:
            space_id: 房屋空间 / house space
            group_id: SIP组 / SIP group
            room_id: 房间编号：房号、楼幢-单元-房号，或期-楼幢-单元-房号，最长 1-3-4-5 位 / room: house, building-unit-house or period-building-unit-house, at most 1-3-4-5 signs

        Codes of its own: 403.
        """
        return await self._call(
            contracts.SAVE_HOUSE, HouseOfGroup(space_id=space_id, group_id=group_id, room_id=room_id)
        )

    async def delete_house(self, *, space_id: str | int) -> None:
        """Unbind a house from its SIP group / 删除房屋空间

        `/entrance/paas/videointercom/space/delete` 1.0.0.

        The group stays.

        Args:
            space_id: 房屋空间 / house space

        Codes of its own: 403.
        """
        return await self._call(contracts.DELETE_HOUSE, HouseNamed(space_id=space_id))

    async def get_house(
        self, *, space_id: str | int | None = None, group_id: str | None = None
    ) -> HouseBinding:
        """Get the SIP group of a house / 查询房屋空间

        `/entrance/paas/videointercom/space/get` 1.0.0.

        By the house, or by the group.

        Args:
            space_id: 房屋空间，与SIP组二选一 / house space, if groupId is absent
            group_id: SIP组，与房屋空间二选一 / SIP group, if spaceId is absent

        Codes of its own: 403.
        """
        return await self._call(contracts.GET_HOUSE, HouseOrGroup(space_id=space_id, group_id=group_id))

    async def generate_qr(
        self, *, identity_id: str, code_length: int | None = None, iot_ids: list[str] | None = None
    ) -> str:
        """Generate a QR code for a person / 生成二维码

        `/homelink/common/qrcode/generate` 1.0.1.

        The person must exist: a door person, or a person of a community that the project sees.

        Args:
            identity_id: 申请人 / applicant
            code_length: 长度 8 到 42，默认 16 / length 8 to 42, default 16
            iot_ids: 本平台扩展：要扫此码的门禁设备。设备设置了自定义码制时按其码制生成，忽略 codeLength / an extension: the doors that will scan it; where they read codes of a form of their own, it is of that form

        Codes of its own: 403.
        """
        return await self._call(
            contracts.GENERATE_QR,
            QrGenerate(identity_id=identity_id, code_length=code_length, iot_ids=iot_ids),
        )

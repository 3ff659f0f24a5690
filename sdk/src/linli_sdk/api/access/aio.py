"""The methods of `access` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.access import contracts
from linli_sdk.api.access.models import (
    AccountsAdd,
    BindingCode,
    BleCardIn,
    BleCardNamed,
    BleCardProblem,
    BleCardsDelete,
    BleCardsModify,
    ByPerson,
    CardHeldPage,
    CardIn,
    CardNamed,
    CardProblem,
    CardsDelete,
    CardsModify,
    CardsOfDoor,
    CardsOfUsers,
    CardStatus,
    Channel,
    CodeAsked,
    CredentialNamed,
    CredentialSave,
    CredentialTargets,
    DoorAsked,
    DoorNamed,
    DoorOutcome,
    DoorPage,
    DoorsAsked,
    GroupNamed,
    GroupsAdd,
    GroupsNamed,
    HomeTerminal,
    HouseBinding,
    HouseNamed,
    HouseOfGroup,
    HouseOrGroup,
    IssuedNumber,
    LedContent,
    LedContext,
    LiftCall,
    LinkageAdd,
    LinkageNamed,
    LinkageOut,
    LinkageUpdate,
    ListAdd,
    ListEntry,
    ListQuery,
    ListRowPage,
    MembersNamed,
    NewBinding,
    NewPassword,
    NumberIssue,
    NumberNamed,
    NumbersNamed,
    PermissionAdd,
    PermissionDelete,
    PermissionQuery,
    PermissionRowPage,
    PersonNamed,
    PersonSave,
    PersonTargets,
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
    TargetFloor,
    TerminalBind,
    TerminalNamed,
    TerminalOfPerson,
    TerminalRename,
    TerminalStatus,
    TollBind,
    TollOut,
    TollQuery,
    TollUnbind,
    UserModify,
    UserNamed,
    UserOut,
    UserOutPage,
    UserQuery,
    VehicleNamed,
    VehiclePermission,
)
from linli_sdk.service import AsyncService


class AsyncAccess(AsyncService):
    """The 65 methods of service `access`, as a key is granted it."""

    async def call_lift(
        self,
        *,
        iot_id: str,
        start_floor: str,
        start_room_no: str | None = None,
        target_floor: str | None = None,
        target_room_no: str | None = None,
    ) -> None:
        """Call a lift / 远程呼梯

        `/elevator/control/elevator/call` 1.0.1.

        Answers once the lift has taken the call; which car comes is the lift's choice.

        Args:
            iot_id: 梯控设备 iotId / lift device
            start_floor: 起始楼层 / floor to start from, as the lift names it
            start_room_no: 起始楼层的房间号 / which side of the car opens there
            target_floor: 目标楼层 / floor to go to
            target_room_no: 目标楼层的房间号 / which side of the car opens there

        Codes of its own: 20004, 403, 500.
        """
        return await self._call(
            contracts.CALL_LIFT,
            LiftCall(
                iot_id=iot_id,
                start_floor=start_floor,
                start_room_no=start_room_no,
                target_floor=target_floor,
                target_room_no=target_room_no,
            ),
        )

    async def add_linkage(
        self,
        *,
        control_mode: str,
        elevator_iot_id: str,
        trigger_iot_id: str,
        trigger_floor: str | None = None,
        trigger_room_no: str | None = None,
        trigger_elevator_id: str | None = None,
        delay_seconds: int | None = None,
        execution_node: str | None = None,
    ) -> str:
        """Let a door call a lift / 新增人梯联动

        `/elevator/entrance/device/add` 1.0.2.

        The box carries it out, for those persons and credentials only that are saved under the dataId answered.

        Args:
            control_mode: CALL_ONLY 仅呼梯，CALL_WITH_TARGET 呼梯并点亮或释放目标楼层，RELEASE_ONLY 仅释放楼层，ACTIVATE_ONLY 仅点亮楼层 / the car comes; it comes and the targets are lit or freed; floors are freed; one floor is lit
            elevator_iot_id: 梯控设备 iotId / lift device
            trigger_iot_id: 触发设备 iotId，如门禁 / device that people pass, such as a door
            trigger_floor: 触发设备所在楼层，CALL_ONLY 和 CALL_WITH_TARGET 下必填 / floor of the trigger; required by CALL_ONLY and CALL_WITH_TARGET
            trigger_room_no: 触发设备在所在楼层的房间号 / on which side of the car the trigger is
            trigger_elevator_id: 触发设备所在轿厢编号，RELEASE_ONLY 和 ACTIVATE_ONLY 下必填 / car that the trigger is in; required by RELEASE_ONLY and ACTIVATE_ONLY
            delay_seconds: 延迟执行的秒数 0..300，为空则立即执行 / seconds to wait, 0..300; empty: none
            execution_node: 执行节点，只支持 EDGE / where it runs, EDGE only

        Codes of its own: 403.
        """
        return await self._call(
            contracts.ADD_LINKAGE,
            LinkageAdd(
                control_mode=control_mode,
                elevator_iot_id=elevator_iot_id,
                trigger_iot_id=trigger_iot_id,
                trigger_floor=trigger_floor,
                trigger_room_no=trigger_room_no,
                trigger_elevator_id=trigger_elevator_id,
                delay_seconds=delay_seconds,
                execution_node=execution_node,
            ),
        )

    async def delete_linkage(self, *, data_id: str) -> None:
        """Delete a linkage / 删除人梯联动

        `/elevator/entrance/device/delete` 1.0.2.

        With all persons and credentials under it. Rights at doors stay.

        Args:
            data_id: 联动数据 id / id of the linkage

        Codes of its own: 403.
        """
        return await self._call(contracts.DELETE_LINKAGE, LinkageNamed(data_id=data_id))

    async def get_linkage(self, *, data_id: str) -> LinkageOut:
        """Get a linkage / 查询人梯联动

        `/elevator/entrance/device/query` 1.0.2.

        One, by its dataId.

        Args:
            data_id: 联动数据 id / id of the linkage

        Codes of its own: 403.
        """
        return await self._call(contracts.GET_LINKAGE, LinkageNamed(data_id=data_id))

    async def update_linkage(
        self,
        *,
        data_id: str,
        trigger_floor: str | None = None,
        trigger_room_no: str | None = None,
        delay_seconds: int | None = None,
        control_mode: str | None = None,
        elevator_iot_id: str | None = None,
        trigger_iot_id: str | None = None,
        trigger_elevator_id: str | None = None,
    ) -> None:
        """Change where and when a linkage calls / 更新人梯联动

        `/elevator/entrance/device/update` 1.0.2.

        Floor, room and delay; what is left out stays. Mode, devices and car stay for as long as the linkage does.

        Args:
            data_id: 联动数据 id / id of the linkage
            trigger_floor: 触发设备所在楼层，CALL_ONLY 和 CALL_WITH_TARGET 下必填 / floor of the trigger; required by CALL_ONLY and CALL_WITH_TARGET
            trigger_room_no: 触发设备在所在楼层的房间号 / on which side of the car the trigger is
            delay_seconds: 延迟执行的秒数 0..300，为空则立即执行 / seconds to wait, 0..300; empty: none
            control_mode: 不可修改 / cannot be changed
            elevator_iot_id: 不可修改 / cannot be changed
            trigger_iot_id: 不可修改 / cannot be changed
            trigger_elevator_id: 不可修改 / cannot be changed

        Codes of its own: 403.
        """
        return await self._call(
            contracts.UPDATE_LINKAGE,
            LinkageUpdate(
                data_id=data_id,
                trigger_floor=trigger_floor,
                trigger_room_no=trigger_room_no,
                delay_seconds=delay_seconds,
                control_mode=control_mode,
                elevator_iot_id=elevator_iot_id,
                trigger_iot_id=trigger_iot_id,
                trigger_elevator_id=trigger_elevator_id,
            ),
        )

    async def delete_credential(self, *, data_id: str, param_type: str, param_value: str) -> None:
        """Delete the floors of a credential (older) / 删除凭证的目标楼层（历史版本）

        `/elevator/entrance/user/delete` 1.0.1, legacy.

        Rights at doors stay. One that was not saved is left out.

        Args:
            data_id: 联动数据 id / id of the linkage
            param_type: IDENTITY 人脸用户，QRCODE 二维码，CARD 卡 / a face's person, a QR code, a card
            param_value: 按 paramType 为 identityId、二维码字符串或卡号，最多 1024 个字符 / identityId, QR string or card number, at most 1024 characters

        Codes of its own: 403.
        """
        return await self._call(
            contracts.DELETE_CREDENTIAL,
            CredentialNamed(data_id=data_id, param_type=param_type, param_value=param_value),
        )

    async def delete_person(self, *, data_id: str, identity_id: str) -> None:
        """Delete a person's floors / 删除人员的目标楼层

        `/elevator/entrance/user/delete` 1.0.2.

        The linkage serves this person no more; rights at doors stay. One who was not saved is left out.

        Args:
            data_id: 联动数据 id / id of the linkage
            identity_id: 统一身份 id / person

        Codes of its own: 403.
        """
        return await self._call(
            contracts.DELETE_PERSON, PersonNamed(data_id=data_id, identity_id=identity_id)
        )

    async def query_credential(
        self, *, data_id: str, param_type: str, param_value: str
    ) -> CredentialTargets | None:
        """Get the floors of a credential (older) / 查询凭证的目标楼层（历史版本）

        `/elevator/entrance/user/query` 1.0.1, legacy.

        Nothing for one that was not saved. The value answered is the one asked for: it is kept as a mark only.

        Args:
            data_id: 联动数据 id / id of the linkage
            param_type: IDENTITY 人脸用户，QRCODE 二维码，CARD 卡 / a face's person, a QR code, a card
            param_value: 按 paramType 为 identityId、二维码字符串或卡号，最多 1024 个字符 / identityId, QR string or card number, at most 1024 characters

        Codes of its own: 403.
        """
        return await self._call(
            contracts.QUERY_CREDENTIAL,
            CredentialNamed(data_id=data_id, param_type=param_type, param_value=param_value),
        )

    async def query_person(self, *, data_id: str, identity_id: str) -> PersonTargets | None:
        """Get a person's floors / 查询人员的目标楼层

        `/elevator/entrance/user/query` 1.0.2.

        Nothing for a person who was not saved.

        Args:
            data_id: 联动数据 id / id of the linkage
            identity_id: 统一身份 id / person

        Codes of its own: 403.
        """
        return await self._call(contracts.QUERY_PERSON, PersonNamed(data_id=data_id, identity_id=identity_id))

    async def save_credential(
        self,
        *,
        data_id: str,
        param_type: str,
        param_value: str,
        user_target_list: list[TargetFloor],
        expiry_time: str | None = None,
    ) -> None:
        """Save the floors of a credential (older) / 保存凭证的目标楼层（历史版本）

        `/elevator/entrance/user/save` 1.0.1, legacy.

        In place of what was saved before. Floors of the person, where there are some, go before those of a credential.

        Args:
            data_id: 联动数据 id / id of the linkage
            param_type: IDENTITY 人脸用户，QRCODE 二维码，CARD 卡 / a face's person, a QR code, a card
            param_value: 按 paramType 为 identityId、二维码字符串或卡号，最多 1024 个字符 / identityId, QR string or card number, at most 1024 characters
            user_target_list: 目标楼层，最多 100 条；ACTIVATE_ONLY 下恰好一条；CALL_ONLY 下可为空 / floors to go to, at most 100; exactly one in ACTIVATE_ONLY; may be empty in CALL_ONLY
            expiry_time: 失效时间 yyyy-MM-dd HH:mm:ss，为空则永久有效 / counts until then; empty: always

        Codes of its own: 403.
        """
        return await self._call(
            contracts.SAVE_CREDENTIAL,
            CredentialSave(
                data_id=data_id,
                param_type=param_type,
                param_value=param_value,
                user_target_list=user_target_list,
                expiry_time=expiry_time,
            ),
        )

    async def save_person(
        self,
        *,
        data_id: str,
        identity_id: str,
        expiry_time: str | None = None,
        user_target_list: list[TargetFloor] | None = None,
    ) -> None:
        """Save a person's floors / 保存人员的目标楼层

        `/elevator/entrance/user/save` 1.0.2.

        In place of what was saved before. The right at the door is given by the doors' methods, not by this one.

        Args:
            data_id: 联动数据 id / id of the linkage
            identity_id: 统一身份 id / person
            expiry_time: 失效时间 yyyy-MM-dd HH:mm:ss，为空则永久有效 / counts until then; empty: always
            user_target_list: 目标楼层，最多 100 条；ACTIVATE_ONLY 下恰好一条；CALL_ONLY 下可为空 / floors to go to, at most 100; exactly one in ACTIVATE_ONLY; may be empty in CALL_ONLY

        Codes of its own: 403.
        """
        return await self._call(
            contracts.SAVE_PERSON,
            PersonSave(
                data_id=data_id,
                identity_id=identity_id,
                expiry_time=expiry_time,
                user_target_list=user_target_list,
            ),
        )

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

    async def send_led_content(
        self,
        *,
        iot_id: str,
        type: int,
        screen_line_num: int,
        context_list: list[LedContext],
        situation: int | None = None,
        show_time: int | None = None,
        audio_context_info: str | None = None,
    ) -> None:
        """Send mixed content to a lane's screen and voice / LED内容混合下发

        `/parking/paas/led/content/download` 1.0.0. Needs a community: `client.at(community_id)`.

        For devices whose LedNoticeMode is 1. Answers once the device has read it.

        Args:
            iot_id: 设备 iotId / device
            type: 0 固定场景，1 临时场景，2 个性化场景 / 0 fixed scene, 1 temporary, 2 personal
            screen_line_num: 屏幕行数，默认 4 / lines of the screen, default 4
            context_list: 每行一个元素 / one for each line
            situation: 固定场景：0 空闲（默认），1 普通权限和白名单，2 黑名单，3 临时车，4 无牌车 / fixed scene: 0 idle (default), 1 ordinary and whitelist, 2 blacklist, 3 temporary, 4 no plate
            show_time: 显示秒数，默认 10 / seconds shown, default 10
            audio_context_info: 自定义语音内容 / words to speak

        Codes of its own: 20004, 460, 500.
        """
        return await self._call(
            contracts.SEND_LED_CONTENT,
            LedContent(
                iot_id=iot_id,
                type=type,
                screen_line_num=screen_line_num,
                context_list=context_list,
                situation=situation,
                show_time=show_time,
                audio_context_info=audio_context_info,
            ),
        )

    async def bind_toll(self, *, iot_id: str, space_id: str | int) -> None:
        """Bind a parking device to a lane / 绑定停车设备

        `/parking/paas/toll/bind` 1.0.0. Needs a community: `client.at(community_id)`.

        One device a lane. What may pass the lane is brought to it at once.

        Args:
            iot_id: 设备 iotId / device
            space_id: 车道空间 id / lane

        Codes of its own: 460.
        """
        return await self._call(contracts.BIND_TOLL, TollBind(iot_id=iot_id, space_id=space_id))

    async def query_toll(self, *, space_id: str | int, get_device_status: bool | None = None) -> TollOut:
        """Get the parking device of a lane / 查询停车设备

        `/parking/paas/toll/query` 1.0.0. Needs a community: `client.at(community_id)`.

        One object: a lane has one device.

        Args:
            space_id: 车道空间 id / lane
            get_device_status: 是否查询设备状态，默认 false / the device's state as well; default false

        Codes of its own: 460.
        """
        return await self._call(
            contracts.QUERY_TOLL, TollQuery(space_id=space_id, get_device_status=get_device_status)
        )

    async def unbind_toll(self, *, iot_id: str) -> None:
        """Take a parking device off its lane / 解绑停车设备

        `/parking/paas/toll/unbind` 1.0.0. Needs a community: `client.at(community_id)`.

        What it held is taken off it.

        Args:
            iot_id: 设备 iotId / device

        Codes of its own: 460.
        """
        return await self._call(contracts.UNBIND_TOLL, TollUnbind(iot_id=iot_id))

    async def add_permissions(self, *, perm_list: list[VehiclePermission]) -> None:
        """Let vehicles pass the lanes of a space / 添加（更新）车辆权限

        `/parking/paas/vehicle/permission/add` 1.0.0. Needs a community: `client.at(community_id)`.

        All or none. A plate has one permission a space: adding it again changes its dates.

        Args:
            perm_list: 车辆权限，最多 500 条 / permissions, at most 500

        Codes of its own: 460.
        """
        return await self._call(contracts.ADD_PERMISSIONS, PermissionAdd(perm_list=perm_list))

    async def delete_permissions(self, *, perm_list: list[VehicleNamed]) -> None:
        """Take permissions of vehicles away / 删除车辆权限

        `/parking/paas/vehicle/permission/delete` 1.0.0. Needs a community: `client.at(community_id)`.

        One that is not there is no error.

        Args:
            perm_list: 车辆权限，最多 500 条 / permissions, at most 500
        """
        return await self._call(contracts.DELETE_PERMISSIONS, PermissionDelete(perm_list=perm_list))

    async def query_permissions(
        self,
        *,
        space_ids: list[str | int],
        page_no: int,
        page_size: int,
        plate_numbers: list[str] | None = None,
        status: str | None = None,
    ) -> PermissionRowPage:
        """List the vehicles that may pass / 查询车辆权限

        `/parking/paas/vehicle/permission/query` 1.0.0. Needs a community: `client.at(community_id)`.

        Those that name one of these spaces, the last changed first, with how far each has got on its lanes.

        Args:
            space_ids: 空间 id，最多 100 个 / spaces, at most 100
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            plate_numbers: 车牌号，最多 100 个，为空则不限 / plates, at most 100; empty: any
            status: toBeTransferred 等待同步，transferring 同步中，transferred 同步成功，deviceOffline 设备离线，transferTimeout 同步超时，unknownError 同步失败；多个车道取最差者 / of several lanes that of the worst
        """
        return await self._call(
            contracts.QUERY_PERMISSIONS,
            PermissionQuery(
                space_ids=space_ids,
                page_no=page_no,
                page_size=page_size,
                plate_numbers=plate_numbers,
                status=status,
            ),
        )

    async def add_to_list(self, *, perm_list: list[ListEntry]) -> None:
        """Put plates on the white or the black list / 添加（更新）黑白名单

        `/parking/paas/vehicle/special/concerns/add` 1.0.0. Needs a community: `client.at(community_id)`.

        All or none. A plate is on one list of a space at most: putting it on one takes it off the other.

        Args:
            perm_list: 名单，最多 500 条 / entries, at most 500

        Codes of its own: 460.
        """
        return await self._call(contracts.ADD_TO_LIST, ListAdd(perm_list=perm_list))

    async def delete_from_list(self, *, perm_list: list[VehicleNamed]) -> None:
        """Take plates off the lists / 删除黑白名单

        `/parking/paas/vehicle/special/concerns/delete` 1.0.1. Needs a community: `client.at(community_id)`.

        Off either list. One that is on none is no error.

        Args:
            perm_list: 车辆权限，最多 500 条 / permissions, at most 500
        """
        return await self._call(contracts.DELETE_FROM_LIST, PermissionDelete(perm_list=perm_list))

    async def query_list(
        self,
        *,
        space_ids: list[str | int],
        type: str,
        page_no: int,
        page_size: int,
        plate_numbers: list[str] | None = None,
    ) -> ListRowPage:
        """List the plates of the white or the black list / 查询黑白名单

        `/parking/paas/vehicle/special/concerns/query` 1.0.0. Needs a community: `client.at(community_id)`.

        Those that name one of these spaces, the last changed first, with how far each has got on its lanes.

        Args:
            space_ids: 空间 id，最多 100 个 / spaces, at most 100
            type: WHITELIST 白名单，BLACKLIST 黑名单 / always passes; never passes
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            plate_numbers: 车牌号，最多 100 个，为空则不限 / plates, at most 100; empty: any
        """
        return await self._call(
            contracts.QUERY_LIST,
            ListQuery(
                space_ids=space_ids,
                type=type,
                page_no=page_no,
                page_size=page_size,
                plate_numbers=plate_numbers,
            ),
        )

    async def bind_terminal(
        self,
        *,
        qr_code: str,
        house_space_id: str | int,
        device_nick_name: str,
        paas_identity_id: str | None = None,
    ) -> NewBinding:
        """Bind a terminal to a house / 绑定室内对讲终端

        `/solution/community/intercom/device/bind` 1.0.0.

        The person lives in the house. The terminal rings with the house from then on.

        Args:
            qr_code: 终端显示的绑定ID / the code that the terminal shows
            house_space_id: 房屋空间 / house space
            device_nick_name: 设备别名，最长 64 位，中文、字母、数字、横线、下划线、点 / alias, at most 64 Chinese characters, letters, digits, hyphens, underscores, dots
            paas_identity_id: 用户的 identityId，必填 / identityId of the person; required

        Codes of its own: 403.
        """
        return await self._call(
            contracts.BIND_TERMINAL,
            TerminalBind(
                qr_code=qr_code,
                house_space_id=house_space_id,
                device_nick_name=device_nick_name,
                paas_identity_id=paas_identity_id,
            ),
        )

    async def channel(self, *, device_id: str, device_type: str | None = None) -> Channel:
        """Get what a terminal logs in with / 查询终端对讲会话信息

        `/solution/community/intercom/device/channel/get` 1.0.0.

        With its password.

        Args:
            device_id: 对讲设备标识，最长 64 位 / intercom device, at most 64 signs
            device_type: 对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE

        Codes of its own: 403, SYS_0002.
        """
        return await self._call(
            contracts.CHANNEL, TerminalNamed(device_id=device_id, device_type=device_type)
        )

    async def unbind_here(self, *, device_id: str, device_type: str | None = None) -> None:
        """Unbind a terminal from its own end / 设备端解绑终端

        `/solution/community/intercom/device/end/unbind` 1.0.0.

        Its account ends at once; it must be bound again before it is used.

        Args:
            device_id: 对讲设备标识，最长 64 位 / intercom device, at most 64 signs
            device_type: 对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE

        Codes of its own: 403.
        """
        return await self._call(
            contracts.UNBIND_HERE, TerminalNamed(device_id=device_id, device_type=device_type)
        )

    async def list_terminals(self, *, paas_identity_id: str | None = None) -> list[HomeTerminal]:
        """List a person's terminals / 查询室内对讲终端列表

        `/solution/community/intercom/device/list` 1.0.0.

        All of them, of every house in which the person lives.

        Args:
            paas_identity_id: 用户的 identityId，必填 / identityId of the person; required
        """
        return await self._call(contracts.LIST_TERMINALS, ByPerson(paas_identity_id=paas_identity_id))

    async def binding_code(
        self, *, device_id: str, ts: int, sign: str, device_type: str | None = None
    ) -> BindingCode:
        """Get a terminal's code to be bound by / 获取终端绑定二维码

        `/solution/community/intercom/device/qrcode/get` 1.0.0.

        In place of the one that the terminal showed before.

        Args:
            device_id: 对讲设备标识，最长 64 位 / intercom device, at most 64 signs
            ts: 请求时间戳，毫秒，与服务器相差不超过 1 小时 / ms, within an hour of the server
            sign: md5({appKey}-{ts}-{deviceId}{deviceType})，十六进制 / hex; deviceType as sent, or its default
            device_type: 对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE
        """
        return await self._call(
            contracts.BINDING_CODE, CodeAsked(device_id=device_id, ts=ts, sign=sign, device_type=device_type)
        )

    async def rename_terminal(
        self, *, bind_id: str, device_nick_name: str, paas_identity_id: str | None = None
    ) -> None:
        """Rename a terminal / 更新室内对讲终端别名

        `/solution/community/intercom/device/rename` 1.0.0.

        Of a house in which the person lives.

        Args:
            bind_id: 绑定ID / binding
            device_nick_name: 设备别名，最长 64 位，中文、字母、数字、横线、下划线、点 / alias, at most 64 Chinese characters, letters, digits, hyphens, underscores, dots
            paas_identity_id: 用户的 identityId，必填 / identityId of the person; required

        Codes of its own: 403.
        """
        return await self._call(
            contracts.RENAME_TERMINAL,
            TerminalRename(
                bind_id=bind_id, device_nick_name=device_nick_name, paas_identity_id=paas_identity_id
            ),
        )

    async def binding_status(self, *, device_id: str, device_type: str | None = None) -> TerminalStatus:
        """Get whether a terminal is bound / 查询终端绑定状态

        `/solution/community/intercom/device/status/get` 1.0.1.

        Not bound: nothing but that.

        Args:
            device_id: 对讲设备标识，最长 64 位 / intercom device, at most 64 signs
            device_type: 对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE
        """
        return await self._call(
            contracts.BINDING_STATUS, TerminalNamed(device_id=device_id, device_type=device_type)
        )

    async def unbind_terminal(self, *, bind_id: str, paas_identity_id: str | None = None) -> None:
        """Unbind a terminal / 解绑室内对讲终端

        `/solution/community/intercom/device/unbind` 1.0.0.

        Its account ends at once; it must be bound again before it is used.

        Args:
            bind_id: 绑定ID / binding
            paas_identity_id: 用户的 identityId，必填 / identityId of the person; required

        Codes of its own: 403.
        """
        return await self._call(
            contracts.UNBIND_TERMINAL, TerminalOfPerson(bind_id=bind_id, paas_identity_id=paas_identity_id)
        )

    async def usable_doors(
        self, *, device_id: str, page_size: int, device_type: str | None = None, page_no: int | None = None
    ) -> DoorPage:
        """List the doors that a terminal may open / 查询终端可用的门禁设备

        `/solution/community/intercom/entrance/device/list` 1.0.0.

        By iotId.

        Args:
            device_id: 对讲设备标识，最长 64 位 / intercom device, at most 64 signs
            page_size: 每页数量，最多 100 / page size, at most 100
            device_type: 对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE
            page_no: 页码，从 1 起 / page, from 1

        Codes of its own: 403.
        """
        return await self._call(
            contracts.USABLE_DOORS,
            DoorsAsked(device_id=device_id, page_size=page_size, device_type=device_type, page_no=page_no),
        )

    async def open_door(
        self, *, device_id: str, device_type: str | None = None, iot_id: str | None = None
    ) -> None:
        """Open a door from a terminal / 终端开门

        `/solution/community/intercom/unitdoor/open` 1.0.1.

        Answers once the door has opened. Only doors that ring the house; a property's terminal: of its community.

        Args:
            device_id: 对讲设备标识，最长 64 位 / intercom device, at most 64 signs
            device_type: 对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE
            iot_id: 目标门禁设备，默认所绑房屋的单元门 / door; default: the door of the house's unit

        Codes of its own: 20004, 403, 500.
        """
        return await self._call(
            contracts.OPEN_DOOR, DoorAsked(device_id=device_id, device_type=device_type, iot_id=iot_id)
        )

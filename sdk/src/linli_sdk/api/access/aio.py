"""The methods of `access` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.access import contracts
from linli_sdk.api.access.models import (
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
    DoorOutcome,
    QrConfig,
    QrEncrypt,
    QrGenerate,
    QrRemove,
    UserModify,
    UserNamed,
    UserOut,
    UserOutPage,
    UserQuery,
)
from linli_sdk.service import AsyncService


class AsyncAccess(AsyncService):
    """The 14 methods of service `access`, as a key is granted it."""

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

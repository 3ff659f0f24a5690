"""The methods of `devices` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.devices import contracts
from linli_sdk.api.devices.models import (
    DeviceAdd,
    DeviceAddTo,
    DeviceAlias,
    DeviceIdentity,
    DeviceInfo,
    DeviceNamed,
    DevicesOfCommunity,
    DevicesOfOne,
    DevicesOfProject,
    DevicesOfTenant,
)
from linli_sdk.service import AsyncService


class AsyncDevices(AsyncService):
    """The 10 methods of service `device`, as a key is granted it."""

    async def bind_devices(self, *, project_id: str, iot_ids: list[str]) -> None:
        """Bind devices to a project / SI项目下绑定设备

        `/project/device/bind` 1.0.0.

        All of them or none.

        Args:
            project_id: 项目 id / project id
            iot_ids: 设备 id 列表，最多 1000 / device ids, at most 1,000
        """
        return await self._call(
            contracts.BIND_DEVICES, DevicesOfProject(project_id=project_id, iot_ids=iot_ids)
        )

    async def unbind_devices(self, *, project_id: str, iot_ids: list[str]) -> None:
        """Unbind devices from a project / SI项目下解绑设备

        `/project/device/unbind` 1.0.0.

        All of them or none.

        Args:
            project_id: 项目 id / project id
            iot_ids: 设备 id 列表，最多 1000 / device ids, at most 1,000
        """
        return await self._call(
            contracts.UNBIND_DEVICES, DevicesOfProject(project_id=project_id, iot_ids=iot_ids)
        )

    async def rename_device(self, *, device_identity: DeviceIdentity, nick_name: str) -> None:
        """Change the alias of a device / 修改设备别名

        `/solution/community/device/nickname/update` 1.0.0. Needs a community: `client.at(community_id)`.

        Args:
            device_identity: 设备标识 / device identity
            nick_name: 别名 / alias
        """
        return await self._call(
            contracts.RENAME_DEVICE, DeviceAlias(device_identity=device_identity, nick_name=nick_name)
        )

    async def add_device_to(
        self, *, device_identity: DeviceIdentity, community_id: int, nick_name: str | None = None
    ) -> None:
        """Add a device to a community (older version) / 添加设备到小区（旧版）

        `/solution/community/paas/device/add` 1.0.0, legacy.

        The device must be bound to the project first.

        Args:
            device_identity: 设备标识 / device identity
            community_id: 小区 id / community id
            nick_name: 别名 / alias
        """
        return await self._call(
            contracts.ADD_DEVICE_TO,
            DeviceAddTo(device_identity=device_identity, community_id=community_id, nick_name=nick_name),
        )

    async def add_device(self, *, device_identity: DeviceIdentity, nick_name: str | None = None) -> None:
        """Add a device to the community / 添加设备到小区

        `/solution/community/paas/device/add` 1.0.2. Needs a community: `client.at(community_id)`.

        The device must be bound to the project first.

        Args:
            device_identity: 设备标识 / device identity
            nick_name: 别名 / alias
        """
        return await self._call(
            contracts.ADD_DEVICE, DeviceAdd(device_identity=device_identity, nick_name=nick_name)
        )

    async def query_devices_of(
        self, *, page_no: int, page_size: int, community_id: int, category_key: str | None = None
    ) -> list[DeviceInfo]:
        """List the devices of a community (older version) / 小区设备列表（旧版）

        `/solution/community/paas/device/query` 1.0.0, legacy.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            community_id: 小区 id / community id
            category_key: 设备品类 / device category
        """
        return await self._call(
            contracts.QUERY_DEVICES_OF,
            DevicesOfOne(
                page_no=page_no, page_size=page_size, community_id=community_id, category_key=category_key
            ),
        )

    async def query_devices(
        self, *, page_no: int, page_size: int, category_key: str | None = None
    ) -> list[DeviceInfo]:
        """List the devices of the community / 小区设备列表

        `/solution/community/paas/device/query` 1.0.2. Needs a community: `client.at(community_id)`.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            category_key: 设备品类 / device category
        """
        return await self._call(
            contracts.QUERY_DEVICES,
            DevicesOfCommunity(page_no=page_no, page_size=page_size, category_key=category_key),
        )

    async def remove_device(self, *, device_identity: DeviceIdentity) -> None:
        """Remove a device from the community / 从小区删除设备

        `/solution/community/paas/device/remove` 1.0.1. Needs a community: `client.at(community_id)`.

        Args:
            device_identity: 设备标识 / device identity
        """
        return await self._call(contracts.REMOVE_DEVICE, DeviceNamed(device_identity=device_identity))

    async def query_tenant_devices_v1_0_0(
        self, *, query_type: str, page_no: int, page_size: int
    ) -> list[DeviceInfo]:
        """List the devices of the tenant (older version) / 租户设备列表（旧版）

        `/solution/community/paas/tenant/device/query` 1.0.0, legacy.

        OWNED: devices bound to the caller's project. AUTHORIZED: devices of granted communities bound elsewhere, of the
        cloudToken's community where one is sent.

        Args:
            query_type: OWNED 自有设备，AUTHORIZED 被授权设备 / own or granted devices
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
        """
        return await self._call(
            contracts.QUERY_TENANT_DEVICES_V1_0_0,
            DevicesOfTenant(query_type=query_type, page_no=page_no, page_size=page_size),
        )

    async def query_tenant_devices(
        self, *, query_type: str, page_no: int, page_size: int
    ) -> list[DeviceInfo]:
        """List the devices of the tenant / 租户设备列表

        `/solution/community/paas/tenant/device/query` 1.0.1. Needs a community: `client.at(community_id)`.

        OWNED: devices bound to the caller's project. AUTHORIZED: devices of granted communities bound elsewhere, of the
        cloudToken's community where one is sent.

        Args:
            query_type: OWNED 自有设备，AUTHORIZED 被授权设备 / own or granted devices
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
        """
        return await self._call(
            contracts.QUERY_TENANT_DEVICES,
            DevicesOfTenant(query_type=query_type, page_no=page_no, page_size=page_size),
        )

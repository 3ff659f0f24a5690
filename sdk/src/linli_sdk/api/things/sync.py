"""The methods of `things`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.things import contracts
from linli_sdk.api.things.models import (
    Address,
    DeviceBriefRows,
    DeviceInfo,
    DeviceInfoNamed,
    DeviceList,
    DeviceSnapshotRows,
    DeviceStatus,
    EventPage,
    EventTimeline,
    InfoList,
    PropertiesSet,
    PropertyNow,
    PropertyPage,
    PropertyTimeline,
    ServiceCall,
    ServiceInvoke,
    ServicePage,
    ServiceResult,
    Snapshot,
    StatusBatch,
    SubDeviceRows,
    Tag,
    Timeline,
    Topology,
)
from linli_sdk.service import Service


class Things(Service):
    """The 18 methods of service `thing`, as a key is granted it."""

    def get_thing_model(
        self,
        *,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> str:
        """Get a device's thing model / 获取物的模板

        `/app/thing/dsl/get` 1.0.1.

        The TSL document as a JSON string, its generated members included.

        Args:
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used
        """
        return self._call(
            contracts.GET_THING_MODEL,
            Address(
                iot_id=iot_id, product_key=product_key, device_name=device_name, lp_instance_id=lp_instance_id
            ),
        )

    def get_event_timeline(
        self,
        *,
        identifier: str,
        start: int,
        end: int,
        page_size: int,
        ordered: bool,
        event_type: str,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> EventPage:
        """Get the series of an event / 获取物的事件 timeline 数据

        `/app/thing/event/timeline/get` 1.0.3.

        Events by device time, thirty days back at most.

        Args:
            identifier: 标识符 / identifier
            start: 开始时间，毫秒 / from, ms
            end: 结束时间，毫秒 / to, ms
            page_size: 每页数量，1 到 200 / rows a page, 1 to 200
            ordered: true 升序，false 降序 / oldest first if true
            event_type: info、alert 或 error，空为全部 / empty for all
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 400.
        """
        return self._call(
            contracts.GET_EVENT_TIMELINE,
            EventTimeline(
                identifier=identifier,
                start=start,
                end=end,
                page_size=page_size,
                ordered=ordered,
                event_type=event_type,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
                lp_instance_id=lp_instance_id,
            ),
        )

    def get_info(
        self,
        *,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> DeviceInfoNamed:
        """Get the facts of a device / 获取物的基本信息

        `/app/thing/info/get` 1.0.3.

        The secret is told to those who may set the device up; each time is noted, and the request log masks it.

        Args:
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 40062.
        """
        return self._call(
            contracts.GET_INFO,
            Address(
                iot_id=iot_id, product_key=product_key, device_name=device_name, lp_instance_id=lp_instance_id
            ),
        )

    def list_info(
        self,
        *,
        iot_ids: list[str] | None = None,
        product_key: str | None = None,
        device_name: list[str] | None = None,
        app_id: str | None = None,
        lp_instance_id: str | None = None,
    ) -> list[DeviceInfo]:
        """Get the facts of several devices / 批量获取设备信息

        `/app/thing/info/list/get` 1.4.1.

        Devices that do not exist, or not for the caller, are left out. With `appId` the other parameters do not count.

        Args:
            iot_ids: 设备 id 列表，最多 200 / device ids, at most 200
            product_key: 与 deviceName 一起 / with deviceName
            device_name: 设备名称列表 / device names of the product
            app_id: AppKey：其项目的设备，最多 200 / an AppKey: the devices of its project
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 40063.
        """
        return self._call(
            contracts.LIST_INFO,
            InfoList(
                iot_ids=iot_ids,
                product_key=product_key,
                device_name=device_name,
                app_id=app_id,
                lp_instance_id=lp_instance_id,
            ),
        )

    def list_things(
        self,
        *,
        tag_list: list[Tag] | None = None,
        product_key_list: list[str] | None = None,
        category_key_list: list[str] | None = None,
        page_no: int | None = None,
        page_size: int | None = None,
        app_id: str | None = None,
        lp_instance_id: str | None = None,
    ) -> DeviceBriefRows:
        """List the devices of an app / 查询应用物的列表

        `/app/thing/list` 1.0.4.

        Devices in sight that fit every filter given, the newest first.

        Args:
            tag_list: 标签，须全部符合，最多 10 / tags, all must match, at most 10
            product_key_list: 产品 key，符合其一 / product keys, any of them
            category_key_list: 品类编码全路径或末段，符合其一 / category codes or their last parts, any
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，1 到 200 / rows a page, 1 to 200
            app_id: AppKey，缺省为调用者 / an AppKey, the caller's if left out
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 40061, 40063, 40106.
        """
        return self._call(
            contracts.LIST_THINGS,
            DeviceList(
                tag_list=tag_list,
                product_key_list=product_key_list,
                category_key_list=category_key_list,
                page_no=page_no,
                page_size=page_size,
                app_id=app_id,
                lp_instance_id=lp_instance_id,
            ),
        )

    def get_tags(
        self,
        *,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> str:
        """Get the tags of a device / 获取物的标签列表

        `/app/thing/prop/get` 1.0.1.

        The JSON text of an object, tag keys to values; it stands in `props` beside `code`, and in `data`.

        Args:
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used
        """
        return self._call(
            contracts.GET_TAGS,
            Address(
                iot_id=iot_id, product_key=product_key, device_name=device_name, lp_instance_id=lp_instance_id
            ),
        )

    def get_snapshots(
        self, *, product_key: str, page_no: int, page_size: int, lp_instance_id: str | None = None
    ) -> DeviceSnapshotRows:
        """Page through a product's devices with their values / 批量获取应用的产品所有设备属性状态

        `/app/thing/properties/batch/get` 1.0.1.

        A product that does not exist, or has no device in sight, is an empty page.

        Args:
            product_key: 产品 key / product key
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，1 到 200 / rows a page, 1 to 200
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used
        """
        return self._call(
            contracts.GET_SNAPSHOTS,
            Snapshot(
                product_key=product_key, page_no=page_no, page_size=page_size, lp_instance_id=lp_instance_id
            ),
        )

    def get_properties(
        self,
        *,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> list[PropertyNow]:
        """Get a device's present values / 获取物的属性

        `/app/thing/properties/get` 1.0.4.

        Properties that have a value, the newest first.

        Args:
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 400.
        """
        return self._call(
            contracts.GET_PROPERTIES,
            Address(
                iot_id=iot_id, product_key=product_key, device_name=device_name, lp_instance_id=lp_instance_id
            ),
        )

    def set_properties(
        self,
        *,
        items: dict[str, Any],
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> None:
        """Set properties of a device / 设置物的属性

        `/app/thing/properties/set` 1.0.3.

        Sent to the device. It answers in its own time; its next report shows the effect.

        Args:
            items: 属性标识到值 / values by property identifier
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 20004, 400.
        """
        return self._call(
            contracts.SET_PROPERTIES,
            PropertiesSet(
                items=items,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
                lp_instance_id=lp_instance_id,
            ),
        )

    def get_property_timeline(
        self,
        *,
        identifier: str,
        start: int,
        end: int,
        page_size: int,
        ordered: bool,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> PropertyPage:
        """Get the series of a property / 获取物的属性 timeline 数据

        `/app/thing/property/timeline/get` 1.0.4.

        Values by device time, thirty days back at most.

        Args:
            identifier: 标识符 / identifier
            start: 开始时间，毫秒 / from, ms
            end: 结束时间，毫秒 / to, ms
            page_size: 每页数量，1 到 2000 / rows a page, 1 to 2000
            ordered: true 升序，false 降序 / oldest first if true
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used
        """
        return self._call(
            contracts.GET_PROPERTY_TIMELINE,
            PropertyTimeline(
                identifier=identifier,
                start=start,
                end=end,
                page_size=page_size,
                ordered=ordered,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
                lp_instance_id=lp_instance_id,
            ),
        )

    def get_service_records(
        self,
        *,
        identifier: str,
        start: int,
        end: int,
        page_size: int,
        ordered: bool,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> ServicePage:
        """Get the calls of a service / 获取物的服务记录

        `/app/thing/service/data/get` 1.0.3.

        Calls by the time they were made, thirty days back at most; property sets under the identifier `set`.

        Args:
            identifier: 标识符 / identifier
            start: 开始时间，毫秒 / from, ms
            end: 结束时间，毫秒 / to, ms
            page_size: 每页数量，1 到 200 / rows a page, 1 to 200
            ordered: true 升序，false 降序 / oldest first if true
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 400.
        """
        return self._call(
            contracts.GET_SERVICE_RECORDS,
            Timeline(
                identifier=identifier,
                start=start,
                end=end,
                page_size=page_size,
                ordered=ordered,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
                lp_instance_id=lp_instance_id,
            ),
        )

    def invoke_service(
        self,
        *,
        identifier: str,
        args: dict[str, Any],
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> ServiceResult:
        """Call a service of a device / 触发物的服务

        `/app/thing/service/invoke` 1.0.3.

        A synchronous service is waited for; of an asynchronous one only the message id comes back.

        Args:
            identifier: 服务标识 / service identifier
            args: 入参 / inputs
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 20004, 400, 500.
        """
        return self._call(
            contracts.INVOKE_SERVICE,
            ServiceCall(
                identifier=identifier,
                args=args,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
                lp_instance_id=lp_instance_id,
            ),
        )

    def get_statuses(
        self, *, product_key: str, device_names: list[str], lp_instance_id: str | None = None
    ) -> list[DeviceStatus]:
        """Get the state of several devices / 批量获取物的状态

        `/app/thing/status/batch/get` 1.0.3.

        The devices that exist, in the requested order.

        Args:
            product_key: 产品 key / product key
            device_names: 设备名称，最多 10 个 / device names, at most 10
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 400.
        """
        return self._call(
            contracts.GET_STATUSES,
            StatusBatch(product_key=product_key, device_names=device_names, lp_instance_id=lp_instance_id),
        )

    def get_status(
        self,
        *,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> DeviceStatus:
        """Get a device's state / 获取物的连接状态

        `/app/thing/status/get` 1.0.3.

        Args:
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 400.
        """
        return self._call(
            contracts.GET_STATUS,
            Address(
                iot_id=iot_id, product_key=product_key, device_name=device_name, lp_instance_id=lp_instance_id
            ),
        )

    def get_topology(
        self,
        *,
        page_no: int,
        page_size: int,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
    ) -> SubDeviceRows:
        """List the sub-devices of a gateway / 获取物的拓扑关系

        `/app/thing/topo/get` 1.0.0.

        The devices that the caller may see, the newest first. Their secrets are told; each time is noted.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，1 到 200 / rows a page, 1 to 200
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
        """
        return self._call(
            contracts.GET_TOPOLOGY,
            Topology(
                page_no=page_no,
                page_size=page_size,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
            ),
        )

    def get_properties_cloud(
        self,
        *,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
        lp_instance_id: str | None = None,
    ) -> list[PropertyNow]:
        """Get a device's present values / 获取物的属性

        `/cloud/thing/properties/get` 1.0.2.

        Properties that have a value, the newest first.

        Args:
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name
            lp_instance_id: LP 实例 id，不使用 / instance id, accepted and not used

        Codes of its own: 400.
        """
        return self._call(
            contracts.GET_PROPERTIES_CLOUD,
            Address(
                iot_id=iot_id, product_key=product_key, device_name=device_name, lp_instance_id=lp_instance_id
            ),
        )

    def invoke_service_cloud_v1_0_1(
        self,
        *,
        identifier: str,
        args: dict[str, Any] | str,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
    ) -> dict[str, Any] | None:
        """Call a service of a device / 调用设备服务

        `/cloud/thing/service/invoke` 1.0.1.

        A synchronous service answers with the device's output, or null where it has none; others are only sent.

        Args:
            identifier: 服务标识 / service identifier
            args: 入参，对象或其 JSON 文本 / inputs, an object or its JSON
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name

        Codes of its own: 20004, 500.
        """
        return self._call(
            contracts.INVOKE_SERVICE_CLOUD_V1_0_1,
            ServiceInvoke(
                identifier=identifier,
                args=args,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
            ),
        )

    def invoke_service_cloud(
        self,
        *,
        identifier: str,
        args: dict[str, Any] | str,
        iot_id: str | None = None,
        product_key: str | None = None,
        device_name: str | None = None,
    ) -> dict[str, Any] | None:
        """Call a service of a device / 调用设备服务

        `/cloud/thing/service/invoke` 1.0.2.

        A synchronous service answers with the device's output, or null where it has none; others are only sent.

        Args:
            identifier: 服务标识 / service identifier
            args: 入参，对象或其 JSON 文本 / inputs, an object or its JSON
            iot_id: 设备 id / device id
            product_key: 产品 key / product key
            device_name: 设备名称 / device name

        Codes of its own: 20004, 500.
        """
        return self._call(
            contracts.INVOKE_SERVICE_CLOUD,
            ServiceInvoke(
                identifier=identifier,
                args=args,
                iot_id=iot_id,
                product_key=product_key,
                device_name=device_name,
            ),
        )

"""The methods of `devices`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

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
    FileQuery,
    LiveOlder,
    LiveOut,
    LiveOutNewer,
    LivePath,
    LiveQuery,
    NamedFileQuery,
    PastOut,
    PastUrl,
    RecordFiles,
    RecordQuery,
    SpanQuery,
    StopForm,
    Stopped,
)
from linli_sdk.service import Service


class Devices(Service):
    """The 18 methods of service `device`, as a key is granted it."""

    def bind_devices(self, *, project_id: str, iot_ids: list[str]) -> None:
        """Bind devices to a project / SI项目下绑定设备

        `/project/device/bind` 1.0.0.

        All of them or none.

        Args:
            project_id: 项目 id / project id
            iot_ids: 设备 id 列表，最多 1000 / device ids, at most 1,000
        """
        return self._call(contracts.BIND_DEVICES, DevicesOfProject(project_id=project_id, iot_ids=iot_ids))

    def unbind_devices(self, *, project_id: str, iot_ids: list[str]) -> None:
        """Unbind devices from a project / SI项目下解绑设备

        `/project/device/unbind` 1.0.0.

        All of them or none.

        Args:
            project_id: 项目 id / project id
            iot_ids: 设备 id 列表，最多 1000 / device ids, at most 1,000
        """
        return self._call(contracts.UNBIND_DEVICES, DevicesOfProject(project_id=project_id, iot_ids=iot_ids))

    def rename_device(self, *, device_identity: DeviceIdentity, nick_name: str) -> None:
        """Change the alias of a device / 修改设备别名

        `/solution/community/device/nickname/update` 1.0.0. Needs a community: `client.at(community_id)`.

        Args:
            device_identity: 设备标识 / device identity
            nick_name: 别名 / alias
        """
        return self._call(
            contracts.RENAME_DEVICE, DeviceAlias(device_identity=device_identity, nick_name=nick_name)
        )

    def add_device_to(
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
        return self._call(
            contracts.ADD_DEVICE_TO,
            DeviceAddTo(device_identity=device_identity, community_id=community_id, nick_name=nick_name),
        )

    def add_device(self, *, device_identity: DeviceIdentity, nick_name: str | None = None) -> None:
        """Add a device to the community / 添加设备到小区

        `/solution/community/paas/device/add` 1.0.2. Needs a community: `client.at(community_id)`.

        The device must be bound to the project first.

        Args:
            device_identity: 设备标识 / device identity
            nick_name: 别名 / alias
        """
        return self._call(
            contracts.ADD_DEVICE, DeviceAdd(device_identity=device_identity, nick_name=nick_name)
        )

    def query_devices_of(
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
        return self._call(
            contracts.QUERY_DEVICES_OF,
            DevicesOfOne(
                page_no=page_no, page_size=page_size, community_id=community_id, category_key=category_key
            ),
        )

    def query_devices(
        self, *, page_no: int, page_size: int, category_key: str | None = None
    ) -> list[DeviceInfo]:
        """List the devices of the community / 小区设备列表

        `/solution/community/paas/device/query` 1.0.2. Needs a community: `client.at(community_id)`.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            category_key: 设备品类 / device category
        """
        return self._call(
            contracts.QUERY_DEVICES,
            DevicesOfCommunity(page_no=page_no, page_size=page_size, category_key=category_key),
        )

    def remove_device(self, *, device_identity: DeviceIdentity) -> None:
        """Remove a device from the community / 从小区删除设备

        `/solution/community/paas/device/remove` 1.0.1. Needs a community: `client.at(community_id)`.

        Args:
            device_identity: 设备标识 / device identity
        """
        return self._call(contracts.REMOVE_DEVICE, DeviceNamed(device_identity=device_identity))

    def query_tenant_devices_v1_0_0(
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
        return self._call(
            contracts.QUERY_TENANT_DEVICES_V1_0_0,
            DevicesOfTenant(query_type=query_type, page_no=page_no, page_size=page_size),
        )

    def query_tenant_devices(self, *, query_type: str, page_no: int, page_size: int) -> list[DeviceInfo]:
        """List the devices of the tenant / 租户设备列表

        `/solution/community/paas/tenant/device/query` 1.0.1. Needs a community: `client.at(community_id)`.

        OWNED: devices bound to the caller's project. AUTHORIZED: devices of granted communities bound elsewhere, of the
        cloudToken's community where one is sent.

        Args:
            query_type: OWNED 自有设备，AUTHORIZED 被授权设备 / own or granted devices
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
        """
        return self._call(
            contracts.QUERY_TENANT_DEVICES,
            DevicesOfTenant(query_type=query_type, page_no=page_no, page_size=page_size),
        )

    def query_records(
        self,
        *,
        iot_id: str,
        begin_time: int | None = None,
        end_time: int | None = None,
        stream_type: int | None = None,
        record_type: int | None = None,
        page_no: int | None = None,
        page_size: int | None = None,
        need_snapshot: bool | None = None,
    ) -> RecordFiles:
        """Query recordings / 获取录像记录

        `/vision/record/query` 2.0.0.

        Recordings of the recorder, the earliest first; without a span, those of the last day.

        Args:
            iot_id: 摄像头 iotId / camera
            begin_time: 开始时间，秒 / seconds since 1970
            end_time: 结束时间，秒 / seconds since 1970
            stream_type: 码流：0 主码流，1 子码流 / 0 main, 1 sub stream
            record_type: 录像类型：0 计划，1 报警，2 主动，3 观看即录，99 全部 / 0 plan, 1 alarm, 2 active, 99 all
            page_no: 页码，从 0 开始 / page, from 0
            page_size: 每页条数，至多 100 / page size, at most 100
            need_snapshot: 是否需要缩略图 / want thumbnails

        Codes of its own: 20004, 403.
        """
        return self._call(
            contracts.QUERY_RECORDS,
            RecordQuery(
                iot_id=iot_id,
                begin_time=begin_time,
                end_time=end_time,
                stream_type=stream_type,
                record_type=record_type,
                page_no=page_no,
                page_size=page_size,
                need_snapshot=need_snapshot,
            ),
        )

    def query_stream_older(self, *, iot_id: str) -> LivePath:
        """Get a live address (older) / 查询推流地址（旧版）

        `/vision/stream/query` 2.0.0, legacy.

        The main stream; answers with the first picture, or why there is none.

        Args:
            iot_id: 摄像头 iotId / camera

        Codes of its own: 20004, 403.
        """
        return self._call(contracts.QUERY_STREAM_OLDER, LiveOlder(iot_id=iot_id))

    def query_stream(
        self,
        *,
        iot_id: str,
        stream_type: int | None = None,
        encrypted: bool | None = None,
        encrypt_type: int | None = None,
        force_i_frame: bool | None = None,
        scheme: str | None = None,
        cache_duration: Any = None,
        enable_pre_play: Any = None,
        need_domain_name: Any = None,
        play_unlimited: Any = None,
    ) -> LiveOut:
        """Get a live address / 查询推流地址

        `/vision/stream/query` 2.1.0.

        Has the camera send; answers within 3 s with the first picture, or why there is none.

        Args:
            iot_id: 摄像头 iotId / camera
            stream_type: 码流：0 主码流，1 子码流 / 0 main, 1 sub stream
            encrypted: 是否加密 / encrypt
            encrypt_type: 加密方式：0 关键帧加密 / 0: key frames
            force_i_frame: 是否强制 I 帧 / force a key frame at the start
            scheme: rtmp、hls 或 flv / rtmp, hls or flv
            cache_duration: 缓存秒数，原样写入地址 / cache seconds, echoed in the address
            enable_pre_play: 是否预热 / link pre-heating; not needed here
            need_domain_name: 地址是否用域名 / domain name in the address
            play_unlimited: 不限播放时长 / no limit of play time; there is none

        Codes of its own: 20004, 403.
        """
        return self._call(
            contracts.QUERY_STREAM,
            LiveQuery(
                iot_id=iot_id,
                stream_type=stream_type,
                encrypted=encrypted,
                encrypt_type=encrypt_type,
                force_i_frame=force_i_frame,
                scheme=scheme,
                cache_duration=cache_duration,
                enable_pre_play=enable_pre_play,
                need_domain_name=need_domain_name,
                play_unlimited=play_unlimited,
            ),
        )

    def request_live(
        self,
        *,
        iot_id: str,
        stream_type: int | None = None,
        encrypted: bool | None = None,
        encrypt_type: int | None = None,
        force_i_frame: bool | None = None,
        scheme: str | None = None,
        cache_duration: Any = None,
        enable_pre_play: Any = None,
        need_domain_name: Any = None,
        play_unlimited: Any = None,
    ) -> LiveOutNewer:
        """Request live video / 请求视频直播

        `/vision/stream/query` 2.1.1.

        Has the camera send; answers within 3 s with the first picture, or why there is none.

        Args:
            iot_id: 摄像头 iotId / camera
            stream_type: 码流：0 主码流，1 子码流 / 0 main, 1 sub stream
            encrypted: 是否加密 / encrypt
            encrypt_type: 加密方式：0 关键帧加密 / 0: key frames
            force_i_frame: 是否强制 I 帧 / force a key frame at the start
            scheme: rtmp、hls 或 flv / rtmp, hls or flv
            cache_duration: 缓存秒数，原样写入地址 / cache seconds, echoed in the address
            enable_pre_play: 是否预热 / link pre-heating; not needed here
            need_domain_name: 地址是否用域名 / domain name in the address
            play_unlimited: 不限播放时长 / no limit of play time; there is none

        Codes of its own: 20004, 403.
        """
        return self._call(
            contracts.REQUEST_LIVE,
            LiveQuery(
                iot_id=iot_id,
                stream_type=stream_type,
                encrypted=encrypted,
                encrypt_type=encrypt_type,
                force_i_frame=force_i_frame,
                scheme=scheme,
                cache_duration=cache_duration,
                enable_pre_play=enable_pre_play,
                need_domain_name=need_domain_name,
                play_unlimited=play_unlimited,
            ),
        )

    def stop_stream(self, *, iot_id: str, stream_type: int | None = None) -> Stopped:
        """Stop the live push / 停止直播推流

        `/vision/stream/stop` 1.0.4.

        Ends the stream for all who watch it; without a stream nothing happens.

        Args:
            iot_id: 摄像头 iotId / camera
            stream_type: 码流：0 主码流，1 子码流 / 0 main, 1 sub stream

        Codes of its own: 20004, 403.
        """
        return self._call(contracts.STOP_STREAM, StopForm(iot_id=iot_id, stream_type=stream_type))

    def play_file(self, *, iot_id: str, file_name: str) -> PastUrl:
        """Get the playback address of a recording / 获取历史文件播放地址

        `/vision/vod/getbyfilename` 2.0.0.

        The address plays once.

        Args:
            iot_id: 摄像头 iotId / camera
            file_name: 文件名，来自录像记录 / from the list of recordings

        Codes of its own: 20004, 403.
        """
        return self._call(contracts.PLAY_FILE, FileQuery(iot_id=iot_id, file_name=file_name))

    def play_named(
        self,
        *,
        iot_id: str,
        file_name: str,
        encrypted: bool | None = None,
        encrypt_type: int | None = None,
        scheme: str | None = None,
        seek_time: int | None = None,
    ) -> PastOut:
        """Play a local recording by file name / 按文件名请求本地录像播放地址

        `/vision/vod/localfile/getbyname` 2.0.0.

        The address plays once.

        Args:
            iot_id: 摄像头 iotId / camera
            file_name: 文件名，来自录像记录 / from the list of recordings
            encrypted: 是否加密 / encrypt
            encrypt_type: 加密方式：0 关键帧加密 / 0: key frames
            scheme: rtmp、hls 或 flv / rtmp, hls or flv
            seek_time: 从录像开始起的秒数 / seconds after the begin

        Codes of its own: 20004, 403.
        """
        return self._call(
            contracts.PLAY_NAMED,
            NamedFileQuery(
                iot_id=iot_id,
                file_name=file_name,
                encrypted=encrypted,
                encrypt_type=encrypt_type,
                scheme=scheme,
                seek_time=seek_time,
            ),
        )

    def play_span(
        self,
        *,
        iot_id: str,
        begin_time: int,
        end_time: int,
        encrypted: bool | None = None,
        encrypt_type: int | None = None,
        seek_time: int | None = None,
        scheme: str | None = None,
        record_type: int | None = None,
    ) -> PastOut:
        """Play a local recording by time / 按时间请求本地录像播放地址

        `/vision/vod/localfile/getbytime` 2.0.1.

        The address plays once, from `seekTime` seconds after the begin on.

        Args:
            iot_id: 摄像头 iotId / camera
            begin_time: 开始时间，秒 / seconds since 1970
            end_time: 结束时间，秒 / seconds since 1970
            encrypted: 是否加密 / encrypt
            encrypt_type: 加密方式：0 关键帧加密 / 0: key frames
            seek_time: 从 beginTime 起的秒数 / seconds after beginTime
            scheme: rtmp、hls 或 flv / rtmp, hls or flv
            record_type: 录像类型 / kind of recording

        Codes of its own: 20004, 403.
        """
        return self._call(
            contracts.PLAY_SPAN,
            SpanQuery(
                iot_id=iot_id,
                begin_time=begin_time,
                end_time=end_time,
                encrypted=encrypted,
                encrypt_type=encrypt_type,
                seek_time=seek_time,
                scheme=scheme,
                record_type=record_type,
            ),
        )

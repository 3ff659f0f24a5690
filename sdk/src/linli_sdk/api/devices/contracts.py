"""Path, version and result of each method of `devices`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.devices.models import (
    DeviceInfo,
    LiveOut,
    LiveOutNewer,
    LivePath,
    PastOut,
    PastUrl,
    RecordFiles,
    Stopped,
)
from linli_sdk.methods import Method

BIND_DEVICES: Method[None] = Method("/project/device/bind", "1.0.0", token="none")
UNBIND_DEVICES: Method[None] = Method("/project/device/unbind", "1.0.0", token="none")
RENAME_DEVICE: Method[None] = Method("/solution/community/device/nickname/update", "1.0.0", token="required")
ADD_DEVICE_TO: Method[None] = Method("/solution/community/paas/device/add", "1.0.0", token="optional")
ADD_DEVICE: Method[None] = Method("/solution/community/paas/device/add", "1.0.2", token="required")
QUERY_DEVICES_OF: Method[list[DeviceInfo]] = Method(
    "/solution/community/paas/device/query", "1.0.0", token="optional", result=list[DeviceInfo], reads=True
)
QUERY_DEVICES: Method[list[DeviceInfo]] = Method(
    "/solution/community/paas/device/query", "1.0.2", token="required", result=list[DeviceInfo], reads=True
)
REMOVE_DEVICE: Method[None] = Method("/solution/community/paas/device/remove", "1.0.1", token="required")
QUERY_TENANT_DEVICES_V1_0_0: Method[list[DeviceInfo]] = Method(
    "/solution/community/paas/tenant/device/query",
    "1.0.0",
    token="optional",
    result=list[DeviceInfo],
    reads=True,
)
QUERY_TENANT_DEVICES: Method[list[DeviceInfo]] = Method(
    "/solution/community/paas/tenant/device/query",
    "1.0.1",
    token="required",
    result=list[DeviceInfo],
    reads=True,
)
QUERY_RECORDS: Method[RecordFiles] = Method(
    "/vision/record/query", "2.0.0", token="optional", result=RecordFiles, reads=True
)
QUERY_STREAM_OLDER: Method[LivePath] = Method(
    "/vision/stream/query", "2.0.0", token="optional", result=LivePath, reads=True
)
QUERY_STREAM: Method[LiveOut] = Method(
    "/vision/stream/query", "2.1.0", token="optional", result=LiveOut, reads=True
)
REQUEST_LIVE: Method[LiveOutNewer] = Method(
    "/vision/stream/query", "2.1.1", token="optional", result=LiveOutNewer, reads=True
)
STOP_STREAM: Method[Stopped] = Method("/vision/stream/stop", "1.0.4", token="optional", result=Stopped)
PLAY_FILE: Method[PastUrl] = Method("/vision/vod/getbyfilename", "2.0.0", token="optional", result=PastUrl)
PLAY_NAMED: Method[PastOut] = Method(
    "/vision/vod/localfile/getbyname", "2.0.0", token="optional", result=PastOut
)
PLAY_SPAN: Method[PastOut] = Method(
    "/vision/vod/localfile/getbytime", "2.0.1", token="optional", result=PastOut
)

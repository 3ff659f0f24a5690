"""Path, version and result of each method of `devices`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.devices.models import (
    DeviceInfo,
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

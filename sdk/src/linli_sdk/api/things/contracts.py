"""Path, version and result of each method of `things`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.things.models import (
    DeviceBriefRows,
    DeviceInfo,
    DeviceInfoNamed,
    DeviceSnapshotRows,
    DeviceStatus,
    EventPage,
    PropertyNow,
    PropertyPage,
    ServicePage,
    ServiceResult,
    SubDeviceRows,
)
from linli_sdk.methods import Method

GET_THING_MODEL: Method[str] = Method("/app/thing/dsl/get", "1.0.1", token="optional", result=str, reads=True)
GET_EVENT_TIMELINE: Method[EventPage] = Method(
    "/app/thing/event/timeline/get", "1.0.3", token="optional", result=EventPage, reads=True
)
GET_INFO: Method[DeviceInfoNamed] = Method(
    "/app/thing/info/get", "1.0.3", token="optional", result=DeviceInfoNamed, reads=True
)
LIST_INFO: Method[list[DeviceInfo]] = Method(
    "/app/thing/info/list/get", "1.4.1", token="optional", result=list[DeviceInfo], reads=True
)
LIST_THINGS: Method[DeviceBriefRows] = Method(
    "/app/thing/list", "1.0.4", token="optional", result=DeviceBriefRows, reads=True
)
GET_TAGS: Method[str] = Method("/app/thing/prop/get", "1.0.1", token="optional", result=str, reads=True)
GET_SNAPSHOTS: Method[DeviceSnapshotRows] = Method(
    "/app/thing/properties/batch/get", "1.0.1", token="optional", result=DeviceSnapshotRows, reads=True
)
GET_PROPERTIES: Method[list[PropertyNow]] = Method(
    "/app/thing/properties/get", "1.0.4", token="optional", result=list[PropertyNow], reads=True
)
SET_PROPERTIES: Method[None] = Method("/app/thing/properties/set", "1.0.3", token="optional")
GET_PROPERTY_TIMELINE: Method[PropertyPage] = Method(
    "/app/thing/property/timeline/get", "1.0.4", token="optional", result=PropertyPage, reads=True
)
GET_SERVICE_RECORDS: Method[ServicePage] = Method(
    "/app/thing/service/data/get", "1.0.3", token="optional", result=ServicePage, reads=True
)
INVOKE_SERVICE: Method[ServiceResult] = Method(
    "/app/thing/service/invoke", "1.0.3", token="optional", result=ServiceResult
)
GET_STATUSES: Method[list[DeviceStatus]] = Method(
    "/app/thing/status/batch/get", "1.0.3", token="optional", result=list[DeviceStatus], reads=True
)
GET_STATUS: Method[DeviceStatus] = Method(
    "/app/thing/status/get", "1.0.3", token="optional", result=DeviceStatus, reads=True
)
GET_TOPOLOGY: Method[SubDeviceRows] = Method(
    "/app/thing/topo/get", "1.0.0", token="optional", result=SubDeviceRows, reads=True
)
GET_PROPERTIES_CLOUD: Method[list[PropertyNow]] = Method(
    "/cloud/thing/properties/get", "1.0.2", token="optional", result=list[PropertyNow], reads=True
)
INVOKE_SERVICE_CLOUD_V1_0_1: Method[dict[str, Any] | None] = Method(
    "/cloud/thing/service/invoke", "1.0.1", token="optional", result=dict[str, Any] | None
)
INVOKE_SERVICE_CLOUD: Method[dict[str, Any] | None] = Method(
    "/cloud/thing/service/invoke", "1.0.2", token="optional", result=dict[str, Any] | None
)
